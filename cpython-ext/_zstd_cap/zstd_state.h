/* What the parts of the module share: its state, and ZstdError. */

#ifndef ZSTD_STATE_H
#define ZSTD_STATE_H

#include "Python.h"

#include "zstd_import.h"

typedef zstd_component_stream_failure_t Failure;

typedef struct {
    PyTypeObject *dict_type;
    PyTypeObject *compressor_type;
    PyTypeObject *decompressor_type;
    PyObject *error;
    /* What set_parameter_types() was told, or NULL. */
    PyTypeObject *compression_parameter;
    PyTypeObject *decompression_parameter;
    zstd_component_stream_levels_t levels;
} ModuleState;

/* What was being done when the component refused: "Unable to do this: reason". */
#define COMPRESSING "compress Zstandard data"
#define DECOMPRESSING "decompress Zstandard data"
#define PLEDGING "set pledged uncompressed content size"
#define LOADING_TO_COMPRESS "load Zstandard dictionary or prefix for compression"
#define LOADING_TO_DECOMPRESS "load Zstandard dictionary or prefix for decompression"
#define GETTING_COMPRESSION_BOUNDS "get zstd compression parameter bounds"
#define GETTING_DECOMPRESSION_BOUNDS "get zstd decompression parameter bounds"
#define SETTING_LEVEL "set zstd compression level"
#define TRAINING "train the Zstandard dictionary"
#define FINALIZING "finalize the Zstandard dictionary"

/* Raises a ZstdError, and frees the failure. */
static void
raise_failure(const ModuleState *state, const char *doing, Failure *failure)
{
    PyErr_Format(state->error, "Unable to %s: %.*s", doing, (int)failure->message.len,
                 (const char *)failure->message.ptr);
    zstd_component_stream_failure_free(failure);
}

#endif
