/* The settings of contexts. */

#ifndef CLIENT_SETTINGS_H
#define CLIENT_SETTINGS_H

#include "contexts.h"

static inline uint64_t
SSL_CTX_get_options(const SSL_CTX *context)
{
    return context_get(context, OPENSSL_COMPONENT_TLS_SETTING_OPTIONS);
}

static inline uint64_t
SSL_CTX_set_options(SSL_CTX *context, uint64_t options)
{
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_OPTIONS, SSL_CTX_get_options(context) | options);
    return SSL_CTX_get_options(context);
}

static inline uint64_t
SSL_CTX_clear_options(SSL_CTX *context, uint64_t options)
{
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_OPTIONS, SSL_CTX_get_options(context) & ~options);
    return SSL_CTX_get_options(context);
}

static inline long
SSL_CTX_set_mode(SSL_CTX *context, long mode)
{
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_MODE, (uint64_t)mode);
    return (long)context_get(context, OPENSSL_COMPONENT_TLS_SETTING_MODE);
}

static inline int
SSL_CTX_get_verify_mode(const SSL_CTX *context)
{
    return (int)context_get(context, OPENSSL_COMPONENT_TLS_SETTING_VERIFY_MODE);
}

static inline void
SSL_CTX_set_verify(SSL_CTX *context, int mode, SSL_verify_cb callback)
{
    (void)callback;
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_VERIFY_MODE, (uint64_t)mode);
}

static inline int
SSL_CTX_get_min_proto_version(const SSL_CTX *context)
{
    return (int)context_get(context, OPENSSL_COMPONENT_TLS_SETTING_MINIMUM_VERSION);
}

static inline int
SSL_CTX_set_min_proto_version(SSL_CTX *context, int version)
{
    return context_set(context, OPENSSL_COMPONENT_TLS_SETTING_MINIMUM_VERSION, (uint64_t)version);
}

static inline int
SSL_CTX_get_max_proto_version(const SSL_CTX *context)
{
    return (int)context_get(context, OPENSSL_COMPONENT_TLS_SETTING_MAXIMUM_VERSION);
}

static inline int
SSL_CTX_set_max_proto_version(SSL_CTX *context, int version)
{
    return context_set(context, OPENSSL_COMPONENT_TLS_SETTING_MAXIMUM_VERSION, (uint64_t)version);
}

static inline int
SSL_CTX_get_security_level(const SSL_CTX *context)
{
    return (int)context_get(context, OPENSSL_COMPONENT_TLS_SETTING_SECURITY_LEVEL);
}

static inline size_t
SSL_CTX_get_num_tickets(const SSL_CTX *context)
{
    return (size_t)context_get(context, OPENSSL_COMPONENT_TLS_SETTING_TICKETS);
}

static inline int
SSL_CTX_set_num_tickets(SSL_CTX *context, size_t count)
{
    return context_set(context, OPENSSL_COMPONENT_TLS_SETTING_TICKETS, count);
}

static inline void
SSL_CTX_set_post_handshake_auth(SSL_CTX *context, int on)
{
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_POST_HANDSHAKE_AUTH, on != 0);
}

static int
SSL_CTX_set_cipher_list(SSL_CTX *context, const char *ciphers)
{
    ssl_import_string_t lent;
    return text_lend(&lent, ciphers) && TLS_TRY(method_context_set_ciphers, context_borrow(context), &lent);
}

static int
SSL_CTX_set1_groups(SSL_CTX *context, int *nids, int count)
{
    ssl_import_list_s32_t groups = {.ptr = nids, .len = (size_t)count};
    return TLS_TRY(method_context_set_groups, context_borrow(context), &groups);
}

/* Returns 0 when they are set. */
static int
SSL_CTX_set_alpn_protos(SSL_CTX *context, const unsigned char *protocols, unsigned int size)
{
    ssl_import_list_u8_t lent = list_lend(protocols, size);
    return size > MOST_TEXT || !TLS_TRY(method_context_set_protocols, context_borrow(context), &lent);
}

static int
SSL_CTX_use_psk_identity_hint(SSL_CTX *context, const char *hint)
{
    ssl_import_string_t lent;
    if (hint != NULL && !text_lend(&lent, hint)) {
        return 0;
    }
    return TLS_TRY(method_context_set_psk_hint, context_borrow(context), hint == NULL ? NULL : &lent);
}

/* How often something happened. */
static openssl_component_tls_statistics_t
context_statistics(const SSL_CTX *context)
{
    openssl_component_tls_statistics_t statistics;
    openssl_component_tls_method_context_statistics(context_borrow(context), &statistics);
    return statistics;
}

#define SSL_CTX_sess_number(context) ((long)context_statistics(context).number)
#define SSL_CTX_sess_connect(context) ((long)context_statistics(context).connect)
#define SSL_CTX_sess_connect_good(context) ((long)context_statistics(context).connect_good)
#define SSL_CTX_sess_connect_renegotiate(context) ((long)context_statistics(context).connect_renegotiate)
#define SSL_CTX_sess_accept(context) ((long)context_statistics(context).accept)
#define SSL_CTX_sess_accept_good(context) ((long)context_statistics(context).accept_good)
#define SSL_CTX_sess_accept_renegotiate(context) ((long)context_statistics(context).accept_renegotiate)
#define SSL_CTX_sess_hits(context) ((long)context_statistics(context).hits)
#define SSL_CTX_sess_misses(context) ((long)context_statistics(context).misses)
#define SSL_CTX_sess_timeouts(context) ((long)context_statistics(context).timeouts)
#define SSL_CTX_sess_cache_full(context) ((long)context_statistics(context).cache_full)

#endif
