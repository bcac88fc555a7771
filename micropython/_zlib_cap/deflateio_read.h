// Reading from a DeflateIO.
//
// No more is taken from the stream than what the bytes asked for need: it may be a socket, or something may follow the
// compressed data. A stream that seeks is read in blocks, and put back to where the decompressor got. That looks one
// symbol ahead once it has no more room, so it first gets room for all bytes but the last: what it then sees belongs to
// the last byte. Any other stream is read byte by byte.

#ifndef MICROPY_INCLUDED_DEFLATEIO_READ_H
#define MICROPY_INCLUDED_DEFLATEIO_READ_H

#include "deflateio.h"

#define DEFLATEIO_BLOCK_WORDS (512)

// The most output that is asked for at once.
#define DEFLATEIO_ROOM (32768)

// Where the output of a step goes.
typedef struct {
    uint8_t *ptr;
    size_t room;
} deflateio_target_t;

// Takes the chunk over. Returns how much output there is.
static mp_uint_t deflateio_take(deflateio_t *self, zlib_component_stream_chunk_t *chunk, deflateio_target_t target,
    int *errcode) {
    cap_piece_t output = CAP_PIECE_OF(chunk->output);
    uint8_t status = chunk->status.tag;
    int32_t code = status == ZLIB_COMPONENT_STREAM_STATUS_FAILED ? chunk->status.val.failed.code : 0;
    zlib_component_stream_status_free(&chunk->status);
    bool usable = output.len <= target.room;
    if (usable && output.len > 0) {
        memcpy(target.ptr, output.ptr, output.len);
    }
    cap_piece_free(output);
    if (usable && status == ZLIB_COMPONENT_STREAM_STATUS_STREAM_END) {
        self->eof = true;
        deflateio_drop_decompressor(self);
    } else if (!usable || status != ZLIB_COMPONENT_STREAM_STATUS_OK) {
        *errcode = deflateio_errno(code);
        return MP_STREAM_ERROR;
    }
    self->output_waits = output.len == target.room;
    return output.len;
}

// One step of the decompressor. `input` is a number of whole words, zero behind its last byte; how many bytes of it were
// taken is left in `consumed`.
static mp_uint_t deflateio_inflate(deflateio_t *self, uint64_t *input, size_t size, deflateio_target_t target,
    size_t *consumed, int *errcode) {
    zlib_component_stream_bytes_t data = {
        .words = {.ptr = input, .len = (size + CAP_WORD_SIZE - 1) / CAP_WORD_SIZE}, .size = size,
    };
    zlib_component_stream_chunk_t chunk;
    zlib_component_stream_error_t error;
    if (!zlib_component_stream_method_decompressor_decompress(
        zlib_component_stream_borrow_decompressor(self->decompressor), &data, target.room, &chunk, &error)) {
        *errcode = deflateio_errno_of(&error);
        return MP_STREAM_ERROR;
    }
    *consumed = MIN(chunk.consumed, size);
    return deflateio_take(self, &chunk, target, errcode);
}

// Reads from the stream, at least one byte.
static size_t deflateio_read_stream(deflateio_t *self, void *buf, size_t size) {
    int error;
    mp_uint_t count = mp_get_stream(self->stream)->read(self->stream, buf, size, &error);
    if (count == MP_STREAM_ERROR) {
        mp_raise_OSError(error);
    }
    if (count == 0) {
        mp_raise_type(&mp_type_EOFError);
    }
    return MIN(count, size);
}

// ---------------------------------------------------------------------------------------------------------------------
// The beginning. A gzip header is read here: MicroPython does not look at its checksum, and the library would.

#define GZIP_ID (0x1f8b)
#define GZIP_HAS_CHECKSUM (0x02)
#define GZIP_HAS_EXTRA (0x04)
#define GZIP_HAS_NAME (0x08)
#define GZIP_HAS_COMMENT (0x10)
#define GZIP_RESERVED (0xe0)

static unsigned int deflateio_header_byte(deflateio_t *self) {
    uint8_t byte;
    deflateio_read_stream(self, &byte, 1);
    return byte;
}

static void deflateio_skip(deflateio_t *self, size_t count) {
    while (count-- > 0) {
        deflateio_header_byte(self);
    }
}

static void deflateio_skip_text(deflateio_t *self) {
    while (deflateio_header_byte(self) != 0) {
    }
}

// What follows the two bytes that tell it is gzip.
static bool deflateio_skip_gzip_header(deflateio_t *self) {
    unsigned int method = deflateio_header_byte(self);
    unsigned int flags = deflateio_header_byte(self);
    if (method != ZLIB_DEFLATED || (flags & GZIP_RESERVED)) {
        return false;
    }
    deflateio_skip(self, 6); // time, compression, system
    if (flags & GZIP_HAS_EXTRA) {
        unsigned int low = deflateio_header_byte(self);
        deflateio_skip(self, deflateio_header_byte(self) << 8 | low);
    }
    if (flags & GZIP_HAS_NAME) {
        deflateio_skip_text(self);
    }
    if (flags & GZIP_HAS_COMMENT) {
        deflateio_skip_text(self);
    }
    if (flags & GZIP_HAS_CHECKSUM) {
        deflateio_skip(self, 2);
    }
    return true;
}

