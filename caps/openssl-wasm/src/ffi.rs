//! What of OpenSSL's C interface TLS, certificates and random numbers take. The manual pages have these names.

#![allow(missing_docs, reason = "OpenSSL's manual has them")]

use core::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};

macro_rules! opaque {
    ($($name:ident)*) => {$(
        #[repr(C)]
        pub struct $name([u8; 0]);
    )*};
}

opaque! {
    Ssl SslCtx SslCipher SslSession SslMethod Bio BioMethod Stack
    X509 X509Crl X509Name X509NameEntry X509Store X509Object X509Lookup X509LookupMethod X509VerifyParam
    Asn1Object Asn1String Asn1Integer Asn1Time EvpPkey Dh
}

pub type PasswordCallback = unsafe extern "C" fn(*mut c_char, c_int, c_int, *mut c_void) -> c_int;
pub type HelloCallback = unsafe extern "C" fn(*mut Ssl, *mut c_int, *mut c_void) -> c_int;
pub type ProtocolCallback = unsafe extern "C" fn(
    *mut Ssl,
    *mut *const c_uchar,
    *mut c_uchar,
    *const c_uchar,
    c_uint,
    *mut c_void,
) -> c_int;
pub type KeyCallback = unsafe extern "C" fn(*const Ssl, *const c_char);
pub type MessageCallback =
    unsafe extern "C" fn(c_int, c_int, c_int, *const c_void, usize, *mut Ssl, *mut c_void);
pub type PskClientCallback =
    unsafe extern "C" fn(*mut Ssl, *const c_char, *mut c_char, c_uint, *mut c_uchar, c_uint) -> c_uint;
pub type PskServerCallback = unsafe extern "C" fn(*mut Ssl, *const c_char, *mut c_uchar, c_uint) -> c_uint;
pub type Free = unsafe extern "C" fn(*mut c_void);

/// An alternative name: what the pointer is of depends on the type.
#[repr(C)]
pub struct GeneralName {
    pub kind: c_int,
    pub value: *mut c_void,
}

#[repr(C)]
pub struct AccessDescription {
    pub method: *mut Asn1Object,
    pub location: *mut GeneralName,
}

#[repr(C)]
pub struct DistributionPointName {
    pub kind: c_int,
    pub full_name: *mut Stack,
}

#[repr(C)]
pub struct DistributionPoint {
    pub name: *mut DistributionPointName,
}

pub const ERR_LIB_SSL: c_int = 20;
const ERR_RFLAG_COMMON: c_int = 2 << 18;
const ERR_R_FATAL: c_int = ERR_RFLAG_COMMON | 1 << 18;
pub const ERR_R_PEM_LIB: c_int = 9 | ERR_RFLAG_COMMON;
pub const ERR_R_MALLOC_FAILURE: c_int = 256 | ERR_R_FATAL;
pub const ERR_LIB_PEM: u32 = 9;
pub const PEM_R_NO_START_LINE: u32 = 108;

pub const SSL_ERROR_WANT_READ: c_int = 2;
pub const SSL_ERROR_SYSCALL: c_int = 5;
pub const SSL_ERROR_ZERO_RETURN: c_int = 6;
pub const SSL_ERROR_WANT_CLIENT_HELLO_CB: c_int = 11;

pub const SSL_CLIENT_HELLO_SUCCESS: c_int = 1;
pub const SSL_CLIENT_HELLO_RETRY: c_int = -1;
pub const SSL_TLSEXT_ERR_OK: c_int = 0;
pub const SSL_TLSEXT_ERR_ALERT_FATAL: c_int = 2;
pub const SSL_TLSEXT_ERR_NOACK: c_int = 3;
pub const TLSEXT_TYPE_SERVER_NAME: c_uint = 0;
pub const SSL_OP_NO_TLS_V1_3: u64 = 1 << 29;
pub const TLS1_3_VERSION: c_long = 0x304;
/// Key exchanges with a pre-shared key: by itself, with ECDHE, with DHE, with RSA.
pub const PSK_NIDS: [c_int; 4] = [1043, 1040, 1041, 1042];
pub const OPENSSL_NPN_NEGOTIATED: c_int = 1;

