//! libbzip2's C functions, as `bzlib.h` declares them.

use core::ffi::{c_char, c_int, c_uint, c_void};

// Elsewhere than on WebAssembly the crate brings the compiled library.
#[cfg(not(target_family = "wasm"))]
use bzip2_sys as _;

pub const BZ_RUN: c_int = 0;
pub const BZ_FLUSH: c_int = 1;
pub const BZ_FINISH: c_int = 2;

pub const BZ_OK: c_int = 0;
pub const BZ_RUN_OK: c_int = 1;
pub const BZ_FLUSH_OK: c_int = 2;
pub const BZ_FINISH_OK: c_int = 3;
pub const BZ_STREAM_END: c_int = 4;
pub const BZ_PARAM_ERROR: c_int = -2;
pub const BZ_MEM_ERROR: c_int = -3;
pub const BZ_UNEXPECTED_EOF: c_int = -7;
pub const BZ_OUTBUFF_FULL: c_int = -8;

/// `bz_stream`.
#[repr(C)]
pub struct Stream {
    pub next_in: *const c_char,
    pub avail_in: c_uint,
    total_in: [c_uint; 2],
    pub next_out: *mut c_char,
    pub avail_out: c_uint,
    total_out: [c_uint; 2],
    state: *mut c_void,
    bzalloc: *mut c_void,
    bzfree: *mut c_void,
    opaque: *mut c_void,
}

impl Stream {
    /// One for the init functions to set up, which take libc's heap where no allocator is named.
    pub const fn fresh() -> Self {
        Self {
            next_in: core::ptr::null(),
            avail_in: 0,
            total_in: [0; 2],
            next_out: core::ptr::null_mut(),
            avail_out: 0,
            total_out: [0; 2],
            state: core::ptr::null_mut(),
            bzalloc: core::ptr::null_mut(),
            bzfree: core::ptr::null_mut(),
            opaque: core::ptr::null_mut(),
        }
    }
}

unsafe extern "C" {
    pub fn BZ2_bzCompressInit(
        stream: *mut Stream,
        block_size: c_int,
        verbosity: c_int,
        work_factor: c_int,
    ) -> c_int;
    pub fn BZ2_bzCompress(stream: *mut Stream, action: c_int) -> c_int;
    pub fn BZ2_bzCompressEnd(stream: *mut Stream) -> c_int;
    pub fn BZ2_bzDecompressInit(stream: *mut Stream, verbosity: c_int, small: c_int) -> c_int;
    pub fn BZ2_bzDecompress(stream: *mut Stream) -> c_int;
    pub fn BZ2_bzDecompressEnd(stream: *mut Stream) -> c_int;
}

/// What the library calls when it finds itself broken: a bug in there, whatever the input was.
#[cfg(target_family = "wasm")]
#[unsafe(no_mangle)]
extern "C" fn bz_internal_error(_: c_int) -> ! {
    core::arch::wasm32::unreachable()
}
