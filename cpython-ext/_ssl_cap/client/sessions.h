/* Sessions: what was negotiated once, to go on from. */

#ifndef CLIENT_SESSIONS_H
#define CLIENT_SESSIONS_H

#include <time.h>

#include "connections.h"

/* The longest identifier. */
#define MOST_SESSION_ID 32

struct ssl_session_st {
    unsigned references;
    openssl_component_tls_own_session_t handle;
    unsigned char id[MOST_SESSION_ID];
    unsigned int id_size;
    bool has_ticket;
    uint32_t ticket_lifetime;
};

static inline openssl_component_tls_borrow_session_t
session_borrow(const SSL_SESSION *session)
{
    return openssl_component_tls_borrow_session(session->handle);
}

static void
SSL_SESSION_free(SSL_SESSION *session)
{
    if (session != NULL && --session->references == 0) {
        openssl_component_tls_session_drop_own(session->handle);
        free(session);
    }
}

/* Takes the handle over; NULL when there is no memory. */
static SSL_SESSION *
session_new(openssl_component_tls_own_session_t handle)
{
    SSL_SESSION *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        openssl_component_tls_session_drop_own(handle);
        error_no_memory(ERR_LIB_SSL);
        return NULL;
    }
    session->references = 1;
    session->handle = handle;
    ssl_import_list_u8_t id;
    openssl_component_tls_method_session_id(session_borrow(session), &id);
    session->id_size = (unsigned int)(id.len < MOST_SESSION_ID ? id.len : MOST_SESSION_ID);
    memcpy(session->id, id.ptr, session->id_size);
    ssl_import_list_u8_free(&id);
    uint32_t *lifetime = &session->ticket_lifetime;
    session->has_ticket =
        openssl_component_tls_method_session_ticket_lifetime(session_borrow(session), lifetime);
    return session;
}

static SSL_SESSION *
SSL_get1_session(SSL *ssl)
{
    openssl_component_tls_own_session_t handle;
    if (!tls_has_room(ROOM_FOR_FEW)
        || !openssl_component_tls_method_connection_session(connection_borrow(ssl), &handle)) {
        return NULL;
    }
    return session_new(handle);
}

static int
SSL_set_session(SSL *ssl, SSL_SESSION *session)
{
    return TLS_TRY(method_connection_set_session, connection_borrow(ssl), session_borrow(session));
}

static inline int
SSL_session_reused(const SSL *ssl)
{
    return connection_get(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_REUSED) != 0;
}

static inline const unsigned char *
SSL_SESSION_get_id(const SSL_SESSION *session, unsigned int *size)
{
    *size = session->id_size;
    return session->id;
}

static inline time_t
SSL_SESSION_get_time_ex(const SSL_SESSION *session)
{
    return (time_t)openssl_component_tls_method_session_time(session_borrow(session));
}

static inline long
SSL_SESSION_get_time(const SSL_SESSION *session)
{
    return (long)SSL_SESSION_get_time_ex(session);
}

static inline long
SSL_SESSION_get_timeout(const SSL_SESSION *session)
{
    return (long)openssl_component_tls_method_session_timeout(session_borrow(session));
}

static inline int
SSL_SESSION_has_ticket(const SSL_SESSION *session)
{
    return session->has_ticket;
}

static inline unsigned long
SSL_SESSION_get_ticket_lifetime_hint(const SSL_SESSION *session)
{
    return session->has_ticket ? session->ticket_lifetime : 0;
}

#endif
