//! A folder of trusted files, each named by the hash of its subject: `<hash>.<number>` for certificates, `<hash>.r<number>`
//! for revocation lists. OpenSSL asks for a subject when a certificate needs it, and only then is a file looked into.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_int, c_void};
use core::ptr;

use cap_support::Global;

use crate::context::Context;
use crate::ffi::*;
use crate::pem;

/// Files that were not needed yet, which stay where the context's store finds them.
pub struct HashedFiles(Box<Vec<(String, Vec<u8>)>>);

impl Context {
    /// Adds a file to the context's folder. Another one of that name is replaced.
    pub fn add_hashed_file(&self, name: String, pem: Vec<u8>) {
        let mut hashed = self.hashed().borrow_mut();
        let files = hashed.get_or_insert_with(|| HashedFiles::of(self));
        files.0.retain(|(other, _)| *other != name);
        files.0.push((name, pem));
    }
}

impl HashedFiles {
    /// No files yet, for the context's store to ask for.
    fn of(context: &Context) -> Self {
        let mut files = Box::new(Vec::new());
        // SAFETY: the files stay as long as the context does, and connections keep theirs.
        unsafe {
            let lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(context.ctx()), method());
            if !lookup.is_null() {
                X509_LOOKUP_set_method_data(lookup, ptr::from_mut(&mut *files).cast::<c_void>());
            }
        }
        Self(files)
    }
}

/// How OpenSSL asks; made once.
fn method() -> *mut X509LookupMethod {
    static METHOD: Global<usize> = Global::new(0);
    METHOD.with(|method| {
        if *method == 0 {
            // SAFETY: the name and the function stay.
            unsafe {
                let made = X509_LOOKUP_meth_new(c"files".as_ptr());
                if !made.is_null() {
                    X509_LOOKUP_meth_set_get_by_subject(made, by_subject);
                }
                *method = made as usize;
            }
        }
        *method as *mut X509LookupMethod
    })
}

unsafe extern "C" fn by_subject(
    lookup: *mut X509Lookup,
    kind: c_int,
    name: *const X509Name,
    found: *mut X509Object,
) -> c_int {
    // SAFETY: OpenSSL asks with its own store, and with what `HashedFiles::of` put there.
    unsafe {
        let files = X509_LOOKUP_get_method_data(lookup).cast::<Vec<(String, Vec<u8>)>>();
        let store = X509_LOOKUP_get_store(lookup);
        let mut is_hashed = 0;
        let hash = X509_NAME_hash_ex(name, ptr::null_mut(), ptr::null(), &mut is_hashed);
        if files.is_null() || is_hashed == 0 {
            return 0;
        }
        let start = if kind == X509_LU_CRL { format!("{hash:08x}.r") } else { format!("{hash:08x}.") };
        let mut number = 0;
        while let Some(pem) = take(&mut *files, &format!("{start}{number}")) {
            add(store, kind, &pem);
            number += 1;
        }
        hand_out(X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), kind, name), found)
    }
}

fn take(files: &mut Vec<(String, Vec<u8>)>, name: &str) -> Option<Vec<u8>> {
    let at = files.iter().position(|(other, _)| other == name)?;
    Some(files.swap_remove(at).1)
}

/// Adds the first item of a file to the store. A broken one is as good as none.
unsafe fn add(store: *mut X509Store, kind: c_int, bytes: &[u8]) {
    // SAFETY: the store counts its own references.
    pem::read(bytes, |bio| unsafe {
        if kind == X509_LU_CRL {
            let crl = PEM_read_bio_X509_CRL(bio, ptr::null_mut(), None, ptr::null_mut());
            if !crl.is_null() {
                X509_STORE_add_crl(store, crl);
                X509_CRL_free(crl);
            }
        } else {
            let certificate = PEM_read_bio_X509_AUX(bio, ptr::null_mut(), None, ptr::null_mut());
            if !certificate.is_null() {
                X509_STORE_add_cert(store, certificate);
                X509_free(certificate);
            }
        }
    });
}

/// Hands out what the store holds, without a reference of its own: OpenSSL adds that one.
unsafe fn hand_out(object: *mut X509Object, found: *mut X509Object) -> c_int {
    if object.is_null() {
        return 0;
    }
    // SAFETY: the store keeps the object.
    unsafe {
        if X509_OBJECT_get_type(object) == X509_LU_CRL {
            let crl = X509_OBJECT_get0_X509_CRL(object);
            X509_OBJECT_set1_X509_CRL(found, crl);
            X509_CRL_free(crl);
        } else {
            let certificate = X509_OBJECT_get0_X509(object);
            X509_OBJECT_set1_X509(found, certificate);
            X509_free(certificate);
        }
    }
    1
}
