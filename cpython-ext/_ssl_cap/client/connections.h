/* Connections: their life and their settings. */

#ifndef CLIENT_CONNECTIONS_H
#define CLIENT_CONNECTIONS_H

#include "callbacks.h"
#include "ciphers.h"
#include "folders.h"

typedef enum {
    HANDSHAKE,
    READ,
    WRITE,
    SHUTDOWN,
    OPERATION_COUNT,
} Operation;

/* What an operation came to, while it waits for its output to be sent. */
typedef struct {
    bool is_there;
    size_t count;
    Taken data;
} Held;

/* The longest name of a version and of a protocol, with a zero byte. */
#define VERSION_ROOM 16
#define PROTOCOL_ROOM 256

struct ssl_st {
    SSL_CTX *context;
    openssl_component_tls_own_connection_t handle;
    void *app_data;
    BIO *from;
    BIO *to;
    int error; /* of the last operation: SSL_ERROR_* */
    bool is_server;
    X509_VERIFY_PARAM parameters;
    SSL_msg_cb message_callback;
    SSL_psk_client_cb_func psk_client_callback;
    SSL_psk_server_cb_func psk_server_callback;

    Taken unsent;   /* ciphertext on its way to `to` */
    bool is_broken; /* nothing can be sent any more, because of this error: */
    int broken_by;
    bool is_ended;  /* the component knows that no input will follow */
    size_t written; /* how much of the consumer's current write was taken */
    Held held[OPERATION_COUNT];

    /* What the consumer was handed pointers to. */
    STACK_OF(SSL_CIPHER) *current, *ciphers, *client_ciphers;
    STACK_OF(X509) *peer_chain, *verified_chain;
    char *server_name;
    bool is_asked; /* about that name, just now */
    char version[VERSION_ROOM];
    uint8_t protocol[PROTOCOL_ROOM];
};

static inline openssl_component_tls_borrow_connection_t
connection_borrow(const SSL *ssl)
{
    return openssl_component_tls_borrow_connection(ssl->handle);
}

static inline int64_t
connection_get(const SSL *ssl, openssl_component_tls_quantity_t quantity)
{
    return openssl_component_tls_method_connection_get(connection_borrow(ssl), quantity);
}

static inline void
connection_set(SSL *ssl, openssl_component_tls_quantity_t quantity, int64_t value)
{
    openssl_component_tls_method_connection_set(connection_borrow(ssl), quantity, value);
}

static SSL *
SSL_new(SSL_CTX *context)
{
    SSL *ssl = calloc(1, sizeof(*ssl));
    folders_renew(context);
    if (ssl == NULL || !TLS_TRY(static_connection_open, context_borrow(context), &ssl->handle)) {
        free(ssl);
        return NULL;
    }
    context_hold(context);
    ssl->context = context;
    ssl->parameters = (X509_VERIFY_PARAM){.context = context, .ssl = ssl};
    ssl->message_callback = context->message_callback;
    ssl->psk_client_callback = context->psk_client_callback;
    ssl->psk_server_callback = context->psk_server_callback;
    return ssl;
}

static void
SSL_free(SSL *ssl)
{
    if (ssl == NULL) {
        return;
    }
    openssl_component_tls_connection_drop_own(ssl->handle);
    SSL_CTX_free(ssl->context);
    BIO_free(ssl->from);
    BIO_free(ssl->to);
    taken_free(&ssl->unsent);
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        taken_free(&ssl->held[i].data);
    }
    ciphers_free(ssl->current);
    ciphers_free(ssl->ciphers);
    ciphers_free(ssl->client_ciphers);
    certificates_free(ssl->peer_chain);
    certificates_free(ssl->verified_chain);
    free(ssl->server_name);
    free(ssl);
}

/* Takes a reference to each; one only when they are the same. */
static void
SSL_set_bio(SSL *ssl, BIO *from, BIO *to)
{
    BIO_free(ssl->from);
    BIO_free(ssl->to);
    if (from != NULL && from == to) {
        BIO_up_ref(from);
    }
    ssl->from = from;
    ssl->to = to;
}

static int
SSL_set_fd(SSL *ssl, int socket)
{
    BIO *bio = bio_new_socket(socket);
    if (bio == NULL) {
        return 0;
    }
    SSL_set_bio(ssl, bio, bio);
    return 1;
}

static inline BIO *
SSL_get_rbio(const SSL *ssl)
{
    return ssl->from;
}

static inline BIO *
SSL_get_wbio(const SSL *ssl)
{
    return ssl->to;
}

static inline int
SSL_set_app_data(SSL *ssl, void *data)
{
    ssl->app_data = data;
    return 1;
}

static inline void *
SSL_get_app_data(const SSL *ssl)
{
    return ssl->app_data;
}

static inline SSL_CTX *
SSL_get_SSL_CTX(const SSL *ssl)
{
    return ssl->context;
}

/* Goes on with another context's certificate, and with its callbacks. */
static SSL_CTX *
SSL_set_SSL_CTX(SSL *ssl, SSL_CTX *context)
{
    if (context != ssl->context) {
        folders_renew(context);
        openssl_component_tls_method_connection_set_context(connection_borrow(ssl), context_borrow(context));
        context_hold(context);
        SSL_CTX_free(ssl->context);
        ssl->context = context;
        ssl->parameters.context = context;
    }
    return context;
}

static inline void
connection_set_role(SSL *ssl, bool is_server)
{
    ssl->is_server = is_server;
    openssl_component_tls_method_connection_set_role(connection_borrow(ssl), is_server);
}

static inline void
SSL_set_connect_state(SSL *ssl)
{
    connection_set_role(ssl, false);
}

static inline void
SSL_set_accept_state(SSL *ssl)
{
    connection_set_role(ssl, true);
}

static int
SSL_set_session_id_context(SSL *ssl, const unsigned char *id, unsigned int size)
{
    ssl_import_list_u8_t lent = list_lend(id, size);
    return TLS_TRY(method_connection_set_session_id_context, connection_borrow(ssl), &lent);
}

static int
SSL_set_tlsext_host_name(SSL *ssl, const char *name)
{
    ssl_import_string_t lent;
    return text_lend(&lent, name)
        && TLS_TRY(method_connection_set_server_name, connection_borrow(ssl), &lent);
}

static inline long
SSL_set_mode(SSL *ssl, long mode)
{
    connection_set(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_MODE, mode);
    return mode;
}

static inline int
SSL_get_verify_mode(const SSL *ssl)
{
    return (int)connection_get(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_VERIFY_MODE);
}

static inline void
SSL_set_verify(SSL *ssl, int mode, SSL_verify_cb callback)
{
    (void)callback;
    connection_set(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_VERIFY_MODE, mode);
}

static inline void
SSL_set_post_handshake_auth(SSL *ssl, int on)
{
    connection_set(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_POST_HANDSHAKE_AUTH, on);
}

static inline void
SSL_set_msg_callback(SSL *ssl, SSL_msg_cb callback)
{
    ssl->message_callback = callback;
    connection_set(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_REPORT_MESSAGES, callback != NULL);
}

static inline int
SSL_get_shutdown(const SSL *ssl)
{
    return (int)connection_get(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_SHUTDOWN);
}

static inline void
SSL_set_shutdown(SSL *ssl, int mode)
{
    connection_set(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_SHUTDOWN, mode);
}

/* Input is never read ahead. */
static inline void
SSL_set_read_ahead(SSL *ssl, int on)
{
    (void)ssl;
    (void)on;
}

static int
SSL_verify_client_post_handshake(SSL *ssl)
{
    return TLS_TRY(method_connection_request_certificate, connection_borrow(ssl));
}

#endif
