/* Whom a context trusts: certificates that are added one by one, or come from files and folders. */

#ifndef CLIENT_TRUST_H
#define CLIENT_TRUST_H

#include "folders.h"

#define X509_CERT_FILE_EVP "SSL_CERT_FILE"
#define X509_CERT_DIR_EVP "SSL_CERT_DIR"
#define X509_CERT_FILE "/etc/ssl/cert.pem"
#define X509_CERT_DIR "/etc/ssl/certs"

/* Where systems have all of them in one file. */
static const char *const trust_files[] = {X509_CERT_FILE, "/etc/ssl/certs/ca-certificates.crt"};

static inline const char *
X509_get_default_cert_file_env(void)
{
    return X509_CERT_FILE_EVP;
}

static inline const char *
X509_get_default_cert_file(void)
{
    return X509_CERT_FILE;
}

static inline const char *
X509_get_default_cert_dir_env(void)
{
    return X509_CERT_DIR_EVP;
}

static inline const char *
X509_get_default_cert_dir(void)
{
    return X509_CERT_DIR;
}

static inline X509_STORE *
SSL_CTX_get_cert_store(const SSL_CTX *context)
{
    return (X509_STORE *)&context->store;
}

static int
X509_STORE_add_cert(X509_STORE *store, X509 *certificate)
{
    ssl_import_list_u8_t der = list_lend(certificate->der, certificate->size);
    return TLS_TRY(method_context_add_certificate, context_borrow(store->context), &der);
}

static int
trust_file(SSL_CTX *context, const char *name)
{
    Taken content;
    uint32_t count;
    if (!file_read(name, &content)) {
        return 0;
    }
    Piece piece = piece_of_words(content.block, taken_left(&content));
    openssl_component_tls_bytes_t bytes = PIECE_AS(openssl_component_tls_bytes_t, piece);
    int is_added = TLS_TRY(method_context_add_file, context_borrow(context), &bytes, &count);
    taken_free(&content);
    return is_added;
}

static int
SSL_CTX_load_verify_locations(SSL_CTX *context, const char *file, const char *folder)
{
    if (file == NULL && folder == NULL) {
        return 0;
    }
    return (file == NULL || trust_file(context, file)) && (folder == NULL || folders_add(context, folder));
}

/* What the environment names, in place of everything else; it need not be there. */
static bool
trust_environment(SSL_CTX *context)
{
    const char *file = getenv(X509_CERT_FILE_EVP), *folder = getenv(X509_CERT_DIR_EVP);
    if (file != NULL) {
        trust_file(context, file);
    }
    if (folder != NULL) {
        folders_add(context, folder);
    }
    return file != NULL || folder != NULL;
}

/* What the system has, if it is there: a file that is empty or broken says that nobody is trusted. */
static bool
trust_system(SSL_CTX *context)
{
    struct stat status;
    for (size_t i = 0; i < sizeof(trust_files) / sizeof(trust_files[0]); i++) {
        if (stat(trust_files[i], &status) == 0) {
            trust_file(context, trust_files[i]);
            return true;
        }
    }
    bool is_there = stat(X509_CERT_DIR, &status) == 0;
    if (is_there) {
        folders_add(context, X509_CERT_DIR);
    }
    return is_there;
}

/* Where a system shows nothing, the authorities that came with the component. What fails is
   left out, as in OpenSSL. */
static int
SSL_CTX_set_default_verify_paths(SSL_CTX *context)
{
    int number = errno;
    uint32_t count;
    if (!trust_environment(context) && !trust_system(context)) {
        TLS_TRY(method_context_add_built_in, context_borrow(context), &count);
    }
    ERR_clear_error();
    errno = number;
    return 1;
}

/* What a store has, with its owners. */
struct x509_object_st {
    X509_LOOKUP_TYPE type;
    X509 *certificate; /* NULL for a revocation list */
};

STACK_OF(X509_OBJECT) {
    size_t count;
    X509_OBJECT items[];
};

static inline int
sk_X509_OBJECT_num(const STACK_OF(X509_OBJECT) *stack)
{
    return stack == NULL ? -1 : (int)stack->count;
}

static inline X509_OBJECT *
sk_X509_OBJECT_value(const STACK_OF(X509_OBJECT) *stack, int index)
{
    return index >= 0 && index < sk_X509_OBJECT_num(stack) ? (X509_OBJECT *)&stack->items[index] : NULL;
}

static inline X509_LOOKUP_TYPE
X509_OBJECT_get_type(const X509_OBJECT *object)
{
    return object->type;
}

static inline X509 *
X509_OBJECT_get0_X509(const X509_OBJECT *object)
{
    return object->certificate;
}

/* The object itself is the stack's. */
static inline void
X509_OBJECT_free(X509_OBJECT *object)
{
    X509_free(object->certificate);
}

static void
sk_X509_OBJECT_pop_free(STACK_OF(X509_OBJECT) *stack, void (*free_object)(X509_OBJECT *))
{
    for (int i = 0; i < sk_X509_OBJECT_num(stack); i++) {
        free_object(&stack->items[i]);
    }
    free(stack);
}

static bool
object_open(X509_OBJECT *object, const openssl_component_tls_trusted_t *trusted)
{
    object->type = trusted->is_crl ? X509_LU_CRL : X509_LU_X509;
    object->certificate = trusted->is_crl ? NULL : certificate_new(&trusted->der, (int)trusted->ca);
    return trusted->is_crl || object->certificate != NULL;
}

/* NULL when there is no memory. */
static STACK_OF(X509_OBJECT) *
X509_STORE_get1_objects(X509_STORE *store)
{
    openssl_component_tls_list_trusted_t trusted;
    if (!tls_has_room(ROOM_FOR_ANY)) {
        return NULL;
    }
    openssl_component_tls_method_context_trusted(context_borrow(store->context), &trusted);
    STACK_OF(X509_OBJECT) *stack = calloc(1, sizeof(*stack) + trusted.len * sizeof(X509_OBJECT));
    while (stack != NULL && stack->count < trusted.len) {
        if (!object_open(&stack->items[stack->count], &trusted.ptr[stack->count])) {
            sk_X509_OBJECT_pop_free(stack, X509_OBJECT_free);
            stack = NULL;
            break;
        }
        stack->count++;
    }
    openssl_component_tls_list_trusted_free(&trusted);
    return stack;
}

#endif
