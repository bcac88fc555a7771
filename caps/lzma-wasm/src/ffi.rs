//! liblzma's C functions, as the headers under `lzma/` declare them, and where it gets its memory.

use core::ffi::{CStr, c_char, c_uchar, c_void};
use core::ptr::null_mut;

use cap_support::check_headroom;
// Elsewhere than on WebAssembly the crate brings the compiled library.
#[cfg(not(target_family = "wasm"))]
use liblzma_sys as _;

/// `lzma_ret`.
pub type Return = u32;

pub const LZMA_OK: Return = 0;
pub const LZMA_STREAM_END: Return = 1;
pub const LZMA_NO_CHECK: Return = 2;
pub const LZMA_GET_CHECK: Return = 4;
pub const LZMA_MEM_ERROR: Return = 5;
pub const LZMA_MEMLIMIT_ERROR: Return = 6;
pub const LZMA_OPTIONS_ERROR: Return = 8;
#[cfg(test)]
pub const LZMA_DATA_ERROR: Return = 9;
pub const LZMA_BUF_ERROR: Return = 10;
pub const LZMA_PROG_ERROR: Return = 11;

/// `lzma_action`.
pub type Action = u32;

pub const LZMA_RUN: Action = 0;
pub const LZMA_SYNC_FLUSH: Action = 1;
pub const LZMA_FINISH: Action = 3;

/// Decoders return `LZMA_GET_CHECK` or `LZMA_NO_CHECK` once they know the integrity check.
pub const LZMA_TELL_NO_CHECK: u32 = 1;
pub const LZMA_TELL_ANY_CHECK: u32 = 4;

pub const LZMA_CHECK_NONE: u32 = 0;

pub const LZMA_FILTER_LZMA1: u64 = 0x4000_0000_0000_0001;
pub const LZMA_FILTER_LZMA2: u64 = 0x21;
pub const LZMA_FILTER_DELTA: u64 = 3;
pub const LZMA_FILTER_X86: u64 = 4;
pub const LZMA_FILTER_RISCV: u64 = 11;

/// The end of a chain of filters.
pub const LZMA_VLI_UNKNOWN: u64 = u64::MAX;

pub const LZMA_FILTERS_MAX: usize = 4;

/// `lzma_stream`.
#[repr(C)]
pub struct Stream {
    pub next_in: *const u8,
    pub avail_in: usize,
    pub total_in: u64,
    pub next_out: *mut u8,
    pub avail_out: usize,
    pub total_out: u64,
    pub allocator: *const Allocator,
    internal: *mut c_void,
    reserved_pointers: [*mut c_void; 4],
    seek_pos: u64,
    reserved_long: u64,
    reserved_sizes: [usize; 2],
    reserved_enums: [u32; 2],
}

impl Stream {
    /// A stream for one of the init functions to set up.
    pub fn fresh() -> Self {
        // SAFETY: every field may be zero.
        let zero: Self = unsafe { core::mem::zeroed() };
        Self { allocator: &raw const ALLOCATOR, ..zero }
    }
}

/// `lzma_filter`.
#[repr(C)]
pub struct Filter {
    pub id: u64,
    pub options: *mut c_void,
}

/// `lzma_options_lzma`.
#[repr(C)]
pub struct LzmaOptions {
    pub dict_size: u32,
    pub preset_dict: *const u8,
    pub preset_dict_size: u32,
    pub lc: u32,
    pub lp: u32,
    pub pb: u32,
    pub mode: u32,
    pub nice_len: u32,
    pub mf: u32,
    pub depth: u32,
    pub ext: [u32; 3],
    pub reserved_ints: [u32; 5],
    pub reserved_enums: [u32; 4],
    pub reserved_pointers: [*mut c_void; 2],
}

impl LzmaOptions {
    /// All zero.
    pub fn zero() -> Self {
        // SAFETY: every field may be zero.
        unsafe { core::mem::zeroed() }
    }
}

