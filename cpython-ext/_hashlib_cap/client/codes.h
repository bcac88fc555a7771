/* HMAC_CTX: a message on its way through HMAC. */

#ifndef CLIENT_CODES_H
#define CLIENT_CODES_H

#include "openssl/crypto.h"

#include "algorithms.h"
#include "messages.h"

/* A key is kept up to this size, in bytes, until its second message: then it is over there, worked in. */
#define MOST_KEY 512

/* A key and its digest. Messages share it. */
typedef struct {
    size_t count;
    EVP_MD *md;
    bool used;
    bool is_over_there;
    openssl_component_mac_own_running_t over_there; /* the message that is empty so far */
    size_t size;
    uint8_t key[]; /* wiped once it is over there */
} Keyed;

typedef struct {
    Keyed *keyed;
    Message message;
} HMAC_CTX;

#define CODE_RUNNING(handle) ((openssl_component_mac_borrow_running_t){handle})

static inline openssl_component_mac_bytes_t
code_bytes(Span span)
{
    size_t count = (span.size + WORD_SIZE - 1) / WORD_SIZE;
    return (openssl_component_mac_bytes_t){.words = {.ptr = span.words, .len = count}, .size = (uint32_t)span.size};
}

/* Whether a call came off; takes its failure over if not. */
static inline bool
code_done(bool done, openssl_component_mac_failure_t *failure)
{
    if (!done) {
        ERRORS_TAKE(failure, openssl_component_mac_failure_free);
    }
    return done;
}

static inline void
keyed_free(Keyed *keyed)
{
    if (keyed == NULL || --keyed->count > 0) {
        return;
    }
    if (keyed->is_over_there) {
        openssl_component_mac_running_drop_own(keyed->over_there);
    }
    OPENSSL_cleanse(keyed->key, keyed->size);
    EVP_MD_free(keyed->md);
    free(keyed);
}

static inline bool
keyed_start(Keyed *keyed, const uint8_t *key, size_t size, Span data, openssl_component_mac_own_running_t *running)
{
    hashlib_import_list_u8_t list = {.ptr = (uint8_t *)key, .len = size};
    openssl_component_mac_bytes_t bytes = code_bytes(data);
    openssl_component_mac_failure_t failure;
    openssl_component_mac_borrow_hmac_t hmac = openssl_component_mac_borrow_hmac(keyed->md->hmac);
    bool done = openssl_component_mac_static_running_open(hmac, &list, &bytes, running, &failure);
    return code_done(done, &failure);
}

/* Works the key in. */
static inline bool
keyed_send(Keyed *keyed, const uint8_t *key, size_t size)
{
    if (!keyed->is_over_there && room_is_there(0) && room_is_over_there(size, 0, openssl_component_mac_has_room)) {
        keyed->is_over_there = keyed_start(keyed, key, size, (Span){.words = NULL}, &keyed->over_there);
    }
    if (keyed->is_over_there) {
        OPENSSL_cleanse(keyed->key, keyed->size);
        keyed->size = 0;
    }
    return keyed->is_over_there;
}

static inline Keyed *
keyed_new(EVP_MD *md, const uint8_t *key, size_t size)
{
    if (!algorithm_fetch_hmac(md)) {
        return NULL;
    }
    /* OpenSSL refuses some digests, which it says when it sees a key. */
    bool later = size <= MOST_KEY && (md->flags & EVP_MD_FLAG_XOF) == 0;
    Keyed *keyed = calloc(1, sizeof(Keyed) + (later ? size : 0));
    if (keyed == NULL) {
        errors_add_no_memory();
        return NULL;
    }
    keyed->count = 1;
    keyed->md = md;
    md->count++;
    if (later) {
        keyed->size = size;
        memcpy(keyed->key, key, size);
    }
    else if (!keyed_send(keyed, key, size)) {
        keyed_free(keyed);
        return NULL;
    }
    return keyed;
}

static inline bool
code_update(int32_t handle, Span data)
{
    openssl_component_mac_bytes_t bytes = code_bytes(data);
    openssl_component_mac_failure_t failure;
    return code_done(openssl_component_mac_method_running_update(CODE_RUNNING(handle), &bytes, &failure), &failure);
}

static inline bool
code_copy(int32_t handle, int32_t *copy)
{
    openssl_component_mac_own_running_t running;
    openssl_component_mac_failure_t failure;
    bool done = openssl_component_mac_method_running_copy(CODE_RUNNING(handle), &running, &failure);
    if (done) {
        *copy = running.__handle;
    }
    return code_done(done, &failure);
}

static inline void
code_drop(int32_t handle)
{
    openssl_component_mac_running_drop_own((openssl_component_mac_own_running_t){handle});
}

