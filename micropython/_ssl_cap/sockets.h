// SSLSocket: a connection as a stream.

#ifndef SSL_CAP_SOCKETS_H
#define SSL_CAP_SOCKETS_H

#include "ciphers.h"
#include "operations.h"
#include "py/mphal.h"

// ---------------------------------------------------------------------------------------------------------------------
// Reading and writing.

// A read that has to wait for the stream to take what was not sent also goes on when that happens, and a write that has
// to wait for the peer goes on when something comes.
static uintptr_t poll_mask_after(const mp_obj_ssl_socket_t *self, const ssl_call_t *call, int error) {
    if (!mp_is_nonblocking_error(error)) {
        return 0;
    }
    if (call->operation == SSL_WRITE) {
        return self->waits_for == MP_STREAM_POLL_RD ? MP_STREAM_POLL_RD : 0;
    }
    if (self->waits_for == MP_STREAM_POLL_WR) {
        return MP_STREAM_POLL_WR;
    }
    return self->output.size > 0 ? MP_STREAM_POLL_RD | MP_STREAM_POLL_WR : 0;
}

static mp_uint_t socket_transfer(mp_obj_ssl_socket_t *self, ssl_call_t *call, int *errcode) {
    ssl_entry_t entry;
    *errcode = connection_enter(&entry, self);
    if (*errcode != 0) {
        return MP_STREAM_ERROR;
    }
    self->poll_mask = 0;
    *errcode = call->operation == SSL_READ ? connection_read(self, call) : connection_write(self, call);
    self->poll_mask = poll_mask_after(self, call, *errcode);
    connection_leave();
    return *errcode == 0 ? call->count : MP_STREAM_ERROR;
}

static mp_uint_t socket_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    ssl_call_t call = {.operation = SSL_READ, .data = buf, .size = MIN(size, TRANSFER_MOST)};
    return socket_transfer(MP_OBJ_TO_PTR(self_in), &call, errcode);
}

static mp_uint_t socket_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    ssl_call_t call = {.operation = SSL_WRITE, .data = (void *)buf, .size = MIN(size, TRANSFER_MOST)};
    return socket_transfer(MP_OBJ_TO_PTR(self_in), &call, errcode);
}

// ---------------------------------------------------------------------------------------------------------------------
// Polling.

#define POLL_RDWR (MP_STREAM_POLL_RD | MP_STREAM_POLL_WR)

static bool socket_has_pending(const mp_obj_ssl_socket_t *self) {
    return self->peer_closed || self->plain.size > 0
           || (self->is_finished && connection_get(self, OPENSSL_COMPONENT_TLS_QUANTITY_PENDING) > 0);
}

static mp_uint_t socket_poll(mp_obj_ssl_socket_t *self, uintptr_t flags, int *errcode) {
    if (self->stream == MP_OBJ_NULL || !self->is_open || self->error != 0) {
        return MP_STREAM_POLL_NVAL;
    }
    uintptr_t asked = flags & POLL_RDWR;
    uintptr_t ready = 0;
    if (asked != 0 && self->poll_mask != 0) {
        flags = (flags & ~POLL_RDWR) | self->poll_mask;
    }
    if ((flags & MP_STREAM_POLL_RD) && socket_has_pending(self)) {
        if (flags == MP_STREAM_POLL_RD) {
            return MP_STREAM_POLL_RD;
        }
        ready = MP_STREAM_POLL_RD;
    }
    mp_uint_t of_stream = mp_get_stream(self->stream)->ioctl(self->stream, MP_STREAM_POLL, flags, errcode);
    if (of_stream == MP_STREAM_ERROR) {
        return MP_STREAM_ERROR;
    }
    ready |= of_stream;
    // Whoever polls comes back then, and the operation goes on.
    return ready & self->poll_mask ? ready | asked : ready;
}

// ---------------------------------------------------------------------------------------------------------------------
// Closing.

