/* One call of the zlib module: input that goes to the component in slices, output that comes back in pieces,
   and what the component refused. A Run owns whatever the bindings returned until run_close, so that every
   path, also a failing one, frees it once.

   WASI has one thread: nothing here takes the locks that CPython's own module needs. */

#ifndef ZLIB_RUN_H
#define ZLIB_RUN_H

#include "Python.h"
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

/* Bytes of input per call, from measurements: a smaller slice pays for more calls, a bigger one falls out of
   the processor's cache between its copy and its use. */
#define DEFLATE_SLICE ((size_t)256 * 1024)
#define INFLATE_SLICE ((size_t)64 * 1024)
#define CHECKSUM_SLICE ((size_t)256 * 1024)

/* Bytes of output per call at most: what bounds the component's memory. */
#define STEP_OUTPUT ((size_t)1024 * 1024)

typedef zlib_import_list_u8_t Piece;
typedef zlib_component_stream_error_t Refusal;
typedef zlib_component_stream_chunk_t Chunk;

/* How far a run has come. */
typedef enum {
    RUN_RAISED = -1,      /* a Python exception is set */
    RUN_REFUSED,          /* the component refused; the run holds what it said, and what came before */
    RUN_GOING,            /* the input is used up, or the output is all that was wanted */
    RUN_ENDED,            /* the stream has ended */
    RUN_NEEDS_DICTIONARY, /* nothing more without the preset dictionary */
} Outcome;

typedef struct {
    const uint8_t *next; /* input that is not used yet */
    size_t left;
    size_t wanted;       /* output that is still wanted */
    Piece few[4];        /* enough for most runs, so that they need no array */
    Piece *pieces;
    size_t count, capacity;
    size_t size;         /* of all pieces together */
    bool refused;
    Refusal refusal;
} Run;

static void
run_open(Run *run, const void *data, size_t size)
{
    run->next = data;
    run->left = size;
    run->wanted = SIZE_MAX;
    run->pieces = run->few;
    run->count = 0;
    run->capacity = Py_ARRAY_LENGTH(run->few);
    run->size = 0;
    run->refused = false;
}

static void
run_close(Run *run)
{
    while (run->count > 0) {
        zlib_import_list_u8_free(&run->pieces[--run->count]);
    }
    if (run->pieces != run->few) {
        PyMem_Free(run->pieces);
    }
    if (run->refused) {
        zlib_component_stream_error_free(&run->refusal);
    }
}

static int
run_grow(Run *run)
{
    size_t capacity = run->capacity * 4;
    bool inside = run->pieces == run->few;
    Piece *pieces = PyMem_Realloc(inside ? NULL : run->pieces, capacity * sizeof(Piece));
    if (pieces == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (inside) {
        memcpy(pieces, run->few, sizeof(run->few));
    }
    run->pieces = pieces;
    run->capacity = capacity;
    return 0;
}

/* Takes the piece over, also when it fails. */
static int
run_add(Run *run, Piece *piece)
{
    if (piece->len == 0 || (run->count == run->capacity && run_grow(run) < 0)) {
        zlib_import_list_u8_free(piece);
        return PyErr_Occurred() ? -1 : 0;
    }
    run->pieces[run->count++] = *piece;
    run->size += piece->len;
    return 0;
}

/* The pieces as one bytes object. */
static PyObject *
run_output(const Run *run)
{
    PyObject *bytes = NULL;
    if (run->size <= PY_SSIZE_T_MAX) {
        bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)run->size);
    }
    if (bytes == NULL) {
        PyErr_SetString(PyExc_MemoryError, "Unable to allocate output buffer.");
        return NULL;
    }
    char *end = PyBytes_AS_STRING(bytes);
    for (size_t i = 0; i < run->count; i++) {
        memcpy(end, run->pieces[i].ptr, run->pieces[i].len);
        end += run->pieces[i].len;
    }
    return bytes;
}

/* Does to the run what the component does when it refuses: for streams that are closed on this side. */
static Outcome
run_refuse(Run *run, int code)
{
    run->refused = true;
    run->refusal.tag = ZLIB_COMPONENT_STREAM_ERROR_LIBRARY;
    run->refusal.val.library.code = code;
    run->refusal.val.library.message.is_some = false;
    return RUN_REFUSED;
}

/* The next input, of at most `size` bytes. It points into the caller's buffer: the binding copies from there. */
static Piece
run_slice(const Run *run, size_t size)
{
    return (Piece){.ptr = (uint8_t *)run->next, .len = Py_MIN(run->left, size)};
}

