//! A digest that was fetched by its name, and what of OpenSSL's conventions calls of digests have in common.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr;

use cap_support::OutOfMemory;

use crate::failure::{add, clear, queue};
use crate::ffi::ERR_R_MALLOC_FAILURE;
use crate::hash_ffi::{
    ERR_LIB_CRYPTO, ERR_LIB_EVP, ERR_R_UNSUPPORTED, EVP_MD, EVP_MD_FLAG_XOF, EVP_MD_fetch, EVP_MD_free,
    EVP_MD_get_flags, EVP_MD_get_size,
};

/// Why something failed: entries of OpenSSL's error queue.
pub struct Refusal(Vec<(u32, String)>);

impl Refusal {
    /// What OpenSSL has in its queue.
    pub fn of_queue() -> Self {
        Self(queue())
    }

    /// As one of the contracts' failures.
    pub fn into_failure<Problem: From<(u32, String)>>(self) -> Vec<Problem> {
        self.0.into_iter().map(Problem::from).collect()
    }

    /// What is said here in OpenSSL's stead.
    pub fn of(library: c_int, reason: c_int) -> Self {
        clear();
        add(library, reason);
        Self::of_queue()
    }
}

impl From<OutOfMemory> for Refusal {
    fn from(_: OutOfMemory) -> Self {
        Self::of(ERR_LIB_CRYPTO, ERR_R_MALLOC_FAILURE)
    }
}

/// What a function of OpenSSL's returned, unless it failed.
pub fn check(result: c_int) -> Result<(), Refusal> {
    if result > 0 { Ok(()) } else { Err(Refusal::of_queue()) }
}

/// A new object of OpenSSL's, unless there is no memory for it.
pub fn check_new<T>(object: *mut T) -> Result<*mut T, Refusal> {
    if object.is_null() { Err(OutOfMemory.into()) } else { Ok(object) }
}

/// Whether there is memory for an argument of this size.
pub fn has_room(bytes: u32) -> bool {
    // As one block and with some to spare: between blocks there is room that none of them can have.
    cap_support::has_room((bytes as usize).saturating_add(1 << 20))
}

/// A digest of one of OpenSSL's providers.
pub struct Fetched(*mut EVP_MD);

impl Fetched {
    /// By one of its names, and properties.
    pub fn fetch(name: String, properties: Option<String>) -> Result<Self, Refusal> {
        let name = c_text(name)?;
        let properties = properties.map(c_text).transpose()?;
        let properties = properties.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        // SAFETY: both texts end with a zero.
        let digest = unsafe { EVP_MD_fetch(ptr::null_mut(), name.as_ptr(), properties) };
        if digest.is_null() { Err(Refusal::of_queue()) } else { Ok(Self(digest)) }
    }

    /// For OpenSSL's functions.
    pub fn as_ptr(&self) -> *mut EVP_MD {
        self.0
    }

    /// How many bytes a value has; none where it is for the caller to say.
    pub fn size(&self) -> usize {
        // SAFETY: it is there.
        unsafe { EVP_MD_get_size(self.0) }.max(0) as usize
    }

    /// Whether it is for the caller to say.
    pub fn is_extendable(&self) -> bool {
        // SAFETY: it is there.
        unsafe { EVP_MD_get_flags(self.0) & EVP_MD_FLAG_XOF != 0 }
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        // SAFETY: it was counted for this.
        unsafe { EVP_MD_free(self.0) };
    }
}

/// A name with a zero in it is nobody's.
fn c_text(text: String) -> Result<CString, Refusal> {
    CString::new(text).map_err(|_| Refusal::of(ERR_LIB_EVP, ERR_R_UNSUPPORTED))
}
