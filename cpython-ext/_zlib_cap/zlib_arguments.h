/* What the functions of the module share: its state, and reading arguments as CPython's zlib module reads them
   (in the same order, with the same exceptions). */

#ifndef ZLIB_ARGUMENTS_H
#define ZLIB_ARGUMENTS_H

#include "Python.h"

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

/* An absent argument is NULL and leaves `*value` as it is. */
static int
read_int(PyObject *argument, int *value)
{
    if (argument == NULL) {
        return 0;
    }
    int number = PyLong_AsInt(argument);
    if (number == -1 && PyErr_Occurred()) {
        return -1;
    }
    *value = number;
    return 0;
}

static int
read_size(PyObject *argument, Py_ssize_t *value)
{
    if (argument == NULL) {
        return 0;
    }
    PyObject *index = PyNumber_Index(argument);
    if (index == NULL) {
        return -1;
    }
    Py_ssize_t number = PyLong_AsSsize_t(index);
    Py_DECREF(index);
    if (number == -1 && PyErr_Occurred()) {
        return -1;
    }
    *value = number;
    return 0;
}

/* For the methods that take none. */
static int
refuse_arguments(PyObject *args, PyObject *kwargs, const char *function)
{
    if (PyTuple_GET_SIZE(args) > 0 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        PyErr_Format(PyExc_TypeError, "%s() takes no arguments", function);
        return -1;
    }
    return 0;
}

/* A function with keyword arguments, as a method table holds it. */
#define WITH_KEYWORDS(function) ((PyCFunction)(void (*)(void))(function)), METH_VARARGS | METH_KEYWORDS

#endif
