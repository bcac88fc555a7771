/* Numbers of Python as the fixed-size ones of liblzma, and the numbers that liblzma gives things. */

#ifndef LZMA_NUMBERS_H
#define LZMA_NUMBERS_H

#include "Python.h"

/* From liblzma's headers. */
#define LZMA_FILTER_LZMA1 0x4000000000000001ULL
enum {
    LZMA_FILTER_DELTA = 0x03,
    LZMA_FILTER_X86 = 0x04,
    LZMA_FILTER_POWERPC = 0x05,
    LZMA_FILTER_IA64 = 0x06,
    LZMA_FILTER_ARM = 0x07,
    LZMA_FILTER_ARMTHUMB = 0x08,
    LZMA_FILTER_SPARC = 0x09,
    LZMA_FILTER_LZMA2 = 0x21,

    LZMA_CHECK_NONE = 0,
    LZMA_CHECK_CRC64 = 4,
    LZMA_CHECK_ID_MAX = 15,

    LZMA_PRESET_DEFAULT = 6,
};

/* CPython's own. */
enum {
    FORMAT_AUTO,
    FORMAT_XZ,
    FORMAT_ALONE,
    FORMAT_RAW,

    CHECK_UNKNOWN = LZMA_CHECK_ID_MAX + 1,
};

/* Reads `size` bytes; `type` is for the message. Returns what a converter of PyArg_ParseTupleAndKeywords
   does: whether it could. */
static int
read_unsigned(PyObject *number, void *value, size_t size, const char *type)
{
#if PY_VERSION_HEX >= 0x030E0000
    Py_ssize_t needed = PyLong_AsNativeBytes(
        number, value, (Py_ssize_t)size,
        Py_ASNATIVEBYTES_NATIVE_ENDIAN | Py_ASNATIVEBYTES_ALLOW_INDEX | Py_ASNATIVEBYTES_REJECT_NEGATIVE
            | Py_ASNATIVEBYTES_UNSIGNED_BUFFER);
    if (needed > (Py_ssize_t)size) {
        PyErr_Format(PyExc_OverflowError, "Python int too large for C %s", type);
    }
    return needed >= 0 && needed <= (Py_ssize_t)size;
#else
    unsigned long long read = PyLong_AsUnsignedLongLong(number);
    if (PyErr_Occurred()) {
        return 0;
    }
    if (size < sizeof(read) && read >> (8 * size) != 0) {
        PyErr_Format(PyExc_OverflowError, "Value too large for %s type", type);
        return 0;
    }
    memcpy(value, &read, size);
    return 1;
#endif
}

static int
read_uint32(PyObject *number, void *value)
{
    return read_unsigned(number, value, sizeof(uint32_t), "uint32_t");
}

static int
read_uint64(PyObject *number, void *value)
{
    return read_unsigned(number, value, sizeof(uint64_t), "uint64_t");
}

static int
read_filter_id(PyObject *number, void *value)
{
    return read_unsigned(number, value, sizeof(uint64_t), "lzma_vli");
}

#endif