pub const SSL_CTRL_SET_TMP_DH: c_int = 3;
pub const SSL_CTRL_SESS_NUMBER: c_int = 20;
pub const SSL_CTRL_MODE: c_int = 33;
pub const SSL_CTRL_SET_TLSEXT_SERVERNAME_CB: c_int = 53;
pub const SSL_CTRL_SET_TLSEXT_HOSTNAME: c_int = 55;
pub const SSL_CTRL_CHAIN: c_int = 88;
pub const SSL_CTRL_CHAIN_CERT: c_int = 89;
pub const SSL_CTRL_SET_GROUPS: c_int = 91;
pub const SSL_CTRL_SET_MIN_PROTO_VERSION: c_int = 123;
pub const SSL_CTRL_SET_MAX_PROTO_VERSION: c_int = 124;
pub const SSL_CTRL_GET_MIN_PROTO_VERSION: c_int = 130;
pub const SSL_CTRL_GET_MAX_PROTO_VERSION: c_int = 131;

pub const BIO_FLAGS_READ_RETRY: c_int = 1 | 8;
pub const BIO_CTRL_EOF: c_int = 2;
pub const BIO_CTRL_INFO: c_int = 3;
pub const BIO_CTRL_FLUSH: c_int = 11;

pub const X509_LU_X509: c_int = 1;
pub const X509_LU_CRL: c_int = 2;

pub const NID_SUBJECT_ALT_NAME: c_int = 85;
pub const NID_CRL_DISTRIBUTION_POINTS: c_int = 103;
pub const NID_INFO_ACCESS: c_int = 177;
pub const V_ASN1_BIT_STRING: c_int = 3;
pub const XN_FLAG_RFC2253: c_ulong = 0x0111_0317;

pub const GEN_EMAIL: c_int = 1;
pub const GEN_DNS: c_int = 2;
pub const GEN_DIRNAME: c_int = 4;
pub const GEN_URI: c_int = 6;
pub const GEN_IPADD: c_int = 7;
pub const GEN_RID: c_int = 8;

