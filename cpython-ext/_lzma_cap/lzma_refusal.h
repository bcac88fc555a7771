/* What the component refused, as the exceptions CPython's _lzma module raises, and the module's state, which
   holds the one that is its own. */

#ifndef LZMA_REFUSAL_H
#define LZMA_REFUSAL_H

#include "cap_run.h"
#include "lzma_import.h"

/* liblzma's return codes, from its headers. */
enum {
    LZMA_UNSUPPORTED_CHECK = 3,
    LZMA_MEM_ERROR = 5,
    LZMA_MEMLIMIT_ERROR = 6,
    LZMA_FORMAT_ERROR = 7,
    LZMA_OPTIONS_ERROR = 8,
    LZMA_DATA_ERROR = 9,
    LZMA_BUF_ERROR = 10,
    LZMA_PROG_ERROR = 11,
};

typedef struct {
    PyObject *error; /* LZMAError */
} ModuleState;

static const char *
lzma_message(int code)
{
    switch (code) {
    case LZMA_UNSUPPORTED_CHECK:
        return "Unsupported integrity check";
    case LZMA_MEMLIMIT_ERROR:
        return "Memory usage limit exceeded";
    case LZMA_FORMAT_ERROR:
        return "Input format not supported by decoder";
    case LZMA_OPTIONS_ERROR:
        return "Invalid or unsupported options";
    case LZMA_DATA_ERROR:
        return "Corrupt input data";
    case LZMA_BUF_ERROR:
        return "Insufficient buffer space";
    case LZMA_PROG_ERROR:
        return "Internal error";
    default:
        return NULL;
    }
}

/* `error` is the module's LZMAError. */
static void
raise_lzma_error(PyObject *error, int code)
{
    const char *message = lzma_message(code);
    if (code == LZMA_MEM_ERROR) {
        PyErr_NoMemory();
    }
    else if (message != NULL) {
        PyErr_SetString(error, message);
    }
    else {
        PyErr_Format(error, "Unrecognized error from liblzma: %d", code);
    }
}

/* Takes a step's chunk over; what it says of a failure goes to `code`. */
static void
take_chunk(const lzma_component_stream_chunk_t *chunk, int *code, Step *step)
{
    *step = (Step){.output = PIECE_OF(chunk->output), .consumed = chunk->consumed, .status = STEP_GOING};
    if (chunk->status.tag == LZMA_COMPONENT_STREAM_STATUS_FAILED) {
        *code = chunk->status.val.failed.code;
        step->status = STEP_REFUSED;
    }
    else if (chunk->status.tag == LZMA_COMPONENT_STREAM_STATUS_STREAM_END) {
        step->status = STEP_ENDED;
    }
}

#endif
