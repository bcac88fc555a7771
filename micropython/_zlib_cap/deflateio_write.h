// Writing to a DeflateIO: a raw stream by the component, between the header and the trailer of the container.

#ifndef MICROPY_INCLUDED_DEFLATEIO_WRITE_H
#define MICROPY_INCLUDED_DEFLATEIO_WRITE_H

#include "deflateio.h"

// What a writer's window is when none is asked for.
#define DEFLATEIO_DEFAULT_WBITS (8)

// The smallest window that the library compresses with. It then looks back 250 bytes at most, so that a window of 256
// bytes is enough to decompress what it makes.
#define ZLIB_MIN_WBITS (9)

// With this strategy, the library looks back one byte: what the windows are for that are smaller still.
#define ZLIB_RLE (3)

#define ZLIB_LEVEL (6)
#define ZLIB_MEM_LEVEL (8)

static unsigned int deflateio_write_wbits(const deflateio_t *self) {
    return self->wbits == 0 ? DEFLATEIO_DEFAULT_WBITS : self->wbits;
}

// Writes to the stream, all of it. Returns an errno value, 0 for none. This is mp_stream_rw for streams that lie.
static int deflateio_write_stream(deflateio_t *self, const uint8_t *buf, size_t size) {
    const mp_stream_p_t *protocol = mp_get_stream(self->stream);
    while (size > 0) {
        int error;
        mp_uint_t done = protocol->write(self->stream, buf, size, &error);
        if (done == MP_STREAM_ERROR) {
            return error;
        }
        if (done == 0 || done > size) {
            return MP_EIO;
        }
        buf += done;
        size -= done;
    }
    return 0;
}

static bool deflateio_write_header(deflateio_t *self) {
    if (self->format == DEFLATEIO_ZLIB) {
        // The method and the window's size, then the default level; both together are a multiple of 31.
        uint8_t header[] = {ZLIB_DEFLATED | (MAX(deflateio_write_wbits(self), ZLIB_MIN_WBITS) - 8) << 4, 2 << 6};
        header[1] += 31 - (header[0] << 8 | header[1]) % 31;
        return deflateio_write_stream(self, header, sizeof(header)) == 0;
    }
    if (self->format == DEFLATEIO_GZIP) {
        // Without a time; 4 and 3 are what MicroPython always says: the fastest compression, and Unix.
        static const uint8_t header[] = {0x1f, 0x8b, ZLIB_DEFLATED, 0, 0, 0, 0, 0, 4, 3};
        return deflateio_write_stream(self, header, sizeof(header)) == 0;
    }
    return true;
}

static bool deflateio_open_compressor(deflateio_t *self, int *errcode) {
    if (self->has_compressor) {
        return true;
    }
    mp_get_stream_raise(self->stream, MP_STREAM_OP_WRITE);
    self->seekable = deflateio_stream_seeks(self->stream);
    deflateio_writer_t *writer = m_new_obj(deflateio_writer_t);
    writer->count = 0;
    writer->size = 0;
    writer->checksum = self->format == DEFLATEIO_ZLIB ? 1 : 0;
    if (!deflateio_write_header(self)) {
        *errcode = MP_EINVAL;
        return false;
    }
    unsigned int wbits = deflateio_write_wbits(self);
    zlib_component_stream_compression_t options = {
        .level = ZLIB_LEVEL,
        .method = ZLIB_DEFLATED,
        .window_bits = -(int)MAX(wbits, ZLIB_MIN_WBITS),
        .mem_level = ZLIB_MEM_LEVEL,
        .strategy = wbits < DEFLATEIO_DEFAULT_WBITS ? ZLIB_RLE : 0,
    };
    cap_handles_check(&deflateio_handles);
    cap_check_room(0);
    zlib_component_stream_error_t error;
    if (!zlib_component_stream_static_compressor_open(&options, &self->compressor, &error)) {
        *errcode = deflateio_errno_of(&error);
        return false;
    }
    self->has_compressor = true;
    cap_handles_add(&deflateio_handles);
    self->writer = writer;
    return true;
}

// The first bytes of what was gathered, as the component takes them.
static zlib_component_stream_bytes_t deflateio_gathered(deflateio_writer_t *writer, size_t size) {
    memset((uint8_t *)writer->input + size, 0, -size % CAP_WORD_SIZE);
    size_t count = (size + CAP_WORD_SIZE - 1) / CAP_WORD_SIZE;
    return (zlib_component_stream_bytes_t) {.words = {.ptr = writer->input, .len = count}, .size = size};
}

static void deflateio_add_to_trailer(deflateio_t *self, size_t size) {
    deflateio_writer_t *writer = self->writer;
    zlib_component_stream_bytes_t data = deflateio_gathered(writer, size);
    writer->size += size;
    if (self->format == DEFLATEIO_ZLIB) {
        writer->checksum = zlib_component_stream_adler32(&data, writer->checksum);
    } else if (self->format == DEFLATEIO_GZIP) {
        writer->checksum = zlib_component_stream_crc32(&data, writer->checksum);
    }
}

