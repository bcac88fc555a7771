// The loop that all operations of a connection have in common: the component takes input and gives output, until it
// needs no more of either.

#ifndef SSL_CAP_OPERATIONS_H
#define SSL_CAP_OPERATIONS_H

#include "connections.h"

// What an operation may give besides what it was given or asked for: flights of a handshake.
#define ROOM_FOR_FLIGHTS (256 * 1024)

// The most that is read or written in one call of the component's, in bytes: the content of a record.
#define TRANSFER_MOST (16 * 1024)

#define OPENSSL_ERR_EXPIRED (10)
#define OPENSSL_ERR_HOSTNAME_MISMATCH (62)
#define OPENSSL_ERR_IP_ADDRESS_MISMATCH (64)

typedef openssl_component_tls_outcome_t ssl_outcome_t;

typedef struct {
    enum { SSL_HANDSHAKE, SSL_READ, SSL_WRITE, SSL_SHUTDOWN } operation;
    void *data; // to be read into, or written
    size_t size; // at most TRANSFER_MOST
    size_t count; // how much was read or written
    bool is_over;
} ssl_call_t;

// ---------------------------------------------------------------------------------------------------------------------
// Failures.

// Upstream's words for what its tests look at, OpenSSL's for the rest.
static void error_describe_verification(ssl_error_t *error, int32_t result) {
    ssl_import_string_t text;
    int len;
    if (result == OPENSSL_ERR_EXPIRED) {
        len = snprintf(error->text, sizeof error->text, "\nThe certificate validity has expired\n");
    } else if (result == OPENSSL_ERR_HOSTNAME_MISMATCH || result == OPENSSL_ERR_IP_ADDRESS_MISMATCH) {
        len = snprintf(error->text, sizeof error->text,
            "\nThe certificate Common Name (CN) does not match with the expected CN\n");
    } else {
        openssl_component_x509_verification_text(result, &text);
        len = snprintf(error->text, sizeof error->text, "certificate verify failed: %.*s", (int)text.len,
            (const char *)text.ptr);
        ssl_import_string_free(&text);
    }
    error->len = MIN((size_t)len, sizeof error->text - 1);
}

// Ends the connection. The peer is told as far as that can be.
static MP_NORETURN void connection_fail(mp_obj_ssl_socket_t *self, ssl_error_t *error) {
    self->error = error->number;
    output_flush(self);
    if (error->number == SSL_NUMBER_CERT_VERIFY_FAILED) {
        cap_check_room(SSL_ROOM_FOR_FEW);
        error_describe_verification(error, connection_get(self, OPENSSL_COMPONENT_TLS_QUANTITY_VERIFY_RESULT));
        ssl_raise_value_error(error);
    }
    ssl_raise(error);
}

// ---------------------------------------------------------------------------------------------------------------------
// A call of the component's.

// Lends the input as it is: there are zeros behind it.
static openssl_component_tls_bytes_t input_lend(mp_obj_ssl_socket_t *self) {
    ssl_buffer_t *input = &self->input;
    size_t count = (input->size + CAP_WORD_SIZE - 1) / CAP_WORD_SIZE;
    openssl_component_tls_bytes_t bytes = {.words = {.ptr = input->words, .len = count}, .size = input->size};
    input->size = 0;
    return bytes;
}

static void component_write(mp_obj_ssl_socket_t *self, const ssl_call_t *call, ssl_outcome_t *outcome) {
    cap_words_t words;
    cap_words_open(&words, call->data, call->size);
    openssl_component_tls_bytes_t data = CAP_BYTES_OF(openssl_component_tls_bytes_t, &words);
    openssl_component_tls_bytes_t input = input_lend(self);
    openssl_component_tls_method_connection_write(connection_borrow(self), &input, &data, outcome);
    cap_words_close(&words);
}

static void component_call(mp_obj_ssl_socket_t *self, const ssl_call_t *call, ssl_outcome_t *outcome) {
    openssl_component_tls_borrow_connection_t connection = connection_borrow(self);
    // Where there is no memory, that is found out before anything has happened, if it can be.
    buffer_require(&self->output, self->output.size + OUTPUT_USUAL + (call->operation == SSL_WRITE ? call->size : 0));
    cap_check_room(ROOM_FOR_FLIGHTS + call->size * 2);
    if (call->operation == SSL_WRITE) {
        component_write(self, call, outcome);
        return;
    }
    openssl_component_tls_bytes_t input = input_lend(self);
    if (call->operation == SSL_HANDSHAKE) {
        openssl_component_tls_method_connection_handshake(connection, &input, outcome);
    } else if (call->operation == SSL_READ) {
        openssl_component_tls_method_connection_read(connection, &input, call->size, outcome);
    } else {
        openssl_component_tls_method_connection_shutdown(connection, &input, outcome);
    }
}

// False where the component gives more than it was asked for, or takes more than it was given.
static bool call_complete(mp_obj_ssl_socket_t *self, ssl_call_t *call, const ssl_outcome_t *outcome) {
    cap_piece_t read = CAP_PIECE_OF(outcome->data);
    call->is_over = true;
    call->count = outcome->status.val.done;
    switch (call->operation) {
        case SSL_READ:
            if (read.len != call->count || read.len > call->size) {
                return false;
            }
            memcpy(call->data, read.ptr, read.len);
            return true;
        case SSL_WRITE:
            self->written = call->count;
            return call->count > 0 && call->count <= call->size;
        case SSL_HANDSHAKE:
            self->is_finished = true;
            return true;
        default:
            return true;
    }
}

