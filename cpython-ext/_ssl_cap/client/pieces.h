/* Bytes as the contract's records `bytes` have them, eight to a word. */

#ifndef CLIENT_PIECES_H
#define CLIENT_PIECES_H

#include "texts.h"

#define WORD_SIZE sizeof(uint64_t)

typedef struct {
    uint64_t *words;
    size_t size;    /* in bytes */
    uint64_t *copy; /* NULL when they could be lent as they are */
} Piece;

static inline size_t
piece_words(size_t size)
{
    return size / WORD_SIZE + (size % WORD_SIZE != 0);
}

/* A piece as the record of an interface. */
#define PIECE_AS(type, piece)                                                \
    ((type){.words = {.ptr = (piece).words, .len = piece_words((piece).size)}, \
            .size = (uint32_t)(piece).size})

/* Lends memory, in a copy where need be. False when there is no room for that. */
static bool
piece_lend(Piece *piece, const void *data, size_t size)
{
    *piece = (Piece){.words = (uint64_t *)data, .size = size};
    if (size == 0 || ((uintptr_t)data % WORD_SIZE == 0 && size % WORD_SIZE == 0)) {
        return true;
    }
    size_t count = piece_words(size);
    piece->copy = malloc(count * WORD_SIZE);
    if (piece->copy == NULL) {
        return false;
    }
    piece->copy[count - 1] = 0;
    memcpy(piece->copy, data, size);
    piece->words = piece->copy;
    return true;
}

/* Lends words that are whole, up to the last one. */
static Piece
piece_of_words(void *words, size_t size)
{
    memset((uint8_t *)words + size, 0, piece_words(size) * WORD_SIZE - size);
    return (Piece){.words = words, .size = size};
}

static inline void
piece_close(Piece *piece)
{
    free(piece->copy);
}

/* Lends a list of bytes to a binding. */
static inline ssl_import_list_u8_t
list_lend(const void *data, size_t size)
{
    return (ssl_import_list_u8_t){.ptr = (uint8_t *)data, .len = size};
}

/* Bytes that a binding returned and whose memory is ours, which are taken away from the front. */
typedef struct {
    uint8_t *block;
    size_t start;
    size_t end;
} Taken;

static inline size_t
taken_left(const Taken *taken)
{
    return taken->end - taken->start;
}

static inline void
taken_free(Taken *taken)
{
    free(taken->block);
    *taken = (Taken){.block = NULL};
}

/* Takes the words of a record over, and leaves it empty. False when it has fewer than it says. */
static bool
taken_open(Taken *taken, openssl_component_tls_bytes_t *bytes)
{
    bool sound = bytes->words.len == piece_words(bytes->size);
    if (!sound) {
        openssl_component_tls_bytes_free(bytes);
    }
    /* An empty one has nothing behind its pointer that was allocated. */
    bool there = sound && bytes->size > 0;
    *taken = (Taken){.block = there ? (uint8_t *)bytes->words.ptr : NULL, .end = there ? bytes->size : 0};
    *bytes = (openssl_component_tls_bytes_t){.words = {.ptr = NULL, .len = 0}, .size = 0};
    return sound;
}

/* Takes bytes away, at most so many. */
static size_t
taken_read(Taken *taken, void *buffer, size_t room)
{
    size_t size = taken_left(taken) < room ? taken_left(taken) : room;
    if (size > 0) {
        memcpy(buffer, taken->block + taken->start, size);
    }
    taken->start += size;
    if (taken_left(taken) == 0) {
        taken_free(taken);
    }
    return size;
}

/* Puts `more` behind; it is empty after that. False when there is no memory. */
static bool
taken_append(Taken *taken, Taken *more)
{
    if (taken_left(taken) == 0) {
        taken_free(taken);
        *taken = *more;
        *more = (Taken){.block = NULL};
        return true;
    }
    size_t size = taken_left(more);
    uint8_t *block = realloc(taken->block, taken->end + size);
    if (block != NULL) {
        taken->block = block;
        if (size > 0) {
            memcpy(block + taken->end, more->block + more->start, size);
        }
        taken->end += size;
    }
    taken_free(more);
    return block != NULL;
}

#endif
