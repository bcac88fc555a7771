/* What the functions of the module share: its state, and zlib's constants. */

#ifndef ZLIB_ARGUMENTS_H
#define ZLIB_ARGUMENTS_H

#include "cap_arguments.h"

/* zlib's constants, from its manual, and CPython's own defaults. */
enum {
    MAX_WBITS = 15,
    DEFLATED = 8,
    DEF_MEM_LEVEL = 8,
    DEF_BUF_SIZE = 16 * 1024,
    Z_DEFAULT_COMPRESSION = -1,
    Z_DEFAULT_STRATEGY = 0,
    Z_NO_FLUSH = 0,
    Z_FINISH = 4,
    Z_TREES = 6,
};

typedef struct {
    PyTypeObject *compress_type;
    PyTypeObject *decompress_type;
    PyTypeObject *zlib_decompressor_type;
    PyObject *error;
} ModuleState;

#endif
