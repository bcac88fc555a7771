//! Refusals, in the numbers and words of zlib.

use alloc::string::ToString;

use cap_support::OutOfMemory;

use crate::bindings::{Error, Failure};

/// The arguments, or the call at this point of the stream, make no sense.
pub const STREAM_ERROR: i32 = -2;
/// The compressed data is broken.
pub const DATA_ERROR: i32 = -3;
/// There is no memory left.
pub const MEM_ERROR: i32 = -4;
/// No progress is possible.
pub const BUF_ERROR: i32 = -5;

/// The refusal `code`, without a message, as miniz itself gives none.
pub fn refused(code: i32) -> Error {
    Error::Library(Failure { code, message: None })
}

/// Broken data: what is wrong with its container.
pub fn broken(what: &str) -> Error {
    Error::Library(Failure { code: DATA_ERROR, message: Some(what.to_string()) })
}

/// A feature of the interface that miniz does not have.
pub fn unsupported(feature: &str) -> Error {
    Error::Unsupported(feature.to_string())
}

impl From<OutOfMemory> for Error {
    fn from(_: OutOfMemory) -> Self {
        refused(MEM_ERROR)
    }
}
