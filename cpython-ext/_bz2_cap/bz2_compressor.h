/* BZ2Compressor. */

#ifndef BZ2_COMPRESSOR_H
#define BZ2_COMPRESSOR_H

#include "bz2_refusal.h"
#include "cap_arguments.h"
#include "cap_finish.h"

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
    take_chunk(&chunk, &packing->code, step);
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

static PyObject *
compressor_compress(PyObject *op, PyObject *data)
{
    Packing *packing = &((BZ2Compressor *)op)->packing;
    return finish_compress(&PACKING, packing, packing->finishing, data);
}

static PyObject *
compressor_flush(PyObject *op, PyObject *Py_UNUSED(none))
{
    Packing *packing = &((BZ2Compressor *)op)->packing;
    return finish_flush(&PACKING, packing, &packing->finishing);
}

static PyMethodDef compressor_methods[] = {
    {"compress", compressor_compress, METH_O, FINISH_COMPRESS_DOC},
    {"flush", compressor_flush, METH_NOARGS, FINISH_FLUSH_DOC},
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
