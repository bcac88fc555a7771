/* A context's own certificates and key, and parameters of Diffie and Hellman's, from files. */

#ifndef CLIENT_KEYS_H
#define CLIENT_KEYS_H

#include "callbacks.h"

/* The longest password that is asked for. */
#define MOST_PASSWORD ((uint32_t)64 * 1024)

typedef openssl_component_tls_refusal_t Refusal;
typedef bool (*UseFile)(openssl_component_tls_borrow_context_t context, ssl_import_list_u8_t *pem,
                        ssl_import_list_u8_t *maybe_password, Refusal *refusal);

/* Asks the consumer for a password of at most so many bytes. -1 when there is none. */
static int
password_ask(const SSL_CTX *context, char *buffer, uint32_t most)
{
    int size = -1;
    if (context->password_callback != NULL) {
        size = context->password_callback(buffer, (int)most, 0, context->password_data);
    }
    return size < 0 || (uint32_t)size > most ? -1 : size;
}

/* What a call came to that does not want a password any more. */
static int
refusal_result(bool is_used, Refusal *refusal)
{
    if (!is_used) {
        ERRORS_TAKE(&refusal->val.failed, openssl_component_tls_failure_free);
    }
    return is_used;
}

/* Makes the call again with a password. */
static int
use_with_password(const SSL_CTX *context, UseFile use, ssl_import_list_u8_t *pem, uint32_t most)
{
    most = most < MOST_PASSWORD ? most : MOST_PASSWORD;
    char *buffer = malloc((size_t)most + 1);
    int size = buffer == NULL ? -1 : password_ask(context, buffer, most);
    Refusal refusal = {.tag = OPENSSL_COMPONENT_TLS_REFUSAL_PASSWORD_WANTED};
    bool is_used = false;
    if (size >= 0) {
        ssl_import_list_u8_t password = list_lend(buffer, (size_t)size);
        is_used = use(context_borrow(context), pem, &password, &refusal);
    }
    if (buffer != NULL) {
        explicit_bzero(buffer, (size_t)most + 1);
    }
    free(buffer);
    if (!is_used && refusal.tag == OPENSSL_COMPONENT_TLS_REFUSAL_PASSWORD_WANTED) {
        error_add(ERR_LIB_PEM, PEM_R_BAD_PASSWORD_READ, "bad password read");
        return 0;
    }
    return refusal_result(is_used, &refusal);
}

static int
use_pem(const SSL_CTX *context, UseFile use, const Taken *content)
{
    ssl_import_list_u8_t pem = list_lend(content->block, taken_left(content));
    Refusal refusal;
    if (!tls_has_room(ROOM_FOR_FEW)) {
        return 0;
    }
    if (use(context_borrow(context), &pem, NULL, &refusal)) {
        return 1;
    }
    if (refusal.tag == OPENSSL_COMPONENT_TLS_REFUSAL_PASSWORD_WANTED) {
        return use_with_password(context, use, &pem, refusal.val.password_wanted);
    }
    return refusal_result(false, &refusal);
}

static int
use_file(const SSL_CTX *context, UseFile use, const char *name)
{
    Taken content;
    if (!file_read(name, &content)) {
        return 0;
    }
    int number = errno;
    int used = use_pem(context, use, &content);
    explicit_bzero(content.block, content.end);
    taken_free(&content);
    errno = number;
    return used;
}

static inline int
SSL_CTX_use_certificate_chain_file(SSL_CTX *context, const char *name)
{
    return use_file(context, openssl_component_tls_method_context_use_certificates, name);
}

/* Of PEM only. */
static inline int
SSL_CTX_use_PrivateKey_file(SSL_CTX *context, const char *name, int type)
{
    if (type != SSL_FILETYPE_PEM) {
        error_add(ERR_LIB_SSL, SSL_R_BAD_SSL_FILETYPE, "bad ssl filetype");
        return 0;
    }
    return use_file(context, openssl_component_tls_method_context_use_private_key, name);
}

static int
SSL_CTX_check_private_key(const SSL_CTX *context)
{
    return TLS_TRY(method_context_check_private_key, context_borrow(context));
}

/* A file, which is looked into when it is used. */
struct dh_st {
    Taken pem;
};

static DH *
PEM_read_DHparams(FILE *stream, DH **out, pem_password_cb *callback, void *data)
{
    (void)out;
    (void)callback;
    (void)data;
    DH *parameters = malloc(sizeof(*parameters));
    if (parameters == NULL || !file_read_rest(stream, &parameters->pem)) {
        errors_add_system(errno);
        free(parameters);
        return NULL;
    }
    return parameters;
}

static void
DH_free(DH *parameters)
{
    taken_free(&parameters->pem);
    free(parameters);
}

static int
SSL_CTX_set_tmp_dh(SSL_CTX *context, const DH *parameters)
{
    ssl_import_list_u8_t pem = list_lend(parameters->pem.block, taken_left(&parameters->pem));
    return TLS_TRY(method_context_set_dh_parameters, context_borrow(context), &pem);
}

#endif
