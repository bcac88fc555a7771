/* What the component refused, as the exceptions CPython's _bz2 module raises. */

#ifndef BZ2_REFUSAL_H
#define BZ2_REFUSAL_H

#include "bz2_import.h"
#include "cap_run.h"

/* libbzip2's return codes, from its manual. */
enum {
    BZ_SEQUENCE_ERROR = -1,
    BZ_PARAM_ERROR = -2,
    BZ_MEM_ERROR = -3,
    BZ_DATA_ERROR = -4,
    BZ_DATA_ERROR_MAGIC = -5,
};

static void
raise_bz2_error(int code)
{
    switch (code) {
    case BZ_SEQUENCE_ERROR:
        PyErr_SetString(PyExc_RuntimeError,
                        "Internal error - Invalid sequence of commands sent to libbzip2");
        break;
    case BZ_PARAM_ERROR:
        PyErr_SetString(PyExc_ValueError, "Internal error - invalid parameters passed to libbzip2");
        break;
    case BZ_MEM_ERROR:
        PyErr_NoMemory();
        break;
    case BZ_DATA_ERROR:
    case BZ_DATA_ERROR_MAGIC:
        PyErr_SetString(PyExc_OSError, "Invalid data stream");
        break;
    default:
        PyErr_Format(PyExc_OSError, "Unrecognized error from libbzip2: %d", code);
    }
}

/* Takes a step's chunk over; the code of a failure goes to `code`. */
static void
take_chunk(const bzip2_component_stream_chunk_t *chunk, int *code, Step *step)
{
    *step = (Step){.output = PIECE_OF(chunk->output), .consumed = chunk->consumed, .status = STEP_GOING};
    if (chunk->status.tag == BZIP2_COMPONENT_STREAM_STATUS_FAILED) {
        *code = chunk->status.val.failed.code;
        step->status = STEP_REFUSED;
    }
    else if (chunk->status.tag == BZIP2_COMPONENT_STREAM_STATUS_STREAM_END) {
        step->status = STEP_ENDED;
    }
}

#endif
