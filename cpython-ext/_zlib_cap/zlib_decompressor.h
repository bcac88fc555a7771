/* zlib._ZlibDecompressor, the decompressor that keeps its own unread input; gzip and zipfile read files with it. */

#ifndef ZLIB_DECOMPRESSOR_H
#define ZLIB_DECOMPRESSOR_H

#include <stddef.h>

#include "zlib_inflater.h"
#include "zlib_pending.h"

typedef struct {
    PyObject_HEAD
    Inflater inflater; /* closed when the stream has ended */
    PyObject *unused_data;
    Pending pending;   /* what earlier calls left over; empty while a call has it */
    char eof;
    char needs_input;
} ZlibDecompressor;

PyDoc_STRVAR(decompressor_doc,
"_ZlibDecompressor(wbits=15, zdict=b'')\n"
"--\n"
"\n"
"Decompresses a stream piece by piece.\n"
"\n"
"  wbits\n"
"    The container and the size of the window.\n"
"  zdict\n"
"    The preset dictionary that the data was compressed with.");

static PyObject *
decompressor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"wbits", "zdict", NULL};
    int wbits = MAX_WBITS;
    PyObject *zdict = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|iO:_ZlibDecompressor", names, &wbits, &zdict)) {
        return NULL;
    }
    ZlibDecompressor *self = (ZlibDecompressor *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->inflater = (Inflater){.is_open = false, .zdict = Py_XNewRef(zdict)};
    self->unused_data = Py_GetConstant(Py_CONSTANT_EMPTY_BYTES);
    self->pending = (Pending){.block = NULL};
    self->eof = 0;
    self->needs_input = 1;
    ModuleState *state = PyType_GetModuleState(type);
    if (inflater_open(&self->inflater, wbits, state->error, &OPENING_DECOMPRESSOR) < 0) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int
decompressor_clear(PyObject *op)
{
    Py_CLEAR(((ZlibDecompressor *)op)->inflater.zdict);
    return 0;
}

static void
decompressor_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    ZlibDecompressor *self = (ZlibDecompressor *)op;
    PyObject_GC_UnTrack(op);
    inflater_close(&self->inflater);
    decompressor_clear(op);
    Py_XDECREF(self->unused_data);
    pending_free(&self->pending);
    type->tp_free(op);
    Py_DECREF(type);
}

static int
decompressor_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((ZlibDecompressor *)op)->inflater.zdict);
    return 0;
}

/* Keeps the input that a run left: as unused when the stream has ended, else for the next call. `pending` is what the
   run's input was in, or empty when it was the caller's. */
static int
decompressor_keep_rest(ZlibDecompressor *self, Pending *pending, const Run *run)
{
    self->needs_input = run->left == 0 && !self->eof;
    if (self->eof) {
        PyObject *rest = PyBytes_FromStringAndSize((const char *)run->next, (Py_ssize_t)run->left);
        if (rest == NULL) {
            return -1;
        }
        Py_SETREF(self->unused_data, rest);
        return 0;
    }
    if (pending_size(pending) > 0) {
        pending->start = pending->end - run->left;
        return 0;
    }
    return pending_append(pending, run->next, run->left);
}

static PyObject *
decompressor_finish(ZlibDecompressor *self, Pending *pending, Run *run, Outcome outcome, PyObject *error)
{
    if (inflater_raise(outcome, run, error, &DECOMPRESSING) < 0) {
        return NULL;
    }
    PyObject *output = run_output(run);
    if (outcome == RUN_ENDED) {
        self->eof = 1;
        inflater_close(&self->inflater);
    }
    if (output != NULL && decompressor_keep_rest(self, pending, run) < 0) {
        Py_CLEAR(output);
    }
    return output;
}

/* CPython's own leaves a zlib stream's dictionary unset here and fails without an exception; this one sets it. */
static PyObject *
decompressor_run(ZlibDecompressor *self, const Py_buffer *data, size_t wanted)
{
    ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
    /* Away from the object: the dictionary's buffer may be Python code that calls it again. */
    Pending pending = self->pending;
    self->pending = (Pending){.block = NULL};
    PyObject *output = NULL;
    Run run;
    run_open(&run, data->buf, (size_t)data->len);
    run.wanted = wanted;
    if (pending_size(&pending) == 0 || pending_append(&pending, data->buf, (size_t)data->len) == 0) {
        if (pending_size(&pending) > 0) {
            run.next = pending.block + pending.start;
            run.left = pending_size(&pending);
        }
        Outcome outcome = inflater_run(&self->inflater, &run, state->error);
        output = decompressor_finish(self, &pending, &run, outcome, state->error);
    }
    pending_free(&self->pending);
    if (output != NULL && !self->eof) {
        self->pending = pending;
    }
    else {
        /* As CPython has it, a failure drops what was pending. */
        pending_free(&pending);
    }
    run_close(&run);
    return output;
}

PyDoc_STRVAR(decompressor_decompress_doc,
"decompress($self, /, data, max_length=-1)\n"
"--\n"
"\n"
"Decompress data and return what comes of it as bytes.\n"
"\n"
"  max_length\n"
"    Return no more bytes than this; below zero is no limit.\n"
"\n"
"When input is left over, needs_input is False, and the next call may pass b''\n"
"to go on with it. After the end of the stream (eof) an EOFError is raised, and\n"
"what followed it is in unused_data.");

static PyObject *
decompressor_decompress(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"data", "max_length", NULL};
    ZlibDecompressor *self = (ZlibDecompressor *)op;
    PyObject *data, *limit = NULL, *output = NULL;
    Py_buffer buffer;
    Py_ssize_t max_length = -1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:decompress", names, &data, &limit)
        || PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (read_size(limit, &max_length) == 0) {
        if (self->eof) {
            PyErr_SetString(PyExc_EOFError, "End of stream already reached");
        }
        else {
            output = decompressor_run(self, &buffer, max_length < 0 ? SIZE_MAX : (size_t)max_length);
        }
    }
    PyBuffer_Release(&buffer);
    return output;
}

static PyMethodDef decompressor_methods[] = {
    {"decompress", WITH_KEYWORDS(decompressor_decompress), decompressor_decompress_doc},
    {NULL},
};

static PyMemberDef decompressor_members[] = {
    {"eof", Py_T_BOOL, offsetof(ZlibDecompressor, eof), Py_READONLY,
     "Whether the end of the stream was reached."},
    {"unused_data", Py_T_OBJECT_EX, offsetof(ZlibDecompressor, unused_data), Py_READONLY,
     "What followed the end of the stream."},
    {"needs_input", Py_T_BOOL, offsetof(ZlibDecompressor, needs_input), Py_READONLY,
     "Whether more output takes more input."},
    {NULL},
};

static PyType_Slot decompressor_slots[] = {
    {Py_tp_new, decompressor_new},
    {Py_tp_dealloc, decompressor_dealloc},
    {Py_tp_traverse, decompressor_traverse},
    {Py_tp_clear, decompressor_clear},
    {Py_tp_doc, (char *)decompressor_doc},
    {Py_tp_methods, decompressor_methods},
    {Py_tp_members, decompressor_members},
    {0, NULL},
};

/* Without Py_TPFLAGS_BASETYPE: the module's state is found through the type of the object. */
static PyType_Spec decompressor_spec = {
    .name = "zlib._ZlibDecompressor",
    .basicsize = sizeof(ZlibDecompressor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = decompressor_slots,
};

#endif
