//! ASN.1's objects, by their numbers and names.

use alloc::string::String;
use core::ffi::{c_char, c_int};
use core::ptr;

use crate::bindings::x509::{Failure, Object};
use crate::context::c_string;
use crate::failure::{clear, failure, text};
use crate::ffi::*;

/// The longest identifier that is looked at, in bytes.
const MOST_TEXT: usize = 2048;

/// Its long name, or its digits and dots.
///
/// # Safety
/// The object is null or there.
pub unsafe fn text_of(object: *const Asn1Object, in_digits: bool) -> String {
    let mut buffer = [0; MOST_TEXT];
    // SAFETY: as the caller says; there is that much room.
    unsafe {
        let size = OBJ_obj2txt(buffer.as_mut_ptr(), buffer.len() as c_int, object, in_digits.into());
        if size <= 0 { String::new() } else { text(buffer.as_ptr()) }
    }
}

/// One of the names of a number; empty for none.
pub fn name_of(nid: c_int, get: unsafe extern "C" fn(c_int) -> *const c_char) -> String {
    // SAFETY: it looks at the number, and what it returns stays.
    unsafe { text(if nid == 0 { ptr::null() } else { get(nid) }) }
}

/// The object of a number.
pub fn of_nid(nid: u32) -> Option<Object> {
    clear();
    let nid = c_int::try_from(nid).ok()?;
    // SAFETY: it is one of OpenSSL's.
    unsafe {
        let object = OBJ_nid2obj(nid);
        let found = (!object.is_null()).then(|| describe(object));
        clear();
        found
    }
}

/// The object of digits and dots, or of a name.
pub fn find(name: String, by_name: bool) -> Result<Object, Failure> {
    clear();
    let name = c_string(name);
    // SAFETY: the text ends with a zero byte; the object is ours.
    unsafe {
        let object = OBJ_txt2obj(name.as_ptr(), (!by_name).into());
        if object.is_null() {
            return Err(failure());
        }
        let found = describe(object);
        ASN1_OBJECT_free(object);
        Ok(found)
    }
}

/// The number of a short name; 0 for none.
pub fn nid_of(name: String) -> u32 {
    let name = c_string(name);
    // SAFETY: the text ends with a zero byte.
    unsafe { OBJ_sn2nid(name.as_ptr()) as u32 }
}

/// What a result of a verification means.
pub fn verification_text(code: i32) -> String {
    // SAFETY: the text stays.
    unsafe { text(X509_verify_cert_error_string(code.into())) }
}

unsafe fn describe(object: *const Asn1Object) -> Object {
    // SAFETY: as the caller says, the object is there; the texts stay.
    unsafe {
        let nid = OBJ_obj2nid(object);
        let (short_name, long_name) = (name_of(nid, OBJ_nid2sn), name_of(nid, OBJ_nid2ln));
        Object { nid: nid as u32, short_name, long_name, oid: text_of(object, true) }
    }
}
