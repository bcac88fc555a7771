/* LZMADecompressor. */

#ifndef LZMA_DECOMPRESSOR_H
#define LZMA_DECOMPRESSOR_H

#include "cap_arguments.h"
#include "cap_feed.h"
#include "lzma_filters.h"

typedef struct {
    lzma_component_stream_own_decompressor_t stream;
    bool is_open;
    int check;       /* the stream's integrity check, or CHECK_UNKNOWN */
    PyObject *error; /* the module's LZMAError, which lives longer */
    int code;        /* of the last refusal */
} Unpacking;

typedef struct {
    PyObject_HEAD
    Unpacking unpacking;
    Feed feed;
    bool idle; /* whether the last call neither took nor gave anything */
} LZMADecompressor;

static void
unpacking_step(void *op, const Words *input, bool Py_UNUSED(last), size_t room, Step *step)
{
    Unpacking *unpacking = op;
    lzma_component_stream_chunk_t chunk;
    lzma_component_stream_bytes_t data = BYTES_OF(lzma_component_stream_bytes_t, input);
    lzma_component_stream_method_decompressor_decompress(
        lzma_component_stream_borrow_decompressor(unpacking->stream), &data, (uint32_t)room, &chunk);
    take_chunk(&chunk, &unpacking->code, step);
    if (chunk.check.is_some) {
        unpacking->check = (int)chunk.check.val;
    }
}

static void
unpacking_raise(void *op)
{
    Unpacking *unpacking = op;
    raise_lzma_error(unpacking->error, unpacking->code);
}

static const Codec UNPACKING = {.step = unpacking_step, .raise = unpacking_raise, .name = "lzma"};

/* What the stream is expected to be; the filters of a raw one are read into the chain. */
static int
read_expected(PyObject *error, int format, PyObject *filters, lzma_component_stream_expected_t *expected,
              Chain *chain)
{
    switch (format) {
    case FORMAT_AUTO:
        expected->tag = LZMA_COMPONENT_STREAM_EXPECTED_AUTO;
        return 0;
    case FORMAT_XZ:
        expected->tag = LZMA_COMPONENT_STREAM_EXPECTED_XZ;
        return 0;
    case FORMAT_ALONE:
        expected->tag = LZMA_COMPONENT_STREAM_EXPECTED_ALONE;
        return 0;
    case FORMAT_RAW:
        expected->tag = LZMA_COMPONENT_STREAM_EXPECTED_RAW;
        if (read_chain(error, filters, chain) < 0) {
            return -1;
        }
        expected->val.raw = chain->list;
        return 0;
    default:
        PyErr_Format(PyExc_ValueError, "Invalid container format: %d", format);
        return -1;
    }
}

static int
unpacking_open(Unpacking *unpacking, int format, uint64_t memory_limit, PyObject *filters)
{
    Chain chain;
    lzma_component_stream_expected_t expected;
    lzma_component_stream_failure_t failure;
    if (read_expected(unpacking->error, format, filters, &expected, &chain) < 0) {
        return -1;
    }
    unpacking->check = format == FORMAT_ALONE || format == FORMAT_RAW ? LZMA_CHECK_NONE : CHECK_UNKNOWN;
    unpacking->is_open =
        lzma_component_stream_static_decompressor_open(&expected, memory_limit, &unpacking->stream, &failure);
    if (!unpacking->is_open) {
        raise_lzma_error(unpacking->error, failure.code);
    }
    return unpacking->is_open ? 0 : -1;
}

/* The memory limit and the filters belong to different formats. */
static int
read_limit(int format, PyObject *memlimit, PyObject *filters, uint64_t *memory_limit)
{
    if (memlimit != Py_None && format == FORMAT_RAW) {
        PyErr_SetString(PyExc_ValueError, "Cannot specify memory limit with FORMAT_RAW");
        return -1;
    }
    if (memlimit != Py_None && !read_uint64(memlimit, memory_limit)) {
        return -1;
    }
    if (format == FORMAT_RAW && filters == Py_None) {
        PyErr_SetString(PyExc_ValueError, "Must specify filters for FORMAT_RAW");
        return -1;
    }
    if (format != FORMAT_RAW && filters != Py_None) {
        PyErr_SetString(PyExc_ValueError, "Cannot specify filters except with FORMAT_RAW");
        return -1;
    }
    return 0;
}