// Windows are of the largest size, which takes any stream. Returns an errno value, 0 for none.
static int deflateio_open_inflate(deflateio_t *self, int window_bits, const uint8_t *header, size_t size) {
    cap_handles_check(&deflateio_handles);
    cap_check_room(0);
    zlib_component_stream_error_t error;
    if (!zlib_component_stream_static_decompressor_open(window_bits, &self->decompressor, &error)) {
        return deflateio_errno_of(&error);
    }
    self->has_decompressor = true;
    cap_handles_add(&deflateio_handles);
    uint64_t words[2] = {0};
    memcpy(words, header, size);
    size_t consumed;
    int errcode = 0;
    deflateio_target_t nowhere = {.ptr = NULL, .room = 0};
    if (size > 0) {
        deflateio_inflate(self, words, size, nowhere, &consumed, &errcode);
    }
    self->output_waits = false;
    return errcode;
}

static int deflateio_open_with_header(deflateio_t *self) {
    static const uint8_t shortest[] = {GZIP_ID >> 8, GZIP_ID & 0xff, ZLIB_DEFLATED, 0, 0, 0, 0, 0, 0, 0};
    uint8_t header[2];
    header[0] = deflateio_header_byte(self);
    header[1] = deflateio_header_byte(self);
    bool gzip = (header[0] << 8 | header[1]) == GZIP_ID;
    if (self->format != DEFLATEIO_AUTO && gzip != (self->format == DEFLATEIO_GZIP)) {
        return MP_EINVAL;
    }
    if (!gzip) {
        return deflateio_open_inflate(self, 15, header, sizeof(header));
    }
    return deflateio_skip_gzip_header(self) ? deflateio_open_inflate(self, 31, shortest, sizeof(shortest)) : MP_EINVAL;
}

static bool deflateio_open_decompressor(deflateio_t *self, int *errcode) {
    if (self->has_decompressor) {
        return true;
    }
    mp_get_stream_raise(self->stream, MP_STREAM_OP_READ);
    self->seekable = deflateio_stream_seeks(self->stream);
    bool raw = self->format == DEFLATEIO_RAW;
    int error = raw ? deflateio_open_inflate(self, -15, NULL, 0) : deflateio_open_with_header(self);
    if (error != 0) {
        *errcode = error;
    }
    return error == 0;
}

// ---------------------------------------------------------------------------------------------------------------------
// The rest.

static mp_uint_t deflateio_read_byte(deflateio_t *self, deflateio_target_t target, int *errcode) {
    uint64_t word = 0;
    size_t consumed;
    deflateio_read_stream(self, &word, 1);
    return deflateio_inflate(self, &word, 1, target, &consumed, errcode);
}

// A separate function, so that its block is not on the stack where Python code may be called.
static MP_NOINLINE mp_uint_t deflateio_read_block(deflateio_t *self, deflateio_target_t target, int *errcode) {
    uint64_t block[DEFLATEIO_BLOCK_WORDS];
    size_t size = deflateio_read_stream(self, block, MIN(MAX(target.room, CAP_WORD_SIZE), sizeof(block)));
    memset((uint8_t *)block + size, 0, -size % CAP_WORD_SIZE);
    size_t consumed = size;
    mp_uint_t count = deflateio_inflate(self, block, size, target, &consumed, errcode);
    int error;
    if (consumed < size
        && mp_stream_seek(self->stream, -(mp_off_t)(size - consumed), MP_SEEK_CUR, &error) == (mp_off_t)-1) {
        mp_raise_OSError(error);
    }
    return count;
}

static mp_uint_t deflateio_read_some(deflateio_t *self, deflateio_target_t target, int *errcode) {
    target.room = MIN(target.room, DEFLATEIO_ROOM);
    cap_check_room(target.room); // before anything is taken from the stream that would be lost
    if (self->output_waits) {
        size_t consumed;
        return deflateio_inflate(self, NULL, 0, target, &consumed, errcode);
    }
    if (self->seekable && target.room > 1) {
        target.room -= 1;
        return deflateio_read_block(self, target, errcode);
    }
    return deflateio_read_byte(self, target, errcode);
}

static mp_uint_t deflateio_read_all(deflateio_t *self, void *buf, mp_uint_t size, int *errcode) {
    mp_uint_t done = 0;
    if (!self->eof && !deflateio_open_decompressor(self, errcode)) {
        return MP_STREAM_ERROR;
    }
    while (done < size && !self->eof) {
        deflateio_target_t rest = {.ptr = (uint8_t *)buf + done, .room = size - done};
        mp_uint_t count = deflateio_read_some(self, rest, errcode);
        if (count == MP_STREAM_ERROR) {
            return MP_STREAM_ERROR;
        }
        done += count;
    }
    return done;
}

#endif // MICROPY_INCLUDED_DEFLATEIO_READ_H