static inline bool
code_open(void *source, Span data, int32_t *handle)
{
    Keyed *keyed = source;
    if (!keyed->is_over_there) {
        openssl_component_mac_own_running_t running;
        bool done = keyed_start(keyed, keyed->key, keyed->size, data, &running);
        if (done) {
            *handle = running.__handle;
        }
        return done;
    }
    if (!code_copy(keyed->over_there.__handle, handle)) {
        return false;
    }
    if (!code_update(*handle, data)) {
        code_drop(*handle);
        return false;
    }
    return true;
}

static const Route code_route = {code_open, code_update, code_copy, code_drop};

static inline HMAC_CTX *
HMAC_CTX_new(void)
{
    return calloc(1, sizeof(HMAC_CTX));
}

static inline void
code_close(HMAC_CTX *ctx)
{
    message_close(&ctx->message);
    keyed_free(ctx->keyed);
    ctx->keyed = NULL;
}

static inline void
HMAC_CTX_free(HMAC_CTX *ctx)
{
    if (ctx != NULL) {
        code_close(ctx);
        free(ctx);
    }
}

static inline int
HMAC_CTX_copy(HMAC_CTX *to, HMAC_CTX *from)
{
    code_close(to);
    to->keyed = from->keyed;
    to->keyed->count++;
    message_share(&from->message, &to->message);
    return 1;
}

static inline const EVP_MD *
HMAC_CTX_get_md(const HMAC_CTX *ctx)
{
    return ctx->keyed == NULL ? NULL : ctx->keyed->md;
}

/* There is a key, and no engine, NULL. */
static inline int
HMAC_Init_ex(HMAC_CTX *ctx, const void *key, int size, EVP_MD *md, void *engine)
{
    (void)engine;
    Keyed *keyed = keyed_new(md, key, (size_t)size);
    if (keyed == NULL) {
        return 0;
    }
    code_close(ctx);
    ctx->keyed = keyed;
    ctx->message = (Message){.route = &code_route, .source = keyed};
    return 1;
}

static inline int
HMAC_Update(HMAC_CTX *ctx, const unsigned char *data, size_t size)
{
    return message_update(&ctx->message, data, size);
}

/* A code of a message of which nothing was sent. The first one with a key needs nothing that stays. */
static inline bool
code_compute(Keyed *keyed, openssl_component_mac_bytes_t *data, openssl_component_mac_bytes_t *code)
{
    openssl_component_mac_failure_t failure;
    if (!keyed->used && !keyed->is_over_there) {
        keyed->used = true;
        hashlib_import_list_u8_t key = {.ptr = keyed->key, .len = keyed->size};
        return code_done(openssl_component_mac_method_hmac_compute(openssl_component_mac_borrow_hmac(keyed->md->hmac),
                                                                   &key, data, code, &failure),
                         &failure);
    }
    if (!keyed_send(keyed, keyed->key, keyed->size)) {
        return false;
    }
    return code_done(openssl_component_mac_method_running_value(
                         openssl_component_mac_borrow_running(keyed->over_there), data, code, &failure),
                     &failure);
}

/* There is room for as many bytes as the digest has. */
static inline int
HMAC_Final(HMAC_CTX *ctx, unsigned char *value, unsigned int *size)
{
    *size = (unsigned int)ctx->keyed->md->size;
    if (!room_is_there(0)) {
        return 0;
    }
    openssl_component_mac_bytes_t tail = code_bytes(tail_span(ctx->message.tail)), code;
    openssl_component_mac_failure_t failure;
    const Sent *sent = ctx->message.sent;
    bool done = sent == NULL
                    ? code_compute(ctx->keyed, &tail, &code)
                    : code_done(openssl_component_mac_method_running_value(CODE_RUNNING(sent->handle), &tail, &code,
                                                                           &failure),
                                &failure);
    if (!done) {
        return 0;
    }
    bool honest = code.size == *size && code.words.len == (*size + WORD_SIZE - 1) / WORD_SIZE;
    if (honest) {
        memcpy(value, code.words.ptr, *size);
    }
    openssl_component_mac_bytes_free(&code);
    return honest;
}

static inline unsigned char *
HMAC(EVP_MD *md, const void *key, int key_size, const unsigned char *data, size_t size, unsigned char *code,
     unsigned int *code_size)
{
    HMAC_CTX ctx = {.keyed = NULL};
    bool done = HMAC_Init_ex(&ctx, key, key_size, md, NULL) && HMAC_Update(&ctx, data, size) &&
                HMAC_Final(&ctx, code, code_size);
    code_close(&ctx);
    return done ? code : NULL;
}

#endif
