/* The operations as the consumer calls them. */

#ifndef CLIENT_TRANSFERS_H
#define CLIENT_TRANSFERS_H

#include "operations.h"

/* How much is read or written in one call of the component's, in bytes. */
#define MOST_TRANSFERRED ((size_t)64 * 1024)

/* Takes what is held. */
static size_t
held_take(SSL *ssl, Operation operation)
{
    Held *held = &ssl->held[operation];
    held->is_there = false;
    return held->count;
}

static inline int
SSL_get_error(const SSL *ssl, int result)
{
    return result > 0 ? SSL_ERROR_NONE : ssl->error;
}

static int
SSL_do_handshake(SSL *ssl)
{
    const Call call = {.operation = HANDSHAKE};
    if (!operation_run(ssl, &call)) {
        return -1;
    }
    held_take(ssl, HANDSHAKE);
    return 1;
}

static inline int
SSL_pending(const SSL *ssl)
{
    size_t held = taken_left(&ssl->held[READ].data);
    return (int)(connection_get(ssl, OPENSSL_COMPONENT_TLS_QUANTITY_PENDING) + (int64_t)held);
}

static int
SSL_read_ex(SSL *ssl, void *buffer, size_t room, size_t *size)
{
    const Call call = {
        .operation = READ,
        .limit = (uint32_t)(room < MOST_TRANSFERRED ? room : MOST_TRANSFERRED),
    };
    *size = 0;
    if (!operation_run(ssl, &call)) {
        return 0;
    }
    Held *held = &ssl->held[READ];
    *size = taken_read(&held->data, buffer, room);
    held->is_there = taken_left(&held->data) > 0;
    return 1;
}

/* Writes the next piece of the consumer's data. */
static bool
write_piece(SSL *ssl, const uint8_t *data, size_t size)
{
    Call call = {.operation = WRITE};
    size = size < MOST_TRANSFERRED ? size : MOST_TRANSFERRED;
    if (!piece_lend(&call.data, data, size)) {
        error_no_memory(ERR_LIB_SSL);
        ssl->error = SSL_ERROR_SSL;
        return false;
    }
    bool is_written = operation_run(ssl, &call);
    piece_close(&call.data);
    if (is_written) {
        ssl->written += held_take(ssl, WRITE);
    }
    return is_written;
}

/* How much the component took that the consumer was not told of yet. */
static inline size_t
write_held(const SSL *ssl)
{
    return ssl->held[WRITE].is_there ? ssl->held[WRITE].count : 0;
}

static inline bool
error_is_final(int error)
{
    return error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
}

/* Writes all of it, or as far as that goes; the same call again goes on from there, and must not have less. */
static int
SSL_write_ex(SSL *ssl, const void *data, size_t size, size_t *written)
{
    *written = 0;
    if (ssl->written + write_held(ssl) > size) {
        ERR_clear_error();
        error_add(ERR_LIB_SSL, SSL_R_BAD_LENGTH, "bad length");
        ssl->error = SSL_ERROR_SSL;
        return 0;
    }
    do {
        if (!write_piece(ssl, (const uint8_t *)data + ssl->written, size - ssl->written)) {
            ssl->written = error_is_final(ssl->error) ? 0 : ssl->written;
            return 0;
        }
    } while (ssl->written < size);
    *written = size;
    ssl->written = 0;
    return 1;
}

/* 1 when both sides have closed, 0 when only this one has, -1 when that is not done yet. */
static int
SSL_shutdown(SSL *ssl)
{
    const Call call = {.operation = SHUTDOWN};
    return operation_run(ssl, &call) ? held_take(ssl, SHUTDOWN) == 1 : -1;
}

#endif
