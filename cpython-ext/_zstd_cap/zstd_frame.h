/* get_frame_size() and get_frame_info(): what can be told of a frame without decompressing it. */

#ifndef ZSTD_FRAME_H
#define ZSTD_FRAME_H

#include "cap_arguments.h"
#include "zstd_room.h"
#include "zstd_state.h"

/* A frame's header has at most this many bytes. */
enum { LONGEST_HEADER = 18 };

/* How much of the data the component is given at first, to see whether the frame ends in there, in bytes. */
enum { FIRST_OFFER = 64 * 1024 };

/* The library's code for data that ends before its frame. */
enum { SRC_SIZE_WRONG = 72 };

static PyObject *
raise_no_frame(const ModuleState *state, Failure *failure)
{
    PyErr_Format(state->error,
                 "Error when finding the compressed size of a Zstandard frame. Ensure the frame_buffer argument "
                 "starts from the beginning of a frame, and its length is not less than this complete frame. Zstd "
                 "error message: %.*s.",
                 (int)failure->message.len, (const char *)failure->message.ptr);
    zstd_component_stream_failure_free(failure);
    return NULL;
}

/* Asks the component, with more of the data each time: all that it is given is copied. */
static PyObject *
find_frame_size(const ModuleState *state, const Py_buffer *data)
{
    size_t size = (size_t)data->len;
    for (size_t offer = Py_MIN(size, FIRST_OFFER);; offer = size - offer < offer * 3 ? size : offer * 4) {
        if (check_room(offer) < 0) {
            return NULL;
        }
        Failure failure;
        uint32_t found;
        zstd_import_list_u8_t start = {.ptr = data->buf, .len = offer};
        if (zstd_component_stream_frame_size(&start, &found, &failure)) {
            if (found > offer) {
                PyErr_SetString(PyExc_SystemError, "the zstd component found a bigger frame than it was given");
                return NULL;
            }
            return PyLong_FromUnsignedLong(found);
        }
        if (failure.code != SRC_SIZE_WRONG || offer == size) {
            return raise_no_frame(state, &failure);
        }
        zstd_component_stream_failure_free(&failure);
    }
}

static PyObject *
find_frame_info(const ModuleState *state, const Py_buffer *data)
{
    zstd_component_stream_frame_info_t info;
    zstd_import_list_u8_t header = {.ptr = data->buf, .len = Py_MIN((size_t)data->len, LONGEST_HEADER)};
    if (!zstd_component_stream_read_header(&header, &info)) {
        PyErr_SetString(state->error,
                        "Error when getting information from the header of a Zstandard frame. Ensure the "
                        "frame_buffer argument starts from the beginning of a frame, and its length is not less than "
                        "the frame header (6~18 bytes).");
        return NULL;
    }
    if (!info.content_size.is_some) {
        return Py_BuildValue("OI", Py_None, (unsigned int)info.dictionary_id);
    }
    return Py_BuildValue("KI", (unsigned long long)info.content_size.val, (unsigned int)info.dictionary_id);
}

/* Calls `find` with the data that the only argument holds. */
static PyObject *
with_frame(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *kwnames, const char *format,
           PyObject *(*find)(const ModuleState *, const Py_buffer *))
{
    static char *names[] = {"frame_buffer", NULL};
    PyObject *values[MOST_ARGUMENTS] = {NULL};
    Py_buffer data;
    if (read_arguments(args, count, kwnames, 1, 1, format, names, values) < 0
        || PyObject_GetBuffer(values[0], &data, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    PyObject *found = find(PyModule_GetState(module), &data);
    PyBuffer_Release(&data);
    return found;
}

PyDoc_STRVAR(get_frame_size_doc,
"get_frame_size($module, /, frame_buffer)\n"
"--\n"
"\n"
"Return the size of the frame that the data begins with: its own, compressed.\n"
"\n"
"  frame_buffer\n"
"    All of the frame, and anything after it.");

static PyObject *
get_frame_size(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *kwnames)
{
    return with_frame(module, args, count, kwnames, "O:get_frame_size", find_frame_size);
}

PyDoc_STRVAR(get_frame_info_doc,
"get_frame_info($module, /, frame_buffer)\n"
"--\n"
"\n"
"Return what a frame's header says: a tuple of the size of the data, or None,\n"
"and the number of the dictionary it needs, or 0.\n"
"\n"
"  frame_buffer\n"
"    The header, and anything after it.");

static PyObject *
get_frame_info(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *kwnames)
{
    return with_frame(module, args, count, kwnames, "O:get_frame_info", find_frame_info);
}

#endif
