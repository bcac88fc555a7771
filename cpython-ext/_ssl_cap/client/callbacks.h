/* The consumer's callbacks. The component is told which of them there are, so that it asks or reports; they
   are called from operations (questions.h). */

#ifndef CLIENT_CALLBACKS_H
#define CLIENT_CALLBACKS_H

#include "contexts.h"

static inline pem_password_cb *
SSL_CTX_get_default_passwd_cb(const SSL_CTX *context)
{
    return context->password_callback;
}

static inline void *
SSL_CTX_get_default_passwd_cb_userdata(const SSL_CTX *context)
{
    return context->password_data;
}

static inline void
SSL_CTX_set_default_passwd_cb(SSL_CTX *context, pem_password_cb *callback)
{
    context->password_callback = callback;
}

static inline void
SSL_CTX_set_default_passwd_cb_userdata(SSL_CTX *context, void *data)
{
    context->password_data = data;
}

static inline void
SSL_CTX_set_tlsext_servername_callback(SSL_CTX *context, SSL_servername_cb callback)
{
    context->server_name_callback = callback;
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_ASK_SERVER_NAME, callback != NULL);
}

static inline void
SSL_CTX_set_tlsext_servername_arg(SSL_CTX *context, void *argument)
{
    context->server_name_argument = argument;
}

static inline void
SSL_CTX_set_msg_callback(SSL_CTX *context, SSL_msg_cb callback)
{
    context->message_callback = callback;
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_REPORT_MESSAGES, callback != NULL);
}

static inline void
SSL_CTX_set_keylog_callback(SSL_CTX *context, SSL_CTX_keylog_cb_func callback)
{
    context->key_callback = callback;
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_REPORT_KEYS, callback != NULL);
}

static inline void
SSL_CTX_set_psk_client_callback(SSL_CTX *context, SSL_psk_client_cb_func callback)
{
    context->psk_client_callback = callback;
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_ASK_CLIENT_PSK, callback != NULL);
}

static inline void
SSL_CTX_set_psk_server_callback(SSL_CTX *context, SSL_psk_server_cb_func callback)
{
    context->psk_server_callback = callback;
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_ASK_SERVER_PSK, callback != NULL);
}

/* The component selects among the protocols that were set, as SSL_select_next_proto() does; the callback only
   says that it is to. */
static inline void
SSL_CTX_set_alpn_select_cb(SSL_CTX *context, SSL_CTX_alpn_select_cb_func callback, void *argument)
{
    (void)argument;
    context_order(context, OPENSSL_COMPONENT_TLS_SETTING_SELECT_PROTOCOL, callback != NULL);
}

/* The next of a list of protocols, each behind a byte with its size; false at the end, or where the list
   breaks off. */
static bool
protocol_next(const unsigned char *list, unsigned int size, unsigned int *at, const unsigned char **protocol)
{
    if (*at >= size || list[*at] > size - *at - 1) {
        return false;
    }
    *protocol = &list[*at];
    *at += 1 + list[*at];
    return true;
}

/* The first of the server's that the client has too; else the client's first, as what it may hope for. */
static int
SSL_select_next_proto(unsigned char **out, unsigned char *out_size, const unsigned char *server,
                      unsigned int server_size, const unsigned char *client, unsigned int client_size)
{
    const unsigned char *ours, *theirs;
    unsigned int first = 0;
    *out = NULL;
    *out_size = 0;
    if (!protocol_next(client, client_size, &first, &theirs) || theirs[0] == 0) {
        return OPENSSL_NPN_NO_OVERLAP;
    }
    *out = (unsigned char *)theirs + 1;
    *out_size = theirs[0];
    for (unsigned int i = 0; protocol_next(server, server_size, &i, &ours);) {
        for (unsigned int j = 0; ours[0] > 0 && protocol_next(client, client_size, &j, &theirs);) {
            if (ours[0] == theirs[0] && memcmp(ours + 1, theirs + 1, ours[0]) == 0) {
                *out = (unsigned char *)ours + 1;
                *out_size = ours[0];
                return OPENSSL_NPN_NEGOTIATED;
            }
        }
    }
    return OPENSSL_NPN_NO_OVERLAP;
}

#endif
