// What OpenSSL said, as MicroPython's exceptions: upstream's numbers, which are those of Mbed TLS.

#ifndef SSL_CAP_ERRORS_H
#define SSL_CAP_ERRORS_H

#include <string.h>

#include "cap_words.h"
#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "ssl_import.h"

// Numbers of OSError, and what upstream calls them.
#define SSL_NUMBER_CERT_VERIFY_FAILED (-9984)
#define SSL_NUMBER_BAD_CONFIG (-24192)
#define SSL_NUMBER_HANDSHAKE_FAILURE (-28160)
#define SSL_NUMBER_INVALID_MAC (-29056)
#define SSL_NUMBER_INVALID_RECORD (-29184)
#define SSL_NUMBER_CONN_EOF (-29312)
#define SSL_NUMBER_NO_CLIENT_CERTIFICATE (-29824)
#define SSL_NUMBER_FATAL_ALERT (-30592)
#define SSL_TEXT_BAD_CONFIG "MBEDTLS_ERR_SSL_BAD_CONFIG"
#define SSL_TEXT_CONN_EOF "MBEDTLS_ERR_SSL_CONN_EOF"
#define SSL_TEXT_NO_CLIENT_CERTIFICATE "MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE"
#define SSL_TEXT_FATAL_ALERT "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE"

// OpenSSL's numbers of libraries and reasons.
#define OPENSSL_LIB_X509 (11)
#define OPENSSL_LIB_SSL (20)
#define OPENSSL_X509_KEY_TYPE_MISMATCH (115)
#define OPENSSL_X509_KEY_VALUES_MISMATCH (116)
#define OPENSSL_SSL_CERTIFICATE_VERIFY_FAILED (134)
#define OPENSSL_SSL_HTTPS_PROXY_REQUEST (155)
#define OPENSSL_SSL_HTTP_REQUEST (156)
#define OPENSSL_SSL_PACKET_LENGTH_TOO_LONG (198)
#define OPENSSL_SSL_NO_PEER_CERTIFICATE (199)
#define OPENSSL_SSL_WRONG_VERSION_NUMBER (267)
#define OPENSSL_SSL_BAD_RECORD_MAC (281)
#define OPENSSL_SSL_UNEXPECTED_EOF (294)
#define OPENSSL_SSL_RECORD_LAYER_FAILURE (313)
#define OPENSSL_SSL_EE_KEY_TOO_SMALL (399)
#define OPENSSL_SSL_BAD_RECORD_TYPE (443)
// From here on, the reasons are the peer's alerts.
#define OPENSSL_SSL_FIRST_ALERT (1000)

// What small results of the component take, in bytes, and those that no argument bounds: lists, certificates of a peer.
#define SSL_ROOM_FOR_FEW (32 * 1024)
#define SSL_ROOM_FOR_ANY (2 * 1024 * 1024)

// What is kept of a failure: the last thing that OpenSSL said.
typedef struct {
    int library;
    int reason;
    int number;
    size_t len;
    char text[128];
} ssl_error_t;

typedef openssl_component_tls_failure_t ssl_failure_t;

static const struct {
    int reason;
    int number;
    const char *text; // where it is not OpenSSL's own
} SSL_REASONS[] = {
    {OPENSSL_SSL_CERTIFICATE_VERIFY_FAILED, SSL_NUMBER_CERT_VERIFY_FAILED, NULL},
    {OPENSSL_SSL_HTTPS_PROXY_REQUEST, SSL_NUMBER_INVALID_RECORD, NULL},
    {OPENSSL_SSL_HTTP_REQUEST, SSL_NUMBER_INVALID_RECORD, NULL},
    {OPENSSL_SSL_PACKET_LENGTH_TOO_LONG, SSL_NUMBER_INVALID_RECORD, NULL},
    {OPENSSL_SSL_NO_PEER_CERTIFICATE, SSL_NUMBER_NO_CLIENT_CERTIFICATE, SSL_TEXT_NO_CLIENT_CERTIFICATE},
    {OPENSSL_SSL_WRONG_VERSION_NUMBER, SSL_NUMBER_INVALID_RECORD, NULL},
    {OPENSSL_SSL_BAD_RECORD_MAC, SSL_NUMBER_INVALID_MAC, NULL},
    {OPENSSL_SSL_UNEXPECTED_EOF, SSL_NUMBER_CONN_EOF, SSL_TEXT_CONN_EOF},
    {OPENSSL_SSL_RECORD_LAYER_FAILURE, SSL_NUMBER_INVALID_RECORD, NULL},
    {OPENSSL_SSL_BAD_RECORD_TYPE, SSL_NUMBER_INVALID_RECORD, NULL},
};

