/* LZMACompressor. */

#ifndef LZMA_COMPRESSOR_H
#define LZMA_COMPRESSOR_H

#include "cap_finish.h"
#include "lzma_filters.h"

typedef struct {
    lzma_component_stream_own_compressor_t stream;
    bool is_open;
    bool finishing;
    PyObject *error; /* the module's LZMAError, which lives longer */
    int code;        /* of the last refusal */
} Packing;

typedef struct {
    PyObject_HEAD
    Packing packing;
} LZMACompressor;

static void
packing_step(void *op, const Words *input, bool last, size_t room, Step *step)
{
    Packing *packing = op;
    lzma_component_stream_chunk_t chunk;
    lzma_component_stream_bytes_t data = BYTES_OF(lzma_component_stream_bytes_t, input);
    lzma_component_stream_action_t action = last && packing->finishing ? LZMA_COMPONENT_STREAM_ACTION_FINISH
                                                                       : LZMA_COMPONENT_STREAM_ACTION_RUN;
    lzma_component_stream_method_compressor_compress(
        lzma_component_stream_borrow_compressor(packing->stream), &data, action, (uint32_t)room, &chunk);
    take_chunk(&chunk, &packing->code, step);
}

static void
packing_raise(void *op)
{
    Packing *packing = op;
    raise_lzma_error(packing->error, packing->code);
}

static const Codec PACKING = {.step = packing_step, .raise = packing_raise, .name = "lzma"};

/* What LZMACompressor() is called with. */
typedef struct {
    int format;
    int check;
    PyObject *preset;
    PyObject *filters;
} Packaging;

static int
read_packaging(PyObject *args, PyObject *kwargs, Packaging *packaging, uint32_t *preset)
{
    static char *names[] = {"format", "check", "preset", "filters", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|iiOO:LZMACompressor", names, &packaging->format,
                                     &packaging->check, &packaging->preset, &packaging->filters)) {
        return -1;
    }
    if (packaging->format != FORMAT_XZ && packaging->check != -1 && packaging->check != LZMA_CHECK_NONE) {
        PyErr_SetString(PyExc_ValueError, "Integrity checks are only supported by FORMAT_XZ");
        return -1;
    }
    if (packaging->preset != Py_None && packaging->filters != Py_None) {
        PyErr_SetString(PyExc_ValueError, "Cannot specify both preset and filter chain");
        return -1;
    }
    return packaging->preset == Py_None || read_uint32(packaging->preset, preset) ? 0 : -1;
}

static int
chain_for_xz(PyObject *error, const Packaging *packaging, uint32_t preset, Chain *chain)
{
    if (packaging->filters != Py_None) {
        return read_chain(error, packaging->filters, chain);
    }
    if (!chain_of_preset(preset, LZMA_COMPONENT_STREAM_FILTER_LZMA2, chain)) {
        raise_lzma_error(error, LZMA_OPTIONS_ERROR);
        return -1;
    }
    return 0;
}

static int
chain_for_alone(PyObject *error, const Packaging *packaging, uint32_t preset, Chain *chain)
{
    if (packaging->filters == Py_None) {
        if (!chain_of_preset(preset, LZMA_COMPONENT_STREAM_FILTER_LZMA1, chain)) {
            PyErr_Format(error, "Invalid compression preset: %u", preset);
            return -1;
        }
        return 0;
    }
    if (read_chain(error, packaging->filters, chain) < 0) {
        return -1;
    }
    if (chain->list.len != 1 || chain->filters[0].tag != LZMA_COMPONENT_STREAM_FILTER_LZMA1) {
        PyErr_SetString(PyExc_ValueError,
                        "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter");
        return -1;
    }
    return 0;
}

static int
chain_for_raw(PyObject *error, const Packaging *packaging, Chain *chain)
{
    if (packaging->filters == Py_None) {
        PyErr_SetString(PyExc_ValueError, "Must specify filters for FORMAT_RAW");
        return -1;
    }
    return read_chain(error, packaging->filters, chain);
}

static int
read_container(PyObject *error, const Packaging *packaging, uint32_t preset,
               lzma_component_stream_container_t *container, Chain *chain)
{
    switch (packaging->format) {
    case FORMAT_XZ:
        container->tag = LZMA_COMPONENT_STREAM_CONTAINER_XZ;
        container->val.xz = packaging->check == -1 ? LZMA_CHECK_CRC64 : (uint32_t)packaging->check;
        return chain_for_xz(error, packaging, preset, chain);
    case FORMAT_ALONE:
        container->tag = LZMA_COMPONENT_STREAM_CONTAINER_ALONE;
        return chain_for_alone(error, packaging, preset, chain);
    case FORMAT_RAW:
        container->tag = LZMA_COMPONENT_STREAM_CONTAINER_RAW;
        return chain_for_raw(error, packaging, chain);
    default:
        PyErr_Format(PyExc_ValueError, "Invalid container format: %d", packaging->format);
        return -1;
    }
}

static int
packing_open(Packing *packing, const Packaging *packaging, uint32_t preset)
{
    Chain chain;
    lzma_component_stream_container_t container;
    lzma_component_stream_failure_t failure;
    if (read_container(packing->error, packaging, preset, &container, &chain) < 0) {
        return -1;
    }
    packing->is_open =
        lzma_component_stream_static_compressor_open(&container, &chain.list, &packing->stream, &failure);
    if (!packing->is_open) {
        raise_lzma_error(packing->error, failure.code);
    }
    return packing->is_open ? 0 : -1;
}

/* Without the line that would make a signature of it: CPython's has none. */
PyDoc_STRVAR(compressor_doc,
"LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)\n"
"\n"
"Compresses data piece by piece.\n"
"\n"
"  format\n"
"    The container: FORMAT_XZ, FORMAT_ALONE or FORMAT_RAW, which is none.\n"
"  check\n"
"    The integrity check, CHECK_CRC64 by default. Only FORMAT_XZ has one.\n"
"  preset\n"
"    0 (fastest) to 9 (smallest output), with PRESET_EXTREME for slower still.\n"
"    6 by default.\n"
"  filters\n"
"    Instead of a preset, the filters one by one: a sequence of dicts, each with\n"
"    the filter's \"id\" and its options. FORMAT_RAW takes nothing else.\n");

static PyObject *
compressor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Packaging packaging = {.format = FORMAT_XZ, .check = -1, .preset = Py_None, .filters = Py_None};
    uint32_t preset = LZMA_PRESET_DEFAULT;
    if (read_packaging(args, kwargs, &packaging, &preset) < 0) {
        return NULL;
    }
    LZMACompressor *self = (LZMACompressor *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->packing.error = ((ModuleState *)PyType_GetModuleState(type))->error;
    if (packing_open(&self->packing, &packaging, preset) < 0) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void
compressor_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    Packing *packing = &((LZMACompressor *)op)->packing;
    if (packing->is_open) {
        lzma_component_stream_compressor_drop_own(packing->stream);
    }
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
compressor_compress(PyObject *op, PyObject *data)
{
    Packing *packing = &((LZMACompressor *)op)->packing;
    return finish_compress(&PACKING, packing, packing->finishing, data);
}

static PyObject *
compressor_flush(PyObject *op, PyObject *Py_UNUSED(none))
{
    Packing *packing = &((LZMACompressor *)op)->packing;
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
    .name = "_lzma.LZMACompressor",
    .basicsize = sizeof(LZMACompressor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = compressor_slots,
};

#endif
