// TLS over openssl:component/tls: what the modules `tls` and `ssl` are made of.
//
// A header for each concept, those that others need first:
// - errors.h: what OpenSSL said, as exceptions;
// - contexts.h, ciphers.h, pem.h, certificates.h: SSLContext;
// - connections.h, operations.h, sockets.h: SSLSocket;
// - wrapping.h: from the one to the other.

#include "errors.h"
#include "contexts.h"
#include "ciphers.h"
#include "pem.h"
#include "certificates.h"
#include "connections.h"
#include "operations.h"
#include "sockets.h"
#include "wrapping.h"

static const mp_rom_map_elem_t ssl_context_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&context_del_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_ciphers), MP_ROM_PTR(&context_get_ciphers_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_ciphers), MP_ROM_PTR(&context_set_ciphers_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_cert_chain), MP_ROM_PTR(&context_load_cert_chain_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_verify_locations), MP_ROM_PTR(&context_load_verify_locations_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_default_certs), MP_ROM_PTR(&context_load_default_certs_obj)},
    {MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&context_wrap_socket_obj)},
};
static MP_DEFINE_CONST_DICT(ssl_context_locals, ssl_context_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    ssl_context_type,
    MP_QSTR_SSLContext,
    MP_TYPE_FLAG_NONE,
    make_new, context_make_new,
    attr, context_attr,
    locals_dict, &ssl_context_locals
    );

static const mp_rom_map_elem_t ssl_socket_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&connection_release_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&socket_setblocking_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&mp_stream_ioctl_obj)},
    {MP_ROM_QSTR(MP_QSTR_getpeercert), MP_ROM_PTR(&socket_getpeercert_obj)},
    {MP_ROM_QSTR(MP_QSTR_cipher), MP_ROM_PTR(&socket_cipher_obj)},
};
static MP_DEFINE_CONST_DICT(ssl_socket_locals, ssl_socket_locals_table);

static const mp_stream_p_t ssl_socket_stream = {
    .read = socket_read,
    .write = socket_write,
    .ioctl = socket_ioctl,
};

static MP_DEFINE_CONST_OBJ_TYPE(
    ssl_socket_type,
    MP_QSTR_SSLSocket,
    MP_TYPE_FLAG_NONE,
    protocol, &ssl_socket_stream,
    locals_dict, &ssl_socket_locals
    );

static mp_obj_t openssl_version(void) {
    ssl_import_string_t text;
    cap_check_room(SSL_ROOM_FOR_FEW);
    openssl_component_tls_version_text(&text);
    return cap_piece_as_str(CAP_PIECE_OF_LIST(text));
}
static MP_DEFINE_CONST_FUN_OBJ_0(openssl_version_obj, openssl_version);

static const mp_rom_map_elem_t ssl_cap_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__ssl_cap)},
    {MP_ROM_QSTR(MP_QSTR_SSLContext), MP_ROM_PTR(&ssl_context_type)},
    {MP_ROM_QSTR(MP_QSTR_openssl_version), MP_ROM_PTR(&openssl_version_obj)},
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_CLIENT), MP_ROM_INT(PROTOCOL_TLS_CLIENT)},
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_SERVER), MP_ROM_INT(PROTOCOL_TLS_SERVER)},
    {MP_ROM_QSTR(MP_QSTR_CERT_NONE), MP_ROM_INT(CERT_NONE)},
    {MP_ROM_QSTR(MP_QSTR_CERT_OPTIONAL), MP_ROM_INT(CERT_OPTIONAL)},
    {MP_ROM_QSTR(MP_QSTR_CERT_REQUIRED), MP_ROM_INT(CERT_REQUIRED)},
};
static MP_DEFINE_CONST_DICT(ssl_cap_globals, ssl_cap_globals_table);

const mp_obj_module_t ssl_cap_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&ssl_cap_globals,
};

MP_REGISTER_MODULE(MP_QSTR__ssl_cap, ssl_cap_module);
