/* zlib.Compress, what compressobj() returns. */

#ifndef ZLIB_COMPRESS_H
#define ZLIB_COMPRESS_H

#include "zlib_arguments.h"
#include "zlib_deflater.h"

typedef struct {
    PyObject_HEAD
    Deflater deflater; /* closed when the stream is finished */
} Compress;

static Compress *
compress_new(ModuleState *state)
{
    PyTypeObject *type = state->compress_type;
    Compress *self = (Compress *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->deflater = (Deflater){.is_open = false, .error = state->error};
    }
    return self;
}

static void
compress_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    deflater_close(&((Compress *)op)->deflater);
    type->tp_free(op);
    Py_DECREF(type);
}

static int
compress_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static int
compress_set_dictionary(Compress *self, const Py_buffer *zdict)
{
    Refusal refusal;
    zlib_import_list_u8_t dictionary = {.ptr = zdict->buf, .len = (size_t)zdict->len};
    if (zlib_component_stream_method_compressor_set_dictionary(
            zlib_component_stream_borrow_compressor(self->deflater.stream), &dictionary, &refusal)) {
        return 0;
    }
    if (refusal.tag == ZLIB_COMPONENT_STREAM_ERROR_UNSUPPORTED) {
        raise_refusal(NULL, &refusal, &OPENING_COMPRESSOR);
        return -1;
    }
    bool invalid = refusal_code(&refusal) == Z_STREAM_ERROR;
    PyErr_SetString(PyExc_ValueError, invalid ? "Invalid dictionary" : "deflateSetDictionary()");
    zlib_component_stream_error_free(&refusal);
    return -1;
}

/* `zdict` has no object where none was given. */
static PyObject *
compress_open(ModuleState *state, zlib_component_stream_compression_t *options, const Py_buffer *zdict)
{
    Compress *self = compress_new(state);
    if (self == NULL) {
        return NULL;
    }
    Deflater *deflater = &self->deflater;
    Refusal refusal;
    deflater->is_open = zlib_component_stream_static_compressor_open(options, &deflater->stream, &refusal);
    if (!deflater->is_open) {
        raise_refusal(state->error, &refusal, &OPENING_COMPRESSOR);
    }
    if (!deflater->is_open || (zdict->obj != NULL && compress_set_dictionary(self, zdict) < 0)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

/* Compresses `size` bytes, with `flush` at their end. */
static PyObject *
compress_run(Compress *self, const void *data, size_t size, zlib_component_stream_flush_t flush,
             const Wording *words)
{
    self->deflater.flush = flush;
    self->deflater.words = words;
    return codec_compress(&DEFLATING, &self->deflater, data, size);
}

PyDoc_STRVAR(compress_compress_doc,
"compress($self, data, /)\n"
"--\n"
"\n"
"Compress data and return what is ready as bytes.\n"
"\n"
"The compressor keeps some of it until more data comes or flush() is called.");

static PyObject *
compress_compress(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", NULL};
    PyObject *data;
    Py_buffer buffer;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:compress", names, &data)
        || PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    PyObject *output = compress_run((Compress *)op, buffer.buf, (size_t)buffer.len,
                                    ZLIB_COMPONENT_STREAM_FLUSH_NONE, &COMPRESSING);
    PyBuffer_Release(&buffer);
    return output;
}

PyDoc_STRVAR(compress_flush_doc,
"flush($self, mode=zlib.Z_FINISH, /)\n"
"--\n"
"\n"
"Return what the compressor holds back, as bytes.\n"
"\n"
"  mode\n"
"    Z_FINISH ends the stream, and the object with it. After Z_SYNC_FLUSH,\n"
"    Z_FULL_FLUSH and the other modes, compression can go on.");

static PyObject *
compress_flush(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", NULL};
    PyObject *argument = NULL;
    int mode = Z_FINISH;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:flush", names, &argument)
        || read_int(argument, &mode) < 0) {
        return NULL;
    }
    if (mode == Z_NO_FLUSH) {
        return PyBytes_FromStringAndSize(NULL, 0);
    }
    if (mode < 0 || mode > Z_TREES) {
        /* A number that the contract's enum does not have; zlib refuses it so. */
        ModuleState *state = PyType_GetModuleState(Py_TYPE(op));
        zlib_import_option_string_t no_message = {.is_some = false};
        raise_zlib_error(state->error, Z_STREAM_ERROR, &no_message, &FLUSHING);
        return NULL;
    }
    /* The contract's modes have zlib's numbers. */
    return compress_run((Compress *)op, NULL, 0, (zlib_component_stream_flush_t)mode, &FLUSHING);
}

static PyObject *
compress_duplicate(Compress *self)
{
    ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
    Compress *copy = compress_new(state);
    if (copy == NULL) {
        return NULL;
    }
    Refusal refusal = library_refusal(Z_STREAM_ERROR);
    copy->deflater.is_open = self->deflater.is_open
        && zlib_component_stream_method_compressor_copy(
            zlib_component_stream_borrow_compressor(self->deflater.stream), &copy->deflater.stream, &refusal);
    if (!copy->deflater.is_open) {
        raise_refusal(state->error, &refusal, &COPYING_COMPRESSOR);
        Py_CLEAR(copy);
    }
    return (PyObject *)copy;
}

PyDoc_STRVAR(compress_copy_doc,
"copy($self, /)\n"
"--\n"
"\n"
"Return an independent compressor in the same state.");

static PyObject *
compress_copy(PyObject *op, PyObject *args, PyObject *kwargs)
{
    return refuse_arguments(args, kwargs, "copy") < 0 ? NULL : compress_duplicate((Compress *)op);
}

PyDoc_STRVAR(compress___copy___doc, "__copy__($self, /)\n--\n\n");

static PyObject *
compress___copy__(PyObject *op, PyObject *args, PyObject *kwargs)
{
    return refuse_arguments(args, kwargs, "__copy__") < 0 ? NULL : compress_duplicate((Compress *)op);
}

PyDoc_STRVAR(compress___deepcopy___doc, "__deepcopy__($self, memo, /)\n--\n\n");

static PyObject *
compress___deepcopy__(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", NULL};
    PyObject *memo;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:__deepcopy__", names, &memo)) {
        return NULL;
    }
    return compress_duplicate((Compress *)op);
}

static PyMethodDef compress_methods[] = {
    {"compress", WITH_KEYWORDS(compress_compress), compress_compress_doc},
    {"flush", WITH_KEYWORDS(compress_flush), compress_flush_doc},
    {"copy", WITH_KEYWORDS(compress_copy), compress_copy_doc},
    {"__copy__", WITH_KEYWORDS(compress___copy__), compress___copy___doc},
    {"__deepcopy__", WITH_KEYWORDS(compress___deepcopy__), compress___deepcopy___doc},
    {NULL},
};

static PyType_Slot compress_slots[] = {
    {Py_tp_dealloc, compress_dealloc},
    {Py_tp_traverse, compress_traverse},
    {Py_tp_methods, compress_methods},
    {0, NULL},
};

static PyType_Spec compress_spec = {
    .name = "zlib.Compress",
    .basicsize = sizeof(Compress),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_GC,
    .slots = compress_slots,
};

#endif
