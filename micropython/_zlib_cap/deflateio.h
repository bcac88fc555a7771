// What deflate.DeflateIO is made of: the object, and how its two halves see it.

#ifndef MICROPY_INCLUDED_DEFLATEIO_H
#define MICROPY_INCLUDED_DEFLATEIO_H

#include "py/mperrno.h"
#include "py/objtype.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "cap_handles.h"
#include "cap_words.h"
#include "zlib_import.h"

// The only method there is.
#define ZLIB_DEFLATED (8)

// The library's code for "out of memory".
#define ZLIB_MEM_ERROR (-4)

typedef enum {
    DEFLATEIO_AUTO, // reading: zlib or gzip, as the header says; writing: raw
    DEFLATEIO_RAW,
    DEFLATEIO_ZLIB,
    DEFLATEIO_GZIP,
} deflateio_format_t;

// In the collector's memory: a stream's write() may be Python code, which is handed `output` itself.
typedef struct {
    uint64_t input[512]; // gathers what is written, so that small pieces do not cross to the component one by one
    uint8_t output[4096];
    size_t count; // of bytes in `input`
    uint32_t size; // of all that came before those, as gzip's trailer has it
    uint32_t checksum; // of the same
} deflateio_writer_t;

typedef struct {
    mp_obj_base_t base;
    mp_obj_t stream; // MP_OBJ_NULL when closed
    uint8_t format;
    uint8_t wbits;
    bool close;
    bool busy; // in a read, write or close, which may be in Python code of the stream's
    bool eof; // of what is read
    bool output_waits; // the last step of the decompressor used all the room that it had
    bool seekable; // known only when there is a decompressor or compressor
    bool has_decompressor;
    bool has_compressor;
    bool finished; // the end of what is written was begun
    zlib_component_stream_own_decompressor_t decompressor;
    zlib_component_stream_own_compressor_t compressor;
    deflateio_writer_t *writer; // NULL without a compressor
} deflateio_t;

// By zlib's manual, one takes about 40 KB for reading and up to 260 KB for writing.
static cap_handles_t deflateio_handles = {.least = 64};

static void deflateio_drop_decompressor(deflateio_t *self) {
    if (self->has_decompressor) {
        self->has_decompressor = false;
        cap_handles_remove(&deflateio_handles);
        zlib_component_stream_decompressor_drop_own(self->decompressor);
    }
}

static void deflateio_drop_compressor(deflateio_t *self) {
    self->writer = NULL;
    if (self->has_compressor) {
        self->has_compressor = false;
        cap_handles_remove(&deflateio_handles);
        zlib_component_stream_compressor_drop_own(self->compressor);
    }
}

// Whether it is a stream of MicroPython's own that seeks. One that is written in Python is not asked: it would see that.
static bool deflateio_stream_seeks(mp_obj_t stream) {
    int error;
    const mp_stream_p_t *protocol = mp_get_stream(stream);
    return !mp_obj_is_instance_type(mp_obj_get_type(stream)) && protocol->ioctl != NULL
           && mp_stream_seek(stream, 0, MP_SEEK_CUR, &error) != (mp_off_t)-1;
}

// The errno value for what the library refused, where that is not for want of memory.
static int deflateio_errno(int32_t code) {
    if (code == ZLIB_MEM_ERROR) {
        mp_raise_type(&mp_type_MemoryError);
    }
    return MP_EINVAL;
}

// Takes the error over.
static int deflateio_errno_of(zlib_component_stream_error_t *error) {
    int32_t code = error->tag == ZLIB_COMPONENT_STREAM_ERROR_LIBRARY ? error->val.library.code : 0;
    zlib_component_stream_error_free(error);
    return deflateio_errno(code);
}

#endif // MICROPY_INCLUDED_DEFLATEIO_H
