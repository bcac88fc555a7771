/* zlib.Decompress, what decompressobj() returns. */

#ifndef ZLIB_DECOMPRESS_H
#define ZLIB_DECOMPRESS_H

#include <stddef.h>

#include "zlib_inflater.h"

typedef struct {
    PyObject_HEAD
    Inflater inflater; /* closed by flush() when the stream has ended */
    PyObject *unused_data;
    PyObject *unconsumed_tail;
    char eof;
} Decompress;

static Decompress *
decompress_new(ModuleState *state, PyObject *zdict)
{
    PyTypeObject *type = state->decompress_type;
    Decompress *self = (Decompress *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->inflater = (Inflater){.zdict = Py_XNewRef(zdict), .error = state->error, .words = &DECOMPRESSING};
        self->unused_data = Py_GetConstant(Py_CONSTANT_EMPTY_BYTES);
        self->unconsumed_tail = Py_GetConstant(Py_CONSTANT_EMPTY_BYTES);
        self->eof = 0;
    }
    return self;
}

static PyObject *
decompress_open(ModuleState *state, int wbits, PyObject *zdict)
{
    Decompress *self = decompress_new(state, zdict);
    if (self != NULL && inflater_open(&self->inflater, wbits, &OPENING_DECOMPRESSOR) < 0) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int
decompress_clear(PyObject *op)
{
    Py_CLEAR(((Decompress *)op)->inflater.zdict);
    return 0;
}

static void
decompress_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    Decompress *self = (Decompress *)op;
    PyObject_GC_UnTrack(op);
    inflater_close(&self->inflater);
    decompress_clear(op);
    Py_XDECREF(self->unused_data);
    Py_XDECREF(self->unconsumed_tail);
    type->tp_free(op);
    Py_DECREF(type);
}

static int
decompress_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((Decompress *)op)->inflater.zdict);
    return 0;
}

static PyObject *
with_appended(PyObject *bytes, const Run *run)
{
    Py_ssize_t size = PyBytes_GET_SIZE(bytes);
    if (run->left > (size_t)(PY_SSIZE_T_MAX - size)) {
        return PyErr_NoMemory();
    }
    PyObject *both = PyBytes_FromStringAndSize(NULL, size + (Py_ssize_t)run->left);
    if (both != NULL) {
        memcpy(PyBytes_AS_STRING(both), PyBytes_AS_STRING(bytes), (size_t)size);
        memcpy(PyBytes_AS_STRING(both) + size, run->next, run->left);
    }
    return both;
}

/* Keeps the input that a run left: in unused_data what follows the stream's end, in unconsumed_tail what is still
   to be decompressed. As CPython has it, a tail is brought up to date even by what follows the end. */
static int
decompress_keep_rest(Decompress *self, const Run *run, Outcome outcome)
{
    bool ended = outcome == RUN_ENDED;
    if (ended && run->left > 0) {
        PyObject *unused = with_appended(self->unused_data, run);
        if (unused == NULL) {
            return -1;
        }
        Py_SETREF(self->unused_data, unused);
    }
    if ((!ended && run->left > 0) || PyBytes_GET_SIZE(self->unconsumed_tail) > 0) {
        PyObject *tail = PyBytes_FromStringAndSize((const char *)run->next, (Py_ssize_t)run->left);
        if (tail == NULL) {
            return -1;
        }
        Py_SETREF(self->unconsumed_tail, tail);
    }
    return 0;
}

/* Decompresses the run's input. After the stream's end the component is not asked: everything is unused. */
static PyObject *
decompress_run(Decompress *self, Run *run)
{
    bool ended_before = self->eof && self->inflater.is_open;
    Outcome outcome = ended_before ? RUN_ENDED : run_decompress(run, &INFLATING, &self->inflater);
    PyObject *output = NULL;
    bool failed = outcome == RUN_RAISED || decompress_keep_rest(self, run, outcome) < 0;
    if (outcome == RUN_ENDED) {
        self->eof = 1;
    }
    if (outcome == RUN_REFUSED) {
        inflater_raise(&self->inflater);
    }
    else if (!failed) {
        output = run_output(run);
    }
    return output;
}

PyDoc_STRVAR(decompress_decompress_doc,
"decompress($self, data, /, max_length=0)\n"
"--\n"
"\n"
"Decompress data and return what comes of it as bytes.\n"
"\n"
"  max_length\n"
"    Return no more bytes than this; 0 is no limit. Input that was not needed\n"
"    for them is left in the attribute unconsumed_tail.");

static PyObject *
decompress_decompress(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "max_length", NULL};
    PyObject *data, *limit = NULL, *output = NULL;
    Py_buffer buffer;
    Py_ssize_t max_length = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:decompress", names, &data, &limit)
        || PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (read_size(limit, &max_length) == 0) {
        if (max_length < 0) {
            PyErr_SetString(PyExc_ValueError, "max_length must be non-negative");
        }
        else {
            Run run;
            run_open(&run, buffer.buf, (size_t)buffer.len);
            run.wanted = max_length == 0 ? SIZE_MAX : (size_t)max_length;
            output = decompress_run((Decompress *)op, &run);
            run_close(&run);
        }
    }
    PyBuffer_Release(&buffer);
    return output;
}

