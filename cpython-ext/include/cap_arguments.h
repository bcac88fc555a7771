/* Reading arguments as CPython's Argument Clinic does: in the same order, with the same exceptions. */

#ifndef CAP_ARGUMENTS_H
#define CAP_ARGUMENTS_H

#include "Python.h"

/* An absent argument is NULL and leaves `*value` as it is. */
static inline int
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

/* Likewise. */
static inline int
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

/* For types whose constructor takes no keyword arguments. */
static inline int
refuse_keywords(PyObject *kwargs, const char *type)
{
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_Format(PyExc_TypeError, "%s() takes no keyword arguments", type);
        return -1;
    }
    return 0;
}

/* For functions that take no arguments. */
static inline int
refuse_arguments(PyObject *args, PyObject *kwargs, const char *function)
{
    if (PyTuple_GET_SIZE(args) > 0 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0)) {
        PyErr_Format(PyExc_TypeError, "%s() takes no arguments", function);
        return -1;
    }
    return 0;
}

/* The most arguments that read_arguments can read. */
#define MOST_ARGUMENTS 4

/* Calls that are not plain, and wrong ones: through CPython's own parser. */
static inline int
parse_arguments(PyObject *const *args, Py_ssize_t count, PyObject *kwnames, const char *format, char **names,
                PyObject **values)
{
    Py_ssize_t named = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames);
    PyObject *positional = PyTuple_New(count), *keywords = PyDict_New();
    int parsed = positional != NULL && keywords != NULL;
    for (Py_ssize_t i = 0; parsed && i < count; i++) {
        PyTuple_SET_ITEM(positional, i, Py_NewRef(args[i]));
    }
    for (Py_ssize_t i = 0; parsed && i < named; i++) {
        parsed = PyDict_SetItem(keywords, PyTuple_GET_ITEM(kwnames, i), args[count + i]) == 0;
    }
    /* The format says how many of these are filled in; the caller's stack keeps what they point to alive. */
    parsed = parsed && PyArg_ParseTupleAndKeywords(positional, keywords, format, names, &values[0], &values[1],
                                                   &values[2], &values[3]);
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    return parsed ? 0 : -1;
}

/* Reads the arguments of a METH_FASTCALL | METH_KEYWORDS function as objects: `least` to `most` of them. `format` and
   `names` are those of PyArg_ParseTupleAndKeywords, with "O" throughout. Absent ones leave their value as it is. */
static inline int
read_arguments(PyObject *const *args, Py_ssize_t count, PyObject *kwnames, Py_ssize_t least, Py_ssize_t most,
               const char *format, char **names, PyObject *values[MOST_ARGUMENTS])
{
    if (kwnames != NULL || count < least || count > most) {
        return parse_arguments(args, count, kwnames, format, names, values);
    }
    memcpy(values, args, (size_t)count * sizeof(*values));
    return 0;
}

/* Functions with keyword arguments, as a method table holds them: without and with a tuple made for each call. */
#define FAST_WITH_KEYWORDS(function) ((PyCFunction)(void (*)(void))(function)), METH_FASTCALL | METH_KEYWORDS
#define WITH_KEYWORDS(function) ((PyCFunction)(void (*)(void))(function)), METH_VARARGS | METH_KEYWORDS

#endif