// Where the operation is after a call. Returns how much input it wants, or -1 with the error.
static int32_t call_proceed(mp_obj_ssl_socket_t *self, ssl_call_t *call, ssl_outcome_t *outcome, ssl_error_t *error) {
    static const char UNSOUND[] = "internal error";
    ssl_failure_t *failure = &outcome->status.val.failed;
    ssl_error_set(error, MP_EIO, UNSOUND, strlen(UNSOUND));
    switch (outcome->status.tag) {
        case OPENSSL_COMPONENT_TLS_STATUS_DONE:
            return call_complete(self, call, outcome) ? 0 : -1;
        case OPENSSL_COMPONENT_TLS_STATUS_WANT_INPUT:
            return MIN(outcome->status.val.want_input, INPUT_MOST);
        case OPENSSL_COMPONENT_TLS_STATUS_CLOSED:
            if (call->operation == SSL_READ) {
                self->peer_closed = call->is_over = true;
                return 0;
            }
            ssl_error_set(error, SSL_NUMBER_CONN_EOF, SSL_TEXT_CONN_EOF, strlen(SSL_TEXT_CONN_EOF));
            return -1;
        case OPENSSL_COMPONENT_TLS_STATUS_FAILED:
        case OPENSSL_COMPONENT_TLS_STATUS_ENDED:
            ssl_error_take(error, failure);
            failure->len = 0;
            return -1;
        default:
            return -1; // a question that nobody asked for
    }
}

// Calls the component once. Returns how much input the operation wants.
static size_t connection_step(mp_obj_ssl_socket_t *self, ssl_call_t *call) {
    ssl_outcome_t outcome;
    ssl_error_t error;
    component_call(self, call, &outcome);
    bool is_kept = output_add(self, CAP_PIECE_OF(outcome.output));
    int32_t wanted = call_proceed(self, call, &outcome, &error);
    openssl_component_tls_outcome_free(&outcome);
    if (!is_kept) {
        self->error = MP_ENOMEM;
        mp_raise_OSError(MP_ENOMEM);
    }
    if (wanted < 0) {
        connection_fail(self, &error);
    }
    return wanted;
}

// ---------------------------------------------------------------------------------------------------------------------
// Operations.

// Sends what earlier calls gave. A reader need not wait for that: what was not sent goes out with what comes next.
static int output_settle(mp_obj_ssl_socket_t *self, const ssl_call_t *call) {
    int error = output_flush(self);
    return call->operation == SSL_READ && self->output.size <= OUTPUT_MOST ? 0 : error;
}

// Goes on with an operation. Returns 0 when it is done, or the stream's error; raises the component's.
static int connection_operate(mp_obj_ssl_socket_t *self, ssl_call_t *call) {
    size_t wanted = 0;
    for (;;) {
        int error = output_settle(self, call);
        if (error != 0 || call->is_over) {
            return error;
        }
        if (wanted > 0) {
            error = input_read(self, wanted);
            if (error != 0) {
                return error;
            }
        }
        wanted = connection_step(self, call);
    }
}

static int connection_handshake(mp_obj_ssl_socket_t *self) {
    ssl_call_t call = {.operation = SSL_HANDSHAKE};
    return self->is_finished ? 0 : connection_operate(self, &call);
}

// Reads a record, for a caller that wants less: lines are read byte by byte. After the peer has closed there is none.
static int plain_fill(mp_obj_ssl_socket_t *self) {
    ssl_call_t call = {.operation = SSL_READ, .size = TRANSFER_MOST};
    buffer_require(&self->plain, TRANSFER_MOST);
    call.data = self->plain.words;
    int error = self->peer_closed ? 0 : connection_operate(self, &call);
    self->plain_start = 0;
    self->plain.size = call.count;
    return error;
}

static void plain_take(mp_obj_ssl_socket_t *self, ssl_call_t *call) {
    call->count = MIN(call->size, self->plain.size);
    memcpy(call->data, (char *)self->plain.words + self->plain_start, call->count);
    self->plain_start += call->count;
    self->plain.size -= call->count;
}

// At the end, which the peer has told, `call->count` is 0.
static int connection_read(mp_obj_ssl_socket_t *self, ssl_call_t *call) {
    int error = connection_handshake(self);
    if (error == 0 && self->plain.size == 0) {
        if (call->size == TRANSFER_MOST && !self->peer_closed) {
            return connection_operate(self, call);
        }
        error = call->size > 0 ? plain_fill(self) : 0;
    }
    if (error == 0) {
        plain_take(self, call);
    }
    return error;
}

// The caller is told of what was taken when it is sent, and has to come again with the same data until then: after that
// the connection may be closed without a loss.
static int connection_write(mp_obj_ssl_socket_t *self, ssl_call_t *call) {
    int error = connection_handshake(self);
    if (error != 0 || call->size == 0) {
        return error;
    }
    error = self->written > 0 ? output_flush(self) : connection_operate(self, call);
    if (error != 0) {
        return error;
    }
    if (self->written > call->size) {
        return MP_EINVAL;
    }
    call->count = self->written;
    self->written = 0;
    return 0;
}

#endif // SSL_CAP_OPERATIONS_H
