/* What the component asks or reports in the middle of an operation, and the consumer's callbacks that are
   called for it. They may call anything here, but no operation of the same connection. */

#ifndef CLIENT_QUESTIONS_H
#define CLIENT_QUESTIONS_H

#include "connections.h"

static void
report_key(SSL *ssl, ssl_import_string_t *line)
{
    if (ssl->context->key_callback == NULL) {
        return;
    }
    char *text = text_keep(line);
    line->len = 0;
    if (text != NULL) {
        ssl->context->key_callback(ssl, text);
        explicit_bzero(text, strlen(text));
    }
    free(text);
}

static void
report_message(SSL *ssl, const openssl_component_tls_message_t *message)
{
    if (ssl->message_callback != NULL) {
        ssl->message_callback(message->sent, message->version, message->content_type, message->content.ptr,
                              message->content.len, ssl, NULL);
    }
}

static void
report_events(SSL *ssl, const openssl_component_tls_list_event_t *events)
{
    for (size_t i = 0; i < events->len; i++) {
        openssl_component_tls_event_t *event = &events->ptr[i];
        if (event->tag == OPENSSL_COMPONENT_TLS_EVENT_KEY) {
            report_key(ssl, &event->val.key);
        }
        else {
            report_message(ssl, &event->val.message);
        }
    }
}

/* Takes a text of a question over, which may be none. */
static char *
question_text(ssl_import_option_string_t *text)
{
    char *kept = text->is_some ? text_keep(&text->val) : NULL;
    text->is_some = false;
    return kept;
}

static void
answer_server_name(SSL *ssl, ssl_import_option_string_t *name)
{
    int alert = SSL_AD_UNRECOGNIZED_NAME, result = SSL_TLSEXT_ERR_OK;
    SSL_CTX *context = ssl->context;
    free(ssl->server_name);
    ssl->server_name = question_text(name);
    if (context->server_name_callback != NULL) {
        ssl->is_asked = true;
        result = context->server_name_callback(ssl, &alert, context->server_name_argument);
        ssl->is_asked = false;
    }
    uint8_t given = (uint8_t)alert, *answer = result == SSL_TLSEXT_ERR_ALERT_FATAL ? &given : NULL;
    openssl_component_tls_method_connection_answer_server_name(connection_borrow(ssl), answer);
}

/* Asks for a key, and a client for its identity as well. Returns the key's size; 0 for none. */
static size_t
psk_ask(SSL *ssl, const char *text, char identity[PSK_MAX_IDENTITY_LEN + 1],
        unsigned char key[PSK_MAX_PSK_LEN])
{
    unsigned int size = 0;
    if (ssl->is_server && ssl->psk_server_callback != NULL) {
        size = ssl->psk_server_callback(ssl, text, key, PSK_MAX_PSK_LEN);
    }
    if (!ssl->is_server && ssl->psk_client_callback != NULL) {
        size = ssl->psk_client_callback(ssl, text, identity, PSK_MAX_IDENTITY_LEN, key, PSK_MAX_PSK_LEN);
    }
    return size <= PSK_MAX_PSK_LEN ? size : 0;
}

static void
answer_psk(SSL *ssl, ssl_import_option_string_t *text)
{
    char identity[PSK_MAX_IDENTITY_LEN + 1] = "", *kept = question_text(text);
    unsigned char key[PSK_MAX_PSK_LEN];
    size_t size = psk_ask(ssl, kept, identity, key);
    identity[PSK_MAX_IDENTITY_LEN] = '\0';
    ssl_import_string_t lent;
    ssl_import_list_u8_t key_lent = list_lend(key, size);
    bool is_name = text_lend(&lent, identity);
    if (!is_name) {
        lent = (ssl_import_string_t){.ptr = (uint8_t *)identity, .len = 0};
    }
    openssl_component_tls_method_connection_answer_psk(connection_borrow(ssl), &lent,
                                                       is_name && size > 0 ? &key_lent : NULL);
    explicit_bzero(key, sizeof(key));
    free(kept);
}

#endif
