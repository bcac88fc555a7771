//! The interface `digest`: OpenSSL's EVP_MD and EVP_MD_CTX.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_int, c_void};
use core::ptr;

use cap_support::{OutOfMemory, Output, check_headroom};

use crate::Component;
use crate::bindings::exports::openssl::component::digest::{
    self, AlgorithmBorrow, Bytes, Description, Failure, Guest, GuestAlgorithm, GuestRunning,
};
use crate::fetched::{Fetched, Refusal, check, check_new};
use crate::ffi::{OBJ_nid2ln, OBJ_nid2sn};
use crate::hash_ffi::{
    ERR_LIB_EVP, EVP_DigestFinal_ex, EVP_DigestFinalXOF, EVP_DigestInit_ex2, EVP_DigestSqueeze,
    EVP_DigestUpdate, EVP_MD, EVP_MD_CTX, EVP_MD_CTX_copy_ex, EVP_MD_CTX_free, EVP_MD_CTX_new,
    EVP_MD_do_all_provided, EVP_MD_get_block_size, EVP_MD_get_flags, EVP_MD_get_size, EVP_MD_get_type,
    EVP_R_NOT_XOF_OR_INVALID_LENGTH, EVP_default_properties_is_fips_enabled,
};
use crate::object::name_of;

cap_support::impl_bytes!(Bytes);

impl Guest for Component {
    type Algorithm = Rc<Algorithm>;
    type Running = Running;

    fn algorithms() -> Vec<Description> {
        let mut found = Vec::new();
        // SAFETY: the argument is what the function takes it for.
        unsafe { EVP_MD_do_all_provided(ptr::null_mut(), add, (&raw mut found).cast()) };
        found
    }

    fn is_fips_default() -> bool {
        // SAFETY: it asks the default library context.
        unsafe { EVP_default_properties_is_fips_enabled(ptr::null_mut()) != 0 }
    }
}

/// Adds a digest to the vector of descriptions that the argument points to.
unsafe extern "C" fn add(digest: *mut EVP_MD, argument: *mut c_void) {
    // SAFETY: `algorithms` passes such a vector, and OpenSSL a digest.
    unsafe { (*argument.cast::<Vec<Description>>()).push(describe(digest)) };
}

/// # Safety
/// The digest is there.
unsafe fn describe(digest: *const EVP_MD) -> Description {
    // SAFETY: it is there.
    unsafe {
        let nid = EVP_MD_get_type(digest).max(0);
        Description {
            nid: nid as u32,
            short_name: name_of(nid, OBJ_nid2sn),
            long_name: name_of(nid, OBJ_nid2ln),
            size: EVP_MD_get_size(digest).max(0) as u32,
            block_size: EVP_MD_get_block_size(digest).max(0) as u32,
            flags: EVP_MD_get_flags(digest) as u32,
        }
    }
}

/// A digest, and where it works at messages that nothing is kept of.
pub struct Algorithm {
    fetched: Fetched,
    scratch: Context,
}

impl GuestAlgorithm for Rc<Algorithm> {
    fn fetch(name: String, properties: Option<String>) -> Result<digest::Algorithm, Failure> {
        let open = || {
            check_headroom()?;
            let fetched = Fetched::fetch(name, properties)?;
            Ok(Rc::new(Algorithm { fetched, scratch: Context::new()? }))
        };
        open().map(digest::Algorithm::new).map_err(Refusal::into_failure)
    }

    fn describe(&self) -> Description {
        // SAFETY: the digest is there as long as the algorithm.
        unsafe { describe(self.fetched.as_ptr()) }
    }

    fn compute(&self, data: Bytes, size: Option<u32>) -> Result<Bytes, Failure> {
        let compute = || {
            self.scratch.begin(&self.fetched)?;
            self.scratch.update(data.as_slice())?;
            self.finish(size)
        };
        compute().map_err(Refusal::into_failure)
    }
}

