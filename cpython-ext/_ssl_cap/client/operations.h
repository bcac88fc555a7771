/* The loop that all operations of a connection have in common: the component takes input and gives output,
   until it needs no more of either. */

#ifndef CLIENT_OPERATIONS_H
#define CLIENT_OPERATIONS_H

#include "output.h"
#include "peers.h"
#include "questions.h"

/* The most input at once: a record of the protocol at its longest is shorter. */
#define MOST_INPUT ((size_t)24 * 1024)

/* What an operation may give besides what it was given or asked for: flights of a handshake, and reports of
   them. */
#define ROOM_FOR_FLIGHTS ((size_t)256 * 1024)

typedef openssl_component_tls_outcome_t Outcome;

typedef struct {
    Operation operation;
    Piece data;     /* what is to be written */
    uint32_t limit; /* of what is read */
} Call;

/* How the loop goes on. */
typedef enum {
    AGAIN,
    INPUT_WANTED,
    OVER,    /* what came of it is held */
    STOPPED, /* the connection's error says why */
} Next;

static Next
stop(SSL *ssl, int error)
{
    ssl->error = error;
    return STOPPED;
}

static void
connection_call(SSL *ssl, const Call *call, const Piece *input, Outcome *outcome)
{
    openssl_component_tls_borrow_connection_t connection = connection_borrow(ssl);
    openssl_component_tls_bytes_t arrived = PIECE_AS(openssl_component_tls_bytes_t, *input);
    openssl_component_tls_bytes_t data = PIECE_AS(openssl_component_tls_bytes_t, call->data);
    switch (call->operation) {
    case HANDSHAKE:
        openssl_component_tls_method_connection_handshake(connection, &arrived, outcome);
        break;
    case READ:
        openssl_component_tls_method_connection_read(connection, &arrived, call->limit, outcome);
        break;
    case WRITE:
        openssl_component_tls_method_connection_write(connection, &arrived, &data, outcome);
        break;
    default:
        openssl_component_tls_method_connection_shutdown(connection, &arrived, outcome);
        break;
    }
}

/* Holds what came of an operation, unless it is more than was asked for. */
static Next
outcome_hold(SSL *ssl, const Call *call, Outcome *outcome)
{
    Held *held = &ssl->held[call->operation];
    *held = (Held){.count = outcome->status.val.done};
    bool sound = taken_open(&held->data, &outcome->data);
    if (call->operation == READ) {
        sound = sound && held->count == taken_left(&held->data) && held->count <= call->limit;
    }
    if (call->operation == WRITE) {
        sound = sound && held->count <= call->data.size && (held->count > 0 || call->data.size == 0);
    }
    if (!sound) {
        taken_free(&held->data);
        error_internal(ERR_LIB_SSL);
        return stop(ssl, SSL_ERROR_SSL);
    }
    held->is_there = true;
    return OVER;
}

/* Where an operation failed: the peer is told as far as that can be. */
static Next
outcome_failed(SSL *ssl, Outcome *outcome)
{
    bool is_ended = outcome->status.tag == OPENSSL_COMPONENT_TLS_STATUS_ENDED;
    openssl_component_tls_failure_t *failure = &outcome->status.val.failed;
    bool is_known = failure->len > 0;
    output_send(ssl);
    ERR_clear_error();
    ERRORS_TAKE(failure, openssl_component_tls_failure_free);
    failure->len = 0;
    errno = 0;
    return stop(ssl, is_ended && !is_known ? SSL_ERROR_SYSCALL : SSL_ERROR_SSL);
}

static Next
outcome_next(SSL *ssl, const Call *call, Outcome *outcome)
{
    switch (outcome->status.tag) {
    case OPENSSL_COMPONENT_TLS_STATUS_DONE:
        return outcome_hold(ssl, call, outcome);
    case OPENSSL_COMPONENT_TLS_STATUS_WANT_INPUT:
        return INPUT_WANTED;
    case OPENSSL_COMPONENT_TLS_STATUS_WANT_SERVER_NAME_ANSWER:
        answer_server_name(ssl, &outcome->status.val.want_server_name_answer);
        return AGAIN;
    case OPENSSL_COMPONENT_TLS_STATUS_WANT_PSK:
        answer_psk(ssl, &outcome->status.val.want_psk);
        return AGAIN;
    case OPENSSL_COMPONENT_TLS_STATUS_CLOSED:
        output_send(ssl);
        return stop(ssl, SSL_ERROR_ZERO_RETURN);
    default:
        return outcome_failed(ssl, outcome);
    }
}

