/* Cipher suites, in lists that belong to a connection. */

#ifndef CLIENT_CIPHERS_H
#define CLIENT_CIPHERS_H

#include "contexts.h"

struct ssl_cipher_st {
    openssl_component_tls_cipher_t is; /* its texts are taken over */
    char *name;
    char *version;
    char *description;
};

STACK_OF(SSL_CIPHER) {
    size_t count;
    SSL_CIPHER items[];
};

static inline int
sk_SSL_CIPHER_num(const STACK_OF(SSL_CIPHER) *stack)
{
    return stack == NULL ? -1 : (int)stack->count;
}

static inline SSL_CIPHER *
sk_SSL_CIPHER_value(const STACK_OF(SSL_CIPHER) *stack, int index)
{
    return index >= 0 && index < sk_SSL_CIPHER_num(stack) ? (SSL_CIPHER *)&stack->items[index] : NULL;
}

static int
sk_SSL_CIPHER_find(const STACK_OF(SSL_CIPHER) *stack, const SSL_CIPHER *cipher)
{
    for (int i = 0; i < sk_SSL_CIPHER_num(stack); i++) {
        if (stack->items[i].is.id == cipher->is.id) {
            return i;
        }
    }
    return -1;
}

static void
ciphers_free(STACK_OF(SSL_CIPHER) *stack)
{
    for (int i = 0; i < sk_SSL_CIPHER_num(stack); i++) {
        free(stack->items[i].name);
        free(stack->items[i].version);
        free(stack->items[i].description);
    }
    free(stack);
}

/* Takes the texts of one over. False when there is no memory. */
static bool
cipher_open(SSL_CIPHER *cipher, openssl_component_tls_cipher_t *from)
{
    cipher->is = *from;
    cipher->name = text_keep(&from->name);
    cipher->version = text_keep(&from->version);
    cipher->description = text_keep(&from->description);
    from->name.len = from->version.len = from->description.len = 0;
    return cipher->name != NULL && cipher->version != NULL && cipher->description != NULL;
}

/* Takes ciphers over, and leaves the rest of them to be freed; NULL when there is no memory. */
static STACK_OF(SSL_CIPHER) *
ciphers_take(openssl_component_tls_cipher_t *from, size_t count)
{
    STACK_OF(SSL_CIPHER) *stack = calloc(1, sizeof(*stack) + count * sizeof(SSL_CIPHER));
    bool is_whole = stack != NULL;
    for (size_t i = 0; stack != NULL && i < count; i++) {
        is_whole &= cipher_open(&stack->items[i], &from[i]);
        stack->count++;
    }
    if (!is_whole) {
        ciphers_free(stack);
        error_no_memory(ERR_LIB_SSL);
        return NULL;
    }
    return stack;
}

static inline const char *
SSL_CIPHER_get_name(const SSL_CIPHER *cipher)
{
    return cipher == NULL ? "(NONE)" : cipher->name;
}

static inline const char *
SSL_CIPHER_get_version(const SSL_CIPHER *cipher)
{
    return cipher == NULL ? "(NONE)" : cipher->version;
}

static inline uint32_t
SSL_CIPHER_get_id(const SSL_CIPHER *cipher)
{
    return cipher->is.id;
}

static inline char *
SSL_CIPHER_description(const SSL_CIPHER *cipher, char *buffer, int room)
{
    snprintf(buffer, (size_t)room, "%s", cipher->description);
    return buffer;
}

static inline int
SSL_CIPHER_get_bits(const SSL_CIPHER *cipher, int *bits)
{
    if (bits != NULL) {
        *bits = (int)cipher->is.bits;
    }
    return (int)cipher->is.strength;
}

static inline int
SSL_CIPHER_is_aead(const SSL_CIPHER *cipher)
{
    return cipher->is.aead;
}

static inline int
SSL_CIPHER_get_cipher_nid(const SSL_CIPHER *cipher)
{
    return (int)cipher->is.symmetric;
}

static inline int
SSL_CIPHER_get_digest_nid(const SSL_CIPHER *cipher)
{
    return (int)cipher->is.digest;
}

static inline int
SSL_CIPHER_get_kx_nid(const SSL_CIPHER *cipher)
{
    return (int)cipher->is.key_exchange;
}

static inline int
SSL_CIPHER_get_auth_nid(const SSL_CIPHER *cipher)
{
    return (int)cipher->is.authentication;
}

#endif
