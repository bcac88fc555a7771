/* Bytes as the contract's record `bytes` has them, eight to a word. */

#ifndef CLIENT_PIECES_H
#define CLIENT_PIECES_H

#include "values.h"

typedef struct {
    sqlite_component_database_bytes_t bytes; /* for a binding */
    uint64_t *copy;                          /* NULL when they could be lent as they are */
} Piece;

static inline size_t
piece_words(size_t size)
{
    return size / WORD_BYTES + (size % WORD_BYTES != 0);
}

/* Lends memory whose last word is whole, and zero behind the last byte. */
static Piece
piece_of_words(const void *data, size_t size)
{
    sqlite_import_list_u64_t words = {.ptr = (uint64_t *)data, .len = piece_words(size)};
    return (Piece){.bytes = {.words = words, .size = (uint32_t)size}};
}

/* Lends any memory, in a copy where need be. False when there is no room for that. */
static bool
piece_lend(Piece *piece, const void *data, size_t size)
{
    *piece = piece_of_words(data, size);
    if (size == 0 || ((uintptr_t)data % WORD_BYTES == 0 && size % WORD_BYTES == 0)) {
        return true;
    }
    size_t count = piece->bytes.words.len;
    piece->copy = malloc(count * WORD_BYTES);
    if (piece->copy == NULL) {
        return false;
    }
    piece->copy[count - 1] = 0;
    memcpy(piece->copy, data, size);
    piece->bytes.words.ptr = piece->copy;
    return true;
}

static inline void
piece_close(Piece *piece)
{
    free(piece->copy);
}

/* Whether the component brought as many words as it says. */
static inline bool
piece_is_sound(const sqlite_component_database_bytes_t *bytes)
{
    return bytes->words.len == piece_words(bytes->size);
}

#endif