/* Decompresses the unconsumed tail. As CPython has it, what the component refuses is not told. */
static PyObject *
decompress_tail(Decompress *self)
{
    PyObject *tail = Py_NewRef(self->unconsumed_tail);
    PyObject *output = NULL;
    Run run;
    run_open(&run, PyBytes_AS_STRING(tail), (size_t)PyBytes_GET_SIZE(tail));
    Outcome outcome = run_decompress(&run, &INFLATING, &self->inflater);
    if (outcome == RUN_REFUSED) {
        zlib_component_stream_error_free(&self->inflater.refusal);
    }
    if (outcome != RUN_RAISED && decompress_keep_rest(self, &run, outcome) == 0) {
        if (outcome == RUN_ENDED) {
            self->eof = 1;
            inflater_close(&self->inflater);
        }
        output = run_output(&run);
    }
    run_close(&run);
    Py_DECREF(tail);
    return output;
}

PyDoc_STRVAR(decompress_flush_doc,
"flush($self, length=zlib.DEF_BUF_SIZE, /)\n"
"--\n"
"\n"
"Return what is left to decompress, as bytes.\n"
"\n"
"  length\n"
"    How much output to expect; it is no limit.");

static PyObject *
decompress_flush(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", NULL};
    PyObject *argument = NULL;
    Py_ssize_t length = DEF_BUF_SIZE;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:flush", names, &argument)
        || read_size(argument, &length) < 0) {
        return NULL;
    }
    if (length <= 0) {
        PyErr_SetString(PyExc_ValueError, "length must be greater than zero");
        return NULL;
    }
    return decompress_tail((Decompress *)op);
}

static int
decompress_copy_into(Decompress *copy, const Decompress *self)
{
    Refusal refusal = library_refusal(Z_STREAM_ERROR);
    copy->inflater.is_open = self->inflater.is_open
        && zlib_component_stream_method_decompressor_copy(
            zlib_component_stream_borrow_decompressor(self->inflater.stream), &copy->inflater.stream, &refusal);
    if (!copy->inflater.is_open) {
        raise_refusal(self->inflater.error, &refusal, &COPYING_DECOMPRESSOR);
        return -1;
    }
    Py_SETREF(copy->unused_data, Py_NewRef(self->unused_data));
    Py_SETREF(copy->unconsumed_tail, Py_NewRef(self->unconsumed_tail));
    copy->eof = self->eof;
    return 0;
}

static PyObject *
decompress_duplicate(Decompress *self)
{
    ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
    Decompress *copy = decompress_new(state, self->inflater.zdict);
    if (copy != NULL && decompress_copy_into(copy, self) < 0) {
        Py_CLEAR(copy);
    }
    return (PyObject *)copy;
}

PyDoc_STRVAR(decompress_copy_doc,
"copy($self, /)\n"
"--\n"
"\n"
"Return an independent decompressor in the same state.");

static PyObject *
decompress_copy(PyObject *op, PyObject *args, PyObject *kwargs)
{
    return refuse_arguments(args, kwargs, "copy") < 0 ? NULL : decompress_duplicate((Decompress *)op);
}

PyDoc_STRVAR(decompress___copy___doc, "__copy__($self, /)\n--\n\n");

static PyObject *
decompress___copy__(PyObject *op, PyObject *args, PyObject *kwargs)
{
    return refuse_arguments(args, kwargs, "__copy__") < 0 ? NULL : decompress_duplicate((Decompress *)op);
}

PyDoc_STRVAR(decompress___deepcopy___doc, "__deepcopy__($self, memo, /)\n--\n\n");

static PyObject *
decompress___deepcopy__(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", NULL};
    PyObject *memo;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:__deepcopy__", names, &memo)) {
        return NULL;
    }
    return decompress_duplicate((Decompress *)op);
}

static PyMethodDef decompress_methods[] = {
    {"decompress", WITH_KEYWORDS(decompress_decompress), decompress_decompress_doc},
    {"flush", WITH_KEYWORDS(decompress_flush), decompress_flush_doc},
    {"copy", WITH_KEYWORDS(decompress_copy), decompress_copy_doc},
    {"__copy__", WITH_KEYWORDS(decompress___copy__), decompress___copy___doc},
    {"__deepcopy__", WITH_KEYWORDS(decompress___deepcopy__), decompress___deepcopy___doc},
    {NULL},
};

static PyMemberDef decompress_members[] = {
    {"unused_data", Py_T_OBJECT_EX, offsetof(Decompress, unused_data), Py_READONLY},
    {"unconsumed_tail", Py_T_OBJECT_EX, offsetof(Decompress, unconsumed_tail), Py_READONLY},
    {"eof", Py_T_BOOL, offsetof(Decompress, eof), Py_READONLY},
    {NULL},
};

static PyType_Slot decompress_slots[] = {
    {Py_tp_dealloc, decompress_dealloc},
    {Py_tp_traverse, decompress_traverse},
    {Py_tp_clear, decompress_clear},
    {Py_tp_methods, decompress_methods},
    {Py_tp_members, decompress_members},
    {0, NULL},
};

static PyType_Spec decompress_spec = {
    .name = "zlib.Decompress",
    .basicsize = sizeof(Decompress),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC,
    .slots = decompress_slots,
};

#endif
