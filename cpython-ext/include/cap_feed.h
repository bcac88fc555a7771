/* What a decompressor object remembers between calls, for the types that keep their own unread input: as
   zlib._ZlibDecompressor, BZ2Decompressor, LZMADecompressor and ZstdDecompressor do. */

#ifndef CAP_FEED_H
#define CAP_FEED_H

#include <stddef.h>

#include "cap_arguments.h"
#include "cap_pending.h"
#include "cap_run.h"

typedef struct {
    Pending pending;       /* what earlier calls left over; empty while a call has it */
    PyObject *unused_data; /* bytes: what followed the end of the stream */
    char eof;
    char needs_input;
} Feed;

static inline void
feed_open(Feed *feed)
{
    feed->pending = (Pending){.block = NULL};
    feed->unused_data = Py_GetConstant(Py_CONSTANT_EMPTY_BYTES);
    feed->eof = 0;
    feed->needs_input = 1;
}

static inline void
feed_close(Feed *feed)
{
    pending_free(&feed->pending);
    Py_CLEAR(feed->unused_data);
}

/* Points the run at what is pending, followed by its own input. */
static inline int
feed_join(Pending *pending, Run *run)
{
    if (pending_size(pending) == 0) {
        return 0;
    }
    if (pending_append(pending, run->next, run->left) < 0) {
        return -1;
    }
    run->next = pending->block + pending->start;
    run->left = pending_size(pending);
    return 0;
}

/* Keeps the input that a run left: as unused when the stream has ended, else for the next call. */
static inline int
feed_keep_rest(Feed *feed, Pending *pending, const Run *run)
{
    feed->needs_input = run->left == 0 && !feed->eof;
    if (feed->eof) {
        PyObject *rest = PyBytes_FromStringAndSize((const char *)run->next, (Py_ssize_t)run->left);
        if (rest == NULL) {
            return -1;
        }
        Py_XSETREF(feed->unused_data, rest);
        return 0;
    }
    if (pending_size(pending) > 0) {
        pending->start = pending->end - run->left;
        return 0;
    }
    return pending_append(pending, run->next, run->left);
}

/* The run's output as bytes, when it came to something. */
static inline PyObject *
feed_finish(Feed *feed, Pending *pending, Run *run, Outcome outcome)
{
    if (outcome != RUN_GOING && outcome != RUN_ENDED) {
        return NULL;
    }
    PyObject *output = run_output(run);
    feed->eof = outcome == RUN_ENDED;
    if (output != NULL && feed_keep_rest(feed, pending, run) < 0) {
        Py_CLEAR(output);
    }
    return output;
}

/* Decompresses what is pending and `data` after it, up to `max_length` bytes; below zero is no limit. As CPython has
   it, a failure drops what was pending. */
static inline PyObject *
feed_decompress(Feed *feed, const Codec *codec, void *stream, const Py_buffer *data, Py_ssize_t max_length)
{
    /* Away from the object: a step may run Python code that calls it again. */
    Pending pending = feed->pending;
    feed->pending = (Pending){.block = NULL};
    PyObject *output = NULL;
    Run run;
    run_open(&run, data->buf, (size_t)data->len);
    run.wanted = max_length < 0 ? SIZE_MAX : (size_t)max_length;
    if (feed_join(&pending, &run) == 0) {
        Outcome outcome = run_decompress(&run, codec, stream);
        if (outcome == RUN_REFUSED) {
            codec->raise(stream);
        }
        output = feed_finish(feed, &pending, &run, outcome);
    }
    pending_free(&feed->pending);
    if (output != NULL && !feed->eof) {
        feed->pending = pending;
    }
    else {
        pending_free(&pending);
    }
    run_close(&run);
    return output;
}

#define FEED_DECOMPRESS_DOC \
    "decompress($self, /, data, max_length=-1)\n" \
    "--\n" \
    "\n" \
    "Decompress data and return what comes of it as bytes.\n" \
    "\n" \
    "  max_length\n" \
    "    Return no more bytes than this; below zero is no limit.\n" \
    "\n" \
    "When input is left over or there may be more output, needs_input is False, and\n" \
    "the next call may pass b'' to go on. After the end (eof) an EOFError is raised,\n" \
    "and what followed it is in unused_data."

/* The method decompress(data, max_length=-1) of a type with a feed: reads the arguments, for `run`. */
static inline PyObject *
feed_method(PyObject *op, PyObject *const *args, Py_ssize_t count, PyObject *kwnames,
            PyObject *(*run)(PyObject *op, const Py_buffer *data, Py_ssize_t max_length))
{
    static char *names[] = {"data", "max_length", NULL};
    PyObject *values[MOST_ARGUMENTS] = {NULL}, *output = NULL;
    Py_ssize_t max_length = -1;
    Py_buffer data;
    if (read_arguments(args, count, kwnames, 1, 2, "O|O:decompress", names, values) < 0
        || PyObject_GetBuffer(values[0], &data, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (read_size(values[1], &max_length) == 0) {
        output = run(op, &data, max_length);
    }
    PyBuffer_Release(&data);
    return output;
}

/* The attributes of a type with a feed, as members of its object. */
#define FEED_MEMBERS(type, feed) \
    {"eof", Py_T_BOOL, offsetof(type, feed.eof), Py_READONLY, "Whether the end of the stream was reached."}, \
    {"unused_data", Py_T_OBJECT_EX, offsetof(type, feed.unused_data), Py_READONLY, \
     "What followed the end of the stream."}, \
    {"needs_input", Py_T_BOOL, offsetof(type, feed.needs_input), Py_READONLY, \
     "Whether more output takes more input."}

#endif
