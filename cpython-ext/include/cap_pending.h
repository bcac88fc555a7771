/* Input that a decompressor has been given and not used yet: a queue of bytes in one block. */

#ifndef CAP_PENDING_H
#define CAP_PENDING_H

#include "Python.h"

typedef struct {
    uint8_t *block; /* NULL while nothing was ever pending */
    size_t capacity;
    size_t start, end; /* of the bytes that are pending */
} Pending;

static inline size_t
pending_size(const Pending *pending)
{
    return pending->end - pending->start;
}

static inline void
pending_free(Pending *pending)
{
    PyMem_Free(pending->block);
    *pending = (Pending){.block = NULL};
}

/* Makes room for `more` bytes behind the last. Each byte is moved a bounded number of times on average: to the
   block's start only when half of it is used up, else to a block of twice the size. */
static inline int
pending_grow(Pending *pending, size_t more)
{
    size_t size = pending_size(pending);
    if (more <= pending->capacity - pending->end) {
        return 0;
    }
    if (size + more <= pending->capacity && pending->start >= size) {
        memcpy(pending->block, pending->block + pending->start, size);
    }
    else {
        size_t capacity = Py_MAX(size + more, size * 2);
        uint8_t *block = more > PY_SSIZE_T_MAX - size ? NULL : PyMem_Malloc(capacity);
        if (block == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        if (size > 0) {
            memcpy(block, pending->block + pending->start, size);
        }
        PyMem_Free(pending->block);
        pending->block = block;
        pending->capacity = capacity;
    }
    pending->start = 0;
    pending->end = size;
    return 0;
}

static inline int
pending_append(Pending *pending, const void *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (pending_grow(pending, size) < 0) {
        return -1;
    }
    memcpy(pending->block + pending->end, data, size);
    pending->end += size;
    return 0;
}

#endif