static MP_NOINLINE void socket_say_goodbye(mp_obj_ssl_socket_t *self) {
    ssl_entry_t entry;
    ssl_call_t call = {.operation = SSL_SHUTDOWN};
    if (connection_enter(&entry, self) != 0) {
        return;
    }
    if (self->is_finished && self->send_error == 0) {
        connection_step(self, &call);
        output_flush(self);
    }
    connection_leave();
}

// Tells the peer, if the stream takes that at once. Returns what was raised meanwhile, if it is not of the stream or of
// the connection, which are both at their end.
static MP_NOINLINE mp_obj_t socket_try_goodbye(mp_obj_ssl_socket_t *self) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        socket_say_goodbye(self);
        nlr_pop();
        return MP_OBJ_NULL;
    }
    mp_obj_t raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    return mp_obj_exception_match(raised, MP_OBJ_FROM_PTR(&mp_type_OSError)) ? MP_OBJ_NULL : raised;
}

static mp_uint_t socket_close(mp_obj_ssl_socket_t *self, int *errcode) {
    if (self->stream == MP_OBJ_NULL) {
        return 0;
    }
    if (self->is_busy) {
        *errcode = MP_EALREADY;
        return MP_STREAM_ERROR;
    }
    mp_obj_t raised = socket_try_goodbye(self);
    mp_obj_t stream = self->stream;
    self->stream = MP_OBJ_NULL;
    connection_release(MP_OBJ_FROM_PTR(self));
    mp_uint_t result = mp_get_stream(stream)->ioctl(stream, MP_STREAM_CLOSE, 0, errcode);
    if (raised != MP_OBJ_NULL) {
        nlr_raise(raised);
    }
    return result;
}

static mp_uint_t socket_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    mp_obj_ssl_socket_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_STREAM_CLOSE:
            return socket_close(self, errcode);
        case MP_STREAM_POLL:
            return socket_poll(self, arg, errcode);
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Questions and settings.

static mp_obj_ssl_socket_t *socket_of(mp_obj_t self_in) {
    mp_obj_ssl_socket_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->stream == MP_OBJ_NULL || !self->is_open) {
        mp_raise_OSError(MP_EBADF);
    }
    return self;
}

static mp_obj_t socket_setblocking(mp_obj_t self_in, mp_obj_t flag) {
    mp_obj_t method[3];
    mp_load_method(socket_of(self_in)->stream, MP_QSTR_setblocking, method);
    method[2] = flag;
    return mp_call_method_n_kw(1, 0, method);
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_setblocking_obj, socket_setblocking);

static mp_obj_t socket_getpeercert(mp_obj_t self_in, mp_obj_t binary_form) {
    mp_obj_ssl_socket_t *self = socket_of(self_in);
    ssl_import_list_u8_t der;
    if (!mp_obj_is_true(binary_form)) {
        mp_raise_NotImplementedError(NULL);
    }
    cap_check_room(SSL_ROOM_FOR_ANY);
    if (!openssl_component_tls_method_connection_peer_certificate(connection_borrow(self), &der)) {
        return mp_const_none;
    }
    return cap_piece_as_bytes(CAP_PIECE_OF_LIST(der));
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_getpeercert_obj, socket_getpeercert);

static mp_obj_t socket_version(mp_obj_ssl_socket_t *self) {
    ssl_import_string_t version;
    cap_check_room(SSL_ROOM_FOR_FEW);
    openssl_component_tls_method_connection_version(connection_borrow(self), &version);
    return cap_piece_as_str(CAP_PIECE_OF_LIST(version));
}

// The name of the one in use and the protocol's version; None before there is one.
static mp_obj_t socket_cipher(mp_obj_t self_in) {
    mp_obj_ssl_socket_t *self = socket_of(self_in);
    mp_obj_t items[2] = {mp_const_none, socket_version(self)};
    ssl_cipher_t cipher;
    cap_check_room(SSL_ROOM_FOR_FEW);
    if (!openssl_component_tls_method_connection_cipher(connection_borrow(self), &cipher)) {
        return mp_const_none;
    }
    items[0] = cipher_take_name(&cipher);
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_cipher_obj, socket_cipher);

#endif // SSL_CAP_SOCKETS_H
