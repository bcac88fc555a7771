/* A decompressor of the component with its preset dictionary, as a codec: what zlib.Decompress,
   zlib._ZlibDecompressor and zlib.decompress() have in common. */

#ifndef ZLIB_INFLATER_H
#define ZLIB_INFLATER_H

#include "zlib_arguments.h"
#include "zlib_refusal.h"

typedef struct {
    zlib_component_stream_own_decompressor_t stream;
    bool is_open;
    PyObject *zdict;      /* with the buffer protocol; NULL for none */
    PyObject *error;      /* the module's zlib.error, which lives longer */
    const Wording *words; /* for what is being done */
    Refusal refusal;
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
inflater_set_dictionary(Inflater *inflater)
{
    Py_buffer zdict;
    if (PyObject_GetBuffer(inflater->zdict, &zdict, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    Refusal refusal = library_refusal(Z_STREAM_ERROR);
    zlib_import_list_u8_t dictionary = {.ptr = zdict.buf, .len = (size_t)zdict.len};
    /* Open still? The dictionary's buffer may be Python code that has used this very object to the end. */
    bool taken = inflater->is_open
        && zlib_component_stream_method_decompressor_set_dictionary(
            zlib_component_stream_borrow_decompressor(inflater->stream), &dictionary, &refusal);
    PyBuffer_Release(&zdict);
    if (!taken) {
        raise_refusal(inflater->error, &refusal, &SETTING_DICTIONARY);
    }
    return taken ? 0 : -1;
}

/* A raw stream does not ask for its dictionary, so that one is set at once. */
static int
inflater_open(Inflater *inflater, int wbits, const Wording *opening)
{
    Refusal refusal;
    inflater->is_open = zlib_component_stream_static_decompressor_open(wbits, &inflater->stream, &refusal);
    if (!inflater->is_open) {
        raise_refusal(inflater->error, &refusal, opening);
        return -1;
    }
    bool set_now = inflater->zdict != NULL && wbits < 0;
    return set_now ? inflater_set_dictionary(inflater) : 0;
}

static void
inflater_step(void *op, const Words *input, bool Py_UNUSED(last), size_t room, Step *step)
{
    Inflater *inflater = op;
    *step = (Step){.status = STEP_REFUSED};
    if (!inflater->is_open) {
        inflater->refusal = library_refusal(Z_STREAM_ERROR);
        return;
    }
    zlib_component_stream_chunk_t chunk;
    zlib_component_stream_bytes_t data = BYTES_OF(zlib_component_stream_bytes_t, input);
    if (!zlib_component_stream_method_decompressor_decompress(
            zlib_component_stream_borrow_decompressor(inflater->stream), &data, (uint32_t)room, &chunk,
            &inflater->refusal)) {
        return;
    }
    take_chunk(&chunk, &inflater->refusal, step);
    if (chunk.status.tag != ZLIB_COMPONENT_STREAM_STATUS_NEEDS_DICTIONARY) {
        return;
    }
    if (inflater->zdict == NULL) {
        inflater->refusal = library_refusal(Z_NEED_DICT);
        step->status = STEP_REFUSED;
    }
    else if (inflater_set_dictionary(inflater) < 0) {
        step->status = STEP_RAISED;
    }
    step->more = step->status == STEP_GOING;
}

static void
inflater_raise(void *op)
{
    Inflater *inflater = op;
    raise_refusal(inflater->error, &inflater->refusal, inflater->words);
}

static const Codec INFLATING = {.step = inflater_step, .raise = inflater_raise, .name = "zlib"};

#endif
