/* A message on its way to a digest or HMAC: what was sent, and its tail. What is short is not sent before its value is
   asked for, so that it costs one call. */

#ifndef CLIENT_MESSAGES_H
#define CLIENT_MESSAGES_H

#include "tails.h"

/* Bytes per call: a smaller slice pays for more calls, a bigger one falls out of the processor's cache between its copy
   and its use. */
#define SLICE ((size_t)64 * 1024)

/* How messages of a kind are sent. Each function but `drop` adds to the error queue when it fails. */
typedef struct {
    bool (*open)(void *source, Span data, int32_t *handle);
    bool (*update)(int32_t handle, Span data);
    bool (*copy)(int32_t handle, int32_t *copy);
    void (*drop)(int32_t handle);
} Route;

/* What was sent, over there. Copies of a message share it until one of them sends more. */
typedef struct {
    size_t count;
    int32_t handle;
} Sent;

typedef struct {
    const Route *route;
    void *source; /* what `open` needs; not the message's own */
    Tail *tail;
    Sent *sent; /* NULL before something was */
} Message;

static inline void
message_close(Message *message)
{
    tail_free(message->tail);
    if (message->sent != NULL && --message->sent->count == 0) {
        message->route->drop(message->sent->handle);
        free(message->sent);
    }
    *message = (Message){.route = NULL};
}

/* The other one is closed, or was never opened. */
static inline void
message_share(Message *message, Message *other)
{
    *other = *message;
    if (other->tail != NULL) {
        other->tail->count++;
    }
    if (other->sent != NULL) {
        other->sent->count++;
    }
}

/* Gives the message something over there that is its own: that with `data` if nothing was sent before, else a copy. */
static inline bool
message_send_anew(Message *message, Span data)
{
    Sent *sent = malloc(sizeof(Sent));
    if (sent == NULL) {
        errors_add_no_memory();
        return false;
    }
    sent->count = 1;
    bool done = message->sent == NULL ? message->route->open(message->source, data, &sent->handle)
                                      : message->route->copy(message->sent->handle, &sent->handle);
    if (!done) {
        free(sent);
        return false;
    }
    if (message->sent != NULL) {
        message->sent->count--;
    }
    message->sent = sent;
    return true;
}

static inline bool
message_send(Message *message, Span data)
{
    if (!room_is_there(0)) {
        return false;
    }
    if (message->sent == NULL) {
        return message_send_anew(message, data);
    }
    if (message->sent->count > 1 && !message_send_anew(message, data)) {
        return false;
    }
    return data.size == 0 || message->route->update(message->sent->handle, data);
}

/* Sends what waits, even if that is nothing. */
static inline bool
message_send_tail(Message *message)
{
    bool sent = message_send(message, tail_span(message->tail));
    if (sent) {
        tail_clear(&message->tail);
    }
    return sent;
}

static inline bool
message_update(Message *message, const uint8_t *data, size_t size)
{
    if (size <= MOST_TAIL - tail_size(message->tail)) {
        return tail_add(&message->tail, data, size);
    }
    /* The rest begins with a word, then it need not be copied here. */
    size_t head = -(uintptr_t)data % WORD_SIZE;
    head = head < size ? head : size;
    if (head > 0 && !tail_add(&message->tail, data, head)) {
        return false;
    }
    if (tail_size(message->tail) > 0 && !message_send_tail(message)) {
        return false;
    }
    data += head;
    size -= head;
    while (size > MOST_TAIL) {
        size_t part = size < SLICE ? size / WORD_SIZE * WORD_SIZE : SLICE;
        if (!message_send(message, (Span){.words = (uint64_t *)data, .size = part})) {
            return false;
        }
        data += part;
        size -= part;
    }
    return tail_add(&message->tail, data, size);
}

#endif
