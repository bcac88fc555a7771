//! The interface `kdf`: keys from passwords.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr;

use cap_support::OutOfMemory;

use crate::Component;
use crate::bindings::exports::openssl::component::kdf::{Costs, Failure, Guest};
use crate::fetched::{Fetched, Refusal, check, has_room};
use crate::hash_ffi::{ERR_LIB_EVP, EVP_PBE_scrypt, EVP_R_PARAMETER_TOO_LARGE, PKCS5_PBKDF2_HMAC};
use crate::secret::Secret;

impl Guest for Component {
    fn pbkdf2_hmac(
        digest: String,
        password: Vec<u8>,
        salt: Vec<u8>,
        iterations: u32,
        size: u32,
    ) -> Result<Vec<u8>, Failure> {
        let password = Secret::from(password);
        pbkdf2_hmac(digest, &password, &salt, iterations, size as usize).map_err(Refusal::into_failure)
    }

    fn scrypt(password: Vec<u8>, salt: Vec<u8>, costs: Costs, size: u32) -> Result<Vec<u8>, Failure> {
        let password = Secret::from(password);
        let key = write(size as usize, |key| scrypt(&password, &salt, costs, key, size as usize));
        key.map_err(Refusal::into_failure)
    }

    fn check_scrypt(costs: Costs) -> Result<(), Failure> {
        check(scrypt(&[], &[], costs, ptr::null_mut(), 0)).map_err(Refusal::into_failure)
    }

    fn has_room(bytes: u32) -> bool {
        has_room(bytes)
    }
}

fn pbkdf2_hmac(
    digest: String,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    size: usize,
) -> Result<Vec<u8>, Refusal> {
    let digest = Fetched::fetch(digest, None)?;
    let iterations = c_int::try_from(iterations);
    let iterations = iterations.map_err(|_| Refusal::of(ERR_LIB_EVP, EVP_R_PARAMETER_TOO_LARGE))?;
    // SAFETY: there is room for `size` bytes. No list here is longer than an int can say.
    write(size, |key| unsafe {
        PKCS5_PBKDF2_HMAC(
            password.as_ptr().cast(),
            password.len() as c_int,
            salt.as_ptr(),
            salt.len() as c_int,
            iterations,
            digest.as_ptr(),
            size as c_int,
            key,
        )
    })
}

/// Without a place for a key, this looks at the costs and at nothing else.
fn scrypt(password: &[u8], salt: &[u8], costs: Costs, key: *mut u8, size: usize) -> c_int {
    let Costs { n, r, p, memory } = costs;
    let (password_start, salt_start) = (password.as_ptr().cast(), salt.as_ptr());
    // SAFETY: there is room for `size` bytes, or no place at all.
    unsafe {
        EVP_PBE_scrypt(password_start, password.len(), salt_start, salt.len(), n, r, p, memory, key, size)
    }
}

/// `size` bytes that a function of OpenSSL's writes.
fn write(size: usize, write: impl FnOnce(*mut u8) -> c_int) -> Result<Vec<u8>, Refusal> {
    let mut key = Vec::new();
    key.try_reserve_exact(size).map_err(|_| OutOfMemory)?;
    check(write(key.as_mut_ptr()))?;
    // SAFETY: the function did not fail.
    unsafe { key.set_len(size) };
    Ok(key)
}
