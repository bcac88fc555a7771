/* Contexts: what connections have in common. The settings are the component's; here are the consumer's
   callbacks and what it was handed pointers to. */

#ifndef CLIENT_CONTEXTS_H
#define CLIENT_CONTEXTS_H

#include <time.h>

#include "error_codes.h"
#include "general_names.h"
#include "openssl_codes.h"

struct ssl_method_st {
    openssl_component_tls_protocol_t protocol;
};

/* Settings for verification, of a context or of a connection. */
struct x509_verify_param_st {
    SSL_CTX *context;
    SSL *ssl; /* NULL for a context's own */
};

struct x509_store_st {
    SSL_CTX *context;
};

/* A folder of trusted certificates, and when it was read. */
typedef struct {
    char *name;
    uint64_t state; /* of its files when they were handed over; 0 before that */
} Folder;

struct ssl_ctx_st {
    unsigned references;
    openssl_component_tls_own_context_t handle;
    pem_password_cb *password_callback;
    void *password_data;
    SSL_servername_cb server_name_callback;
    void *server_name_argument;
    SSL_msg_cb message_callback;
    SSL_CTX_keylog_cb_func key_callback;
    SSL_psk_client_cb_func psk_client_callback;
    SSL_psk_server_cb_func psk_server_callback;
    X509_VERIFY_PARAM parameters;
    X509_STORE store;
    Folder *folders;
    size_t folder_count;
};

#define METHOD(name, its_protocol)                                  \
    static inline const SSL_METHOD *                                \
    name(void)                                                      \
    {                                                               \
        static const SSL_METHOD method = {.protocol = its_protocol}; \
        return &method;                                             \
    }

METHOD(TLS_method, OPENSSL_COMPONENT_TLS_PROTOCOL_ANY)
METHOD(TLS_client_method, OPENSSL_COMPONENT_TLS_PROTOCOL_CLIENT)
METHOD(TLS_server_method, OPENSSL_COMPONENT_TLS_PROTOCOL_SERVER)
METHOD(TLSv1_method, OPENSSL_COMPONENT_TLS_PROTOCOL_TLS1)
METHOD(TLSv1_1_method, OPENSSL_COMPONENT_TLS_PROTOCOL_TLS1_1)
METHOD(TLSv1_2_method, OPENSSL_COMPONENT_TLS_PROTOCOL_TLS1_2)

static inline openssl_component_tls_borrow_context_t
context_borrow(const SSL_CTX *context)
{
    return openssl_component_tls_borrow_context(context->handle);
}

/* Whether there is room for a call's result; else an error is added. */
static bool
tls_has_room(size_t size)
{
    bool is_there = room_is_there(size);
    if (!is_there) {
        error_no_memory(ERR_LIB_SSL);
    }
    return is_there;
}

/* Why a call failed, until that is taken. */
static openssl_component_tls_failure_t tls_failure;

/* What a binding brought, as OpenSSL returns it. */
static int
tls_result(bool is_done)
{
    if (!is_done) {
        ERRORS_TAKE(&tls_failure, openssl_component_tls_failure_free);
    }
    return is_done;
}

/* Calls what may fail, and has a small result if any: 1, or 0 with errors added. */
#define TLS_TRY(function, ...) \
    (tls_has_room(ROOM_FOR_FEW) && tls_result(openssl_component_tls_##function(__VA_ARGS__, &tls_failure)))

static SSL_CTX *
SSL_CTX_new(const SSL_METHOD *method)
{
    SSL_CTX *context = calloc(1, sizeof(*context));
    if (context == NULL || !TLS_TRY(static_context_open, method->protocol, &context->handle)) {
        free(context);
        return NULL;
    }
    context->references = 1;
    context->parameters.context = context;
    context->store.context = context;
    return context;
}

static inline void
context_hold(SSL_CTX *context)
{
    context->references++;
}

static void
SSL_CTX_free(SSL_CTX *context)
{
    if (context == NULL || --context->references > 0) {
        return;
    }
    for (size_t i = 0; i < context->folder_count; i++) {
        free(context->folders[i].name);
    }
    free(context->folders);
    openssl_component_tls_context_drop_own(context->handle);
    free(context);
}

static inline uint64_t
context_get(const SSL_CTX *context, openssl_component_tls_setting_t setting)
{
    return openssl_component_tls_method_context_get(context_borrow(context), setting);
}

/* Sets what may be refused. */
static int
context_set(SSL_CTX *context, openssl_component_tls_setting_t setting, uint64_t value)
{
    return TLS_TRY(method_context_set, context_borrow(context), setting, value);
}

/* Sets what cannot be refused, whatever memory there is: without a failure there is no result that takes any. What
   protects must not be left out. */
static void
context_order(SSL_CTX *context, openssl_component_tls_setting_t setting, uint64_t value)
{
    if (!openssl_component_tls_method_context_set(context_borrow(context), setting, value, &tls_failure)) {
        abort();
    }
}

#endif
