//! Refusals, in the library's numbers and words.

use alloc::string::ToString;
use core::ffi::{CStr, c_int};

use cap_support::OutOfMemory;

use crate::bindings::Failure;
use crate::ffi::{MEMORY_ALLOCATION, ZSTD_getErrorCode, ZSTD_getErrorString, ZSTD_isError};

/// The refusal with this code.
pub fn failure(code: c_int) -> Failure {
    // SAFETY: the library's names are constants of its own, and it has one for any code.
    let name = unsafe { CStr::from_ptr(ZSTD_getErrorString(code)) };
    Failure { code, message: name.to_string_lossy().to_string() }
}

/// What a function of the library returned, unless it is a refusal.
pub fn check(result: usize) -> Result<usize, Failure> {
    // SAFETY: these look at the number only.
    unsafe { if ZSTD_isError(result) == 0 { Ok(result) } else { Err(failure(ZSTD_getErrorCode(result))) } }
}

impl From<OutOfMemory> for Failure {
    fn from(_: OutOfMemory) -> Self {
        failure(MEMORY_ALLOCATION)
    }
}
