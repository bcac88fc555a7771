//! Zstandard's C functions, as `zstd.h`, `zstd_errors.h` and `zdict.h` declare them.

use core::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};

/// Types of which the library shows nothing.
macro_rules! opaque {
    ($($name:ident),*) => {
        $(#[repr(C)] pub struct $name { hidden: [u8; 0] })*
    };
}

opaque!(CCtx, DCtx, CDict, DDict);

/// `ZSTD_inBuffer`.
#[repr(C)]
pub struct InBuffer {
    pub src: *const c_void,
    pub size: usize,
    pub pos: usize,
}

/// `ZSTD_outBuffer`.
#[repr(C)]
pub struct OutBuffer {
    pub dst: *mut c_void,
    pub size: usize,
    pub pos: usize,
}

/// `ZSTD_bounds`.
#[repr(C)]
pub struct Bounds {
    pub error: usize,
    pub lower: c_int,
    pub upper: c_int,
}

/// `ZDICT_params_t`.
#[repr(C)]
pub struct DictionaryParameters {
    pub level: c_int,
    pub notification_level: c_uint,
    pub id: c_uint,
}

/// `ZSTD_c_compressionLevel`.
pub const COMPRESSION_LEVEL: c_int = 100;

/// Parameters by which a caller says that it keeps memory where it is beyond a call, which nothing here does:
/// `ZSTD_c_stableInBuffer` and `ZSTD_c_stableOutBuffer`, `ZSTD_d_stableOutBuffer` and
/// `ZSTD_d_refMultipleDDicts`.
pub const COMPRESSION_PROMISES: [c_int; 2] = [1006, 1007];
pub const DECOMPRESSION_PROMISES: [c_int; 2] = [1001, 1003];

/// `ZSTD_e_continue`, `ZSTD_e_flush` and `ZSTD_e_end`.
pub const CONTINUE: c_int = 0;
pub const FLUSH: c_int = 1;
pub const END: c_int = 2;

/// `ZSTD_reset_session_only`.
pub const SESSION_ONLY: c_int = 1;

/// What stands for a content size that is not known, and for one that cannot be read.
pub const CONTENTSIZE_UNKNOWN: c_ulonglong = c_ulonglong::MAX;
pub const CONTENTSIZE_ERROR: c_ulonglong = c_ulonglong::MAX - 1;

/// `ZSTD_error_dictionaryCreation_failed`, `ZSTD_error_parameter_unsupported`,
/// `ZSTD_error_memory_allocation`, `ZSTD_error_dstSize_tooSmall` and `ZSTD_error_srcSize_wrong`.
pub const DICTIONARY_CREATION_FAILED: c_int = 34;
pub const PARAMETER_UNSUPPORTED: c_int = 40;
pub const MEMORY_ALLOCATION: c_int = 64;
pub const DST_SIZE_TOO_SMALL: c_int = 70;
pub const SRC_SIZE_WRONG: c_int = 72;

unsafe extern "C" {
    pub fn ZSTD_isError(result: usize) -> c_uint;
    pub fn ZSTD_getErrorCode(result: usize) -> c_int;
    pub fn ZSTD_getErrorString(code: c_int) -> *const c_char;
    pub fn ZSTD_versionNumber() -> c_uint;
    pub fn ZSTD_minCLevel() -> c_int;
    pub fn ZSTD_maxCLevel() -> c_int;
    pub fn ZSTD_defaultCLevel() -> c_int;
    pub fn ZSTD_cParam_getBounds(parameter: c_int) -> Bounds;
    pub fn ZSTD_dParam_getBounds(parameter: c_int) -> Bounds;

    pub fn ZSTD_createCCtx() -> *mut CCtx;
    pub fn ZSTD_freeCCtx(context: *mut CCtx) -> usize;
    pub fn ZSTD_CCtx_reset(context: *mut CCtx, what: c_int) -> usize;
    pub fn ZSTD_CCtx_setParameter(context: *mut CCtx, parameter: c_int, value: c_int) -> usize;
    pub fn ZSTD_CCtx_setPledgedSrcSize(context: *mut CCtx, size: c_ulonglong) -> usize;
    pub fn ZSTD_CCtx_refCDict(context: *mut CCtx, dictionary: *const CDict) -> usize;
    pub fn ZSTD_CCtx_loadDictionary_byReference(
        context: *mut CCtx,
        data: *const c_void,
        size: usize,
    ) -> usize;
    pub fn ZSTD_CCtx_refPrefix(context: *mut CCtx, data: *const c_void, size: usize) -> usize;
    pub fn ZSTD_compressStream2(
        context: *mut CCtx,
        output: *mut OutBuffer,
        input: *mut InBuffer,
        directive: c_int,
    ) -> usize;

    pub fn ZSTD_createDCtx() -> *mut DCtx;
    pub fn ZSTD_freeDCtx(context: *mut DCtx) -> usize;
    pub fn ZSTD_DCtx_reset(context: *mut DCtx, what: c_int) -> usize;
    pub fn ZSTD_DCtx_setParameter(context: *mut DCtx, parameter: c_int, value: c_int) -> usize;
    pub fn ZSTD_DCtx_refDDict(context: *mut DCtx, dictionary: *const DDict) -> usize;
    pub fn ZSTD_DCtx_loadDictionary_byReference(
        context: *mut DCtx,
        data: *const c_void,
        size: usize,
    ) -> usize;
    pub fn ZSTD_DCtx_refPrefix(context: *mut DCtx, data: *const c_void, size: usize) -> usize;
    pub fn ZSTD_decompressStream(context: *mut DCtx, output: *mut OutBuffer, input: *mut InBuffer) -> usize;

    pub fn ZSTD_createCDict_byReference(data: *const c_void, size: usize, level: c_int) -> *mut CDict;
    pub fn ZSTD_freeCDict(dictionary: *mut CDict) -> usize;
    pub fn ZSTD_createDDict_byReference(data: *const c_void, size: usize) -> *mut DDict;
    pub fn ZSTD_freeDDict(dictionary: *mut DDict) -> usize;
    pub fn ZSTD_getDictID_fromDict(data: *const c_void, size: usize) -> c_uint;

    pub fn ZSTD_getFrameContentSize(data: *const c_void, size: usize) -> c_ulonglong;
    pub fn ZSTD_getDictID_fromFrame(data: *const c_void, size: usize) -> c_uint;
    pub fn ZSTD_findFrameCompressedSize(data: *const c_void, size: usize) -> usize;

    pub fn ZDICT_trainFromBuffer(
        dictionary: *mut c_void,
        capacity: usize,
        samples: *const c_void,
        sizes: *const usize,
        count: c_uint,
    ) -> usize;
    pub fn ZDICT_finalizeDictionary(
        dictionary: *mut c_void,
        capacity: usize,
        content: *const c_void,
        content_size: usize,
        samples: *const c_void,
        sizes: *const usize,
        count: c_uint,
        parameters: DictionaryParameters,
    ) -> usize;
}