unsafe extern "C" {
    // Errors.
    pub fn ERR_clear_error();
    pub fn ERR_get_error() -> c_ulong;
    pub fn ERR_peek_last_error() -> c_ulong;
    pub fn ERR_reason_error_string(code: c_ulong) -> *const c_char;
    pub fn ERR_new();
    pub fn ERR_set_error(library: c_int, reason: c_int, format: *const c_char, ...);

    // The library.
    pub fn OpenSSL_version_num() -> c_ulong;
    pub fn OpenSSL_version(part: c_int) -> *const c_char;
    pub fn CRYPTO_free(block: *mut c_void, file: *const c_char, line: c_int);
    pub fn OPENSSL_cleanse(block: *mut c_void, size: usize);
    pub fn OPENSSL_sk_num(stack: *const Stack) -> c_int;
    pub fn OPENSSL_sk_value(stack: *const Stack, at: c_int) -> *mut c_void;
    pub fn OPENSSL_sk_pop_free(stack: *mut Stack, free: Free);

    // Random numbers.
    pub fn RAND_add(data: *const c_void, size: c_int, entropy: f64);
    pub fn RAND_bytes(data: *mut c_uchar, size: c_int) -> c_int;
    pub fn RAND_status() -> c_int;

    // Input and output.
    pub fn BIO_meth_new(kind: c_int, name: *const c_char) -> *mut BioMethod;
    pub fn BIO_meth_set_read(
        method: *mut BioMethod,
        read: unsafe extern "C" fn(*mut Bio, *mut c_char, c_int) -> c_int,
    ) -> c_int;
    pub fn BIO_meth_set_write(
        method: *mut BioMethod,
        write: unsafe extern "C" fn(*mut Bio, *const c_char, c_int) -> c_int,
    ) -> c_int;
    pub fn BIO_meth_set_ctrl(
        method: *mut BioMethod,
        ctrl: unsafe extern "C" fn(*mut Bio, c_int, c_long, *mut c_void) -> c_long,
    ) -> c_int;
    pub fn BIO_new(method: *const BioMethod) -> *mut Bio;
    pub fn BIO_free(bio: *mut Bio) -> c_int;
    pub fn BIO_set_data(bio: *mut Bio, data: *mut c_void);
    pub fn BIO_get_data(bio: *mut Bio) -> *mut c_void;
    pub fn BIO_set_init(bio: *mut Bio, init: c_int);
    pub fn BIO_set_flags(bio: *mut Bio, flags: c_int);
    pub fn BIO_clear_flags(bio: *mut Bio, flags: c_int);
    pub fn BIO_s_mem() -> *const BioMethod;
    pub fn BIO_new_mem_buf(data: *const c_void, size: c_int) -> *mut Bio;
    pub fn BIO_ctrl(bio: *mut Bio, command: c_int, number: c_long, pointer: *mut c_void) -> c_long;

    // Contexts.
    pub fn TLS_method() -> *const SslMethod;
    pub fn TLS_client_method() -> *const SslMethod;
    pub fn TLS_server_method() -> *const SslMethod;
    pub fn TLSv1_method() -> *const SslMethod;
    pub fn TLSv1_1_method() -> *const SslMethod;
    pub fn TLSv1_2_method() -> *const SslMethod;
    pub fn SSL_CTX_new(method: *const SslMethod) -> *mut SslCtx;
    pub fn SSL_CTX_free(ctx: *mut SslCtx);
    pub fn SSL_CTX_ctrl(ctx: *mut SslCtx, command: c_int, number: c_long, pointer: *mut c_void) -> c_long;
    pub fn SSL_CTX_callback_ctrl(ctx: *mut SslCtx, command: c_int, callback: Option<HelloCallback>)
    -> c_long;
    pub fn SSL_CTX_get_options(ctx: *const SslCtx) -> u64;
    pub fn SSL_CTX_set_options(ctx: *mut SslCtx, options: u64) -> u64;
    pub fn SSL_CTX_clear_options(ctx: *mut SslCtx, options: u64) -> u64;
    pub fn SSL_CTX_get_verify_mode(ctx: *const SslCtx) -> c_int;
    pub fn SSL_CTX_set_verify(ctx: *mut SslCtx, mode: c_int, callback: *const c_void);
    pub fn SSL_CTX_get0_param(ctx: *mut SslCtx) -> *mut X509VerifyParam;
    pub fn SSL_CIPHER_find(ssl: *mut Ssl, id: *const c_uchar) -> *const SslCipher;
    pub fn SSL_get_pending_cipher(ssl: *const Ssl) -> *const SslCipher;
    pub fn SSL_get_options(ssl: *const Ssl) -> u64;
    pub fn SSL_CTX_get_security_level(ctx: *const SslCtx) -> c_int;
    pub fn SSL_CTX_set_security_level(ctx: *mut SslCtx, level: c_int);
    pub fn SSL_CTX_get_num_tickets(ctx: *const SslCtx) -> usize;
    pub fn SSL_CTX_set_num_tickets(ctx: *mut SslCtx, count: usize) -> c_int;
    pub fn SSL_CTX_set_post_handshake_auth(ctx: *mut SslCtx, on: c_int);
    pub fn SSL_CTX_set_cipher_list(ctx: *mut SslCtx, list: *const c_char) -> c_int;
    pub fn SSL_CTX_set_alpn_protos(ctx: *mut SslCtx, protocols: *const c_uchar, size: c_uint) -> c_int;
    pub fn SSL_CTX_set_alpn_select_cb(
        ctx: *mut SslCtx,
        callback: Option<ProtocolCallback>,
        data: *mut c_void,
    );
    pub fn SSL_select_next_proto(
        chosen: *mut *mut c_uchar,
        chosen_size: *mut c_uchar,
        server: *const c_uchar,
        server_size: c_uint,
        client: *const c_uchar,
        client_size: c_uint,
    ) -> c_int;
    pub fn SSL_CTX_set_client_hello_cb(ctx: *mut SslCtx, callback: Option<HelloCallback>, data: *mut c_void);
    pub fn SSL_client_hello_get0_ext(
        ssl: *mut Ssl,
        kind: c_uint,
        content: *mut *const c_uchar,
        size: *mut usize,
    ) -> c_int;
    pub fn SSL_CTX_set_keylog_callback(ctx: *mut SslCtx, callback: Option<KeyCallback>);
    pub fn SSL_CTX_set_msg_callback(ctx: *mut SslCtx, callback: Option<MessageCallback>);
    pub fn SSL_CTX_use_psk_identity_hint(ctx: *mut SslCtx, hint: *const c_char) -> c_int;
    pub fn SSL_CTX_set_psk_client_callback(ctx: *mut SslCtx, callback: Option<PskClientCallback>);
    pub fn SSL_CTX_set_psk_server_callback(ctx: *mut SslCtx, callback: Option<PskServerCallback>);
    pub fn SSL_CTX_get_cert_store(ctx: *const SslCtx) -> *mut X509Store;
    pub fn SSL_CTX_use_certificate(ctx: *mut SslCtx, certificate: *mut X509) -> c_int;
    pub fn SSL_CTX_use_PrivateKey(ctx: *mut SslCtx, key: *mut EvpPkey) -> c_int;
    pub fn SSL_CTX_check_private_key(ctx: *const SslCtx) -> c_int;

    // Connections.
    pub fn SSL_new(ctx: *mut SslCtx) -> *mut Ssl;
    pub fn SSL_free(ssl: *mut Ssl);
    pub fn SSL_set_ex_data(ssl: *mut Ssl, at: c_int, data: *mut c_void) -> c_int;
    pub fn SSL_get_ex_data(ssl: *const Ssl, at: c_int) -> *mut c_void;
    pub fn SSL_set_bio(ssl: *mut Ssl, read: *mut Bio, write: *mut Bio);
    pub fn SSL_set_connect_state(ssl: *mut Ssl);
    pub fn SSL_set_accept_state(ssl: *mut Ssl);
    pub fn SSL_is_server(ssl: *const Ssl) -> c_int;
    pub fn SSL_set_SSL_CTX(ssl: *mut Ssl, ctx: *mut SslCtx) -> *mut SslCtx;
    pub fn SSL_ctrl(ssl: *mut Ssl, command: c_int, number: c_long, pointer: *mut c_void) -> c_long;
    pub fn SSL_set_session_id_context(ssl: *mut Ssl, id: *const c_uchar, size: c_uint) -> c_int;
    pub fn SSL_get0_param(ssl: *mut Ssl) -> *mut X509VerifyParam;
    pub fn SSL_set_session(ssl: *mut Ssl, session: *mut SslSession) -> c_int;
    pub fn SSL_get1_session(ssl: *mut Ssl) -> *mut SslSession;
    pub fn SSL_do_handshake(ssl: *mut Ssl) -> c_int;
    pub fn SSL_read_ex(ssl: *mut Ssl, data: *mut c_void, size: usize, count: *mut usize) -> c_int;
    pub fn SSL_write_ex(ssl: *mut Ssl, data: *const c_void, size: usize, count: *mut usize) -> c_int;
    pub fn SSL_shutdown(ssl: *mut Ssl) -> c_int;
    pub fn SSL_get_error(ssl: *const Ssl, result: c_int) -> c_int;
    pub fn SSL_verify_client_post_handshake(ssl: *mut Ssl) -> c_int;
    pub fn SSL_is_init_finished(ssl: *const Ssl) -> c_int;
    pub fn SSL_get_shutdown(ssl: *const Ssl) -> c_int;
    pub fn SSL_set_shutdown(ssl: *mut Ssl, mode: c_int);
    pub fn SSL_get_verify_result(ssl: *const Ssl) -> c_long;
    pub fn SSL_pending(ssl: *const Ssl) -> c_int;
    pub fn SSL_session_reused(ssl: *const Ssl) -> c_int;
    pub fn SSL_get_verify_mode(ssl: *const Ssl) -> c_int;
    pub fn SSL_set_verify(ssl: *mut Ssl, mode: c_int, callback: *const c_void);
    pub fn SSL_set_post_handshake_auth(ssl: *mut Ssl, on: c_int);
    pub fn SSL_set_msg_callback(ssl: *mut Ssl, callback: Option<MessageCallback>);
    pub fn SSL_get_version(ssl: *const Ssl) -> *const c_char;
    pub fn SSL_get_current_cipher(ssl: *const Ssl) -> *const SslCipher;
    pub fn SSL_get_ciphers(ssl: *const Ssl) -> *mut Stack;
    pub fn SSL_get_client_ciphers(ssl: *const Ssl) -> *mut Stack;
    pub fn SSL_get0_alpn_selected(ssl: *const Ssl, protocol: *mut *const c_uchar, size: *mut c_uint);
    pub fn SSL_get_servername(ssl: *const Ssl, kind: c_int) -> *const c_char;
    pub fn SSL_get_finished(ssl: *const Ssl, message: *mut c_void, size: usize) -> usize;
    pub fn SSL_get_peer_finished(ssl: *const Ssl, message: *mut c_void, size: usize) -> usize;
    pub fn SSL_get1_peer_certificate(ssl: *const Ssl) -> *mut X509;
    pub fn SSL_get_peer_cert_chain(ssl: *const Ssl) -> *mut Stack;
    pub fn SSL_get0_verified_chain(ssl: *const Ssl) -> *mut Stack;

    // Cipher suites.
    pub fn SSL_CIPHER_get_id(cipher: *const SslCipher) -> u32;
    pub fn SSL_CIPHER_get_name(cipher: *const SslCipher) -> *const c_char;
    pub fn SSL_CIPHER_get_version(cipher: *const SslCipher) -> *const c_char;
    pub fn SSL_CIPHER_description(cipher: *const SslCipher, text: *mut c_char, size: c_int) -> *mut c_char;
    pub fn SSL_CIPHER_get_bits(cipher: *const SslCipher, all: *mut c_int) -> c_int;
    pub fn SSL_CIPHER_is_aead(cipher: *const SslCipher) -> c_int;
    pub fn SSL_CIPHER_get_cipher_nid(cipher: *const SslCipher) -> c_int;
    pub fn SSL_CIPHER_get_digest_nid(cipher: *const SslCipher) -> c_int;
    pub fn SSL_CIPHER_get_kx_nid(cipher: *const SslCipher) -> c_int;
    pub fn SSL_CIPHER_get_auth_nid(cipher: *const SslCipher) -> c_int;

    // Sessions.
    pub fn SSL_SESSION_free(session: *mut SslSession);
    pub fn SSL_SESSION_get_id(session: *const SslSession, size: *mut c_uint) -> *const c_uchar;
    pub fn SSL_SESSION_get_time_ex(session: *const SslSession) -> i64;
    pub fn SSL_SESSION_get_timeout(session: *const SslSession) -> c_long;
    pub fn SSL_SESSION_has_ticket(session: *const SslSession) -> c_int;
    pub fn SSL_SESSION_get_ticket_lifetime_hint(session: *const SslSession) -> c_ulong;

    // Verification.
    pub fn X509_VERIFY_PARAM_get_flags(param: *const X509VerifyParam) -> c_ulong;
    pub fn X509_VERIFY_PARAM_set_flags(param: *mut X509VerifyParam, flags: c_ulong) -> c_int;
    pub fn X509_VERIFY_PARAM_clear_flags(param: *mut X509VerifyParam, flags: c_ulong) -> c_int;
    pub fn X509_VERIFY_PARAM_get_hostflags(param: *const X509VerifyParam) -> c_uint;
    pub fn X509_VERIFY_PARAM_set_hostflags(param: *mut X509VerifyParam, flags: c_uint);
    pub fn X509_VERIFY_PARAM_set1_host(
        param: *mut X509VerifyParam,
        name: *const c_char,
        size: usize,
    ) -> c_int;
    pub fn X509_VERIFY_PARAM_set1_ip(
        param: *mut X509VerifyParam,
        address: *const c_uchar,
        size: usize,
    ) -> c_int;
    pub fn X509_verify_cert_error_string(code: c_long) -> *const c_char;

    // Trust stores.
    pub fn X509_STORE_add_cert(store: *mut X509Store, certificate: *mut X509) -> c_int;
    pub fn X509_STORE_add_crl(store: *mut X509Store, crl: *mut X509Crl) -> c_int;
    pub fn X509_STORE_get0_objects(store: *const X509Store) -> *mut Stack;
    pub fn X509_STORE_get1_objects(store: *mut X509Store) -> *mut Stack;
    pub fn X509_STORE_add_lookup(store: *mut X509Store, method: *mut X509LookupMethod) -> *mut X509Lookup;
    pub fn X509_OBJECT_get_type(object: *const X509Object) -> c_int;
    pub fn X509_OBJECT_get0_X509(object: *const X509Object) -> *mut X509;
    pub fn X509_OBJECT_get0_X509_CRL(object: *const X509Object) -> *mut X509Crl;
    pub fn X509_OBJECT_set1_X509(object: *mut X509Object, certificate: *mut X509) -> c_int;
    pub fn X509_OBJECT_set1_X509_CRL(object: *mut X509Object, crl: *mut X509Crl) -> c_int;
    pub fn X509_OBJECT_free(object: *mut X509Object);
    pub fn X509_OBJECT_retrieve_by_subject(
        objects: *mut Stack,
        kind: c_int,
        name: *const X509Name,
    ) -> *mut X509Object;
    pub fn X509_LOOKUP_meth_new(name: *const c_char) -> *mut X509LookupMethod;
    pub fn X509_LOOKUP_meth_set_get_by_subject(
        method: *mut X509LookupMethod,
        get: unsafe extern "C" fn(*mut X509Lookup, c_int, *const X509Name, *mut X509Object) -> c_int,
    ) -> c_int;
    pub fn X509_LOOKUP_set_method_data(lookup: *mut X509Lookup, data: *mut c_void) -> c_int;
    pub fn X509_LOOKUP_get_method_data(lookup: *const X509Lookup) -> *mut c_void;
    pub fn X509_LOOKUP_get_store(lookup: *const X509Lookup) -> *mut X509Store;

    // Certificates and keys.
    pub fn PEM_read_bio_X509(
        bio: *mut Bio,
        certificate: *mut *mut X509,
        password: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut X509;
    pub fn PEM_read_bio_X509_AUX(
        bio: *mut Bio,
        certificate: *mut *mut X509,
        password: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut X509;
    pub fn PEM_X509_INFO_read_bio(
        bio: *mut Bio,
        stack: *mut Stack,
        password: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut Stack;
    pub fn X509_INFO_free(info: *mut X509Info);
    pub fn PEM_read_bio_X509_CRL(
        bio: *mut Bio,
        crl: *mut *mut X509Crl,
        password: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut X509Crl;
    pub fn PEM_read_bio_PrivateKey(
        bio: *mut Bio,
        key: *mut *mut EvpPkey,
        password: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut EvpPkey;
    pub fn PEM_read_bio_DHparams(
        bio: *mut Bio,
        parameters: *mut *mut Dh,
        password: Option<PasswordCallback>,
        data: *mut c_void,
    ) -> *mut Dh;
    pub fn PEM_write_bio_X509(bio: *mut Bio, certificate: *const X509) -> c_int;
    pub fn PEM_write_bio_X509_AUX(bio: *mut Bio, certificate: *const X509) -> c_int;
    pub fn EVP_PKEY_free(key: *mut EvpPkey);
    pub fn DH_free(parameters: *mut Dh);
    pub fn d2i_X509(certificate: *mut *mut X509, data: *mut *const c_uchar, size: c_long) -> *mut X509;
    pub fn i2d_X509(certificate: *const X509, data: *mut *mut c_uchar) -> c_int;
    pub fn i2d_X509_CRL(crl: *const X509Crl, data: *mut *mut c_uchar) -> c_int;
    pub fn X509_free(certificate: *mut X509);
    pub fn X509_CRL_free(crl: *mut X509Crl);
    pub fn X509_check_ca(certificate: *mut X509) -> c_int;
    pub fn X509_get_subject_name(certificate: *const X509) -> *mut X509Name;
    pub fn X509_get_issuer_name(certificate: *const X509) -> *mut X509Name;
    pub fn X509_subject_name_hash(certificate: *mut X509) -> c_ulong;
    pub fn X509_get_version(certificate: *const X509) -> c_long;
    pub fn X509_get_serialNumber(certificate: *mut X509) -> *mut Asn1Integer;
    pub fn X509_get0_notBefore(certificate: *const X509) -> *const Asn1Time;
    pub fn X509_get0_notAfter(certificate: *const X509) -> *const Asn1Time;
    pub fn X509_get_ext_d2i(
        certificate: *const X509,
        nid: c_int,
        critical: *mut c_int,
        at: *mut c_int,
    ) -> *mut c_void;
    pub fn X509_NAME_entry_count(name: *const X509Name) -> c_int;
    pub fn X509_NAME_get_entry(name: *const X509Name, at: c_int) -> *mut X509NameEntry;
    pub fn X509_NAME_ENTRY_get_object(entry: *const X509NameEntry) -> *mut Asn1Object;
    pub fn X509_NAME_ENTRY_get_data(entry: *const X509NameEntry) -> *mut Asn1String;
    pub fn X509_NAME_ENTRY_set(entry: *const X509NameEntry) -> c_int;
    pub fn X509_NAME_print_ex(bio: *mut Bio, name: *const X509Name, indent: c_int, flags: c_ulong) -> c_int;
    pub fn X509_NAME_hash_ex(
        name: *const X509Name,
        library: *mut c_void,
        properties: *const c_char,
        ok: *mut c_int,
    ) -> c_ulong;
    pub fn GENERAL_NAME_free(name: *mut GeneralName);
    pub fn GENERAL_NAME_print(bio: *mut Bio, name: *mut GeneralName) -> c_int;
    pub fn ACCESS_DESCRIPTION_free(access: *mut AccessDescription);
    pub fn DIST_POINT_free(point: *mut DistributionPoint);

    // ASN.1.
    pub fn ASN1_STRING_type(string: *const Asn1String) -> c_int;
    pub fn ASN1_STRING_length(string: *const Asn1String) -> c_int;
    pub fn ASN1_STRING_get0_data(string: *const Asn1String) -> *const c_uchar;
    pub fn ASN1_STRING_to_UTF8(text: *mut *mut c_uchar, string: *const Asn1String) -> c_int;
    pub fn ASN1_TIME_print(bio: *mut Bio, time: *const Asn1Time) -> c_int;
    pub fn i2a_ASN1_INTEGER(bio: *mut Bio, number: *const Asn1Integer) -> c_int;
    pub fn OBJ_obj2txt(text: *mut c_char, size: c_int, object: *const Asn1Object, no_name: c_int) -> c_int;
    pub fn OBJ_obj2nid(object: *const Asn1Object) -> c_int;
    pub fn OBJ_nid2obj(nid: c_int) -> *mut Asn1Object;
    pub fn OBJ_nid2sn(nid: c_int) -> *const c_char;
    pub fn OBJ_nid2ln(nid: c_int) -> *const c_char;
    pub fn OBJ_sn2nid(name: *const c_char) -> c_int;
    pub fn OBJ_txt2obj(text: *const c_char, no_name: c_int) -> *mut Asn1Object;
    pub fn ASN1_OBJECT_free(object: *mut Asn1Object);
}

/// What of a PEM file belongs together; what follows is of no concern here.
#[repr(C)]
pub struct X509Info {
    pub certificate: *mut X509,
    pub crl: *mut X509Crl,
}
