/* ZstdCompressor. */

#ifndef ZSTD_COMPRESSOR_H
#define ZSTD_COMPRESSOR_H

#include <stddef.h>

#include "cap_arguments.h"
#include "cap_run.h"
#include "zstd_dictionary.h"
#include "zstd_parameters.h"

/* The contract's directives have the library's numbers, which are CPython's modes. */
enum {
    CONTINUE = ZSTD_COMPONENT_STREAM_DIRECTIVE_CONTINUE,
    FLUSH_BLOCK = ZSTD_COMPONENT_STREAM_DIRECTIVE_FLUSH,
    FLUSH_FRAME = ZSTD_COMPONENT_STREAM_DIRECTIVE_END,
};

typedef struct {
    PyObject_HEAD
    zstd_component_stream_own_compressor_t stream;
    bool is_open;
    PyObject *dict; /* what the compressor was made with, or NULL */
    int last_mode;
} ZstdCompressor;

/* One call of a compressor. */
typedef struct {
    ZstdCompressor *compressor;
    int mode;
    Failure failure; /* of the step that was refused */
} Packing;

static zstd_component_stream_borrow_compressor_t
compressor_stream(ZstdCompressor *self)
{
    return zstd_component_stream_borrow_compressor(self->stream);
}

static void
packing_step(void *op, const Words *input, bool last, size_t room, Step *step)
{
    Packing *packing = op;
    zstd_component_stream_compressed_t compressed;
    zstd_component_stream_bytes_t data = BYTES_OF(zstd_component_stream_bytes_t, input);
    if (!zstd_component_stream_method_compressor_compress(
            compressor_stream(packing->compressor), &data,
            (zstd_component_stream_directive_t)(last ? packing->mode : CONTINUE), (uint32_t)room, &compressed,
            &packing->failure)) {
        *step = (Step){.status = STEP_REFUSED};
        return;
    }
    *step = (Step){.output = PIECE_OF(compressed.output), .consumed = compressed.consumed, .status = STEP_GOING};
    bool done = compressed.progress == ZSTD_COMPONENT_STREAM_PROGRESS_DONE;
    step->more = !done && (step->consumed > 0 || step->output.len > 0);
    if (done && last && step->consumed == input->size) {
        /* Also with all of the room filled: asked once more, the component would begin another frame. */
        step->status = STEP_ENDED;
    }
    else if (!done && !step->more && input->size == 0) {
        PyErr_SetString(PyExc_SystemError, "the zstd component is never done");
        step->status = STEP_RAISED;
    }
}

static void
packing_raise(void *op)
{
    Packing *packing = op;
    const ModuleState *state = PyType_GetModuleState(Py_TYPE(packing->compressor));
    raise_failure(state, COMPRESSING, &packing->failure);
}

static const Codec PACKING = {.step = packing_step, .raise = packing_raise, .name = "zstd"};

/* Input that comes whole is told of in the frame's header, but not where it takes several steps: unless the size is
   pledged. */
static int
packing_pledge(Packing *packing, uint64_t size)
{
    bool whole = packing->mode == FLUSH_FRAME && packing->compressor->last_mode == FLUSH_FRAME;
    if (!whole || size <= COMPRESS_SLICE
        || zstd_component_stream_method_compressor_set_pledged_size(compressor_stream(packing->compressor), &size,
                                                                    &packing->failure)) {
        return 0;
    }
    packing_raise(packing);
    return -1;
}

/* Compresses `size` bytes in this mode. After a failure, what comes next begins another frame. */
static PyObject *
compressor_run(ZstdCompressor *self, const void *data, size_t size, int mode)
{
    PyObject *output = NULL;
    Packing packing = {.compressor = self, .mode = mode};
    if (packing_pledge(&packing, size) == 0) {
        output = codec_compress(&PACKING, &packing, data, size);
    }
    self->last_mode = output != NULL ? mode : FLUSH_FRAME;
    if (output == NULL) {
        zstd_component_stream_method_compressor_reset(compressor_stream(self));
    }
    return output;
}

