/* zlib._ZlibDecompressor, the decompressor that keeps its own unread input; gzip and zipfile read files with it. */

#ifndef ZLIB_DECOMPRESSOR_H
#define ZLIB_DECOMPRESSOR_H

#include "cap_feed.h"
#include "zlib_inflater.h"

typedef struct {
    PyObject_HEAD
    Inflater inflater; /* closed when the stream has ended */
    Feed feed;
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
    ModuleState *state = PyType_GetModuleState(type);
    self->inflater = (Inflater){.zdict = Py_XNewRef(zdict), .error = state->error, .words = &DECOMPRESSING};
    feed_open(&self->feed);
    if (inflater_open(&self->inflater, wbits, &OPENING_DECOMPRESSOR) < 0) {
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
    feed_close(&self->feed);
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

/* CPython's own leaves a zlib stream's dictionary unset here and fails without an exception; this one sets it. */
static PyObject *
decompressor_run(PyObject *op, const Py_buffer *data, Py_ssize_t max_length)
{
    ZlibDecompressor *self = (ZlibDecompressor *)op;
    if (self->feed.eof) {
        PyErr_SetString(PyExc_EOFError, "End of stream already reached");
        return NULL;
    }
    PyObject *output = feed_decompress(&self->feed, &INFLATING, &self->inflater, data, max_length);
    if (self->feed.eof) {
        inflater_close(&self->inflater);
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
    FEED_MEMBERS(ZlibDecompressor, feed),
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
