//! The checksums of the containers.

/// The CRC-32 of `data`, continued from `value`.
pub fn crc32(data: &[u8], value: u32) -> u32 {
    // SAFETY: the pointer and length are those of a slice.
    unsafe { libz_rs_sys::crc32_z(value.into(), data.as_ptr(), data.len()) as u32 }
}

/// The Adler-32 of `data`, continued from `value`.
pub fn adler32(data: &[u8], value: u32) -> u32 {
    // SAFETY: the pointer and length are those of a slice.
    unsafe { libz_rs_sys::adler32_z(value.into(), data.as_ptr(), data.len()) as u32 }
}
