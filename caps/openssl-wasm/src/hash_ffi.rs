//! The functions of OpenSSL's libcrypto that digests, codes and keys from passwords need.

#![allow(non_camel_case_types, non_snake_case, reason = "the names are OpenSSL's")]
#![allow(missing_docs, reason = "OpenSSL's manual has it")]

use core::ffi::{c_char, c_int, c_uchar, c_uint, c_ulong, c_void};

/// A fetched digest, counted.
#[repr(C)]
pub struct EVP_MD {
    _opaque: [u8; 0],
}

/// A message on its way through a digest.
#[repr(C)]
pub struct EVP_MD_CTX {
    _opaque: [u8; 0],
}

/// A message on its way through HMAC.
#[repr(C)]
pub struct HMAC_CTX {
    _opaque: [u8; 0],
}

/// The most bytes a digest has, of those with a size.
pub const EVP_MAX_MD_SIZE: usize = 64;
/// The digest has as many bytes as are asked for.
pub const EVP_MD_FLAG_XOF: c_ulong = 2;

/// Libraries and reasons of entries of the error queue.
pub const ERR_LIB_EVP: c_int = 6;
pub const ERR_LIB_CRYPTO: c_int = 15;
pub const EVP_R_NOT_XOF_OR_INVALID_LENGTH: c_int = 178;
pub const EVP_R_PARAMETER_TOO_LARGE: c_int = 187;
pub const ERR_R_UNSUPPORTED: c_int = 0x8010C;

/// What EVP_MD_do_all_provided() calls for each.
pub type EachDigest = unsafe extern "C" fn(digest: *mut EVP_MD, argument: *mut c_void);

unsafe extern "C" {
    pub fn EVP_MD_fetch(library: *mut c_void, name: *const c_char, properties: *const c_char) -> *mut EVP_MD;
    pub fn EVP_MD_free(digest: *mut EVP_MD);
    pub fn EVP_MD_do_all_provided(library: *mut c_void, each: EachDigest, argument: *mut c_void);
    pub fn EVP_MD_get_type(digest: *const EVP_MD) -> c_int;
    pub fn EVP_MD_get_size(digest: *const EVP_MD) -> c_int;
    pub fn EVP_MD_get_block_size(digest: *const EVP_MD) -> c_int;
    pub fn EVP_MD_get_flags(digest: *const EVP_MD) -> c_ulong;
    pub fn EVP_default_properties_is_fips_enabled(library: *mut c_void) -> c_int;

    pub fn EVP_MD_CTX_new() -> *mut EVP_MD_CTX;
    pub fn EVP_MD_CTX_free(context: *mut EVP_MD_CTX);
    pub fn EVP_MD_CTX_copy_ex(to: *mut EVP_MD_CTX, from: *const EVP_MD_CTX) -> c_int;
    pub fn EVP_DigestInit_ex2(
        context: *mut EVP_MD_CTX,
        digest: *const EVP_MD,
        parameters: *const c_void,
    ) -> c_int;
    pub fn EVP_DigestUpdate(context: *mut EVP_MD_CTX, data: *const c_void, size: usize) -> c_int;
    pub fn EVP_DigestFinal_ex(context: *mut EVP_MD_CTX, value: *mut c_uchar, size: *mut c_uint) -> c_int;
    pub fn EVP_DigestFinalXOF(context: *mut EVP_MD_CTX, value: *mut c_uchar, size: usize) -> c_int;
    pub fn EVP_DigestSqueeze(context: *mut EVP_MD_CTX, value: *mut c_uchar, size: usize) -> c_int;

    pub fn HMAC_CTX_new() -> *mut HMAC_CTX;
    pub fn HMAC_CTX_free(context: *mut HMAC_CTX);
    pub fn HMAC_CTX_copy(to: *mut HMAC_CTX, from: *mut HMAC_CTX) -> c_int;
    pub fn HMAC_Init_ex(
        context: *mut HMAC_CTX,
        key: *const c_void,
        size: c_int,
        digest: *const EVP_MD,
        engine: *mut c_void,
    ) -> c_int;
    pub fn HMAC_Update(context: *mut HMAC_CTX, data: *const c_uchar, size: usize) -> c_int;
    pub fn HMAC_Final(context: *mut HMAC_CTX, code: *mut c_uchar, size: *mut c_uint) -> c_int;

    pub fn PKCS5_PBKDF2_HMAC(
        password: *const c_char,
        password_size: c_int,
        salt: *const c_uchar,
        salt_size: c_int,
        iterations: c_int,
        digest: *const EVP_MD,
        key_size: c_int,
        key: *mut c_uchar,
    ) -> c_int;
    pub fn EVP_PBE_scrypt(
        password: *const c_char,
        password_size: usize,
        salt: *const c_uchar,
        salt_size: usize,
        n: u64,
        r: u64,
        p: u64,
        memory: u64,
        key: *mut c_uchar,
        key_size: usize,
    ) -> c_int;

}