static int
compressor_set_level(ZstdCompressor *self, int level)
{
    const ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
    if (level < state->levels.lowest || level > state->levels.highest) {
        PyErr_Format(PyExc_ValueError, "illegal compression level %d; the valid range is [%d, %d]", level,
                     state->levels.lowest, state->levels.highest);
        return -1;
    }
    Failure failure;
    if (!zstd_component_stream_method_compressor_set_parameter(compressor_stream(self), COMPRESSION_LEVEL, level,
                                                               &failure)) {
        raise_failure(state, SETTING_LEVEL, &failure);
        return -1;
    }
    return 0;
}

static int
compressor_set(PyObject *op, int number, int value)
{
    ZstdCompressor *self = (ZstdCompressor *)op;
    if (number == COMPRESSION_LEVEL) {
        return compressor_set_level(self, value);
    }
    Failure failure;
    if (!zstd_component_stream_method_compressor_set_parameter(compressor_stream(self), number, value, &failure)) {
        zstd_component_stream_failure_free(&failure);
        raise_bad_parameter(&COMPRESSION, number, value);
        return -1;
    }
    return 0;
}

static int
compressor_read_level(ZstdCompressor *self, PyObject *level)
{
    if (!PyLong_Check(level)) {
        PyErr_SetString(PyExc_TypeError, "invalid type for level, expected int");
        return -1;
    }
    int number = PyLong_AsInt(level);
    if (number == -1 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            const ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
            PyErr_Format(PyExc_ValueError, "illegal compression level; the valid range is [%d, %d]",
                         state->levels.lowest, state->levels.highest);
        }
        return -1;
    }
    return compressor_set_level(self, number);
}

/* Unless it is said otherwise, a compressor prepares its dictionary for itself. */
static int
compressor_load(ZstdCompressor *self, PyObject *argument)
{
    const ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
    int use = UNDIGESTED;
    ZstdDict *dict = read_dict(state, argument, &use);
    if (dict == NULL) {
        return -1;
    }
    Failure failure;
    if (!zstd_component_stream_method_compressor_load_dictionary(
            compressor_stream(self), zstd_component_stream_borrow_dictionary(dict->dictionary),
            (zstd_component_stream_dictionary_use_t)use, &failure)) {
        raise_not_loaded(state, LOADING_TO_COMPRESS, "ZSTD_CDict", &failure);
        return -1;
    }
    self->dict = Py_NewRef(argument);
    return 0;
}

static int
compressor_open(ZstdCompressor *self)
{
    Failure failure;
    self->last_mode = FLUSH_FRAME;
    self->is_open = zstd_component_stream_static_compressor_open(&self->stream, &failure);
    if (!self->is_open) {
        const ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
        zstd_component_stream_failure_free(&failure);
        PyErr_SetString(state->error, "Unable to create ZSTD_CCtx instance.");
        return -1;
    }
    return 0;
}

static int
compressor_set_up(ZstdCompressor *self, PyObject *level, PyObject *options, PyObject *dict)
{
    if (level != Py_None && options != Py_None) {
        PyErr_SetString(PyExc_TypeError, "Only one of level or options should be used.");
        return -1;
    }
    if (level != Py_None && compressor_read_level(self, level) < 0) {
        return -1;
    }
    if (options != Py_None) {
        const ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
        PyTypeObject *wrong_type = state->decompression_parameter;
        if (set_options(&COMPRESSION, wrong_type, options, compressor_set, (PyObject *)self) < 0) {
            return -1;
        }
    }
    return dict == Py_None ? 0 : compressor_load(self, dict);
}

PyDoc_STRVAR(compressor_doc,
"ZstdCompressor(level=None, options=None, zstd_dict=None)\n"
"--\n"
"\n"
"Compresses data piece by piece, into any number of frames.\n"
"\n"
"  level\n"
"    How hard to try; by default COMPRESSION_LEVEL_DEFAULT.\n"
"  options\n"
"    A dict of CompressionParameter keys and their values, instead of a level.\n"
"  zstd_dict\n"
"    A ZstdDict.");

