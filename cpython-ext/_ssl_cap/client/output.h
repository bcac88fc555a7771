/* Ciphertext on its way to the peer: what an operation gave, and what could not be sent yet. */

#ifndef CLIENT_OUTPUT_H
#define CLIENT_OUTPUT_H

#include <limits.h>

#include "connections.h"

typedef enum {
    SENT,
    BLOCKED, /* the rest has to wait */
    BROKEN,  /* the rest is dropped, and all that follows: errno, or an error that was added, says why */
} Sending;

/* Nothing can be sent any more: what the component counts as sent would be missing in between. */
static Sending
output_break(SSL *ssl, int number)
{
    taken_free(&ssl->unsent);
    for (int operation = 0; operation < OPERATION_COUNT; operation++) {
        ssl->held[operation].is_there &= operation == READ;
    }
    ssl->is_broken = true;
    ssl->broken_by = number;
    errno = number;
    return BROKEN;
}

/* Sends what there is. */
static Sending
output_send(SSL *ssl)
{
    if (ssl->is_broken) {
        return output_break(ssl, ssl->broken_by);
    }
    while (taken_left(&ssl->unsent) > 0) {
        size_t left = taken_left(&ssl->unsent);
        int size = left < INT_MAX ? (int)left : INT_MAX;
        int sent = ssl->to == NULL ? -1 : BIO_write(ssl->to, ssl->unsent.block + ssl->unsent.start, size);
        if (sent <= 0 && ssl->to != NULL && BIO_should_retry(ssl->to)) {
            return BLOCKED;
        }
        if (sent <= 0) {
            return output_break(ssl, errno);
        }
        ssl->unsent.start += (size_t)sent;
    }
    taken_free(&ssl->unsent);
    return SENT;
}

/* Puts what an operation gave behind what is there. False, with an error added, where it cannot be kept. */
static bool
output_take(SSL *ssl, openssl_component_tls_bytes_t *output)
{
    Taken more;
    if (!taken_open(&more, output)) {
        error_internal(ERR_LIB_SSL);
        return false;
    }
    if (taken_left(&more) > 0 && !taken_append(&ssl->unsent, &more)) {
        error_no_memory(ERR_LIB_SSL);
        return false;
    }
    return true;
}

#endif
