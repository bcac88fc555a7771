// SSLContext.wrap_socket(): a connection on a stream.

#ifndef SSL_CAP_WRAPPING_H
#define SSL_CAP_WRAPPING_H

#include <arpa/inet.h>

#include "sockets.h"

// The longest name of a host, in bytes.
#define HOST_MOST (255)

static const mp_obj_type_t ssl_socket_type;

// ---------------------------------------------------------------------------------------------------------------------
// The name of the server.

// The address that a host is, or a size of 0.
static ssl_import_list_u8_t address_of(const char *host, uint8_t *room) {
    size_t size = inet_pton(AF_INET, host, room) == 1 ? 4 : inet_pton(AF_INET6, host, room) == 1 ? 16 : 0;
    return (ssl_import_list_u8_t) {.ptr = room, .len = size};
}

// A name that OpenSSL would take for no name at all, or for many, must not get there.
static const char *host_check(mp_obj_t hostname, size_t *len) {
    const char *host = mp_obj_str_get_data(hostname, len);
    bool is_sound = *len > 0 && *len <= HOST_MOST && host[0] != '.';
    for (size_t i = 0; is_sound && i < *len; i++) {
        is_sound = host[i] > ' ' && host[i] <= '~';
    }
    if (!is_sound) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid server_hostname"));
    }
    return host;
}

static void connection_set_host(mp_obj_ssl_socket_t *self, mp_obj_t hostname) {
    openssl_component_tls_borrow_connection_t connection = connection_borrow(self);
    uint8_t room[16];
    ssl_failure_t failure;
    ssl_import_string_t name;
    const char *host = host_check(hostname, &name.len);
    ssl_import_list_u8_t address = address_of(host, room);
    cap_check_room(SSL_ROOM_FOR_FEW);
    if (address.len > 0) {
        ssl_check(openssl_component_tls_method_connection_set_address(connection, &address, &failure), &failure);
        return;
    }
    name.ptr = (uint8_t *)host;
    ssl_check(openssl_component_tls_method_connection_set_host(connection, &name, &failure), &failure);
    ssl_check(openssl_component_tls_method_connection_set_server_name(connection, &name, &failure), &failure);
}

// ---------------------------------------------------------------------------------------------------------------------
// Making a connection.

static void connection_open(mp_obj_ssl_socket_t *self, const mp_obj_ssl_context_t *context) {
    ssl_failure_t failure;
    cap_handles_check(&ssl_handles);
    cap_check_room(SSL_ROOM_FOR_FEW);
    self->is_open = openssl_component_tls_static_connection_open(context_borrow(context), &self->handle, &failure);
    ssl_check(self->is_open, &failure);
    cap_handles_add(&ssl_handles);
    openssl_component_tls_borrow_connection_t connection = connection_borrow(self);
    openssl_component_tls_method_connection_set_role(connection, context->is_server);
    if (context->is_server) {
        // A client that shows a certificate can come back to a session only where the server gave them a name.
        ssl_import_list_u8_t id = {.ptr = (uint8_t *)"micropython", .len = strlen("micropython")};
        ssl_check(openssl_component_tls_method_connection_set_session_id_context(connection, &id, &failure), &failure);
    }
}

static mp_obj_ssl_socket_t *socket_new(mp_obj_ssl_context_t *context, mp_obj_t stream) {
    mp_obj_ssl_socket_t *self = mp_obj_malloc_with_finaliser(mp_obj_ssl_socket_t, &ssl_socket_type);
    *self = (mp_obj_ssl_socket_t) {
        .base = {&ssl_socket_type},
        .context = MP_OBJ_FROM_PTR(context),
        .stream = stream,
    };
    // So that a handshake can begin without more memory, or fail.
    buffer_require(&self->input, OUTPUT_USUAL);
    buffer_require(&self->output, OUTPUT_USUAL);
    connection_open(self, context);
    return self;
}

static void connection_abandoned(void *entry) {
    connection_release(MP_OBJ_FROM_PTR(((ssl_entry_t *)entry)->self));
}

// Waits, also where the stream does not.
static void socket_handshake(mp_obj_ssl_socket_t *self) {
    ssl_entry_t entry;
    int error = connection_enter(&entry, self);
    ssl_call_t call = {.operation = SSL_HANDSHAKE};
    while (error == 0 && (error = connection_operate(self, &call)) != 0 && mp_is_nonblocking_error(error)) {
        mp_event_wait_ms(1);
        error = 0;
    }
    if (error != 0) {
        mp_raise_OSError(error);
    }
    connection_leave();
}

static mp_obj_t context_wrap(mp_obj_ssl_context_t *context, mp_obj_t stream, mp_obj_t hostname, bool do_handshake) {
    if (!context->is_server && context->verify_mode == CERT_REQUIRED && hostname == mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("CERT_REQUIRED requires server_hostname"));
    }
    mp_get_stream_raise(stream, MP_STREAM_OP_READ | MP_STREAM_OP_WRITE | MP_STREAM_OP_IOCTL);
    ssl_entry_t opening = {.self = socket_new(context, stream)};
    nlr_push_jump_callback(&opening.callback, connection_abandoned);
    if (!context->is_server && hostname != mp_const_none) {
        connection_set_host(opening.self, hostname);
    }
    if (do_handshake) {
        socket_handshake(opening.self);
    }
    nlr_pop_jump_callback(false);
    return MP_OBJ_FROM_PTR(opening.self);
}

static mp_obj_t context_wrap_socket(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_server_side, ARG_do_handshake_on_connect, ARG_server_hostname };
    static const mp_arg_t ALLOWED[] = {
        {MP_QSTR_server_side, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_do_handshake_on_connect, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = true}},
        {MP_QSTR_server_hostname, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(ALLOWED)];
    mp_arg_parse_all(n_args - 2, pos_args + 2, kw_args, MP_ARRAY_SIZE(ALLOWED), ALLOWED, args);
    mp_obj_ssl_context_t *self = MP_OBJ_TO_PTR(pos_args[0]);
    // The other way round is upstream's: a server's context makes servers in any case.
    if (args[ARG_server_side].u_bool && !self->is_server) {
        mp_raise_ValueError(MP_ERROR_TEXT("server_side requires PROTOCOL_TLS_SERVER"));
    }
    return context_wrap(self, pos_args[1], args[ARG_server_hostname].u_obj, args[ARG_do_handshake_on_connect].u_bool);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(context_wrap_socket_obj, 2, context_wrap_socket);

#endif // SSL_CAP_WRAPPING_H
