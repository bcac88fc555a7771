/* BZ2Compressor. */

#ifndef BZ2_COMPRESSOR_H
#define BZ2_COMPRESSOR_H

#include "bz2_import.h"
#include "bz2_refusal.h"
#include "cap_arguments.h"
#include "cap_run.h"

typedef struct {
    bzip2_component_stream_own_compressor_t stream;
    bool is_open;
    bool finishing;
    int code; /* of the last refusal */
} Packing;

typedef struct {
    PyObject_HEAD
    Packing packing;
} BZ2Compressor;

static void
packing_step(void *op, const Words *input, bool last, size_t room, Step *step)
{
    Packing *packing = op;
    bzip2_component_stream_chunk_t chunk;
    bzip2_component_stream_bytes_t data = BYTES_OF(bzip2_component_stream_bytes_t, input);
    bzip2_component_stream_action_t action = last && packing->finishing
        ? BZIP2_COMPONENT_STREAM_ACTION_FINISH : BZIP2_COMPONENT_STREAM_ACTION_RUN;
    bzip2_component_stream_method_compressor_compress(
        bzip2_component_stream_borrow_compressor(packing->stream), &data, action, (uint32_t)room, &chunk);
    *step = (Step){.output = PIECE_OF(chunk.output), .consumed = chunk.consumed, .status = STEP_GOING};
    if (chunk.status.tag == BZIP2_COMPONENT_STREAM_STATUS_FAILED) {
        packing->code = chunk.status.val.failed.code;
        step->status = STEP_REFUSED;
    }
    else if (chunk.status.tag == BZIP2_COMPONENT_STREAM_STATUS_STREAM_END) {
        step->status = STEP_ENDED;
    }
}

static void
packing_raise(void *op)
{
    raise_bz2_error(((Packing *)op)->code);
}

static const Codec PACKING = {.step = packing_step, .raise = packing_raise, .name = "bzip2"};

PyDoc_STRVAR(compressor_doc,
"BZ2Compressor(compresslevel=9, /)\n"
"--\n"
"\n"
"Compresses data piece by piece.\n"
"\n"
"  compresslevel\n"
"    1 to 9: the size of a block in units of 100,000 bytes.");

static PyObject *
compressor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    int level = 9;
    PyObject *argument = NULL;
    if (refuse_keywords(kwargs, "BZ2Compressor") < 0 || !PyArg_UnpackTuple(args, "BZ2Compressor", 0, 1, &argument)
        || read_int(argument, &level) < 0) {
        return NULL;
    }
    if (level < 1 || level > 9) {
        PyErr_SetString(PyExc_ValueError, "compresslevel must be between 1 and 9");
        return NULL;
    }
    BZ2Compressor *self = (BZ2Compressor *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    bzip2_component_stream_failure_t failure;
    self->packing.is_open =
        bzip2_component_stream_static_compressor_open(level, 0, &self->packing.stream, &failure);
    if (!self->packing.is_open) {
        raise_bz2_error(failure.code);
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void
compressor_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    Packing *packing = &((BZ2Compressor *)op)->packing;
    if (packing->is_open) {
        bzip2_component_stream_compressor_drop_own(packing->stream);
    }
    type->tp_free(op);
    Py_DECREF(type);
}

PyDoc_STRVAR(compressor_compress_doc,
"compress($self, data, /)\n"
"--\n"
"\n"
"Compress data and return what is ready as bytes.\n"
"\n"
"The compressor keeps some of it until more data comes or flush() is called.");

static PyObject *
compressor_compress(PyObject *op, PyObject *data)
{
    Packing *packing = &((BZ2Compressor *)op)->packing;
    PyObject *output = NULL;
    Py_buffer buffer;
    if (PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (packing->finishing) {
        PyErr_SetString(PyExc_ValueError, "Compressor has been flushed");
    }
    else if (buffer.len == 0) {
        output = Py_GetConstant(Py_CONSTANT_EMPTY_BYTES);
    }
    else {
        output = codec_compress(&PACKING, packing, buffer.buf, (size_t)buffer.len);
    }
    PyBuffer_Release(&buffer);
    return output;
}

PyDoc_STRVAR(compressor_flush_doc,
"flush($self, /)\n"
"--\n"
"\n"
"End the stream and return what the compressor held back, as bytes.\n"
"\n"
"The compressor cannot be used after that.");

static PyObject *
compressor_flush(PyObject *op, PyObject *Py_UNUSED(none))
{
    Packing *packing = &((BZ2Compressor *)op)->packing;
    if (packing->finishing) {
        PyErr_SetString(PyExc_ValueError, "Repeated call to flush()");
        return NULL;
    }
    packing->finishing = true;
    return codec_compress(&PACKING, packing, NULL, 0);
}

static PyMethodDef compressor_methods[] = {
    {"compress", compressor_compress, METH_O, compressor_compress_doc},
    {"flush", compressor_flush, METH_NOARGS, compressor_flush_doc},
    {NULL},
};

static PyType_Slot compressor_slots[] = {
    {Py_tp_new, compressor_new},
    {Py_tp_dealloc, compressor_dealloc},
    {Py_tp_doc, (char *)compressor_doc},
    {Py_tp_methods, compressor_methods},
    {0, NULL},
};

static PyType_Spec compressor_spec = {
    .name = "_bz2.BZ2Compressor",
    .basicsize = sizeof(BZ2Compressor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = compressor_slots,
};

#endif
