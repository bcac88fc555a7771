//! Making dictionaries out of samples.

use alloc::vec::Vec;
use core::ffi::{c_int, c_uint, c_void};

use cap_support::{OutOfMemory, check_headroom};

use crate::bindings::Failure;
use crate::failure::{check, failure};
use crate::ffi::{DictionaryParameters, SRC_SIZE_WRONG, ZDICT_finalizeDictionary, ZDICT_trainFromBuffer};

/// Makes a dictionary of at most `capacity` bytes.
pub fn train(samples: &[u8], sizes: &[u32], capacity: usize) -> Result<Vec<u8>, Failure> {
    let sizes = sizes_of(samples, sizes)?;
    // SAFETY: the pointers and lengths are those of slices, and the sizes add up to that of the samples.
    made(capacity, |dictionary| unsafe {
        ZDICT_trainFromBuffer(
            dictionary,
            capacity,
            samples.as_ptr().cast(),
            sizes.as_ptr(),
            sizes.len() as c_uint,
        )
    })
}

/// Makes a dictionary of at most `capacity` bytes that has this content.
pub fn finalize(
    content: &[u8],
    samples: &[u8],
    sizes: &[u32],
    capacity: usize,
    level: c_int,
) -> Result<Vec<u8>, Failure> {
    let sizes = sizes_of(samples, sizes)?;
    // SAFETY: the pointers and lengths are those of slices, and the sizes add up to that of the samples.
    made(capacity, |dictionary| unsafe {
        ZDICT_finalizeDictionary(
            dictionary,
            capacity,
            content.as_ptr().cast(),
            content.len(),
            samples.as_ptr().cast(),
            sizes.as_ptr(),
            sizes.len() as c_uint,
            DictionaryParameters { level, notification_level: 0, id: 0 },
        )
    })
}

/// The sizes as the library wants them, when they add up.
fn sizes_of(samples: &[u8], sizes: &[u32]) -> Result<Vec<usize>, Failure> {
    check_headroom()?;
    if sizes.iter().map(|&size| u64::from(size)).sum::<u64>() != samples.len() as u64 {
        return Err(failure(SRC_SIZE_WRONG));
    }
    let mut wide = Vec::new();
    wide.try_reserve_exact(sizes.len()).map_err(|_| OutOfMemory)?;
    wide.extend(sizes.iter().map(|&size| size as usize));
    Ok(wide)
}

/// The bytes that `make` writes to the place it is given, which has room for `capacity`.
fn made(capacity: usize, make: impl FnOnce(*mut c_void) -> usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::<u8>::new();
    bytes.try_reserve_exact(capacity).map_err(|_| OutOfMemory)?;
    let size = check(make(bytes.as_mut_ptr().cast()))?;
    // SAFETY: the library wrote that many, which are no more than it was given room for.
    unsafe { bytes.set_len(size) };
    Ok(bytes)
}
