//! Certificates, keys and revocation lists in PEM, into a context.

use alloc::vec::Vec;
use core::ffi::{c_char, c_int, c_void};
use core::ptr;

use crate::bindings::tls::{Failure, Refusal};
use crate::context::Context;
use crate::der;
use crate::failure::{add, check, clear, failure};
use crate::ffi::*;
use crate::secret::Secret;

/// What OpenSSL says where a file has nothing of use.
const ERR_LIB_X509: c_int = 11;
const X509_R_NO_CERTIFICATE_OR_CRL_FOUND: c_int = 136;

/// A BIO on bytes, for a while. It is null when there is no memory.
pub fn read<R>(bytes: &[u8], use_it: impl FnOnce(*mut Bio) -> R) -> R {
    // SAFETY: the bytes outlive it.
    unsafe {
        let bio = BIO_new_mem_buf(bytes.as_ptr().cast(), bytes.len().min(c_int::MAX as usize) as c_int);
        let result = use_it(bio);
        BIO_free(bio);
        result
    }
}

/// Whether reading ended because no line begins another item.
pub fn is_at_end() -> bool {
    // SAFETY: it may be called at any time.
    let code = unsafe { ERR_peek_last_error() } as u32;
    code >> 23 & 0xff == ERR_LIB_PEM && code & 0x7f_ffff == PEM_R_NO_START_LINE
}

/// The password that a consumer gave, and whether one was asked for.
struct Password {
    given: Option<Secret>,
    wanted: Option<u32>,
}

impl Password {
    fn new(given: Option<Vec<u8>>) -> Self {
        Self { given: given.map(Secret::from), wanted: None }
    }

    fn data(&mut self) -> *mut c_void {
        ptr::from_mut(self).cast()
    }

    /// What came of reading something that may have asked for it.
    fn result(&self, is_done: bool) -> Result<(), Refusal> {
        match self.wanted {
            _ if is_done => Ok(()),
            Some(size) => {
                clear();
                Err(Refusal::PasswordWanted(size))
            }
            None => Err(Refusal::Failed(failure())),
        }
    }
}

unsafe extern "C" fn on_password(buffer: *mut c_char, size: c_int, _: c_int, data: *mut c_void) -> c_int {
    // SAFETY: `Password::data` made the pointer.
    let password = unsafe { &mut *data.cast::<Password>() };
    let Some(given) = &password.given else {
        password.wanted = Some(size as u32);
        return -1;
    };
    if given.len() > size as usize {
        return -1;
    }
    // SAFETY: the buffer has that size.
    unsafe { buffer.copy_from_nonoverlapping(given.as_ptr().cast(), given.len()) };
    given.len() as c_int
}

impl Context {
    /// Takes its certificate and those that lead to a root.
    pub fn use_certificates(&self, pem: &[u8], password: Option<Vec<u8>>) -> Result<(), Refusal> {
        clear();
        let mut password = Password::new(password);
        let is_done = read(pem, |bio| {
            // SAFETY: the BIO and the password are there while OpenSSL uses them.
            unsafe { self.use_first(bio, &mut password) && self.use_others(bio, &mut password) }
        });
        password.result(is_done)
    }

    unsafe fn use_first(&self, bio: *mut Bio, password: &mut Password) -> bool {
        // SAFETY: as the caller says; the context counts its own reference.
        unsafe {
            let own = PEM_read_bio_X509_AUX(bio, ptr::null_mut(), Some(on_password), password.data());
            if own.is_null() {
                add(ERR_LIB_SSL, ERR_R_PEM_LIB);
                return false;
            }
            let is_used = SSL_CTX_use_certificate(self.ctx(), own) == 1;
            X509_free(own);
            // What is in the queue by now is that an earlier key does not belong to it.
            is_used && ERR_peek_last_error() == 0
        }
    }

