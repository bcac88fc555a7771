//! The interface `mac`: OpenSSL's HMAC_CTX.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr;

use cap_support::{Output, check_headroom};

use crate::Component;
use crate::bindings::exports::openssl::component::mac::{
    self, Bytes, Failure, Guest, GuestHmac, GuestRunning, HmacBorrow,
};
use crate::fetched::{Fetched, Refusal, check, check_new, has_room};
use crate::hash_ffi::{
    EVP_MAX_MD_SIZE, HMAC_CTX, HMAC_CTX_copy, HMAC_CTX_free, HMAC_CTX_new, HMAC_Final, HMAC_Init_ex,
    HMAC_Update,
};
use crate::secret::Secret;

cap_support::impl_bytes!(Bytes);

impl Guest for Component {
    type Hmac = Rc<Fetched>;
    type Running = Running;

    fn has_room(bytes: u32) -> bool {
        has_room(bytes)
    }
}

impl GuestHmac for Rc<Fetched> {
    fn fetch(digest: String, properties: Option<String>) -> Result<mac::Hmac, Failure> {
        Fetched::fetch(digest, properties)
            .map(|digest| mac::Hmac::new(Rc::new(digest)))
            .map_err(Refusal::into_failure)
    }

    fn compute(&self, key: Vec<u8>, data: Bytes) -> Result<Bytes, Failure> {
        let compute = || {
            let context = Context::new()?;
            context.begin(self, &Secret::from(key))?;
            context.update(data.as_slice())?;
            context.finish()
        };
        compute().map_err(Refusal::into_failure)
    }
}

/// A message on its way.
pub struct Running {
    /// The context counts it where it is in use, and not by itself.
    digest: Rc<Fetched>,
    context: Context,
}

impl GuestRunning for Running {
    fn open(hmac: HmacBorrow<'_>, key: Vec<u8>, data: Bytes) -> Result<mac::Running, Failure> {
        let open = || {
            let running = Self::new(hmac.get::<Rc<Fetched>>())?;
            running.context.begin(&running.digest, &Secret::from(key))?;
            running.context.update(data.as_slice())?;
            Ok(running)
        };
        open().map(mac::Running::new).map_err(Refusal::into_failure)
    }

    fn update(&self, data: Bytes) -> Result<(), Failure> {
        self.context.update(data.as_slice()).map_err(Refusal::into_failure)
    }

    fn copy(&self) -> Result<mac::Running, Failure> {
        let copy = || {
            let copy = Self::new(&self.digest)?;
            copy.context.become_copy_of(&self.context)?;
            Ok(copy)
        };
        copy().map(mac::Running::new).map_err(Refusal::into_failure)
    }

    fn value(&self, data: Bytes) -> Result<Bytes, Failure> {
        let value = || {
            let end = Context::new()?;
            end.become_copy_of(&self.context)?;
            end.update(data.as_slice())?;
            end.finish()
        };
        value().map_err(Refusal::into_failure)
    }
}

impl Running {
    fn new(digest: &Rc<Fetched>) -> Result<Self, Refusal> {
        check_headroom()?;
        Ok(Self { digest: Rc::clone(digest), context: Context::new()? })
    }
}

/// OpenSSL's context. What it knows of the key is wiped when it is freed.
struct Context(*mut HMAC_CTX);

impl Context {
    fn new() -> Result<Self, Refusal> {
        // SAFETY: it allocates.
        Ok(Self(check_new(unsafe { HMAC_CTX_new() })?))
    }

    fn begin(&self, digest: &Fetched, key: &[u8]) -> Result<(), Refusal> {
        let size = key.len() as c_int;
        // SAFETY: all are there.
        check(unsafe { HMAC_Init_ex(self.0, key.as_ptr().cast(), size, digest.as_ptr(), ptr::null_mut()) })
    }

    fn update(&self, data: &[u8]) -> Result<(), Refusal> {
        // SAFETY: the context has begun with a digest.
        check(unsafe { HMAC_Update(self.0, data.as_ptr(), data.len()) })
    }

    fn become_copy_of(&self, other: &Self) -> Result<(), Refusal> {
        // SAFETY: both are there, and copying leaves the other one as it is.
        check(unsafe { HMAC_CTX_copy(self.0, other.0) })
    }

    fn finish(&self) -> Result<Bytes, Refusal> {
        let mut code = [0; EVP_MAX_MD_SIZE];
        let mut size = 0;
        // SAFETY: there is room for any digest.
        check(unsafe { HMAC_Final(self.0, code.as_mut_ptr(), &raw mut size) })?;
        let size = size as usize;
        let mut output = Output::new(size, size)?;
        output.append(&code[..size])?;
        Ok(output.into())
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: nobody else has it.
        unsafe { HMAC_CTX_free(self.0) };
    }
}
