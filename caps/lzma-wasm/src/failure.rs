//! Refusals, in liblzma's numbers.

use cap_support::OutOfMemory;

use crate::bindings::Failure;
use crate::ffi::{LZMA_MEM_ERROR, LZMA_OK, Return};

/// The refusal `code`.
pub fn refused(code: Return) -> Failure {
    Failure { code: code.cast_signed() }
}

/// `Ok` when the library said it is.
pub fn check(code: Return) -> Result<(), Failure> {
    if code == LZMA_OK { Ok(()) } else { Err(refused(code)) }
}

impl From<OutOfMemory> for Failure {
    fn from(_: OutOfMemory) -> Self {
        refused(LZMA_MEM_ERROR)
    }
}
