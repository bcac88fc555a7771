/* Filters: from the dicts that Python has for them to the component's types and back. */

#ifndef LZMA_FILTERS_H
#define LZMA_FILTERS_H

#include "lzma_numbers.h"
#include "lzma_refusal.h"

/* The most filters that a chain has. */
#define MOST_FILTERS 4

typedef lzma_component_stream_filter_t Filter;
typedef lzma_component_stream_lzma_options_t LzmaOptions;

typedef struct {
    Filter filters[MOST_FILTERS];
    lzma_component_stream_list_filter_t list;
} Chain;

/* The options of a filter from its dict, as PyArg_ParseTupleAndKeywords reads keyword arguments. Whatever is
   wrong with them, CPython says no more than that something is. */
#define READ_OPTIONS(spec, kind, format, names, ...) \
    read_options_result(PyArg_ParseTupleAndKeywords(no_arguments, (spec), (format), (names), __VA_ARGS__), \
                        "Invalid filter specifier for " kind " filter")

static int
read_options_result(int parsed, const char *message)
{
    if (!parsed) {
        PyErr_SetString(PyExc_ValueError, message);
    }
    return parsed ? 0 : -1;
}

/* The options that a preset stands for: what "preset" says in the dict, or the default one. */
static int
read_preset(PyObject *error, PyObject *spec, LzmaOptions *options)
{
    uint32_t preset = LZMA_PRESET_DEFAULT;
    PyObject *number;
    if (PyMapping_GetOptionalItemString(spec, "preset", &number) < 0) {
        return -1;
    }
    int read = number == NULL || read_uint32(number, &preset);
    Py_XDECREF(number);
    if (!read) {
        return -1;
    }
    if (!lzma_component_stream_preset(preset, options)) {
        PyErr_Format(error, "Invalid compression preset: %u", preset);
        return -1;
    }
    return 0;
}

static int
read_lzma_options(PyObject *error, PyObject *no_arguments, PyObject *spec, LzmaOptions *options)
{
    static char *names[] = {"id",   "preset",   "dict_size", "lc",    "lp", "pb",
                            "mode", "nice_len", "mf",        "depth", NULL};
    PyObject *id, *preset;
    if (read_preset(error, spec, options) < 0) {
        return -1;
    }
    return READ_OPTIONS(spec, "LZMA", "|OOO&O&O&O&O&O&O&O&", names, &id, &preset,
                        read_uint32, &options->dict_size, read_uint32, &options->lc,
                        read_uint32, &options->lp, read_uint32, &options->pb,
                        read_uint32, &options->mode, read_uint32, &options->nice_len,
                        read_uint32, &options->mf, read_uint32, &options->depth);
}

static int
read_delta_options(PyObject *no_arguments, PyObject *spec, uint32_t *distance)
{
    static char *names[] = {"id", "dist", NULL};
    PyObject *id;
    *distance = 1;
    return READ_OPTIONS(spec, "delta", "|OO&", names, &id, read_uint32, distance);
}

static int
read_branch_options(PyObject *no_arguments, PyObject *spec, uint32_t *start_offset)
{
    static char *names[] = {"id", "start_offset", NULL};
    PyObject *id;
    *start_offset = 0;
    return READ_OPTIONS(spec, "BCJ", "|OO&", names, &id, read_uint32, start_offset);
}

static int
read_filter_options(PyObject *error, PyObject *no_arguments, PyObject *spec, uint64_t id, Filter *filter)
{
    switch (id) {
    case LZMA_FILTER_LZMA1:
        filter->tag = LZMA_COMPONENT_STREAM_FILTER_LZMA1;
        return read_lzma_options(error, no_arguments, spec, &filter->val.lzma1);
    case LZMA_FILTER_LZMA2:
        filter->tag = LZMA_COMPONENT_STREAM_FILTER_LZMA2;
        return read_lzma_options(error, no_arguments, spec, &filter->val.lzma2);
    case LZMA_FILTER_DELTA:
        filter->tag = LZMA_COMPONENT_STREAM_FILTER_DELTA;
        return read_delta_options(no_arguments, spec, &filter->val.delta);
    case LZMA_FILTER_X86:
    case LZMA_FILTER_POWERPC:
    case LZMA_FILTER_IA64:
    case LZMA_FILTER_ARM:
    case LZMA_FILTER_ARMTHUMB:
    case LZMA_FILTER_SPARC:
        filter->tag = LZMA_COMPONENT_STREAM_FILTER_BRANCH;
        filter->val.branch.id = id;
        return read_branch_options(no_arguments, spec, &filter->val.branch.start_offset);
    default:
        PyErr_Format(PyExc_ValueError, "Invalid filter ID: %llu", id);
        return -1;
    }
}