/* Whether the end of a handshake does not depend on what could not be sent: a client that went away has no
   use for tickets, which OpenSSL forgives as well. */
static bool
only_tickets_are_lost(SSL *ssl, const Call *call, Next next)
{
    return call->operation == HANDSHAKE && next == OVER && ssl->is_server
        && (errno == EPIPE || errno == ECONNRESET) && strcmp(SSL_get_version(ssl), "TLSv1.3") == 0;
}

/* Sends what this operation gave (`has_output`), or earlier ones. A reader need not wait for what others
   gave. */
static Next
output_settle(SSL *ssl, const Call *call, bool has_output, Next next)
{
    bool is_reading = call->operation == READ;
    Sending sending = output_send(ssl);
    if (sending == BLOCKED && (has_output || !is_reading)) {
        return stop(ssl, SSL_ERROR_WANT_WRITE);
    }
    if (sending == BROKEN && !is_reading && !only_tickets_are_lost(ssl, call, next)) {
        return stop(ssl, SSL_ERROR_SYSCALL);
    }
    return next;
}

/* Reads what is wanted, and none of what follows it. */
static Next
input_read(SSL *ssl, size_t wanted, Piece *input)
{
    static uint64_t arrived[MOST_INPUT / WORD_SIZE];
    int room = (int)(wanted < MOST_INPUT ? wanted : MOST_INPUT);
    int size = ssl->from == NULL ? -1 : BIO_read(ssl->from, arrived, room);
    if (size > 0 && size <= room) {
        *input = piece_of_words(arrived, (size_t)size);
        return AGAIN;
    }
    if (ssl->from != NULL && BIO_should_retry(ssl->from)) {
        return stop(ssl, SSL_ERROR_WANT_READ);
    }
    if (size == 0 && wanted > 0 && !ssl->is_ended) {
        ssl->is_ended = true;
        openssl_component_tls_method_connection_end_input(connection_borrow(ssl));
        return AGAIN;
    }
    return stop(ssl, SSL_ERROR_SYSCALL);
}

/* Calls the component once, and does what that takes. */
static Next
operation_step(SSL *ssl, const Call *call, Piece *input, bool *has_output)
{
    Outcome outcome;
    if (!tls_has_room(ROOM_FOR_FLIGHTS + call->limit + call->data.size * 2)) {
        return stop(ssl, SSL_ERROR_SSL);
    }
    connection_call(ssl, call, input, &outcome);
    *input = (Piece){.size = 0};
    *has_output |= outcome.output.size > 0;
    bool is_kept = output_take(ssl, &outcome.output);
    report_events(ssl, &outcome.events);
    Next next = is_kept ? outcome_next(ssl, call, &outcome) : stop(ssl, SSL_ERROR_SSL);
    size_t wanted = next == INPUT_WANTED ? outcome.status.val.want_input : 0;
    openssl_component_tls_outcome_free(&outcome);
    if (next != STOPPED) {
        next = output_settle(ssl, call, *has_output, next);
    }
    return next == INPUT_WANTED ? input_read(ssl, wanted, input) : next;
}

/* Runs an operation. True when what came of it is held; else the connection's error says why not. */
static bool
operation_run(SSL *ssl, const Call *call)
{
    Held *held = &ssl->held[call->operation];
    Piece input = {.size = 0};
    bool has_output = false;
    ERR_clear_error();
    errno = 0;
    if (ssl->is_asked) {
        /* The answer comes first. */
        ssl->error = SSL_ERROR_WANT_READ;
        return false;
    }
    Next next = output_settle(ssl, call, held->is_there, held->is_there ? OVER : AGAIN);
    while (next == AGAIN) {
        next = operation_step(ssl, call, &input, &has_output);
    }
    return next == OVER;
}

#endif
