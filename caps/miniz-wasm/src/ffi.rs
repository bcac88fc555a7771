//! miniz's C functions, as `miniz.h` declares them.

use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

// Where it knows the machine, the crate brings the compiled library.
#[cfg(not(target_family = "wasm"))]
use miniz_sys as _;

pub const MZ_OK: c_int = 0;
pub const MZ_STREAM_END: c_int = 1;
pub const MZ_BUF_ERROR: c_int = -5;

pub const MZ_NO_FLUSH: c_int = 0;
pub const MZ_SYNC_FLUSH: c_int = 2;
pub const MZ_FULL_FLUSH: c_int = 3;
pub const MZ_FINISH: c_int = 4;

pub const MZ_DEFLATED: c_int = 8;

/// A raw stream with the one window size that miniz knows, 32 KiB.
pub const RAW_WINDOW_BITS: c_int = -15;

/// `mz_stream`.
#[repr(C)]
pub struct Stream {
    pub next_in: *const u8,
    pub avail_in: c_uint,
    pub total_in: c_ulong,
    pub next_out: *mut u8,
    pub avail_out: c_uint,
    pub total_out: c_ulong,
    pub msg: *const c_char,
    pub state: *mut c_void,
    pub zalloc: Option<unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void>,
    pub zfree: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
    pub opaque: *mut c_void,
    pub data_type: c_int,
    pub adler: c_ulong,
    pub reserved: c_ulong,
}

unsafe extern "C" {
    pub fn mz_deflateInit2(
        stream: *mut Stream,
        level: c_int,
        method: c_int,
        window_bits: c_int,
        mem_level: c_int,
        strategy: c_int,
    ) -> c_int;
    pub fn mz_deflate(stream: *mut Stream, flush: c_int) -> c_int;
    pub fn mz_deflateEnd(stream: *mut Stream) -> c_int;
    pub fn mz_inflateInit2(stream: *mut Stream, window_bits: c_int) -> c_int;
    pub fn mz_inflate(stream: *mut Stream, flush: c_int) -> c_int;
    pub fn mz_inflateEnd(stream: *mut Stream) -> c_int;
    fn mz_crc32(crc: c_ulong, data: *const u8, size: usize) -> c_ulong;
    fn mz_adler32(adler: c_ulong, data: *const u8, size: usize) -> c_ulong;
    fn mz_version() -> *const c_char;
}

#[cfg_attr(target_family = "wasm", link(name = "c"))]
unsafe extern "C" {
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
}

impl Stream {
    /// A stream for one of the init functions to set up. Its memory is zeroed, so that what miniz makes of a broken
    /// stream depends on that stream alone.
    pub fn fresh() -> Self {
        // SAFETY: every field may be zero.
        let zero: Self = unsafe { core::mem::zeroed() };
        Self { zalloc: Some(allocate), zfree: Some(release), ..zero }
    }
}

unsafe extern "C" fn allocate(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    unsafe { calloc(count, size) }
}

unsafe extern "C" fn release(_: *mut c_void, block: *mut c_void) {
    unsafe { free(block) }
}

/// The CRC-32 of `data`, continued from `value`.
pub fn crc32(data: &[u8], value: u32) -> u32 {
    // SAFETY: the pointer and length are those of a slice.
    unsafe { mz_crc32(value.into(), data.as_ptr(), data.len()) as u32 }
}

/// The Adler-32 of `data`, continued from `value`.
pub fn adler32(data: &[u8], value: u32) -> u32 {
    /// The largest prime below 2^16, which both halves of the sum are taken modulo.
    const BASE: u32 = 65521;
    if data.is_empty() {
        // miniz leaves out even this, and a caller's own start may be beyond it.
        return ((value >> 16) % BASE) << 16 | (value & 0xffff) % BASE;
    }
    // SAFETY: the pointer and length are those of a slice.
    unsafe { mz_adler32(value.into(), data.as_ptr(), data.len()) as u32 }
}

/// miniz's version.
pub fn version() -> &'static core::ffi::CStr {
    // SAFETY: miniz's version is a constant of its own.
    unsafe { core::ffi::CStr::from_ptr(mz_version()) }
}
