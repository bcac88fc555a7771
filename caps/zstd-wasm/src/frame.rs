//! What can be told of a frame without decompressing it.

use crate::bindings::{Failure, FrameInfo};
use crate::failure::check;
use crate::ffi::{
    CONTENTSIZE_ERROR, CONTENTSIZE_UNKNOWN, ZSTD_findFrameCompressedSize, ZSTD_getDictID_fromFrame,
    ZSTD_getFrameContentSize,
};

/// What the header says that `header` begins with.
pub fn read_header(header: &[u8]) -> Option<FrameInfo> {
    let (data, size) = (header.as_ptr().cast(), header.len());
    // SAFETY: the pointer and length are those of a slice.
    let (content_size, dictionary_id) =
        unsafe { (ZSTD_getFrameContentSize(data, size), ZSTD_getDictID_fromFrame(data, size)) };
    let content_size = match content_size {
        CONTENTSIZE_ERROR => return None,
        CONTENTSIZE_UNKNOWN => None,
        known => Some(known),
    };
    Some(FrameInfo { content_size, dictionary_id })
}

/// The size of the frame that `data` begins with, in bytes.
pub fn frame_size(data: &[u8]) -> Result<u32, Failure> {
    // SAFETY: the pointer and length are those of a slice.
    let size = check(unsafe { ZSTD_findFrameCompressedSize(data.as_ptr().cast(), data.len()) })?;
    Ok(size as u32)
}