impl Algorithm {
    /// The value of the message in the scratch context.
    fn finish(&self, size: Option<u32>) -> Result<Bytes, Refusal> {
        let extendable = self.fetched.is_extendable();
        let own = self.fetched.size();
        let context = self.scratch.0;
        match size.map(|size| size as usize) {
            // SAFETY: there is room for `size` bytes.
            Some(size) if extendable => {
                write(size, |value| unsafe { EVP_DigestFinalXOF(context, value, size) })
            }
            Some(size) if size != own => Err(Refusal::of(ERR_LIB_EVP, EVP_R_NOT_XOF_OR_INVALID_LENGTH)),
            // SAFETY: there is room for as many bytes as the digest has.
            _ => write(own, |value| unsafe { EVP_DigestFinal_ex(context, value, ptr::null_mut()) }),
        }
    }
}

/// A message on its way.
pub struct Running {
    algorithm: Rc<Algorithm>,
    context: Context,
}

impl Running {
    fn open(algorithm: &Rc<Algorithm>) -> Result<Self, Refusal> {
        check_headroom()?;
        Ok(Self { algorithm: Rc::clone(algorithm), context: Context::new()? })
    }
}

impl GuestRunning for Running {
    fn open(algorithm: AlgorithmBorrow<'_>, data: Bytes) -> Result<digest::Running, Failure> {
        let open = || {
            let running = Self::open(algorithm.get::<Rc<Algorithm>>())?;
            running.context.begin(&running.algorithm.fetched)?;
            running.context.update(data.as_slice())?;
            Ok(running)
        };
        open().map(digest::Running::new).map_err(Refusal::into_failure)
    }

    fn update(&self, data: Bytes) -> Result<(), Failure> {
        self.context.update(data.as_slice()).map_err(Refusal::into_failure)
    }

    fn copy(&self) -> Result<digest::Running, Failure> {
        let copy = || {
            let copy = Self::open(&self.algorithm)?;
            copy.context.become_copy_of(&self.context)?;
            Ok(copy)
        };
        copy().map(digest::Running::new).map_err(Refusal::into_failure)
    }

    fn value(&self, data: Bytes, size: Option<u32>) -> Result<Bytes, Failure> {
        let value = || {
            self.algorithm.scratch.become_copy_of(&self.context)?;
            self.algorithm.scratch.update(data.as_slice())?;
            self.algorithm.finish(size)
        };
        value().map_err(Refusal::into_failure)
    }

    fn squeeze(&self, size: u32) -> Result<Bytes, Failure> {
        // SAFETY: there is room for `size` bytes.
        let squeezed =
            write(size as usize, |value| unsafe { EVP_DigestSqueeze(self.context.0, value, size as usize) });
        squeezed.map_err(Refusal::into_failure)
    }
}

/// OpenSSL's context.
struct Context(*mut EVP_MD_CTX);

impl Context {
    fn new() -> Result<Self, Refusal> {
        // SAFETY: it allocates.
        Ok(Self(check_new(unsafe { EVP_MD_CTX_new() })?))
    }

    fn begin(&self, digest: &Fetched) -> Result<(), Refusal> {
        // SAFETY: both are there.
        check(unsafe { EVP_DigestInit_ex2(self.0, digest.as_ptr(), ptr::null()) })
    }

    fn update(&self, data: &[u8]) -> Result<(), Refusal> {
        // SAFETY: the context has begun with a digest.
        check(unsafe { EVP_DigestUpdate(self.0, data.as_ptr().cast(), data.len()) })
    }

    fn become_copy_of(&self, other: &Self) -> Result<(), Refusal> {
        // SAFETY: both are there.
        check(unsafe { EVP_MD_CTX_copy_ex(self.0, other.0) })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: nobody else has it.
        unsafe { EVP_MD_CTX_free(self.0) };
    }
}

/// `size` bytes that a function of OpenSSL's writes.
fn write(size: usize, write: impl FnOnce(*mut u8) -> c_int) -> Result<Bytes, Refusal> {
    let mut output = Output::new(size, size)?;
    let room = output.room()?;
    if room.len() < size {
        return Err(OutOfMemory.into());
    }
    check(write(room.as_mut_ptr().cast()))?;
    // SAFETY: the function did not fail.
    unsafe { output.advance(size) };
    Ok(output.into())
}