static PyObject *
compressor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"level", "options", "zstd_dict", NULL};
    PyObject *level = Py_None, *options = Py_None, *dict = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOO:ZstdCompressor", names, &level, &options, &dict)) {
        return NULL;
    }
    ZstdCompressor *self = (ZstdCompressor *)type->tp_alloc(type, 0);
    if (self != NULL && (compressor_open(self) < 0 || compressor_set_up(self, level, options, dict) < 0)) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int
compressor_clear(PyObject *op)
{
    Py_CLEAR(((ZstdCompressor *)op)->dict);
    return 0;
}

static void
compressor_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    ZstdCompressor *self = (ZstdCompressor *)op;
    PyObject_GC_UnTrack(op);
    if (self->is_open) {
        zstd_component_stream_compressor_drop_own(self->stream);
    }
    compressor_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
}

static int
compressor_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((ZstdCompressor *)op)->dict);
    return 0;
}

PyDoc_STRVAR(compressor_compress_doc,
"compress($self, /, data, mode=ZstdCompressor.CONTINUE)\n"
"--\n"
"\n"
"Compress data and return what is ready as bytes.\n"
"\n"
"  mode\n"
"    CONTINUE keeps what is better compressed together with what comes next,\n"
"    FLUSH_BLOCK brings out everything so far, FLUSH_FRAME ends the frame too.");

