/* Output that comes back from a component in pieces, until it becomes one bytes object. */

#ifndef CAP_PIECES_H
#define CAP_PIECES_H

#include "cap_words.h"

typedef struct {
    Piece few[4]; /* enough for most calls, so that they need no array */
    Piece *array;
    size_t count, capacity;
    size_t size; /* of all together, in bytes */
} Pieces;

static inline void
pieces_open(Pieces *pieces)
{
    pieces->array = pieces->few;
    pieces->count = 0;
    pieces->capacity = Py_ARRAY_LENGTH(pieces->few);
    pieces->size = 0;
}

static inline void
pieces_close(Pieces *pieces)
{
    while (pieces->count > 0) {
        piece_free(pieces->array[--pieces->count]);
    }
    if (pieces->array != pieces->few) {
        PyMem_Free(pieces->array);
    }
}

static inline int
pieces_grow(Pieces *pieces)
{
    size_t capacity = pieces->capacity * 4;
    bool inside = pieces->array == pieces->few;
    Piece *array = PyMem_Realloc(inside ? NULL : pieces->array, capacity * sizeof(Piece));
    if (array == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (inside) {
        memcpy(array, pieces->few, sizeof(pieces->few));
    }
    pieces->array = array;
    pieces->capacity = capacity;
    return 0;
}

/* Takes the piece over, also when it fails. */
static inline int
pieces_add(Pieces *pieces, Piece piece)
{
    if (piece.len == 0) {
        return 0;
    }
    if (pieces->count == pieces->capacity && pieces_grow(pieces) < 0) {
        piece_free(piece);
        return -1;
    }
    pieces->array[pieces->count++] = piece;
    pieces->size += piece.len;
    return 0;
}

static inline PyObject *
pieces_as_bytes(const Pieces *pieces)
{
    PyObject *bytes = NULL;
    if (pieces->size <= PY_SSIZE_T_MAX) {
        bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)pieces->size);
    }
    if (bytes == NULL) {
        PyErr_SetString(PyExc_MemoryError, "Unable to allocate output buffer.");
        return NULL;
    }
    char *end = PyBytes_AS_STRING(bytes);
    for (size_t i = 0; i < pieces->count; i++) {
        memcpy(end, pieces->array[i].ptr, pieces->array[i].len);
        end += pieces->array[i].len;
    }
    return bytes;
}

#endif