// Takes the chunk over. Leaves the output with the writer and returns how much there is.
static mp_uint_t deflateio_take_compressed(deflateio_writer_t *writer, zlib_component_stream_chunk_t *chunk,
    int *errcode) {
    cap_piece_t output = CAP_PIECE_OF(chunk->output);
    bool usable = output.len <= sizeof(writer->output);
    if (usable && output.len > 0) {
        memcpy(writer->output, output.ptr, output.len);
    }
    cap_piece_free(output);
    zlib_component_stream_status_free(&chunk->status);
    if (!usable) {
        *errcode = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
    return output.len;
}

// One step of the compressor. What it does not take of the input moves to the front.
static mp_uint_t deflateio_deflate(deflateio_t *self, size_t *size, zlib_component_stream_flush_t flush, int *errcode) {
    deflateio_writer_t *writer = self->writer;
    zlib_component_stream_bytes_t data = deflateio_gathered(writer, *size);
    zlib_component_stream_chunk_t chunk;
    zlib_component_stream_error_t error;
    if (!zlib_component_stream_method_compressor_compress(zlib_component_stream_borrow_compressor(self->compressor),
        &data, flush, sizeof(writer->output), &chunk, &error)) {
        *errcode = deflateio_errno_of(&error);
        return MP_STREAM_ERROR;
    }
    size_t consumed = MIN(chunk.consumed, *size);
    *size -= consumed;
    memmove(writer->input, (uint8_t *)writer->input + consumed, *size);
    return deflateio_take_compressed(writer, &chunk, errcode);
}

// Compresses what was gathered. What cannot be written is lost.
static bool deflateio_compress_gathered(deflateio_t *self, zlib_component_stream_flush_t flush, int *errcode) {
    deflateio_writer_t *writer = self->writer;
    cap_check_room(sizeof(writer->output)); // now, while nothing is lost yet
    size_t size = writer->count;
    writer->count = 0;
    deflateio_add_to_trailer(self, size);
    mp_uint_t count;
    do {
        cap_check_room(sizeof(writer->output));
        count = deflateio_deflate(self, &size, flush, errcode);
        if (count == MP_STREAM_ERROR) {
            return false;
        }
        int error = deflateio_write_stream(self, writer->output, count);
        if (error != 0) {
            *errcode = error;
            return false;
        }
    } while (count == sizeof(writer->output));
    return true;
}

static bool deflateio_gather(deflateio_t *self, const uint8_t *buf, size_t size, int *errcode) {
    deflateio_writer_t *writer = self->writer;
    while (size > 0) {
        size_t part = MIN(size, sizeof(writer->input) - writer->count);
        memcpy((uint8_t *)writer->input + writer->count, buf, part);
        writer->count += part;
        buf += part;
        size -= part;
        if (writer->count == sizeof(writer->input)
            && !deflateio_compress_gathered(self, ZLIB_COMPONENT_STREAM_FLUSH_NONE, errcode)) {
            return false;
        }
    }
    return true;
}

// Finds out that the stream was closed: there may be nothing to write to it for a long time. A file says so when it is
// asked for its number, others when nothing is written to them.
static void deflateio_touch_stream(deflateio_t *self) {
    int error;
    const mp_stream_p_t *protocol = mp_get_stream(self->stream);
    if (self->seekable && protocol->ioctl(self->stream, MP_STREAM_GET_FILENO, 0, &error) == MP_STREAM_ERROR
        && protocol->write(self->stream, "", 0, &error) == MP_STREAM_ERROR) {
        mp_raise_OSError(error);
    }
}

static mp_uint_t deflateio_write_all(deflateio_t *self, const void *buf, mp_uint_t size, int *errcode) {
    if (self->finished) {
        *errcode = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
    if (!deflateio_open_compressor(self, errcode)) {
        return MP_STREAM_ERROR;
    }
    deflateio_touch_stream(self);
    return deflateio_gather(self, buf, size, errcode) ? size : MP_STREAM_ERROR;
}

static bool deflateio_write_trailer(deflateio_t *self, int *errcode) {
    deflateio_writer_t *writer = self->writer;
    uint32_t sum = writer->checksum;
    uint32_t size = writer->size;
    const uint8_t zlib[] = {sum >> 24, sum >> 16, sum >> 8, sum};
    const uint8_t gzip[] = {sum, sum >> 8, sum >> 16, sum >> 24, size, size >> 8, size >> 16, size >> 24};
    int error = 0;
    if (self->format == DEFLATEIO_ZLIB) {
        error = deflateio_write_stream(self, zlib, sizeof(zlib));
    } else if (self->format == DEFLATEIO_GZIP) {
        error = deflateio_write_stream(self, gzip, sizeof(gzip));
    }
    if (error != 0) {
        *errcode = error;
    }
    return error == 0;
}

// Writes the end of the compressed data, once: what comes after a failure would not be what belongs there.
static bool deflateio_finish(deflateio_t *self, int *errcode) {
    if (!self->has_compressor || self->finished) {
        return true;
    }
    self->finished = true;
    return deflateio_compress_gathered(self, ZLIB_COMPONENT_STREAM_FLUSH_FINISH, errcode)
           && deflateio_write_trailer(self, errcode);
}

#endif // MICROPY_INCLUDED_DEFLATEIO_WRITE_H
