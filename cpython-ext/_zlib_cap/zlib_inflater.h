/* A decompressor of the component with its preset dictionary: what zlib.Decompress, zlib._ZlibDecompressor and
   zlib.decompress() have in common. */

#ifndef ZLIB_INFLATER_H
#define ZLIB_INFLATER_H

#include "zlib_arguments.h"
#include "zlib_refusal.h"

typedef struct {
    zlib_component_stream_own_decompressor_t stream;
    bool is_open;
    PyObject *zdict; /* with the buffer protocol; NULL for none */
} Inflater;

static void
inflater_close(Inflater *inflater)
{
    if (inflater->is_open) {
        inflater->is_open = false;
        zlib_component_stream_decompressor_drop_own(inflater->stream);
    }
}

static int
inflater_set_dictionary(Inflater *inflater, PyObject *error)
{
    Py_buffer zdict;
    if (PyObject_GetBuffer(inflater->zdict, &zdict, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    if (!inflater->is_open) {
        /* The dictionary's buffer is Python code, and that has used this very object to the end. */
        PyBuffer_Release(&zdict);
        zlib_import_option_string_t no_message = {.is_some = false};
        raise_zlib_error(error, Z_STREAM_ERROR, &no_message, &SETTING_DICTIONARY);
        return -1;
    }
    Refusal refusal;
    Piece dictionary = {.ptr = zdict.buf, .len = (size_t)zdict.len};
    bool taken = zlib_component_stream_method_decompressor_set_dictionary(
        zlib_component_stream_borrow_decompressor(inflater->stream), &dictionary, &refusal);
    PyBuffer_Release(&zdict);
    if (!taken) {
        raise_refusal(error, &refusal, &SETTING_DICTIONARY);
        zlib_component_stream_error_free(&refusal);
        return -1;
    }
    return 0;
}

/* A raw stream does not ask for its dictionary, so that one is set at once. */
static int
inflater_open(Inflater *inflater, int wbits, PyObject *error, const Wording *words)
{
    Refusal refusal;
    inflater->is_open = zlib_component_stream_static_decompressor_open(wbits, &inflater->stream, &refusal);
    if (!inflater->is_open) {
        raise_refusal(error, &refusal, words);
        zlib_component_stream_error_free(&refusal);
        return -1;
    }
    bool set_now = inflater->zdict != NULL && wbits < 0;
    return set_now ? inflater_set_dictionary(inflater, error) : 0;
}

/* Decompresses the run's input, with the dictionary when the stream asks for it. */
static Outcome
inflater_run(Inflater *inflater, Run *run, PyObject *error)
{
    /* Checked each time: the dictionary's buffer may be Python code that closes this very object. */
    while (inflater->is_open) {
        Outcome outcome = run_inflate(run, inflater->stream);
        if (outcome != RUN_NEEDS_DICTIONARY || inflater->zdict == NULL) {
            return outcome;
        }
        if (inflater_set_dictionary(inflater, error) < 0) {
            return RUN_RAISED;
        }
    }
    return run_refuse(run, Z_STREAM_ERROR);
}

/* The exception for a run that came to nothing, if it did. Returns -1 when there is one. */
static int
inflater_raise(Outcome outcome, const Run *run, PyObject *error, const Wording *words)
{
    if (outcome == RUN_REFUSED) {
        raise_refusal(error, &run->refusal, words);
    }
    else if (outcome == RUN_NEEDS_DICTIONARY) {
        zlib_import_option_string_t no_message = {.is_some = false};
        raise_zlib_error(error, Z_NEED_DICT, &no_message, words);
    }
    return outcome == RUN_GOING || outcome == RUN_ENDED ? 0 : -1;
}

#endif