static int
read_filter(PyObject *error, PyObject *spec, Filter *filter)
{
    uint64_t id;
    PyObject *number;
    if (!PyMapping_Check(spec)) {
        PyErr_SetString(PyExc_TypeError, "Filter specifier must be a dict or dict-like object");
        return -1;
    }
    if (PyMapping_GetOptionalItemString(spec, "id", &number) < 0) {
        return -1;
    }
    if (number == NULL) {
        PyErr_SetString(PyExc_ValueError, "Filter specifier must have an \"id\" entry");
        return -1;
    }
    int read = read_filter_id(number, &id);
    Py_DECREF(number);
    PyObject *no_arguments = read ? PyTuple_New(0) : NULL;
    if (no_arguments == NULL) {
        return -1;
    }
    int result = read_filter_options(error, no_arguments, spec, id, filter);
    Py_DECREF(no_arguments);
    return result;
}

static int
read_chain(PyObject *error, PyObject *specs, Chain *chain)
{
    Py_ssize_t count = PySequence_Length(specs);
    if (count < 0) {
        return -1;
    }
    if (count > MOST_FILTERS) {
        PyErr_Format(PyExc_ValueError, "Too many filters - liblzma supports a maximum of %d", MOST_FILTERS);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *spec = PySequence_GetItem(specs, i);
        int read = spec == NULL ? -1 : read_filter(error, spec, &chain->filters[i]);
        Py_XDECREF(spec);
        if (read < 0) {
            return -1;
        }
    }
    chain->list.ptr = chain->filters;
    chain->list.len = (size_t)count;
    return 0;
}

/* The chain of one LZMA filter that a preset stands for; false when there is no such preset. */
static bool
chain_of_preset(uint32_t preset, uint8_t tag, Chain *chain)
{
    chain->filters[0].tag = tag;
    chain->list.ptr = chain->filters;
    chain->list.len = 1;
    return lzma_component_stream_preset(preset, &chain->filters[0].val.lzma1);
}

static int
put_number(PyObject *dict, const char *key, uint64_t number)
{
    PyObject *value = PyLong_FromUnsignedLongLong(number);
    int put = value == NULL ? -1 : PyDict_SetItemString(dict, key, value);
    Py_XDECREF(value);
    return put;
}

static int
put_lzma1(PyObject *dict, const LzmaOptions *options)
{
    bool put = put_number(dict, "lc", options->lc) == 0 && put_number(dict, "lp", options->lp) == 0
        && put_number(dict, "pb", options->pb) == 0 && put_number(dict, "dict_size", options->dict_size) == 0;
    return put ? 0 : -1;
}

static int
put_start_offset(PyObject *dict, uint32_t start_offset)
{
    return start_offset == 0 ? 0 : put_number(dict, "start_offset", start_offset);
}

/* What a container holds of the filter's options; for liblzma an offset of zero is none. */
static int
put_options(PyObject *dict, const Filter *filter)
{
    switch (filter->tag) {
    case LZMA_COMPONENT_STREAM_FILTER_LZMA1:
        return put_lzma1(dict, &filter->val.lzma1);
    case LZMA_COMPONENT_STREAM_FILTER_LZMA2:
        return put_number(dict, "dict_size", filter->val.lzma2.dict_size);
    case LZMA_COMPONENT_STREAM_FILTER_DELTA:
        return put_number(dict, "dist", filter->val.delta);
    default:
        return put_start_offset(dict, filter->val.branch.start_offset);
    }
}

/* Whether CPython knows the filter, of those that a component does. */
static bool
is_known(uint64_t id)
{
    return id == LZMA_FILTER_LZMA1 || id == LZMA_FILTER_LZMA2
        || (id >= LZMA_FILTER_DELTA && id <= LZMA_FILTER_SPARC);
}

static PyObject *
filter_as_dict(uint64_t id, const Filter *filter)
{
    if (!is_known(id)) {
        PyErr_Format(PyExc_ValueError, "Invalid filter ID: %llu", id);
        return NULL;
    }
    PyObject *dict = PyDict_New();
    if (dict != NULL && (put_number(dict, "id", id) < 0 || put_options(dict, filter) < 0)) {
        Py_CLEAR(dict);
    }
    return dict;
}

#endif
