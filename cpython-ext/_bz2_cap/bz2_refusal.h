/* What the component refused, as the exceptions CPython's _bz2 module raises. */

#ifndef BZ2_REFUSAL_H
#define BZ2_REFUSAL_H

#include "Python.h"

/* libbzip2's return codes, from its manual. */
enum {
    BZ_SEQUENCE_ERROR = -1,
    BZ_PARAM_ERROR = -2,
    BZ_MEM_ERROR = -3,
    BZ_DATA_ERROR = -4,
    BZ_DATA_ERROR_MAGIC = -5,
};

static void
raise_bz2_error(int code)
{
    switch (code) {
    case BZ_SEQUENCE_ERROR:
        PyErr_SetString(PyExc_RuntimeError,
                        "Internal error - Invalid sequence of commands sent to libbzip2");
        break;
    case BZ_PARAM_ERROR:
        PyErr_SetString(PyExc_ValueError, "Internal error - invalid parameters passed to libbzip2");
        break;
    case BZ_MEM_ERROR:
        PyErr_NoMemory();
        break;
    case BZ_DATA_ERROR:
    case BZ_DATA_ERROR_MAGIC:
        PyErr_SetString(PyExc_OSError, "Invalid data stream");
        break;
    default:
        PyErr_Format(PyExc_OSError, "Unrecognized error from libbzip2: %d", code);
    }
}

#endif
