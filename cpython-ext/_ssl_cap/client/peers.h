/* What a connection agreed on with its peer, and what the peer said of itself. What is pointed to stays until
   the same is asked again. */

#ifndef CLIENT_PEERS_H
#define CLIENT_PEERS_H

#include "connections.h"

static inline int
SSL_is_init_finished(const SSL *ssl)
{
    return connection_get(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_FINISHED) != 0;
}

static inline long
SSL_get_verify_result(const SSL *ssl)
{
    return (long)connection_get(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_VERIFY_RESULT);
}

static const char *
SSL_get_version(SSL *ssl)
{
    ssl_import_string_t version;
    if (!room_is_there(ROOM_FOR_FEW)) {
        return "unknown";
    }
    openssl_component_tls_method_connection_version(connection_borrow(ssl), &version);
    text_copy(ssl->version, VERSION_ROOM, &version);
    ssl_import_string_free(&version);
    return ssl->version;
}

static const SSL_CIPHER *
SSL_get_current_cipher(SSL *ssl)
{
    openssl_component_tls_cipher_t cipher;
    ciphers_free(ssl->current);
    ssl->current = NULL;
    if (room_is_there(ROOM_FOR_FEW)
        && openssl_component_tls_method_connection_cipher(connection_borrow(ssl), &cipher)) {
        ssl->current = ciphers_take(&cipher, 1);
        openssl_component_tls_cipher_free(&cipher);
    }
    return sk_SSL_CIPHER_value(ssl->current, 0);
}

/* Those that could be used. */
static STACK_OF(SSL_CIPHER) *
SSL_get_ciphers(SSL *ssl)
{
    openssl_component_tls_list_cipher_t ciphers;
    ciphers_free(ssl->ciphers);
    ssl->ciphers = NULL;
    if (room_is_there(ROOM_FOR_ANY)) {
        openssl_component_tls_method_connection_ciphers(connection_borrow(ssl), &ciphers);
        ssl->ciphers = ciphers_take(ciphers.ptr, ciphers.len);
        openssl_component_tls_list_cipher_free(&ciphers);
    }
    return ssl->ciphers;
}

/* Those that the client offered. */
static STACK_OF(SSL_CIPHER) *
SSL_get_client_ciphers(SSL *ssl)
{
    openssl_component_tls_list_cipher_t ciphers;
    ciphers_free(ssl->client_ciphers);
    ssl->client_ciphers = NULL;
    if (room_is_there(ROOM_FOR_ANY)
        && openssl_component_tls_method_connection_client_ciphers(connection_borrow(ssl), &ciphers)) {
        ssl->client_ciphers = ciphers_take(ciphers.ptr, ciphers.len);
        openssl_component_tls_list_cipher_free(&ciphers);
    }
    return ssl->client_ciphers;
}

/* `*out` is NULL when no protocol was agreed on. */
static void
SSL_get0_alpn_selected(SSL *ssl, const unsigned char **out, unsigned int *size)
{
    *out = NULL;
    *size = 0;
    if (!room_is_there(ROOM_FOR_FEW)) {
        return;
    }
    ssl_import_list_u8_t protocol;
    openssl_component_tls_method_connection_protocol(connection_borrow(ssl), &protocol);
    if (protocol.len > 0 && protocol.len < PROTOCOL_ROOM) {
        memcpy(ssl->protocol, protocol.ptr, protocol.len);
        *out = ssl->protocol;
        *size = (unsigned int)protocol.len;
    }
    ssl_import_list_u8_free(&protocol);
}

/* The name that the client gave; NULL for none. */
static const char *
SSL_get_servername(SSL *ssl, int type)
{
    ssl_import_string_t name;
    if (ssl->is_asked) {
        return ssl->server_name;
    }
    free(ssl->server_name);
    ssl->server_name = NULL;
    if (type == TLSEXT_NAMETYPE_host_name && room_is_there(ROOM_FOR_FEW)
        && openssl_component_tls_method_connection_server_name(connection_borrow(ssl), &name)) {
        ssl->server_name = text_keep(&name);
    }
    return ssl->server_name;
}

/* Returns the size of the whole message. */
static size_t
finished_message(const SSL *ssl, bool of_peer, void *buffer, size_t room)
{
    ssl_import_list_u8_t message;
    if (!room_is_there(ROOM_FOR_FEW)) {
        return 0;
    }
    openssl_component_tls_method_connection_finished_message(connection_borrow(ssl), of_peer, &message);
    size_t size = message.len;
    memcpy(buffer, message.ptr, size < room ? size : room);
    ssl_import_list_u8_free(&message);
    return size;
}

static inline size_t
SSL_get_finished(const SSL *ssl, void *buffer, size_t room)
{
    return finished_message(ssl, false, buffer, room);
}

static inline size_t
SSL_get_peer_finished(const SSL *ssl, void *buffer, size_t room)
{
    return finished_message(ssl, true, buffer, room);
}

/* With a reference to it. */
static X509 *
SSL_get_peer_certificate(const SSL *ssl)
{
    ssl_import_list_u8_t der;
    if (!tls_has_room(ROOM_FOR_ANY)
        || !openssl_component_tls_method_connection_peer_certificate(connection_borrow(ssl), &der)) {
        return NULL;
    }
    X509 *certificate = certificate_new(&der, 0);
    ssl_import_list_u8_free(&der);
    return certificate;
}

typedef bool (*GetChain)(openssl_component_tls_borrow_connection_t connection,
                         ssl_import_list_list_u8_t *chain);

static STACK_OF(X509) *
chain_renew(const SSL *ssl, STACK_OF(X509) **kept, GetChain get)
{
    ssl_import_list_list_u8_t chain;
    certificates_free(*kept);
    *kept = NULL;
    if (tls_has_room(ROOM_FOR_ANY) && get(connection_borrow(ssl), &chain)) {
        *kept = certificates_new(&chain);
        ssl_import_list_list_u8_free(&chain);
    }
    return *kept;
}

static inline STACK_OF(X509) *
SSL_get_peer_cert_chain(SSL *ssl)
{
    return chain_renew(ssl, &ssl->peer_chain, openssl_component_tls_method_connection_peer_chain);
}

static inline STACK_OF(X509) *
SSL_get0_verified_chain(SSL *ssl)
{
    return chain_renew(ssl, &ssl->verified_chain, openssl_component_tls_method_connection_verified_chain);
}

#endif
