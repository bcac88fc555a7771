//! What is in a certificate.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_int, c_long, c_void};
use core::{ptr, slice};

use crate::bindings::x509::{Access, Attribute, Description, Failure, GeneralName as Name};
use crate::der;
use crate::failure::{add, clear, failure};
use crate::ffi::*;
use crate::object::text_of;

/// Describes a certificate in DER.
pub fn describe(certificate: &[u8]) -> Result<Description, Failure> {
    clear();
    let certificate = der::certificate(certificate);
    if certificate.is_null() {
        return Err(failure());
    }
    // SAFETY: it is ours.
    let description = unsafe {
        let description = description(certificate);
        X509_free(certificate);
        description
    };
    // Extensions that cannot be read are none.
    clear();
    description.ok_or_else(|| {
        add(ERR_LIB_SSL, ERR_R_MALLOC_FAILURE);
        failure()
    })
}

unsafe fn description(certificate: *mut X509) -> Option<Description> {
    // SAFETY: the certificate is there, and what it returns stays as long.
    unsafe {
        let subject = X509_get_subject_name(certificate);
        Some(Description {
            subject: attributes(subject),
            issuer: attributes(X509_get_issuer_name(certificate)),
            subject_text: printed(|bio| X509_NAME_print_ex(bio, subject, 0, XN_FLAG_RFC2253))?,
            subject_hash: X509_subject_name_hash(certificate) as u32,
            version: X509_get_version(certificate),
            serial_number: printed(|bio| i2a_ASN1_INTEGER(bio, X509_get_serialNumber(certificate)))?,
            not_before: printed(|bio| ASN1_TIME_print(bio, X509_get0_notBefore(certificate)))?,
            not_after: printed(|bio| ASN1_TIME_print(bio, X509_get0_notAfter(certificate)))?,
            alternative_names: extension(certificate, NID_SUBJECT_ALT_NAME, free_name, |name| {
                general_name(name.cast())
            }),
            information_access: extension(certificate, NID_INFO_ACCESS, free_access, |access| {
                access_to(access.cast())
            }),
            crl_points: extension(certificate, NID_CRL_DISTRIBUTION_POINTS, free_point, |point| {
                names_of(point.cast())
            }),
        })
    }
}

/// What is in an extension that is a list.
unsafe fn extension<T>(
    certificate: *const X509,
    nid: c_int,
    free: Free,
    item: impl Fn(*mut c_void) -> T,
) -> Option<Vec<T>> {
    // SAFETY: the stack is ours, and of what the extension is a list of.
    unsafe {
        let stack = X509_get_ext_d2i(certificate, nid, ptr::null_mut(), ptr::null_mut()).cast::<Stack>();
        if stack.is_null() {
            return None;
        }
        let items = (0..OPENSSL_sk_num(stack)).map(|at| item(OPENSSL_sk_value(stack, at))).collect();
        OPENSSL_sk_pop_free(stack, free);
        Some(items)
    }
}

/// What one of OpenSSL's functions prints, into a BIO.
pub fn printed(print: impl FnOnce(*mut Bio) -> c_int) -> Option<String> {
    print_bytes(print).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn print_bytes(print: impl FnOnce(*mut Bio) -> c_int) -> Option<Vec<u8>> {
    // SAFETY: the BIO is ours.
    unsafe {
        let bio = BIO_new(BIO_s_mem());
        if bio.is_null() {
            return None;
        }
        print(bio);
        let mut data = ptr::null_mut::<u8>();
        let size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, ptr::from_mut(&mut data).cast());
        let bytes = bytes(data, size);
        BIO_free(bio);
        Some(bytes)
    }
}

/// # Safety
/// There are that many bytes.
unsafe fn bytes(data: *const u8, size: c_long) -> Vec<u8> {
    if data.is_null() || size <= 0 {
        return Vec::new();
    }
    // SAFETY: as the caller says.
    unsafe { slice::from_raw_parts(data, size as usize).to_vec() }
}

unsafe fn attributes(name: *const X509Name) -> Vec<Attribute> {
    // SAFETY: as the caller says, the name is there.
    unsafe { (0..X509_NAME_entry_count(name)).map(|at| attribute(X509_NAME_get_entry(name, at))).collect() }
}

unsafe fn attribute(entry: *const X509NameEntry) -> Attribute {
    // SAFETY: as the caller says, the entry is there.
    unsafe {
        let value = X509_NAME_ENTRY_get_data(entry);
        let is_bit_string = ASN1_STRING_type(value) == V_ASN1_BIT_STRING;
        Attribute {
            name: text_of(X509_NAME_ENTRY_get_object(entry), false),
            value: if is_bit_string { string(value) } else { utf8(value) },
            is_bit_string,
            set: X509_NAME_ENTRY_set(entry),
        }
    }
}

unsafe fn string(string: *const Asn1String) -> Vec<u8> {
    // SAFETY: as the caller says, the string is there.
    unsafe { bytes(ASN1_STRING_get0_data(string), ASN1_STRING_length(string).into()) }
}

/// What cannot be told in UTF-8 is empty.
unsafe fn utf8(string: *const Asn1String) -> Vec<u8> {
    let mut text = ptr::null_mut();
    // SAFETY: as the caller says, the string is there; the text is ours.
    unsafe {
        let size = ASN1_STRING_to_UTF8(&mut text, string);
        let bytes = bytes(text, size.into());
        CRYPTO_free(text.cast(), ptr::null(), 0);
        bytes
    }
}

unsafe fn general_name(name: *mut GeneralName) -> Name {
    // SAFETY: as the caller says, the name is there, with a value of its type.
    unsafe {
        let value = (*name).value;
        match (*name).kind {
            GEN_EMAIL => Name::Email(string(value.cast())),
            GEN_DNS => Name::Dns(string(value.cast())),
            GEN_URI => Name::Uri(string(value.cast())),
            GEN_IPADD => Name::Ip(string(value.cast())),
            GEN_DIRNAME => Name::Directory(attributes(value.cast())),
            GEN_RID => Name::RegisteredId(text_of(value.cast(), false)),
            kind => Name::Other((kind, print_bytes(|bio| GENERAL_NAME_print(bio, name)).unwrap_or_default())),
        }
    }
}

unsafe fn access_to(access: *const AccessDescription) -> Access {
    // SAFETY: as the caller says, the description is there.
    unsafe {
        let (method, location) = ((*access).method, (*access).location);
        Access { method: OBJ_obj2nid(method) as u32, location: general_name(location) }
    }
}

/// The names of a distribution point that has a full one.
unsafe fn names_of(point: *const DistributionPoint) -> Option<Vec<Name>> {
    // SAFETY: as the caller says, the point is there.
    unsafe {
        let name = (*point).name;
        if name.is_null() || (*name).kind != 0 {
            return None;
        }
        let names = (*name).full_name;
        Some((0..OPENSSL_sk_num(names)).map(|at| general_name(OPENSSL_sk_value(names, at).cast())).collect())
    }
}

unsafe extern "C" fn free_name(name: *mut c_void) {
    // SAFETY: it is one of a stack of these.
    unsafe { GENERAL_NAME_free(name.cast()) }
}

unsafe extern "C" fn free_access(access: *mut c_void) {
    // SAFETY: it is one of a stack of these.
    unsafe { ACCESS_DESCRIPTION_free(access.cast()) }
}

unsafe extern "C" fn free_point(point: *mut c_void) {
    // SAFETY: it is one of a stack of these.
    unsafe { DIST_POINT_free(point.cast()) }
}
