//! The certification authorities that come with the component: those that Mozilla trusts for servers.

use alloc::string::String;
use alloc::vec::Vec;

use cap_support::Global;

use crate::bindings::tls::Failure;
use crate::context::Context;
use crate::der;
use crate::failure::{clear, failure};
use crate::ffi::{SSL_CTX_get_cert_store, X509, X509_STORE_add_cert};

/// Whose they are, and the version of the crate that carries them.
pub const SOURCE: &str = concat!("Mozilla's, from webpki-root-certs ", env!("ROOTS_VERSION"));

/// As certificates: parsed once, and shared by all contexts.
static PARSED: Global<Vec<usize>> = Global::new(Vec::new());

/// Whose they are.
pub fn source() -> String {
    SOURCE.into()
}

impl Context {
    /// Trusts them. Returns how many there are.
    pub fn add_roots(&self) -> Result<u32, Failure> {
        clear();
        PARSED.with(|parsed| {
            if parsed.is_empty() {
                parsed.extend(parse());
            }
            // SAFETY: the store counts its own references.
            let is_added = |root: &usize| unsafe {
                X509_STORE_add_cert(SSL_CTX_get_cert_store(self.ctx()), *root as *mut X509) == 1
            };
            if parsed.iter().all(is_added) { Ok(parsed.len() as u32) } else { Err(failure()) }
        })
    }
}

fn parse() -> impl Iterator<Item = usize> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| der::certificate(root));
    roots.filter(|root| !root.is_null()).map(|root| root as usize)
}
