/* BZ2Decompressor. */

#ifndef BZ2_DECOMPRESSOR_H
#define BZ2_DECOMPRESSOR_H

#include "bz2_refusal.h"
#include "cap_arguments.h"
#include "cap_feed.h"

typedef struct {
    bzip2_component_stream_own_decompressor_t stream;
    bool is_open;
    int code; /* of the refusal; 0 for none */
} Unpacking;

typedef struct {
    PyObject_HEAD
    Unpacking unpacking;
    Feed feed;
} BZ2Decompressor;

static void
unpacking_step(void *op, const Words *input, bool Py_UNUSED(last), size_t room, Step *step)
{
    Unpacking *unpacking = op;
    bzip2_component_stream_chunk_t chunk;
    bzip2_component_stream_bytes_t data = BYTES_OF(bzip2_component_stream_bytes_t, input);
    bzip2_component_stream_method_decompressor_decompress(
        bzip2_component_stream_borrow_decompressor(unpacking->stream), &data, (uint32_t)room, &chunk);
    take_chunk(&chunk, &unpacking->code, step);
}

static void
unpacking_raise(void *op)
{
    raise_bz2_error(((Unpacking *)op)->code);
}

static const Codec UNPACKING = {.step = unpacking_step, .raise = unpacking_raise, .name = "bzip2"};

PyDoc_STRVAR(decompressor_doc,
"BZ2Decompressor()\n"
"--\n"
"\n"
"Decompresses a stream piece by piece.");

static PyObject *
decompressor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) > 0) {
        PyErr_SetString(PyExc_TypeError, "BZ2Decompressor() takes no positional arguments");
        return NULL;
    }
    if (refuse_keywords(kwargs, "BZ2Decompressor") < 0) {
        return NULL;
    }
    BZ2Decompressor *self = (BZ2Decompressor *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    feed_open(&self->feed);
    bzip2_component_stream_failure_t failure;
    self->unpacking.is_open =
        bzip2_component_stream_static_decompressor_open(&self->unpacking.stream, &failure);
    if (!self->unpacking.is_open) {
        raise_bz2_error(failure.code);
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void
decompressor_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    BZ2Decompressor *self = (BZ2Decompressor *)op;
    if (self->unpacking.is_open) {
        bzip2_component_stream_decompressor_drop_own(self->unpacking.stream);
    }
    feed_close(&self->feed);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
decompressor_run(PyObject *op, const Py_buffer *data, Py_ssize_t max_length)
{
    BZ2Decompressor *self = (BZ2Decompressor *)op;
    if (self->feed.eof) {
        PyErr_SetString(PyExc_EOFError, "End of stream already reached");
        return NULL;
    }
    if (self->unpacking.code != 0) {
        PyErr_SetString(PyExc_ValueError, "Decompressor is unusable after a previous error");
        return NULL;
    }
    PyObject *output = feed_decompress(&self->feed, &UNPACKING, &self->unpacking, data, max_length);
    if (self->unpacking.code != 0) {
        self->feed.needs_input = 0;
    }
    return output;
}

static PyObject *
decompressor_decompress(PyObject *op, PyObject *const *args, Py_ssize_t count, PyObject *kwnames)
{
    return feed_method(op, args, count, kwnames, decompressor_run);
}

static PyMethodDef decompressor_methods[] = {
    {"decompress", FAST_WITH_KEYWORDS(decompressor_decompress), FEED_DECOMPRESS_DOC},
    {NULL},
};

static PyMemberDef decompressor_members[] = {
    FEED_MEMBERS(BZ2Decompressor, feed),
    {NULL},
};

static PyType_Slot decompressor_slots[] = {
    {Py_tp_new, decompressor_new},
    {Py_tp_dealloc, decompressor_dealloc},
    {Py_tp_doc, (char *)decompressor_doc},
    {Py_tp_methods, decompressor_methods},
    {Py_tp_members, decompressor_members},
    {0, NULL},
};

static PyType_Spec decompressor_spec = {
    .name = "_bz2.BZ2Decompressor",
    .basicsize = sizeof(BZ2Decompressor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = decompressor_slots,
};

#endif
