//! Certificates and revocation lists in DER.

use alloc::vec::Vec;
use core::ffi::{c_int, c_long};
use core::ptr;

use crate::bindings::tls::Trusted;
use crate::context::Context;
use crate::ffi::*;

/// Reads a certificate; null when it is none.
pub fn certificate(der: &[u8]) -> *mut X509 {
    let mut at = der.as_ptr();
    // SAFETY: that many bytes are there.
    unsafe { d2i_X509(ptr::null_mut(), &mut at, der.len() as c_long) }
}

/// A certificate's bytes; empty when there is no memory for them.
pub fn of_certificate(certificate: *const X509) -> Vec<u8> {
    // SAFETY: there is room for as many bytes as it said.
    encoded(|at| unsafe { i2d_X509(certificate, at) }).unwrap_or_default()
}

/// The certificates of a stack.
pub fn of_stack(stack: *const Stack) -> Vec<Vec<u8>> {
    // SAFETY: the stack is of certificates.
    unsafe {
        (0..OPENSSL_sk_num(stack)).map(|at| of_certificate(OPENSSL_sk_value(stack, at).cast())).collect()
    }
}

impl Context {
    /// What its trust store holds.
    pub fn trusted(&self) -> Vec<Trusted> {
        let mut all = Vec::new();
        // SAFETY: the stack is ours, of the store's objects.
        unsafe {
            let objects = X509_STORE_get1_objects(SSL_CTX_get_cert_store(self.ctx()));
            for at in 0..OPENSSL_sk_num(objects) {
                all.extend(trusted(OPENSSL_sk_value(objects, at).cast()));
            }
            OPENSSL_sk_pop_free(objects, free_object);
        }
        all
    }
}

unsafe fn trusted(object: *const X509Object) -> Option<Trusted> {
    // SAFETY: the object is one of a store's.
    unsafe {
        match X509_OBJECT_get_type(object) {
            X509_LU_X509 => {
                let certificate = X509_OBJECT_get0_X509(object);
                let ca = X509_check_ca(certificate) as u32;
                Some(Trusted { is_crl: false, ca, der: of_certificate(certificate) })
            }
            X509_LU_CRL => {
                let crl = X509_OBJECT_get0_X509_CRL(object);
                let der = encoded(|at| i2d_X509_CRL(crl, at)).unwrap_or_default();
                Some(Trusted { is_crl: true, ca: 0, der })
            }
            _ => None,
        }
    }
}

unsafe extern "C" fn free_object(object: *mut core::ffi::c_void) {
    // SAFETY: it is one of a stack of these.
    unsafe { X509_OBJECT_free(object.cast()) }
}

/// What one of OpenSSL's functions writes. None when it fails, or there is no memory.
fn encoded(encode: impl Fn(*mut *mut u8) -> c_int) -> Option<Vec<u8>> {
    let size = encode(ptr::null_mut());
    let mut der = Vec::new();
    der.try_reserve_exact(usize::try_from(size).ok()?).ok()?;
    let mut at = der.as_mut_ptr();
    (encode(&mut at) == size).then_some(())?;
    // SAFETY: it wrote that many bytes.
    unsafe { der.set_len(size as usize) };
    Some(der)
}
