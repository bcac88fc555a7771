/* The end of a message, which waits until it is worth a call. Copies of a message share it until one of them goes
   on. */

#ifndef CLIENT_TAILS_H
#define CLIENT_TAILS_H

#include <string.h>

#include "openssl/crypto.h"

#include "room.h"

#define WORD_SIZE sizeof(uint64_t)

/* How many bytes wait at most. */
#define MOST_TAIL 1024

/* What a new tail has room for at least, in bytes. */
#define SMALL_TAIL 64

typedef struct {
    size_t count; /* of those who share it */
    size_t size;  /* in bytes */
    size_t room;  /* in bytes, whole words */
    uint64_t words[];
} Tail;

/* Bytes as words. */
typedef struct {
    uint64_t *words;
    size_t size; /* in bytes */
} Span;

static inline size_t
tail_size(const Tail *tail)
{
    return tail == NULL ? 0 : tail->size;
}

static inline void
tail_free(Tail *tail)
{
    if (tail != NULL && --tail->count == 0) {
        /* It may be a password. */
        OPENSSL_cleanse(tail->words, tail->size);
        free(tail);
    }
}

/* Puts a tail of its own in the place of one that is shared or too small. False when there is no memory. */
static inline bool
tail_make_room(Tail **tail, size_t size)
{
    Tail *old = *tail;
    if (old != NULL && old->count == 1 && size <= old->room) {
        return true;
    }
    size_t room = SMALL_TAIL;
    while (room < size) {
        room *= 2;
    }
    Tail *grown = malloc(sizeof(Tail) + room);
    if (grown == NULL) {
        errors_add_no_memory();
        return false;
    }
    *grown = (Tail){.count = 1, .size = tail_size(old), .room = room};
    memcpy(grown->words, old == NULL ? NULL : old->words, grown->size);
    tail_free(old);
    *tail = grown;
    return true;
}

/* False when there is no memory. */
static inline bool
tail_add(Tail **tail, const uint8_t *data, size_t size)
{
    if (size == 0) {
        return true;
    }
    if (!tail_make_room(tail, tail_size(*tail) + size)) {
        return false;
    }
    memcpy((uint8_t *)(*tail)->words + (*tail)->size, data, size);
    (*tail)->size += size;
    return true;
}

/* It has been sent. */
static inline void
tail_clear(Tail **tail)
{
    if (*tail != NULL && (*tail)->count == 1) {
        OPENSSL_cleanse((*tail)->words, (*tail)->size);
        (*tail)->size = 0;
        return;
    }
    tail_free(*tail);
    *tail = NULL;
}

static inline Span
tail_span(Tail *tail)
{
    size_t size = tail_size(tail);
    if (size == 0) {
        return (Span){.words = NULL};
    }
    /* Behind the last byte, the last word is zero. */
    size_t unused = -size % WORD_SIZE;
    memset((uint8_t *)tail->words + size, 0, unused);
    return (Span){.words = tail->words, .size = size};
}

#endif
