//! `x509`, exported: reading certificates, and handing on what is asked about them.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_long;
use core::ptr;

use crate::bindings::x509::{Bytes, Description, Failure, Form, Guest, Object, Readout};
use crate::description::printed;
use crate::failure::{clear, failure};
use crate::ffi::{PEM_read_bio_X509, PEM_write_bio_X509, PEM_write_bio_X509_AUX, X509, X509_free, d2i_X509};
use crate::{Component, der, description, object, pem};

impl Guest for Component {
    fn read(data: Bytes, form: Form) -> Readout {
        clear();
        let certificates = match form {
            Form::Der => read_der(data.as_slice()),
            Form::Pem => read_pem(data.as_slice()),
        };
        Readout { certificates, failure: failure() }
    }

    fn describe(der: Vec<u8>) -> Result<Description, Failure> {
        description::describe(&der)
    }

    fn to_pem(der: Vec<u8>, with_trust: bool) -> Result<String, Failure> {
        clear();
        let certificate = der::certificate(&der);
        if certificate.is_null() {
            return Err(failure());
        }
        let write = if with_trust { PEM_write_bio_X509_AUX } else { PEM_write_bio_X509 };
        // SAFETY: the certificate is ours.
        let text = unsafe {
            let text = printed(|bio| write(bio, certificate));
            X509_free(certificate);
            text
        };
        text.ok_or_else(failure)
    }

    fn verification_text(code: i32) -> String {
        object::verification_text(code)
    }

    fn object_of(nid: u32) -> Option<Object> {
        object::of_nid(nid)
    }

    fn find_object(text: String, by_name: bool) -> Result<Object, Failure> {
        object::find(text, by_name)
    }

    fn nid_of(short_name: String) -> u32 {
        object::nid_of(short_name)
    }
}

/// Certificates one behind the other.
fn read_der(data: &[u8]) -> Vec<Vec<u8>> {
    let mut at = data.as_ptr();
    let end = data.as_ptr_range().end;
    let mut found = Vec::new();
    while at < end {
        // SAFETY: the bytes are there; what is read is passed over.
        let certificate = unsafe { d2i_X509(ptr::null_mut(), &mut at, end.offset_from(at) as c_long) };
        if !take(certificate, &mut found) {
            break;
        }
    }
    found
}

fn read_pem(data: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    pem::read(data, |bio| {
        // SAFETY: the BIO is there. What is encrypted cannot be read.
        while take(unsafe { PEM_read_bio_X509(bio, ptr::null_mut(), None, ptr::null_mut()) }, &mut found) {}
    });
    found
}

/// Adds a certificate, which is ours, if it is one.
fn take(certificate: *mut X509, found: &mut Vec<Vec<u8>>) -> bool {
    if certificate.is_null() {
        return false;
    }
    found.push(der::of_certificate(certificate));
    // SAFETY: it is ours.
    unsafe { X509_free(certificate) };
    true
}
