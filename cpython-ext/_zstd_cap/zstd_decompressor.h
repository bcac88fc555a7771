/* ZstdDecompressor. */

#ifndef ZSTD_DECOMPRESSOR_H
#define ZSTD_DECOMPRESSOR_H

#include "cap_feed.h"
#include "zstd_dictionary.h"
#include "zstd_parameters.h"

typedef struct {
    PyObject_HEAD
    zstd_component_stream_own_decompressor_t stream;
    bool is_open;
    PyObject *dict; /* what the decompressor was made with, or NULL */
    Feed feed;
} ZstdDecompressor;

/* One call of a decompressor. */
typedef struct {
    ZstdDecompressor *decompressor;
    Failure failure; /* of the step that was refused */
} Unpacking;

static zstd_component_stream_borrow_decompressor_t
decompressor_stream(ZstdDecompressor *self)
{
    return zstd_component_stream_borrow_decompressor(self->stream);
}

static void
unpacking_step(void *op, const Words *input, bool Py_UNUSED(last), size_t room, Step *step)
{
    Unpacking *unpacking = op;
    zstd_component_stream_decompressed_t decompressed;
    zstd_component_stream_bytes_t data = BYTES_OF(zstd_component_stream_bytes_t, input);
    zstd_component_stream_method_decompressor_decompress(decompressor_stream(unpacking->decompressor), &data,
                                                         (uint32_t)room, &decompressed);
    *step = (Step){.output = PIECE_OF(decompressed.output), .consumed = decompressed.consumed, .status = STEP_GOING};
    if (decompressed.status.tag == ZSTD_COMPONENT_STREAM_STATUS_FAILED) {
        unpacking->failure = decompressed.status.val.failed;
        step->status = STEP_REFUSED;
    }
    else if (decompressed.status.tag == ZSTD_COMPONENT_STREAM_STATUS_FRAME_END) {
        step->status = STEP_ENDED;
    }
}

static void
unpacking_raise(void *op)
{
    Unpacking *unpacking = op;
    const ModuleState *state = PyType_GetModuleState(Py_TYPE(unpacking->decompressor));
    raise_failure(state, DECOMPRESSING, &unpacking->failure);
}

static const Codec UNPACKING = {.step = unpacking_step, .raise = unpacking_raise, .name = "zstd"};

static int
decompressor_set(PyObject *op, int number, int value)
{
    Failure failure;
    if (!zstd_component_stream_method_decompressor_set_parameter(decompressor_stream((ZstdDecompressor *)op), number,
                                                                 value, &failure)) {
        zstd_component_stream_failure_free(&failure);
        raise_bad_parameter(&DECOMPRESSION, number, value);
        return -1;
    }
    return 0;
}

/* Unless it is said otherwise, a decompressor takes a dictionary that is prepared already. */
static int
decompressor_load(ZstdDecompressor *self, PyObject *argument)
{
    const ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
    int use = DIGESTED;
    ZstdDict *dict = read_dict(state, argument, &use);
    if (dict == NULL) {
        return -1;
    }
    Failure failure;
    if (!zstd_component_stream_method_decompressor_load_dictionary(
            decompressor_stream(self), zstd_component_stream_borrow_dictionary(dict->dictionary),
            (zstd_component_stream_dictionary_use_t)use, &failure)) {
        raise_not_loaded(state, LOADING_TO_DECOMPRESS, "ZSTD_DDict", &failure);
        return -1;
    }
    self->dict = Py_NewRef(argument);
    return 0;
}

static int
decompressor_open(ZstdDecompressor *self)
{
    Failure failure;
    feed_open(&self->feed);
    self->is_open = zstd_component_stream_static_decompressor_open(&self->stream, &failure);
    if (!self->is_open) {
        const ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
        zstd_component_stream_failure_free(&failure);
        PyErr_SetString(state->error, "Unable to create ZSTD_DCtx instance.");
        return -1;
    }
    return 0;
}

static int
decompressor_set_up(ZstdDecompressor *self, PyObject *dict, PyObject *options)
{
    if (dict != Py_None && decompressor_load(self, dict) < 0) {
        return -1;
    }
    if (options == Py_None) {
        return 0;
    }
    const ModuleState *state = PyType_GetModuleState(Py_TYPE(self));
    PyTypeObject *wrong_type = state->compression_parameter;
    return set_options(&DECOMPRESSION, wrong_type, options, decompressor_set, (PyObject *)self);
}

PyDoc_STRVAR(decompressor_doc,
"ZstdDecompressor(zstd_dict=None, options=None)\n"
"--\n"
"\n"
"Decompresses one frame piece by piece.\n"
"\n"
"  zstd_dict\n"
"    The ZstdDict that the data was compressed with.\n"
"  options\n"
"    A dict of DecompressionParameter keys and their values.");

static PyObject *
decompressor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"zstd_dict", "options", NULL};
    PyObject *dict = Py_None, *options = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO:ZstdDecompressor", names, &dict, &options)) {
        return NULL;
    }
    ZstdDecompressor *self = (ZstdDecompressor *)type->tp_alloc(type, 0);
    if (self != NULL && (decompressor_open(self) < 0 || decompressor_set_up(self, dict, options) < 0)) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int
decompressor_clear(PyObject *op)
{
    Py_CLEAR(((ZstdDecompressor *)op)->dict);
    return 0;
}

static void
decompressor_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    ZstdDecompressor *self = (ZstdDecompressor *)op;
    PyObject_GC_UnTrack(op);
    if (self->is_open) {
        zstd_component_stream_decompressor_drop_own(self->stream);
    }
    feed_close(&self->feed);
    decompressor_clear(op);
    type->tp_free(op);
    Py_DECREF(type);
}

static int
decompressor_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(((ZstdDecompressor *)op)->dict);
    return 0;
}

/* Decompresses `data`. As CPython has it, more input is not asked for while there may be more output, and after a
   failure the decompressor is as new. */
static PyObject *
decompressor_run(PyObject *op, const Py_buffer *data, Py_ssize_t max_length)
{
    ZstdDecompressor *self = (ZstdDecompressor *)op;
    if (self->feed.eof) {
        PyErr_SetString(PyExc_EOFError, "Already at the end of a Zstandard frame.");
        return NULL;
    }
    Unpacking unpacking = {.decompressor = self};
    PyObject *output = feed_decompress(&self->feed, &UNPACKING, &unpacking, data, max_length);
    if (output == NULL) {
        feed_close(&self->feed);
        feed_open(&self->feed);
        zstd_component_stream_method_decompressor_reset(decompressor_stream(self));
    }
    else if (PyBytes_GET_SIZE(output) == max_length) {
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
    FEED_MEMBERS(ZstdDecompressor, feed),
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

static PyType_Spec decompressor_spec = {
    .name = "compression.zstd.ZstdDecompressor",
    .basicsize = sizeof(ZstdDecompressor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = decompressor_slots,
};

#endif