PyDoc_STRVAR(decompressor_doc,
"LZMADecompressor(format=FORMAT_AUTO, memlimit=None, filters=None)\n"
"--\n"
"\n"
"Decompresses a stream piece by piece.\n"
"\n"
"  format\n"
"    The container: FORMAT_AUTO (xz or alone), FORMAT_XZ, FORMAT_ALONE or\n"
"    FORMAT_RAW, which is none.\n"
"  memlimit\n"
"    How many bytes of memory it may use; input that needs more is refused.\n"
"  filters\n"
"    What FORMAT_RAW data went through, and nothing else needs: a sequence of\n"
"    dicts, each with a filter's \"id\" and its options.");

static PyObject *
decompressor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"format", "memlimit", "filters", NULL};
    PyObject *format_object = NULL, *memlimit = Py_None, *filters = Py_None;
    int format = FORMAT_AUTO;
    uint64_t memory_limit = UINT64_MAX;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOO:LZMADecompressor", names, &format_object, &memlimit,
                                     &filters)
        || read_int(format_object, &format) < 0 || read_limit(format, memlimit, filters, &memory_limit) < 0) {
        return NULL;
    }
    LZMADecompressor *self = (LZMADecompressor *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    feed_open(&self->feed);
    self->unpacking.error = ((ModuleState *)PyType_GetModuleState(type))->error;
    if (unpacking_open(&self->unpacking, format, memory_limit, filters) < 0) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static void
decompressor_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    LZMADecompressor *self = (LZMADecompressor *)op;
    if (self->unpacking.is_open) {
        lzma_component_stream_decompressor_drop_own(self->unpacking.stream);
    }
    feed_close(&self->feed);
    type->tp_free(op);
    Py_DECREF(type);
}

/* liblzma puts up with a call that can do nothing, but not with a second one in a row that has no room for
   output. To find the integrity check is to do something. As with every failure, what was pending is dropped. */
static int
refuse_idling(LZMADecompressor *self, bool idle, Py_ssize_t max_length)
{
    bool refused = idle && self->idle && max_length == 0;
    self->idle = idle;
    if (refused) {
        pending_free(&self->feed.pending);
        raise_lzma_error(self->unpacking.error, LZMA_BUF_ERROR);
    }
    return refused ? -1 : 0;
}

static PyObject *
decompressor_run(PyObject *op, const Py_buffer *data, Py_ssize_t max_length)
{
    LZMADecompressor *self = (LZMADecompressor *)op;
    Feed *feed = &self->feed;
    if (feed->eof) {
        PyErr_SetString(PyExc_EOFError, "Already at end of stream");
        return NULL;
    }
    char needed_input = feed->needs_input;
    size_t offered = pending_size(&feed->pending) + (size_t)data->len;
    int check = self->unpacking.check;
    PyObject *output = feed_decompress(feed, &UNPACKING, &self->unpacking, data, max_length);
    if (output == NULL || feed->eof) {
        return output;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(output);
    bool idle = size == 0 && pending_size(&feed->pending) == offered && check == self->unpacking.check;
    if (refuse_idling(self, idle, max_length) < 0) {
        feed->needs_input = needed_input;
        Py_DECREF(output);
        return NULL;
    }
    /* With all the room taken there may be more without any input. */
    feed->needs_input = feed->needs_input && size != max_length;
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
    {"check", Py_T_INT, offsetof(LZMADecompressor, unpacking.check), Py_READONLY,
     "The stream's integrity check: CHECK_UNKNOWN until that was read."},
    FEED_MEMBERS(LZMADecompressor, feed),
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
    .name = "_lzma.LZMADecompressor",
    .basicsize = sizeof(LZMADecompressor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = decompressor_slots,
};

#endif