/* Sees to it that the next result, of `size` bytes, can be allocated: where the bindings find no memory for one they
   end the whole interpreter. */
static int
run_reserve(size_t size)
{
    void *room = PyMem_RawMalloc(size + 4096);
    if (room == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    PyMem_RawFree(room);
    return 0;
}

/* Takes over what a step returned for `offered` bytes of input and `room` for output. A component that claims
   more than it was given would have us read or write past the ends; one that does nothing would hold us here. */
static int
run_take(Run *run, Chunk *chunk, size_t offered, size_t room)
{
    size_t output = chunk->output.len;
    bool beyond = chunk->consumed > offered || output > room;
    bool stuck = chunk->status.tag == ZLIB_COMPONENT_STREAM_STATUS_OK && chunk->consumed + output == 0
        && offered > 0 && room > 0;
    if (beyond || stuck) {
        zlib_component_stream_chunk_free(chunk);
        PyErr_Format(PyExc_SystemError, "the zlib component %s",
                     beyond ? "took or gave more than there was" : "neither took nor gave anything");
        return -1;
    }
    if (chunk->status.tag == ZLIB_COMPONENT_STREAM_STATUS_FAILED) {
        run->refused = true;
        run->refusal.tag = ZLIB_COMPONENT_STREAM_ERROR_LIBRARY;
        run->refusal.val.library = chunk->status.val.failed;
    }
    run->next += chunk->consumed;
    run->left -= chunk->consumed;
    run->wanted -= output;
    return run_add(run, &chunk->output);
}

/* Compresses all of the run's input, the last of it with `flush`. */
static Outcome
run_deflate(Run *run, zlib_component_stream_own_compressor_t stream, zlib_component_stream_flush_t flush)
{
    Chunk chunk;
    bool full;
    do {
        Piece slice = run_slice(run, DEFLATE_SLICE);
        bool last = slice.len == run->left;
        if (run_reserve(STEP_OUTPUT) < 0) {
            return RUN_RAISED;
        }
        if (!zlib_component_stream_method_compressor_compress(
                zlib_component_stream_borrow_compressor(stream), &slice,
                last ? flush : ZLIB_COMPONENT_STREAM_FLUSH_NONE, STEP_OUTPUT, &chunk, &run->refusal)) {
            run->refused = true;
            return RUN_REFUSED;
        }
        full = chunk.output.len == STEP_OUTPUT;
        if (run_take(run, &chunk, slice.len, STEP_OUTPUT) < 0) {
            return RUN_RAISED;
        }
        if (run->refused) {
            return RUN_REFUSED;
        }
        if (chunk.status.tag == ZLIB_COMPONENT_STREAM_STATUS_STREAM_END) {
            return RUN_ENDED;
        }
    } while (run->left > 0 || full);
    return RUN_GOING;
}

/* How much input to offer for `room` bytes of output: what data that compresses well needs. Offering more would
   copy bytes that come back unused; when it is too little, the next step offers more. */
static size_t
inflate_slice(size_t room)
{
    return Py_MIN(room / 4 + 1024, INFLATE_SLICE);
}

/* Decompresses the run's input, up to the output that is wanted. Input is offered for as long as it is taken,
   also when no more output is wanted: the end of a stream can be read without. */
static Outcome
run_inflate(Run *run, zlib_component_stream_own_decompressor_t stream)
{
    for (;;) {
        Chunk chunk;
        size_t room = Py_MIN(run->wanted, STEP_OUTPUT);
        Piece slice = run_slice(run, inflate_slice(room));
        if (run_reserve(room) < 0) {
            return RUN_RAISED;
        }
        if (!zlib_component_stream_method_decompressor_decompress(
                zlib_component_stream_borrow_decompressor(stream), &slice, (uint32_t)room, &chunk,
                &run->refusal)) {
            run->refused = true;
            return RUN_REFUSED;
        }
        bool full = chunk.output.len == room;
        if (run_take(run, &chunk, slice.len, room) < 0) {
            return RUN_RAISED;
        }
        if (run->refused) {
            return RUN_REFUSED;
        }
        if (chunk.status.tag == ZLIB_COMPONENT_STREAM_STATUS_STREAM_END) {
            return RUN_ENDED;
        }
        if (chunk.status.tag == ZLIB_COMPONENT_STREAM_STATUS_NEEDS_DICTIONARY) {
            return RUN_NEEDS_DICTIONARY;
        }
        bool had_enough = run->wanted == 0 && chunk.consumed < slice.len;
        bool used_up = run->left == 0 && (run->wanted == 0 || !full);
        if (had_enough || used_up) {
            return RUN_GOING;
        }
    }
}

#endif
