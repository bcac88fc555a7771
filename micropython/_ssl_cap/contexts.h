// SSLContext: what connections have in common. The settings are the component's.

#ifndef SSL_CAP_CONTEXTS_H
#define SSL_CAP_CONTEXTS_H

#include "cap_handles.h"
#include "errors.h"

// As upstream numbers them.
enum { PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, PROTOCOL_COUNT };
enum { CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED };

// OpenSSL's numbers.
#define OPENSSL_VERIFY_NONE (0)
#define OPENSSL_VERIFY_PEER (1)
#define OPENSSL_VERIFY_FAIL_IF_NO_PEER_CERT (2)
#define OPENSSL_FLAG_TRUSTED_FIRST (0x8000)
#define OPENSSL_FLAG_PARTIAL_CHAIN (0x80000)
#define OPENSSL_HOST_NO_PARTIAL_WILDCARDS (4)
#define OPENSSL_OP_NO_RENEGOTIATION ((uint64_t)1 << 30)
#define OPENSSL_TLS_1_2 (0x0303)
#define OPENSSL_TLS_1_3 (0x0304)

// OpenSSL's, but for those that need a key or a password which both sides know. In the order that upstream has them in:
// larger keys first, and last what stays readable for no longer than a key is secret.
#define DEFAULT_CIPHERS "DEFAULT:!PSK:!SRP:+AES128+SHA256:+AES128+SHA1:+kRSA"

typedef openssl_component_tls_borrow_context_t ssl_borrowed_context_t;

typedef struct {
    mp_obj_base_t base;
    openssl_component_tls_own_context_t handle;
    bool is_open; // whether there is a handle
    bool is_server;
    uint8_t verify_mode;
} mp_obj_ssl_context_t;

// Those of contexts and connections.
static cap_handles_t ssl_handles = {.least = 64};

static ssl_borrowed_context_t context_borrow(const mp_obj_ssl_context_t *self) {
    if (!self->is_open) {
        mp_raise_OSError(MP_EBADF);
    }
    return openssl_component_tls_borrow_context(self->handle);
}

static void context_set(const mp_obj_ssl_context_t *self, openssl_component_tls_setting_t setting, uint64_t value) {
    ssl_failure_t failure;
    cap_check_room(SSL_ROOM_FOR_FEW);
    ssl_check(openssl_component_tls_method_context_set(context_borrow(self), setting, value, &failure), &failure);
}

// A client asks for a certificate in any case, and can only refuse it or not; an optional one is not looked at, as
// upstream documents it. A server asks for one unless there shall be none.
static uint64_t context_openssl_verify_mode(const mp_obj_ssl_context_t *self) {
    switch (self->verify_mode) {
        case CERT_REQUIRED:
            return OPENSSL_VERIFY_PEER | OPENSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
        case CERT_OPTIONAL:
            return self->is_server ? OPENSSL_VERIFY_PEER : OPENSSL_VERIFY_NONE;
        default:
            return OPENSSL_VERIFY_NONE;
    }
}

static void context_set_verify_mode(mp_obj_ssl_context_t *self, mp_int_t mode) {
    if (mode < CERT_NONE || mode > CERT_REQUIRED) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid verify_mode"));
    }
    self->verify_mode = mode;
    context_set(self, OPENSSL_COMPONENT_TLS_SETTING_VERIFY_MODE, context_openssl_verify_mode(self));
}

static void context_set_versions(const mp_obj_ssl_context_t *self, uint64_t minimum, uint64_t maximum) {
    context_set(self, OPENSSL_COMPONENT_TLS_SETTING_MINIMUM_VERSION, minimum);
    context_set(self, OPENSSL_COMPONENT_TLS_SETTING_MAXIMUM_VERSION, maximum);
}

static void context_use_ciphers(const mp_obj_ssl_context_t *self, const char *text, size_t len) {
    ssl_import_string_t list = {.ptr = (uint8_t *)text, .len = len};
    ssl_failure_t failure;
    cap_check_room(SSL_ROOM_FOR_FEW);
    ssl_check(openssl_component_tls_method_context_set_ciphers(context_borrow(self), &list, &failure), &failure);
}

// What a new context has that is not OpenSSL's default.
static void context_configure(mp_obj_ssl_context_t *self) {
    uint64_t options = openssl_component_tls_method_context_get(
        context_borrow(self), OPENSSL_COMPONENT_TLS_SETTING_OPTIONS);
    context_set(self, OPENSSL_COMPONENT_TLS_SETTING_OPTIONS, options | OPENSSL_OP_NO_RENEGOTIATION);
    context_set_versions(self, OPENSSL_TLS_1_2, OPENSSL_TLS_1_3);
    context_use_ciphers(self, DEFAULT_CIPHERS, strlen(DEFAULT_CIPHERS));
    // Whoever was loaded is trusted, also when it is not the end of the chain.
    context_set(self, OPENSSL_COMPONENT_TLS_SETTING_VERIFY_FLAGS,
        OPENSSL_FLAG_TRUSTED_FIRST | OPENSSL_FLAG_PARTIAL_CHAIN);
    context_set(self, OPENSSL_COMPONENT_TLS_SETTING_HOST_FLAGS, OPENSSL_HOST_NO_PARTIAL_WILDCARDS);
    // Tickets would be sent after the handshake, to clients that may have gone by then.
    context_set(self, OPENSSL_COMPONENT_TLS_SETTING_TICKETS, 0);
    context_set_verify_mode(self, self->is_server ? CERT_NONE : CERT_REQUIRED);
}

static void context_open(mp_obj_ssl_context_t *self) {
    ssl_failure_t failure;
    cap_handles_check(&ssl_handles);
    cap_check_room(SSL_ROOM_FOR_FEW);
    self->is_open = openssl_component_tls_static_context_open(
        self->is_server ? OPENSSL_COMPONENT_TLS_PROTOCOL_SERVER : OPENSSL_COMPONENT_TLS_PROTOCOL_CLIENT,
        &self->handle, &failure);
    ssl_check(self->is_open, &failure);
    cap_handles_add(&ssl_handles);
}

static mp_obj_t context_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_int_t protocol = mp_obj_get_int(args[0]);
    if (protocol < 0 || protocol >= PROTOCOL_COUNT) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid protocol"));
    }
    mp_obj_ssl_context_t *self = mp_obj_malloc_with_finaliser(mp_obj_ssl_context_t, type);
    self->is_open = false;
    self->is_server = protocol == PROTOCOL_TLS_SERVER;
    context_open(self);
    context_configure(self);
    return MP_OBJ_FROM_PTR(self);
}

// The finaliser. Connections go on without the context.
static mp_obj_t context_del(mp_obj_t self_in) {
    mp_obj_ssl_context_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->is_open) {
        self->is_open = false;
        cap_handles_remove(&ssl_handles);
        openssl_component_tls_context_drop_own(self->handle);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(context_del_obj, context_del);

static void context_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    mp_obj_ssl_context_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_verify_mode) {
            dest[0] = MP_OBJ_NEW_SMALL_INT(self->verify_mode);
        } else {
            dest[1] = MP_OBJ_SENTINEL; // it may be a method
        }
    } else if (dest[1] != MP_OBJ_NULL && attr == MP_QSTR_verify_mode) {
        context_set_verify_mode(self, mp_obj_get_int(dest[1]));
        dest[0] = MP_OBJ_NULL;
    }
}

#endif // SSL_CAP_CONTEXTS_H