static void ssl_error_set(ssl_error_t *error, int number, const char *text, size_t len) {
    error->number = number;
    error->len = MIN(len, sizeof error->text);
    memcpy(error->text, text, error->len);
}

// Numbers the reasons that upstream has a number for.
static void ssl_error_translate(ssl_error_t *error) {
    if (error->library != OPENSSL_LIB_SSL) {
        return;
    }
    if (error->reason >= OPENSSL_SSL_FIRST_ALERT) {
        ssl_error_set(error, SSL_NUMBER_FATAL_ALERT, SSL_TEXT_FATAL_ALERT, strlen(SSL_TEXT_FATAL_ALERT));
        return;
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(SSL_REASONS); i++) {
        if (SSL_REASONS[i].reason == error->reason) {
            const char *text = SSL_REASONS[i].text;
            error->number = SSL_REASONS[i].number;
            if (text != NULL) {
                ssl_error_set(error, error->number, text, strlen(text));
            }
        }
    }
}

// Behind what went wrong with a record OpenSSL says once more that something did.
static const openssl_component_tls_problem_t *failure_last(const ssl_failure_t *failure) {
    const openssl_component_tls_problem_t *last = &failure->ptr[failure->len - 1];
    bool is_echo = (last->code & 0x7fffff) == OPENSSL_SSL_RECORD_LAYER_FAILURE;
    return is_echo && failure->len > 1 ? last - 1 : last;
}

// Takes a failure over. One that says nothing is that of an input that ended.
static void ssl_error_take(ssl_error_t *error, ssl_failure_t *failure) {
    *error = (ssl_error_t) {.library = OPENSSL_LIB_SSL, .reason = OPENSSL_SSL_UNEXPECTED_EOF};
    if (failure->len > 0) {
        const openssl_component_tls_problem_t *last = failure_last(failure);
        error->library = (last->code >> 23) & 0xff;
        error->reason = last->code & 0x7fffff;
        ssl_error_set(error, SSL_NUMBER_HANDSHAKE_FAILURE, (const char *)last->reason.ptr, last->reason.len);
    }
    openssl_component_tls_failure_free(failure);
    ssl_error_translate(error);
}

static bool ssl_error_is(const ssl_error_t *error, int library, int reason) {
    return error->library == library && error->reason == reason;
}

// Raises OSError(number, text), or without the text where there is no memory for it.
static MP_NORETURN void ssl_raise_number(int number, const char *text, size_t len) {
    mp_obj_str_t *str = m_new_obj_maybe(mp_obj_str_t);
    byte *data = m_new_maybe(byte, len + 1);
    if (str == NULL || data == NULL) {
        mp_raise_OSError(number);
    }
    memcpy(data, text, len);
    data[len] = '\0';
    *str = (mp_obj_str_t) {{&mp_type_str}, qstr_compute_hash(data, len), len, data};
    mp_obj_t args[] = {MP_OBJ_NEW_SMALL_INT(number), MP_OBJ_FROM_PTR(str)};
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, MP_ARRAY_SIZE(args), 0, args));
}

static MP_NORETURN void ssl_raise(const ssl_error_t *error) {
    ssl_raise_number(error->number, error->text, error->len);
}

// Raises ValueError with what OpenSSL said.
static MP_NORETURN void ssl_raise_value_error(const ssl_error_t *error) {
    nlr_raise(mp_obj_new_exception_arg1(&mp_type_ValueError, mp_obj_new_str(error->text, error->len)));
}

// Raises what a binding brought unless it succeeded.
static void ssl_check(bool is_done, ssl_failure_t *failure) {
    if (!is_done) {
        ssl_error_t error;
        ssl_error_take(&error, failure);
        ssl_raise(&error);
    }
}

#endif // SSL_CAP_ERRORS_H
