//! Folders of trusted files, each named by the hash of its subject: `<hash>.<number>` for certificates, `<hash>.r<number>`
//! for revocation lists. OpenSSL asks for a subject when a certificate needs it, and only then is a file looked into.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_int, c_void};
use core::ptr;

use cap_support::Global;

use crate::context::Context;
use crate::failure::clear;
use crate::ffi::*;
use crate::pem;

/// Files that were not needed yet, by folder and name.
type Files = BTreeMap<u32, BTreeMap<String, Vec<u8>>>;

/// They stay where the context's store finds them.
pub struct HashedFiles(Box<Files>);

impl Context {
    /// Adds a file to a folder. Another one of that name is replaced.
    pub fn add_hashed_file(&self, folder: u32, name: String, pem: Vec<u8>) {
        let mut hashed = self.hashed().borrow_mut();
        let files = hashed.get_or_insert_with(|| HashedFiles::of(self));
        files.0.entry(folder).or_default().insert(name, pem);
    }

    /// Takes a folder's files back.
    pub fn forget_hashed_files(&self, folder: u32) {
        if let Some(files) = &mut *self.hashed().borrow_mut() {
            files.0.remove(&folder);
        }
    }
}

impl HashedFiles {
    /// No files yet, for the context's store to ask for.
    fn of(context: &Context) -> Self {
        let mut files = Box::new(Files::new());
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
        let files = X509_LOOKUP_get_method_data(lookup).cast::<Files>();
        let store = X509_LOOKUP_get_store(lookup);
        let mut is_hashed = 0;
        let hash = X509_NAME_hash_ex(name, ptr::null_mut(), ptr::null(), &mut is_hashed);
        if files.is_null() || is_hashed == 0 {
            return 0;
        }
        let start = if kind == X509_LU_CRL { format!("{hash:08x}.r") } else { format!("{hash:08x}.") };
        for folder in (*files).values_mut() {
            add_all(store, kind, folder, &start);
            let object = X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), kind, name);
            if !object.is_null() {
                hand_out(object, found);
                // What broken files left there is no failure.
                clear();
                return 1;
            }
        }
        0
    }
}

/// Adds the files of a hash to the store, up to the first number that is not there or has nothing of use.
unsafe fn add_all(store: *mut X509Store, kind: c_int, folder: &mut BTreeMap<String, Vec<u8>>, start: &str) {
    for number in 0.. {
        let Some(pem) = folder.remove(&format!("{start}{number}")) else { return };
        // SAFETY: as the caller says.
        let is_added = pem::read(&pem, |bio| unsafe {
            let mut count = 0;
            while add_next(store, kind, bio) {
                count += 1;
            }
            count > 0 && pem::is_at_end()
        });
        clear();
        if !is_added {
            return;
        }
    }
}

/// Adds the next item of a file. False when there is none.
unsafe fn add_next(store: *mut X509Store, kind: c_int, bio: *mut Bio) -> bool {
    // SAFETY: the store counts its own references.
    unsafe {
        if kind == X509_LU_CRL {
            let crl = PEM_read_bio_X509_CRL(bio, ptr::null_mut(), None, ptr::null_mut());
            let is_added = !crl.is_null() && X509_STORE_add_crl(store, crl) == 1;
            X509_CRL_free(crl);
            is_added
        } else {
            let certificate = PEM_read_bio_X509_AUX(bio, ptr::null_mut(), None, ptr::null_mut());
            let is_added = !certificate.is_null() && X509_STORE_add_cert(store, certificate) == 1;
            X509_free(certificate);
            is_added
        }
    }
}

/// Hands out what the store holds, without a reference of its own: OpenSSL adds that one.
unsafe fn hand_out(object: *mut X509Object, found: *mut X509Object) {
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
}