/// `lzma_options_delta`.
#[repr(C)]
pub struct DeltaOptions {
    /// 0 is the one that there is: differences of bytes.
    pub kind: u32,
    pub dist: u32,
    pub reserved_ints: [u32; 4],
    pub reserved_pointers: [*mut c_void; 2],
}

/// `lzma_options_bcj`.
#[repr(C)]
pub struct BranchOptions {
    pub start_offset: u32,
}

unsafe extern "C" {
    pub fn lzma_stream_encoder(stream: *mut Stream, filters: *const Filter, check: u32) -> Return;
    pub fn lzma_alone_encoder(stream: *mut Stream, options: *const LzmaOptions) -> Return;
    pub fn lzma_raw_encoder(stream: *mut Stream, filters: *const Filter) -> Return;
    pub fn lzma_auto_decoder(stream: *mut Stream, memory_limit: u64, flags: u32) -> Return;
    pub fn lzma_stream_decoder(stream: *mut Stream, memory_limit: u64, flags: u32) -> Return;
    pub fn lzma_alone_decoder(stream: *mut Stream, memory_limit: u64) -> Return;
    pub fn lzma_raw_decoder(stream: *mut Stream, filters: *const Filter) -> Return;
    pub fn lzma_code(stream: *mut Stream, action: Action) -> Return;
    pub fn lzma_get_check(stream: *const Stream) -> u32;
    pub fn lzma_end(stream: *mut Stream);
    pub fn lzma_properties_size(size: *mut u32, filter: *const Filter) -> Return;
    pub fn lzma_properties_encode(filter: *const Filter, properties: *mut u8) -> Return;
    pub fn lzma_properties_decode(
        filter: *mut Filter,
        allocator: *const Allocator,
        properties: *const u8,
        size: usize,
    ) -> Return;
    /// Returns whether there is no such preset.
    pub fn lzma_lzma_preset(options: *mut LzmaOptions, preset: u32) -> c_uchar;
    fn lzma_check_is_supported(check: u32) -> c_uchar;
    fn lzma_version_string() -> *const c_char;
}

/// Whether the library can compute an integrity check.
pub fn is_check_supported(check: u32) -> bool {
    // SAFETY: any number will do.
    unsafe { lzma_check_is_supported(check) != 0 }
}

/// The library's version.
pub fn version() -> &'static CStr {
    // SAFETY: the library's version is a constant of its own.
    unsafe { CStr::from_ptr(lzma_version_string()) }
}

/// `lzma_allocator`.
#[repr(C)]
pub struct Allocator {
    allocate: unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    release: unsafe extern "C" fn(*mut c_void, *mut c_void),
    opaque: *mut c_void,
}

// SAFETY: it is never changed, and what it leaves open (`opaque`) is null.
unsafe impl Sync for Allocator {}

/// libc's heap, as long as calls can still be made beside it.
pub static ALLOCATOR: Allocator = Allocator { allocate, release, opaque: null_mut() };

/// Blocks of this size, in bytes, could be the last that fit. What a stream needs beside its window and
/// tables is smaller, and there is room for that when it is opened.
const LARGE: usize = 256 * 1024;

#[cfg_attr(target_family = "wasm", link(name = "c"))]
unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
}

unsafe extern "C" fn allocate(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let Some(size) = count.checked_mul(size) else { return null_mut() };
    let block = unsafe { malloc(size) };
    if size < LARGE || check_headroom().is_ok() {
        return block;
    }
    unsafe { free(block) };
    null_mut()
}

unsafe extern "C" fn release(_: *mut c_void, block: *mut c_void) {
    unsafe { free(block) }
}

/// Gives back what the library allocated for its caller.
///
/// # Safety
/// `block` is null or from the library, and not used again.
pub unsafe fn release_options(block: *mut c_void) {
    unsafe { free(block) }
}
