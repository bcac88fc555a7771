/* What the component refused, as the exceptions CPython's zlib module raises. */

#ifndef ZLIB_REFUSAL_H
#define ZLIB_REFUSAL_H

#include "cap_run.h"
#include "zlib_import.h"

/* zlib's return codes, from its manual. */
enum {
    Z_NEED_DICT = 2,
    Z_STREAM_ERROR = -2,
    Z_DATA_ERROR = -3,
    Z_MEM_ERROR = -4,
    Z_BUF_ERROR = -5,
    Z_VERSION_ERROR = -6,
};

typedef zlib_component_stream_error_t Refusal;

/* The words for one kind of call. */
typedef struct {
    const char *doing;      /* of zlib.error: "Error -3 while doing this: reason" */
    const char *no_memory;  /* of a MemoryError, or NULL where lack of memory is a zlib.error too */
    const char *bad_option; /* of a ValueError, or NULL where a wrong option is a zlib.error too */
} Wording;

static const Wording COMPRESSING = {.doing = "while compressing data"};
static const Wording FLUSHING = {.doing = "while flushing"};
static const Wording DECOMPRESSING = {.doing = "while decompressing data"};
static const Wording SETTING_DICTIONARY = {.doing = "while setting zdict"};

static const Wording COMPRESSING_AT_ONCE = {
    .doing = "while compressing data",
    .no_memory = "Out of memory while compressing data",
};
static const Wording PREPARING = {
    .doing = "while preparing to decompress data",
    .no_memory = "Out of memory while decompressing data",
};
static const Wording DECOMPRESSING_AT_ONCE = {
    .doing = "while decompressing data",
    .no_memory = "Out of memory while decompressing data",
};
static const Wording OPENING_COMPRESSOR = {
    .doing = "while creating compression object",
    .no_memory = "Can't allocate memory for compression object",
    .bad_option = "Invalid initialization option",
};
static const Wording OPENING_DECOMPRESSOR = {
    .doing = "while creating decompression object",
    .no_memory = "Can't allocate memory for decompression object",
    .bad_option = "Invalid initialization option",
};
static const Wording COPYING_COMPRESSOR = {
    .doing = "while copying compression object",
    .no_memory = "Can't allocate memory for compression object",
    .bad_option = "Inconsistent stream state",
};
static const Wording COPYING_DECOMPRESSOR = {
    .doing = "while copying decompression object",
    .no_memory = "Can't allocate memory for decompression object",
    .bad_option = "Inconsistent stream state",
};

/* What is said of a code for which the library has no message. */
static const char *
reason_for(int code)
{
    switch (code) {
    case Z_BUF_ERROR:
        return "incomplete or truncated stream";
    case Z_STREAM_ERROR:
        return "inconsistent stream state";
    case Z_DATA_ERROR:
        return "invalid input data";
    case Z_VERSION_ERROR:
        return "library version mismatch";
    default:
        return NULL;
    }
}

static void
raise_zlib_error(PyObject *error, int code, const zlib_import_option_string_t *message, const Wording *words)
{
    const char *reason = reason_for(code);
    if (message->is_some) {
        PyErr_Format(error, "Error %d %s: %.*s", code, words->doing,
                     (int)Py_MIN(message->val.len, 200), message->val.ptr);
    }
    else if (reason != NULL) {
        PyErr_Format(error, "Error %d %s: %s", code, words->doing, reason);
    }
    else {
        PyErr_Format(error, "Error %d %s", code, words->doing);
    }
}

/* The library's code, or 0 when it was not asked. */
static int
refusal_code(const Refusal *refusal)
{
    return refusal->tag == ZLIB_COMPONENT_STREAM_ERROR_LIBRARY ? refusal->val.library.code : 0;
}

/* As the component would refuse with this code: for streams that are closed on this side. */
static Refusal
library_refusal(int code)
{
    return (Refusal){
        .tag = ZLIB_COMPONENT_STREAM_ERROR_LIBRARY,
        .val.library = {.code = code, .message.is_some = false},
    };
}

/* `error` is the module's zlib.error. The refusal is freed. */
static void
raise_refusal(PyObject *error, Refusal *refusal, const Wording *words)
{
    int code = refusal_code(refusal);
    if (refusal->tag == ZLIB_COMPONENT_STREAM_ERROR_UNSUPPORTED) {
        const zlib_import_string_t *feature = &refusal->val.unsupported;
        PyErr_Format(PyExc_NotImplementedError, "the zlib component does not support %.*s",
                     (int)Py_MIN(feature->len, 200), feature->ptr);
    }
    else if (code == Z_MEM_ERROR && words->no_memory != NULL) {
        PyErr_SetString(PyExc_MemoryError, words->no_memory);
    }
    else if (code == Z_STREAM_ERROR && words->bad_option != NULL) {
        PyErr_SetString(PyExc_ValueError, words->bad_option);
    }
    else {
        raise_zlib_error(error, code, &refusal->val.library.message, words);
    }
    zlib_component_stream_error_free(refusal);
}

/* Takes a step's chunk over; what it says of a failure goes to `refusal`. */
static void
take_chunk(const zlib_component_stream_chunk_t *chunk, Refusal *refusal, Step *step)
{
    *step = (Step){.output = PIECE_OF(chunk->output), .consumed = chunk->consumed, .status = STEP_GOING};
    if (chunk->status.tag == ZLIB_COMPONENT_STREAM_STATUS_FAILED) {
        *refusal = (Refusal){
            .tag = ZLIB_COMPONENT_STREAM_ERROR_LIBRARY,
            .val.library = chunk->status.val.failed,
        };
        step->status = STEP_REFUSED;
    }
    else if (chunk->status.tag == ZLIB_COMPONENT_STREAM_STATUS_STREAM_END) {
        step->status = STEP_ENDED;
    }
}

#endif
