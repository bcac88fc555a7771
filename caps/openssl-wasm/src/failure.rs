//! Why something failed: OpenSSL's error queue, as the contracts pass it on.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};

use crate::bindings::{digest, kdf, mac, random, tls, x509};
use crate::ffi::{
    ERR_LIB_SSL, ERR_R_MALLOC_FAILURE, ERR_clear_error, ERR_get_error, ERR_new, ERR_reason_error_string,
    ERR_set_error,
};

/// Empties the queue, the oldest entry first: codes and reasons.
pub fn queue() -> Vec<(u32, String)> {
    let mut entries = Vec::new();
    loop {
        // SAFETY: it may be called at any time.
        let code = unsafe { ERR_get_error() };
        if code == 0 {
            return entries;
        }
        // SAFETY: what it returns stays.
        entries.push((code as u32, unsafe { text(ERR_reason_error_string(code)) }));
    }
}

/// The queue as one of the contracts' failures.
pub fn failure<P: From<(u32, String)>>() -> Vec<P> {
    queue().into_iter().map(P::from).collect()
}

/// Forgets what earlier calls left in it.
pub fn clear() {
    // SAFETY: it may be called at any time.
    unsafe { ERR_clear_error() }
}

/// Adds an entry, as OpenSSL's own functions do.
pub fn add(library: c_int, reason: c_int) {
    // SAFETY: there is no format, and so no arguments for it.
    unsafe {
        ERR_new();
        ERR_set_error(library, reason, core::ptr::null());
    }
}

/// A failure for want of memory.
pub fn no_memory<P: From<(u32, String)>>() -> Vec<P> {
    clear();
    add(ERR_LIB_SSL, ERR_R_MALLOC_FAILURE);
    failure()
}

/// What a function that returns 1 for success came to.
pub fn check<P: From<(u32, String)>>(result: c_int) -> Result<(), Vec<P>> {
    if result > 0 { Ok(()) } else { Err(failure()) }
}

/// A text of OpenSSL's; empty for none.
///
/// # Safety
/// The pointer is null or of a text that ends with a zero byte.
pub unsafe fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: as the caller says.
    String::from_utf8_lossy(unsafe { CStr::from_ptr(text) }.to_bytes()).into_owned()
}

macro_rules! impl_problem {
    ($($interface:ident)*) => {$(
        impl From<(u32, String)> for $interface::Problem {
            fn from((code, reason): (u32, String)) -> Self {
                Self { code, reason }
            }
        }
    )*};
}

impl_problem!(digest kdf mac random tls x509);