    unsafe fn use_others(&self, bio: *mut Bio, password: &mut Password) -> bool {
        // SAFETY: as the caller says; the context takes the certificates over.
        unsafe {
            if SSL_CTX_ctrl(self.ctx(), SSL_CTRL_CHAIN, 0, ptr::null_mut()) == 0 {
                return false;
            }
            loop {
                let next = PEM_read_bio_X509(bio, ptr::null_mut(), Some(on_password), password.data());
                if next.is_null() {
                    return is_at_end();
                }
                if SSL_CTX_ctrl(self.ctx(), SSL_CTRL_CHAIN_CERT, 0, next.cast()) == 0 {
                    X509_free(next);
                    return false;
                }
            }
        }
    }

    /// Takes its private key.
    pub fn use_private_key(&self, pem: &[u8], password: Option<Vec<u8>>) -> Result<(), Refusal> {
        clear();
        let mut password = Password::new(password);
        let is_done = read(pem, |bio| {
            // SAFETY: the BIO and the password are there while OpenSSL uses them; the context counts its own reference.
            unsafe {
                let key = PEM_read_bio_PrivateKey(bio, ptr::null_mut(), Some(on_password), password.data());
                if key.is_null() {
                    add(ERR_LIB_SSL, ERR_R_PEM_LIB);
                    return false;
                }
                let is_used = SSL_CTX_use_PrivateKey(self.ctx(), key) == 1;
                EVP_PKEY_free(key);
                is_used
            }
        });
        password.result(is_done)
    }

    /// Whether certificate and key belong together.
    pub fn check_private_key(&self) -> Result<(), Failure> {
        clear();
        // SAFETY: the context is there.
        check(unsafe { SSL_CTX_check_private_key(self.ctx()) })
    }

    /// Trusts what is in a file. Returns how many certificates and revocation lists that is.
    pub fn add_file(&self, bytes: &[u8]) -> Result<u32, Failure> {
        clear();
        // SAFETY: the BIO is there. What is encrypted is tried with an empty password.
        let infos = read(bytes, |bio| unsafe {
            PEM_X509_INFO_read_bio(bio, ptr::null_mut(), None, c"".as_ptr().cast_mut().cast::<c_void>())
        });
        if infos.is_null() {
            add(ERR_LIB_X509, ERR_R_PEM_LIB);
            return Err(failure());
        }
        let added = self.add_infos(infos);
        // SAFETY: the stack and what is in it are ours; the store counts its own references.
        unsafe { OPENSSL_sk_pop_free(infos, free_info) };
        if added == Some(0) {
            add(ERR_LIB_X509, X509_R_NO_CERTIFICATE_OR_CRL_FOUND);
        }
        added.filter(|count| *count > 0).ok_or_else(failure)
    }

    fn add_infos(&self, infos: *const Stack) -> Option<u32> {
        let mut count = 0;
        // SAFETY: the stack is of such items, and the store is the context's.
        unsafe {
            let store = SSL_CTX_get_cert_store(self.ctx());
            for at in 0..OPENSSL_sk_num(infos) {
                let info = &*OPENSSL_sk_value(infos, at).cast::<X509Info>();
                if !info.certificate.is_null() {
                    (X509_STORE_add_cert(store, info.certificate) == 1).then_some(())?;
                    count += 1;
                }
                if !info.crl.is_null() {
                    (X509_STORE_add_crl(store, info.crl) == 1).then_some(())?;
                    count += 1;
                }
            }
        }
        Some(count)
    }

    /// Trusts a certificate.
    pub fn add_certificate(&self, certificate: &[u8]) -> Result<(), Failure> {
        clear();
        let certificate = der::certificate(certificate);
        if certificate.is_null() {
            return Err(failure());
        }
        // SAFETY: the store counts its own reference.
        let is_added = unsafe {
            let is_added = X509_STORE_add_cert(SSL_CTX_get_cert_store(self.ctx()), certificate);
            X509_free(certificate);
            is_added
        };
        check(is_added)
    }
}

unsafe extern "C" fn free_info(info: *mut c_void) {
    // SAFETY: it is one of a stack of these.
    unsafe { X509_INFO_free(info.cast()) }
}
