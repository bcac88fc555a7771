/* A compressor of the component, as a codec: what zlib.Compress and zlib.compress() have in common. */

#ifndef ZLIB_DEFLATER_H
#define ZLIB_DEFLATER_H

#include "zlib_refusal.h"

typedef struct {
    zlib_component_stream_own_compressor_t stream;
    bool is_open;
    zlib_component_stream_flush_t flush; /* at the end of a run */
    PyObject *error;                     /* the module's zlib.error, which lives longer */
    const Wording *words;                /* for what is being done */
    Refusal refusal;
} Deflater;

static void
deflater_close(Deflater *deflater)
{
    if (deflater->is_open) {
        deflater->is_open = false;
        zlib_component_stream_compressor_drop_own(deflater->stream);
    }
}

static void
deflater_step(void *op, const Words *input, bool last, size_t room, Step *step)
{
    Deflater *deflater = op;
    *step = (Step){.status = STEP_REFUSED};
    if (!deflater->is_open) {
        deflater->refusal = library_refusal(Z_STREAM_ERROR);
        return;
    }
    zlib_component_stream_chunk_t chunk;
    zlib_component_stream_bytes_t data = BYTES_OF(zlib_component_stream_bytes_t, input);
    if (zlib_component_stream_method_compressor_compress(
            zlib_component_stream_borrow_compressor(deflater->stream), &data,
            last ? deflater->flush : ZLIB_COMPONENT_STREAM_FLUSH_NONE, (uint32_t)room, &chunk, &deflater->refusal)) {
        take_chunk(&chunk, &deflater->refusal, step);
    }
    if (step->status == STEP_ENDED) {
        deflater_close(deflater);
    }
}

static void
deflater_raise(void *op)
{
    Deflater *deflater = op;
    raise_refusal(deflater->error, &deflater->refusal, deflater->words);
}

static const Codec DEFLATING = {.step = deflater_step, .raise = deflater_raise, .name = "zlib"};

#endif
