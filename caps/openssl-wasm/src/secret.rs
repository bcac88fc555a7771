//! Bytes that nobody shall find where they were.

use alloc::vec::Vec;
use core::ops::Deref;

use crate::ffi::OPENSSL_cleanse;

/// A password or a key, which is cleansed when it is dropped.
pub struct Secret(Vec<u8>);

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for Secret {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        // SAFETY: the bytes are there.
        unsafe { OPENSSL_cleanse(self.0.as_mut_ptr().cast(), self.0.len()) }
    }
}
