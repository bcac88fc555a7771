/* One call of a codec's module: input that goes to the component in slices, output that comes back in pieces. A Run
   owns what the bindings returned until run_close, so that every path, also a failing one, frees it once.

   A codec brings a step, which calls its component once; what is here calls it until the input is used up, the output
   is all that was wanted, or the stream has ended.

   WASI has one thread: nothing here takes the locks that CPython's own modules need. */

#ifndef CAP_RUN_H
#define CAP_RUN_H

#include "cap_pieces.h"

/* Bytes of input per call, from measurements: a smaller slice pays for more calls, a bigger one falls out of the
   processor's cache between its copy and its use. */
#define COMPRESS_SLICE ((size_t)256 * 1024)
#define DECOMPRESS_SLICE ((size_t)64 * 1024)

/* Bytes of output per call at most: what bounds the component's memory. */
#define STEP_OUTPUT ((size_t)1024 * 1024)

/* Bytes of output that are made room for in any case. */
#define SMALL_OUTPUT ((size_t)8 * 1024)

/* Where a stream stands after a step. */
typedef enum {
    STEP_RAISED = -1, /* a Python exception is set */
    STEP_REFUSED,     /* the component refused: the stream holds what it said */
    STEP_GOING,
    STEP_ENDED,
} StepStatus;

/* What one call to a component came to. */
typedef struct {
    Piece output;    /* the run's from here on */
    size_t consumed; /* of the input that was offered, in bytes */
    bool more;       /* whether the next step gets further, whatever this one took and gave */
    StepStatus status;
} Step;

/* How a codec's streams are driven. */
typedef struct {
    /* Calls the component once, for at most `room` bytes of output. `last` says that no more input follows in this
       run. Fills the step in, all of it. */
    void (*step)(void *stream, const Words *input, bool last, size_t room, Step *step);
    /* Raises what the component said when it refused, and frees it. */
    void (*raise)(void *stream);
    const char *name; /* for messages: "zlib" */
} Codec;

/* How far a run has come. */
typedef enum {
    RUN_RAISED = -1, /* a Python exception is set */
    RUN_REFUSED,     /* the component refused: the stream holds what it said, the run what came before */
    RUN_GOING,       /* the input is used up, or the output is all that was wanted */
    RUN_ENDED,       /* the stream has ended */
} Outcome;

typedef struct {
    const uint8_t *next; /* input that is not used yet */
    size_t left;
    size_t wanted;       /* output that is still wanted */
    Pieces output;
} Run;

static inline void
run_open(Run *run, const void *data, size_t size)
{
    run->next = data;
    run->left = size;
    run->wanted = SIZE_MAX;
    pieces_open(&run->output);
}

static inline void
run_close(Run *run)
{
    pieces_close(&run->output);
}

static inline PyObject *
run_output(const Run *run)
{
    return pieces_as_bytes(&run->output);
}

/* The next input, of at most `size` bytes. It points into the caller's buffer: the binding copies from there. */
static inline Piece
run_slice(const Run *run, size_t size)
{
    return (Piece){.ptr = (uint8_t *)run->next, .len = Py_MIN(run->left, size)};
}

/* Sees to it that the next `size` bytes can be allocated, a copied input and a result: where the bindings find no
   memory for a result they end the whole interpreter. */
static inline int
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

/* Lets go of what the component said, if it refused, where something else is to be raised. */
static inline void
run_drop_refusal(const Codec *codec, void *stream, const Step *step)
{
    if (step->status == STEP_REFUSED) {
        /* Raising it is what frees it. */
        PyObject *raised = PyErr_GetRaisedException();
        codec->raise(stream);
        PyErr_SetRaisedException(raised);
    }
}

/* One step, of which the run takes the output. A component that claims more than it was given would have us read or
   write past the ends; one that does nothing would hold us here. */
static inline StepStatus
run_step(Run *run, const Codec *codec, void *stream, Piece slice, bool last, size_t room, Step *step)
{
    Words input;
    if (run_reserve(slice.len + room) < 0 || words_open(&input, slice) < 0) {
        return STEP_RAISED;
    }
    codec->step(stream, &input, last, room, step);
    words_close(&input, slice);
    size_t output = step->output.len;
    bool beyond = step->consumed > slice.len || output > room;
    bool moved = step->consumed > 0 || output > 0 || step->more;
    bool stuck = step->status == STEP_GOING && !moved && slice.len > 0 && room > 0;
    if (beyond || stuck) {
        piece_free(step->output);
        run_drop_refusal(codec, stream, step);
        PyErr_Format(PyExc_SystemError, "the %s component %s", codec->name,
                     beyond ? "took or gave more than there was" : "neither took nor gave anything");
        return STEP_RAISED;
    }
    run->next += step->consumed;
    run->left -= step->consumed;
    run->wanted -= output;
    if (pieces_add(&run->output, step->output) < 0) {
        run_drop_refusal(codec, stream, step);
        return STEP_RAISED;
    }
    return step->status;
}

/* Compresses all of the run's input. */
static inline Outcome
run_compress(Run *run, const Codec *codec, void *stream)
{
    Step step;
    do {
        Piece slice = run_slice(run, COMPRESS_SLICE);
        StepStatus status = run_step(run, codec, stream, slice, slice.len == run->left, STEP_OUTPUT, &step);
        if (status != STEP_GOING) {
            return (Outcome)status;
        }
    } while (run->left > 0 || step.output.len == STEP_OUTPUT || step.more);
    return RUN_GOING;
}

/* How much input to offer for `room` bytes of output: what data that compresses well needs. Offering more would
   copy bytes that come back unused; when it is too little, the next step offers more. */
static inline size_t
decompress_slice(size_t room)
{
    return Py_MIN(room / 4 + 1024, DECOMPRESS_SLICE);
}

/* How much output to make room for: what little input is likely to need, so that small calls stay cheap, until that
   has been too little. */
static inline size_t
decompress_room(const Run *run, bool was_full)
{
    size_t likely = was_full ? STEP_OUTPUT : Py_MIN(run->left, STEP_OUTPUT) * 16 + SMALL_OUTPUT;
    return Py_MIN(run->wanted, Py_MIN(likely, STEP_OUTPUT));
}

/* Decompresses the run's input, up to the output that is wanted. Input is offered for as long as it is taken, also
   when no more output is wanted: the end of a stream can be read without. */
static inline Outcome
run_decompress(Run *run, const Codec *codec, void *stream)
{
    bool full = false;
    for (;;) {
        Step step;
        size_t room = decompress_room(run, full);
        Piece slice = run_slice(run, decompress_slice(room));
        StepStatus status = run_step(run, codec, stream, slice, slice.len == run->left, room, &step);
        if (status != STEP_GOING) {
            return (Outcome)status;
        }
        full = step.output.len == room;
        bool had_enough = run->wanted == 0 && step.consumed < slice.len;
        bool used_up = run->left == 0 && (run->wanted == 0 || !full);
        if (had_enough || used_up) {
            return RUN_GOING;
        }
    }
}

/* Compresses `size` bytes, and returns what comes of it as bytes. */
static inline PyObject *
codec_compress(const Codec *codec, void *stream, const void *data, size_t size)
{
    PyObject *output = NULL;
    Run run;
    run_open(&run, data, size);
    Outcome outcome = run_compress(&run, codec, stream);
    if (outcome == RUN_REFUSED) {
        codec->raise(stream);
    }
    else if (outcome != RUN_RAISED) {
        output = run_output(&run);
    }
    run_close(&run);
    return output;
}

#endif
