/* Bytes on their way to a component and back: eight to a word, as the contracts' record `bytes` has them. */

#ifndef CAP_WORDS_H
#define CAP_WORDS_H

#include <stdbool.h>

#include "Python.h"

#define WORD_SIZE sizeof(uint64_t)

/* Input up to this many bytes is copied on the stack, where it has to be copied. */
#define FEW_WORDS 32

/* Bytes of this side: of a caller's buffer, or of what a binding returned. */
typedef struct {
    uint8_t *ptr;
    size_t len;
} Piece;

/* Input as words: where it is, when it begins and ends with a word or is empty, else in a copy. */
typedef struct {
    uint64_t *ptr;
    size_t count;
    size_t size; /* in bytes */
    uint64_t few[FEW_WORDS];
} Words;

static inline void
words_close(Words *words, Piece input)
{
    if (words->ptr != words->few && (uint8_t *)words->ptr != input.ptr) {
        PyMem_RawFree(words->ptr);
    }
}

static inline int
words_open(Words *words, Piece input)
{
    words->size = input.len;
    words->count = (input.len + WORD_SIZE - 1) / WORD_SIZE;
    words->ptr = words->few;
    if (words->count == 0) {
        return 0;
    }
    if ((uintptr_t)input.ptr % WORD_SIZE == 0 && input.len % WORD_SIZE == 0) {
        words->ptr = (uint64_t *)input.ptr;
        return 0;
    }
    if (words->count > FEW_WORDS) {
        words->ptr = PyMem_RawMalloc(words->count * WORD_SIZE);
    }
    if (words->ptr == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    words->ptr[words->count - 1] = 0;
    memcpy(words->ptr, input.ptr, input.len);
    return 0;
}

/* What a binding returned, as a piece. One that claims another size than it brought words for becomes larger than
   anything that was asked for. */
static inline Piece
piece_of_words(uint64_t *words, size_t count, size_t size)
{
    bool honest = count == size / WORD_SIZE + (size % WORD_SIZE != 0);
    /* An empty list has nothing behind its pointer that could be freed, whatever its size is said to be. */
    return (Piece){.ptr = count == 0 ? NULL : (uint8_t *)words, .len = honest ? size : SIZE_MAX};
}

/* The bindings' record `bytes` as a piece, and words as the record that a binding takes. */
#define PIECE_OF(bytes) piece_of_words((bytes).words.ptr, (bytes).words.len, (bytes).size)
#define BYTES_OF(type, from) \
    ((type){.words = {.ptr = (from)->ptr, .len = (from)->count}, .size = (uint32_t)(from)->size})

/* A list of bytes that a binding returned, as a piece. */
#define PIECE_OF_LIST(list) ((Piece){.ptr = (list).ptr, .len = (list).len})

/* Frees what a binding returned; nothing was allocated for an empty list. */
static inline void
piece_free(Piece piece)
{
    if (piece.len > 0) {
        free(piece.ptr);
    }
}

/* Takes the piece over. */
static inline PyObject *
piece_as_bytes(Piece piece)
{
    PyObject *bytes = NULL;
    if (piece.len > PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_SystemError, "the component gave fewer bytes than it said");
    }
    else {
        bytes = PyBytes_FromStringAndSize((const char *)piece.ptr, (Py_ssize_t)piece.len);
    }
    piece_free(piece);
    return bytes;
}

#endif
