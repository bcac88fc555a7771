// A connection: the component's side of it, and the stream that carries its ciphertext.
//
// The stream may be an object of the user's, whose methods may raise, or call back into the connection. So a call of
// the stream's happens only where everything is in the object, in the collector's memory, and nothing is malloc'ed.

#ifndef SSL_CAP_CONNECTIONS_H
#define SSL_CAP_CONNECTIONS_H

#include "contexts.h"
#include "py/stream.h"

// Bytes in one direction. A stream that keeps what it was handed finds other bytes there later, but always memory.
typedef struct {
    uint64_t *words; // the collector's
    size_t room; // in words
    size_t size; // in bytes
} ssl_buffer_t;

typedef struct {
    mp_obj_base_t base;
    mp_obj_t context; // only kept
    mp_obj_t stream; // MP_OBJ_NULL when closed
    openssl_component_tls_own_connection_t handle;
    bool is_open; // whether there is a handle
    bool is_busy; // an operation is under way
    bool is_sending; // the stream is writing
    bool is_finished; // the handshake is over
    bool peer_closed;
    int error; // why nothing is possible any more, if not 0
    int send_error; // why nothing can be sent any more, if not 0
    uintptr_t waits_for; // what the last operation did not get from the stream: MP_STREAM_POLL_*
    uintptr_t poll_mask; // what to ask the stream for in place of what a poll asks for, if not 0
    size_t written; // how much a write was taken, which the caller has not been told of yet
    ssl_buffer_t input;
    ssl_buffer_t output; // what the stream has not taken yet
    ssl_buffer_t plain; // what of a record was not read yet
    size_t plain_start; // where in the buffer that is, in bytes
} mp_obj_ssl_socket_t;

static openssl_component_tls_borrow_connection_t connection_borrow(const mp_obj_ssl_socket_t *self) {
    return openssl_component_tls_borrow_connection(self->handle);
}

static int64_t connection_get(const mp_obj_ssl_socket_t *self, openssl_component_tls_quantity_t quantity) {
    return openssl_component_tls_method_connection_get(connection_borrow(self), quantity);
}

// Frees what is the component's. This is also the finaliser, so it must not allocate.
static mp_obj_t connection_release(mp_obj_t self_in) {
    mp_obj_ssl_socket_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->is_open && !self->is_busy) {
        self->is_open = false;
        cap_handles_remove(&ssl_handles);
        openssl_component_tls_connection_drop_own(self->handle);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(connection_release_obj, connection_release);

// ---------------------------------------------------------------------------------------------------------------------
// One operation at a time.

typedef struct {
    nlr_jump_callback_node_t callback; // must be the first
    mp_obj_ssl_socket_t *self;
} ssl_entry_t;

// The end of an operation, or an exception that ends it.
static void connection_left(void *entry) {
    mp_obj_ssl_socket_t *self = ((ssl_entry_t *)entry)->self;
    self->is_busy = false;
    if (self->is_sending) {
        // Nobody knows how much the stream took before it raised.
        self->is_sending = false;
        self->send_error = MP_EIO;
    }
}

// Returns 0, or why there cannot be an operation now.
static int connection_enter(ssl_entry_t *entry, mp_obj_ssl_socket_t *self) {
    if (self->is_busy) {
        return MP_EALREADY;
    }
    if (self->stream == MP_OBJ_NULL || !self->is_open) {
        return MP_EBADF;
    }
    if (self->error != 0) {
        return self->error;
    }
    entry->self = self;
    self->is_busy = true;
    nlr_push_jump_callback(&entry->callback, connection_left);
    return 0;
}

static void connection_leave(void) {
    nlr_pop_jump_callback(true);
}

// ---------------------------------------------------------------------------------------------------------------------
// Ciphertext.

// The most input at once: a record of the protocol at its longest is shorter.
#define INPUT_MOST (24 * 1024)

// What an operation gives at most, in most cases, beside what it was given. In bytes.
#define OUTPUT_USUAL (2 * 1024)

// What a reader leaves unsent at most, in bytes: a peer can make this side answer without end.
#define OUTPUT_MOST (64 * 1024)

// Makes room for so many bytes, what is there staying. False when there is no memory.
static bool buffer_reserve(ssl_buffer_t *buffer, size_t size) {
    size_t room = size / CAP_WORD_SIZE + 1;
    if (room > buffer->room) {
        uint64_t *words = m_new_maybe(uint64_t, room);
        if (words == NULL) {
            return false;
        }
        memcpy(words, buffer->words, buffer->size);
        buffer->words = words;
        buffer->room = room;
    }
    return true;
}

static void buffer_require(ssl_buffer_t *buffer, size_t size) {
    if (!buffer_reserve(buffer, size)) {
        m_malloc_fail(size);
    }
}

// Adds what an operation gave. False when there is no memory.
static bool output_add(mp_obj_ssl_socket_t *self, cap_piece_t piece) {
    ssl_buffer_t *output = &self->output;
    if (piece.len == 0 || self->send_error != 0) {
        return true;
    }
    if (piece.len > MP_SSIZE_MAX - output->size || !buffer_reserve(output, output->size + piece.len)) {
        return false;
    }
    memcpy((char *)output->words + output->size, piece.ptr, piece.len);
    output->size += piece.len;
    return true;
}

// Has the stream take what it can. Returns how much that was.
static size_t output_write(mp_obj_ssl_socket_t *self, int *error) {
    ssl_buffer_t *output = &self->output;
    *error = 0;
    self->is_sending = true;
    mp_uint_t written = mp_get_stream(self->stream)->write(self->stream, output->words, output->size, error);
    self->is_sending = false;
    if (written == MP_STREAM_ERROR || written == 0) {
        *error = *error == 0 ? MP_EAGAIN : *error;
        return 0;
    }
    if (written > output->size) {
        *error = MP_EIO;
        return 0;
    }
    return written;
}

// Sends what there is. Returns 0 when that is done.
static int output_flush(mp_obj_ssl_socket_t *self) {
    ssl_buffer_t *output = &self->output;
    int error = self->send_error;
    while (error == 0 && output->size > 0) {
        size_t written = output_write(self, &error);
        output->size -= written;
        memmove(output->words, (char *)output->words + written, output->size);
    }
    if (mp_is_nonblocking_error(error)) {
        self->waits_for = MP_STREAM_POLL_WR;
    } else if (error != 0) {
        // What the component counts as sent would be missing in between.
        self->send_error = error;
        output->size = 0;
    }
    return error;
}

// Reads what is wanted and none of what follows, or less. Returns 0 when something came, or the end.
static int input_read(mp_obj_ssl_socket_t *self, size_t wanted) {
    ssl_buffer_t *input = &self->input;
    int error = 0;
    wanted = MIN(wanted, INPUT_MOST);
    input->size = 0;
    buffer_require(input, wanted);
    mp_uint_t size = mp_get_stream(self->stream)->read(self->stream, input->words, wanted, &error);
    if (size == MP_STREAM_ERROR) {
        self->waits_for = mp_is_nonblocking_error(error) ? MP_STREAM_POLL_RD : 0;
        return error;
    }
    if (size > wanted) {
        return MP_EIO;
    }
    if (size == 0) {
        openssl_component_tls_method_connection_end_input(connection_borrow(self));
    }
    memset((char *)input->words + size, 0, -size % CAP_WORD_SIZE);
    input->size = size;
    return 0;
}

#endif // SSL_CAP_CONNECTIONS_H