static PyObject *
compressor_compress(PyObject *op, PyObject *const *args, Py_ssize_t count, PyObject *kwnames)
{
    static char *names[] = {"data", "mode", NULL};
    PyObject *values[MOST_ARGUMENTS] = {NULL}, *output = NULL;
    int mode = CONTINUE;
    Py_buffer data;
    if (read_arguments(args, count, kwnames, 1, 2, "O|O:compress", names, values) < 0
        || PyObject_GetBuffer(values[0], &data, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (read_int(values[1], &mode) == 0) {
        if (mode == CONTINUE || mode == FLUSH_BLOCK || mode == FLUSH_FRAME) {
            output = compressor_run((ZstdCompressor *)op, data.buf, (size_t)data.len, mode);
        }
        else {
            PyErr_SetString(PyExc_ValueError,
                            "mode argument wrong value, it should be one of ZstdCompressor.CONTINUE, "
                            "ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME.");
        }
    }
    PyBuffer_Release(&data);
    return output;
}

PyDoc_STRVAR(compressor_flush_doc,
"flush($self, /, mode=ZstdCompressor.FLUSH_FRAME)\n"
"--\n"
"\n"
"Return what the compressor held back, as bytes.\n"
"\n"
"  mode\n"
"    FLUSH_FRAME ends the frame; what is compressed after that begins another.\n"
"    FLUSH_BLOCK does not.");

static PyObject *
compressor_flush(PyObject *op, PyObject *const *args, Py_ssize_t count, PyObject *kwnames)
{
    static char *names[] = {"mode", NULL};
    PyObject *values[MOST_ARGUMENTS] = {NULL};
    int mode = FLUSH_FRAME;
    if (read_arguments(args, count, kwnames, 0, 1, "|O:flush", names, values) < 0
        || read_int(values[0], &mode) < 0) {
        return NULL;
    }
    if (mode != FLUSH_FRAME && mode != FLUSH_BLOCK) {
        PyErr_SetString(PyExc_ValueError,
                        "mode argument wrong value, it should be ZstdCompressor.FLUSH_FRAME or "
                        "ZstdCompressor.FLUSH_BLOCK.");
        return NULL;
    }
    return compressor_run((ZstdCompressor *)op, NULL, 0, mode);
}

/* What stands for an error among content sizes; the size above it for an unknown one. */
#define CONTENTSIZE_ERROR ((unsigned long long)-2)

static int
read_content_size(PyObject *argument, unsigned long long *size)
{
    *size = PyLong_AsUnsignedLongLong(argument);
    bool failed = *size == (unsigned long long)-1 && PyErr_Occurred();
    if (failed && !PyErr_ExceptionMatches(PyExc_OverflowError)) {
        return -1;
    }
    if (failed || *size >= CONTENTSIZE_ERROR) {
        PyErr_Format(PyExc_ValueError, "size argument should be a positive int less than %llu", CONTENTSIZE_ERROR);
        return -1;
    }
    return 0;
}

PyDoc_STRVAR(compressor_set_pledged_input_size_doc,
"set_pledged_input_size($self, size, /)\n"
"--\n"
"\n"
"Say how many bytes the next frame will be made of, for its header to tell.\n"
"\n"
"  size\n"
"    That many, and compressing fails when it turns out to be another number;\n"
"    None when it is not known.\n"
"\n"
"This can be done between frames only.");

static PyObject *
compressor_set_pledged_input_size(PyObject *op, PyObject *argument)
{
    ZstdCompressor *self = (ZstdCompressor *)op;
    unsigned long long number;
    if (argument != Py_None && read_content_size(argument, &number) < 0) {
        return NULL;
    }
    if (self->last_mode != FLUSH_FRAME) {
        PyErr_SetString(PyExc_ValueError,
                        "set_pledged_input_size() method must be called when last_mode == FLUSH_FRAME");
        return NULL;
    }
    Failure failure;
    uint64_t size = number;
    if (!zstd_component_stream_method_compressor_set_pledged_size(
            compressor_stream(self), argument == Py_None ? NULL : &size, &failure)) {
        raise_failure(PyType_GetModuleState(Py_TYPE(self)), PLEDGING, &failure);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef compressor_methods[] = {
    {"compress", FAST_WITH_KEYWORDS(compressor_compress), compressor_compress_doc},
    {"flush", FAST_WITH_KEYWORDS(compressor_flush), compressor_flush_doc},
    {"set_pledged_input_size", compressor_set_pledged_input_size, METH_O, compressor_set_pledged_input_size_doc},
    {NULL},
};

static PyMemberDef compressor_members[] = {
    {"last_mode", Py_T_INT, offsetof(ZstdCompressor, last_mode), Py_READONLY,
     "The mode of the last call, FLUSH_FRAME before the first."},
    {NULL},
};

static PyType_Slot compressor_slots[] = {
    {Py_tp_new, compressor_new},
    {Py_tp_dealloc, compressor_dealloc},
    {Py_tp_traverse, compressor_traverse},
    {Py_tp_clear, compressor_clear},
    {Py_tp_doc, (char *)compressor_doc},
    {Py_tp_methods, compressor_methods},
    {Py_tp_members, compressor_members},
    {0, NULL},
};

static PyType_Spec compressor_spec = {
    .name = "compression.zstd.ZstdCompressor",
    .basicsize = sizeof(ZstdCompressor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = compressor_slots,
};

/* Gives the type its constants, before anything has seen it: it is immutable. */
static int
compressor_add_modes(PyTypeObject *type)
{
    static const struct {
        const char *name;
        int mode;
    } modes[] = {{"CONTINUE", CONTINUE}, {"FLUSH_BLOCK", FLUSH_BLOCK}, {"FLUSH_FRAME", FLUSH_FRAME}};
    PyObject *attributes = PyType_GetDict(type);
    int failed = 0;
    for (size_t i = 0; !failed && i < Py_ARRAY_LENGTH(modes); i++) {
        PyObject *mode = PyLong_FromLong(modes[i].mode);
        failed = mode == NULL || PyDict_SetItemString(attributes, modes[i].name, mode) < 0;
        Py_XDECREF(mode);
    }
    Py_DECREF(attributes);
    PyType_Modified(type);
    return failed ? -1 : 0;
}

#endif
