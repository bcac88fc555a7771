/* EVP_MD_CTX: a message on its way through a digest. */

#ifndef CLIENT_DIGESTS_H
#define CLIENT_DIGESTS_H

#include "algorithms.h"
#include "messages.h"

/* What one call brings of a value of any size, in bytes. */
#define VALUE_SLICE ((size_t)64 * 1024)

typedef struct {
    EVP_MD *md;
    Message message;
    bool is_broken; /* what was added last had no room */
} EVP_MD_CTX;

#define DIGEST_RUNNING(handle) ((openssl_component_digest_borrow_running_t){handle})

static inline openssl_component_digest_bytes_t
digest_bytes(Span span)
{
    size_t count = (span.size + WORD_SIZE - 1) / WORD_SIZE;
    return (openssl_component_digest_bytes_t){.words = {.ptr = span.words, .len = count}, .size = (uint32_t)span.size};
}

/* Whether a call came off; takes its failure over if not. */
static inline bool
digest_done(bool done, openssl_component_digest_failure_t *failure)
{
    if (!done) {
        ERRORS_TAKE(failure, openssl_component_digest_failure_free);
    }
    return done;
}

static inline bool
digest_open(void *source, Span data, int32_t *handle)
{
    EVP_MD *md = source;
    openssl_component_digest_bytes_t bytes = digest_bytes(data);
    openssl_component_digest_own_running_t running;
    openssl_component_digest_failure_t failure;
    bool done = openssl_component_digest_static_running_open(openssl_component_digest_borrow_algorithm(md->handle),
                                                             &bytes, &running, &failure);
    if (done) {
        *handle = running.__handle;
    }
    return digest_done(done, &failure);
}

static inline bool
digest_update(int32_t handle, Span data)
{
    openssl_component_digest_bytes_t bytes = digest_bytes(data);
    openssl_component_digest_failure_t failure;
    return digest_done(openssl_component_digest_method_running_update(DIGEST_RUNNING(handle), &bytes, &failure),
                       &failure);
}

static inline bool
digest_copy(int32_t handle, int32_t *copy)
{
    openssl_component_digest_own_running_t running;
    openssl_component_digest_failure_t failure;
    bool done = openssl_component_digest_method_running_copy(DIGEST_RUNNING(handle), &running, &failure);
    if (done) {
        *copy = running.__handle;
    }
    return digest_done(done, &failure);
}

static inline void
digest_drop(int32_t handle)
{
    openssl_component_digest_running_drop_own((openssl_component_digest_own_running_t){handle});
}

static const Route digest_route = {digest_open, digest_update, digest_copy, digest_drop};

static inline EVP_MD_CTX *
EVP_MD_CTX_new(void)
{
    return calloc(1, sizeof(EVP_MD_CTX));
}

static inline void
digest_close(EVP_MD_CTX *ctx)
{
    message_close(&ctx->message);
    EVP_MD_free(ctx->md);
    ctx->md = NULL;
}

static inline void
EVP_MD_CTX_free(EVP_MD_CTX *ctx)
{
    if (ctx != NULL) {
        digest_close(ctx);
        free(ctx);
    }
}

/* Whether a part of the message is missing; an error is added. */
static inline bool
digest_is_broken(const EVP_MD_CTX *ctx)
{
    if (ctx->is_broken) {
        errors_add_no_memory();
    }
    return ctx->is_broken;
}

static inline int
EVP_MD_CTX_copy(EVP_MD_CTX *to, EVP_MD_CTX *from)
{
    digest_close(to);
    if (digest_is_broken(from)) {
        return 0;
    }
    to->md = from->md;
    to->md->count++;
    message_share(&from->message, &to->message);
    return 1;
}

static inline const EVP_MD *
EVP_MD_CTX_md(const EVP_MD_CTX *ctx)
{
    return ctx->md;
}

static inline int
EVP_MD_CTX_size(const EVP_MD_CTX *ctx)
{
    return ctx->md->size;
}

static inline int
EVP_MD_CTX_block_size(const EVP_MD_CTX *ctx)
{
    return ctx->md->block_size;
}

/* Of the engines there is none, NULL. */
static inline int
EVP_DigestInit_ex(EVP_MD_CTX *ctx, EVP_MD *md, void *engine)
{
    (void)engine;
    md->count++;
    digest_close(ctx);
    ctx->md = md;
    ctx->message = (Message){.route = &digest_route, .source = md};
    ctx->is_broken = false;
    return 1;
}

/* A failure is told with the value: consumers count on it that there is none here, and may be in no state to report it. */
static inline int
EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t size)
{
    ctx->is_broken |= !message_update(&ctx->message, data, size);
    return 1;
}

/* Takes over what the bindings returned, which has to be of the size that was asked for. */
static inline bool
digest_take(openssl_component_digest_bytes_t *bytes, uint8_t *value, size_t size)
{
    bool honest = bytes->size == size && bytes->words.len == (size + WORD_SIZE - 1) / WORD_SIZE;
    if (honest) {
        memcpy(value, bytes->words.ptr, size);
    }
    openssl_component_digest_bytes_free(bytes);
    return honest;
}

/* A value in one call. The size is passed on where there is a choice. */
static inline bool
digest_value(EVP_MD_CTX *ctx, uint8_t *value, size_t size, uint32_t *choice)
{
    if (digest_is_broken(ctx) || !room_is_there(size)) {
        return false;
    }
    openssl_component_digest_bytes_t tail = digest_bytes(tail_span(ctx->message.tail)), bytes;
    openssl_component_digest_failure_t failure;
    const Sent *sent = ctx->message.sent;
    bool done = sent == NULL
                    ? openssl_component_digest_method_algorithm_compute(
                          openssl_component_digest_borrow_algorithm(ctx->md->handle), &tail, choice, &bytes, &failure)
                    : openssl_component_digest_method_running_value(DIGEST_RUNNING(sent->handle), &tail, choice, &bytes,
                                                                    &failure);
    return digest_done(done, &failure) && digest_take(&bytes, value, size);
}

/* The size is not told. */
static inline int
EVP_DigestFinal(EVP_MD_CTX *ctx, unsigned char *value, unsigned int *size)
{
    (void)size;
    return digest_value(ctx, value, (size_t)ctx->md->size, NULL);
}

/* A value in several calls, of a message that ends there. */
static inline bool
digest_squeeze(EVP_MD_CTX *ctx, uint8_t *value, size_t size)
{
    if (digest_is_broken(ctx) || !message_send_tail(&ctx->message)) {
        return false;
    }
    openssl_component_digest_borrow_running_t running = DIGEST_RUNNING(ctx->message.sent->handle);
    while (size > 0) {
        size_t part = size < VALUE_SLICE ? size : VALUE_SLICE;
        if (!room_is_there(part)) {
            return false;
        }
        openssl_component_digest_bytes_t bytes;
        openssl_component_digest_failure_t failure;
        bool done = openssl_component_digest_method_running_squeeze(running, (uint32_t)part, &bytes, &failure);
        if (!digest_done(done, &failure) || !digest_take(&bytes, value, part)) {
            return false;
        }
        value += part;
        size -= part;
    }
    return true;
}

static inline int
EVP_DigestFinalXOF(EVP_MD_CTX *ctx, unsigned char *value, size_t size)
{
    if (size > VALUE_SLICE) {
        return digest_squeeze(ctx, value, size);
    }
    uint32_t choice = (uint32_t)size;
    return digest_value(ctx, value, size, &choice);
}

#endif
