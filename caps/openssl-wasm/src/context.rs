//! A context: what connections have in common.

use alloc::ffi::CString;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::ffi::{c_int, c_long, c_ulong, c_void};
use core::ptr;

use cap_support::check_headroom;

use crate::bindings::tls::{Failure, Protocol, Setting, Statistics};
use crate::failure::{check, clear, failure, no_memory};
use crate::ffi::*;
use crate::hashed::HashedFiles;
use crate::{callbacks, pem};

/// A context that its connections share with whoever made it.
pub struct Context {
    ctx: *mut SslCtx,
    /// The protocols that a server selects from (ALPN).
    protocols: RefCell<Vec<u8>>,
    hashed: RefCell<Option<HashedFiles>>,
    asks: Asks,
}

/// What connections stop for.
#[derive(Default)]
pub struct Asks {
    pub server_name: Cell<bool>,
    pub client_psk: Cell<bool>,
    pub server_psk: Cell<bool>,
}

impl Context {
    /// A new one.
    pub fn open(protocol: Protocol) -> Result<Rc<Self>, Failure> {
        clear();
        if check_headroom().is_err() {
            return Err(no_memory());
        }
        // SAFETY: the method is one of OpenSSL's.
        let ctx = unsafe { SSL_CTX_new(method(protocol)) };
        if ctx.is_null() {
            return Err(failure());
        }
        let protocols = RefCell::new(Vec::new());
        Ok(Rc::new(Self { ctx, protocols, hashed: RefCell::new(None), asks: Asks::default() }))
    }

    /// OpenSSL's.
    pub fn ctx(&self) -> *mut SslCtx {
        self.ctx
    }

    /// What connections stop for.
    pub fn asks(&self) -> &Asks {
        &self.asks
    }

    /// The protocols that a server selects from.
    pub fn protocols(&self) -> &RefCell<Vec<u8>> {
        &self.protocols
    }

    /// The folder of trusted files.
    pub fn hashed(&self) -> &RefCell<Option<HashedFiles>> {
        &self.hashed
    }

    /// The value of a setting; 0 for those that are only set.
    pub fn get(&self, setting: Setting) -> u64 {
        let ctx = self.ctx;
        // SAFETY: the context is there.
        unsafe {
            match setting {
                Setting::Options => SSL_CTX_get_options(ctx),
                Setting::Mode => self.ctrl(SSL_CTRL_MODE, 0) as u64,
                Setting::VerifyMode => SSL_CTX_get_verify_mode(ctx) as u64,
                Setting::VerifyFlags => X509_VERIFY_PARAM_get_flags(SSL_CTX_get0_param(ctx)).into(),
                Setting::HostFlags => X509_VERIFY_PARAM_get_hostflags(SSL_CTX_get0_param(ctx)).into(),
                Setting::MinimumVersion => self.ctrl(SSL_CTRL_GET_MIN_PROTO_VERSION, 0) as u64,
                Setting::MaximumVersion => self.ctrl(SSL_CTRL_GET_MAX_PROTO_VERSION, 0) as u64,
                Setting::SecurityLevel => SSL_CTX_get_security_level(ctx) as u64,
                Setting::Tickets => SSL_CTX_get_num_tickets(ctx) as u64,
                Setting::AskServerName => self.asks.server_name.get().into(),
                Setting::AskClientPsk => self.asks.client_psk.get().into(),
                Setting::AskServerPsk => self.asks.server_psk.get().into(),
                Setting::PostHandshakeAuth
                | Setting::ReportKeys
                | Setting::ReportMessages
                | Setting::SelectProtocol => 0,
            }
        }
    }

    /// Sets it.
    pub fn set(&self, setting: Setting, value: u64) -> Result<(), Failure> {
        clear();
        let (ctx, number, on) = (self.ctx, value as c_long, value != 0);
        // SAFETY: the context is there.
        let is_set = unsafe {
            match setting {
                Setting::Options => {
                    SSL_CTX_clear_options(ctx, !value);
                    SSL_CTX_set_options(ctx, value);
                    1
                }
                Setting::Mode => {
                    self.ctrl(SSL_CTRL_MODE, number);
                    1
                }
                Setting::VerifyMode => done(SSL_CTX_set_verify(ctx, value as c_int, ptr::null())),
                Setting::VerifyFlags => set_verify_flags(SSL_CTX_get0_param(ctx), value as c_ulong),
                Setting::HostFlags => {
                    done(X509_VERIFY_PARAM_set_hostflags(SSL_CTX_get0_param(ctx), value as u32))
                }
                Setting::MinimumVersion => self.ctrl(SSL_CTRL_SET_MIN_PROTO_VERSION, number) as c_int,
                Setting::MaximumVersion => self.ctrl(SSL_CTRL_SET_MAX_PROTO_VERSION, number) as c_int,
                Setting::SecurityLevel => done(SSL_CTX_set_security_level(ctx, value as c_int)),
                Setting::Tickets => SSL_CTX_set_num_tickets(ctx, value as usize),
                Setting::PostHandshakeAuth => done(SSL_CTX_set_post_handshake_auth(ctx, on.into())),
                _ => done(callbacks::set(self, setting, on)),
            }
        };
        check(is_set)
    }

    fn ctrl(&self, command: c_int, number: c_long) -> c_long {
        // SAFETY: these commands take a number only.
        unsafe { SSL_CTX_ctrl(self.ctx, command, number, ptr::null_mut()) }
    }

    /// Sets the cipher suites for versions up to 1.2.
    pub fn set_ciphers(&self, ciphers: String) -> Result<(), Failure> {
        clear();
        let list = c_string(ciphers);
        // SAFETY: the text ends with a zero byte.
        check(unsafe { SSL_CTX_set_cipher_list(self.ctx, list.as_ptr()) })
    }

    /// Sets the groups for key exchange, by their NIDs.
    pub fn set_groups(&self, mut nids: Vec<i32>) -> Result<(), Failure> {
        clear();
        let groups = nids.as_mut_ptr().cast();
        // SAFETY: there are that many numbers.
        let is_set = unsafe { SSL_CTX_ctrl(self.ctx, SSL_CTRL_SET_GROUPS, nids.len() as c_long, groups) };
        check(is_set as c_int)
    }

    /// Sets the parameters for Diffie and Hellman's key exchange.
    pub fn set_dh_parameters(&self, pem: &[u8]) -> Result<(), Failure> {
        clear();
        let dh = pem::read(pem, |bio| {
            // SAFETY: the BIO is there.
            unsafe { PEM_read_bio_DHparams(bio, ptr::null_mut(), None, ptr::null_mut()) }
        });
        if dh.is_null() {
            return Err(failure());
        }
        // SAFETY: it is copied.
        let is_set = unsafe {
            let is_set = SSL_CTX_ctrl(self.ctx, SSL_CTRL_SET_TMP_DH, 0, dh.cast::<c_void>());
            DH_free(dh);
            is_set
        };
        check(is_set as c_int)
    }

    /// Sets the protocols that clients offer and servers select from.
    pub fn set_protocols(&self, protocols: Vec<u8>) -> Result<(), Failure> {
        clear();
        // SAFETY: OpenSSL copies them.
        let is_refused =
            unsafe { SSL_CTX_set_alpn_protos(self.ctx, protocols.as_ptr(), protocols.len() as u32) };
        if is_refused != 0 {
            return Err(failure());
        }
        *self.protocols.borrow_mut() = protocols;
        Ok(())
    }

    /// Sets what a server tells clients before they choose a pre-shared key.
    pub fn set_psk_hint(&self, hint: Option<String>) -> Result<(), Failure> {
        clear();
        let hint = hint.map(c_string);
        let pointer = hint.as_ref().map_or(ptr::null(), |hint| hint.as_ptr());
        // SAFETY: the text ends with a zero byte, and is copied.
        check(unsafe { SSL_CTX_use_psk_identity_hint(self.ctx, pointer) })
    }

    /// How often something happened.
    pub fn statistics(&self) -> Statistics {
        // OpenSSL numbers the counters from the first; the ninth is of callbacks.
        let count = |at: c_int| self.ctrl(SSL_CTRL_SESS_NUMBER + at, 0) as u32;
        Statistics {
            number: count(0),
            connect: count(1),
            connect_good: count(2),
            connect_renegotiate: count(3),
            accept: count(4),
            accept_good: count(5),
            accept_renegotiate: count(6),
            hits: count(7),
            misses: count(9),
            timeouts: count(10),
            cache_full: count(11),
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: it was made here; what OpenSSL itself still needs of it stays until then.
        unsafe { SSL_CTX_free(self.ctx) }
    }
}

unsafe fn method(protocol: Protocol) -> *const SslMethod {
    // SAFETY: they may be called at any time.
    unsafe {
        match protocol {
            Protocol::Any => TLS_method(),
            Protocol::Client => TLS_client_method(),
            Protocol::Server => TLS_server_method(),
            Protocol::Tls1 => TLSv1_method(),
            Protocol::Tls11 => TLSv1_1_method(),
            Protocol::Tls12 => TLSv1_2_method(),
        }
    }
}

/// What cannot fail.
fn done((): ()) -> c_int {
    1
}

/// # Safety
/// The parameters are there.
unsafe fn set_verify_flags(param: *mut X509VerifyParam, flags: c_ulong) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let cleared = !flags & X509_VERIFY_PARAM_get_flags(param);
        let is_cleared = cleared == 0 || X509_VERIFY_PARAM_clear_flags(param, cleared) == 1;
        c_int::from(is_cleared && X509_VERIFY_PARAM_set_flags(param, flags) == 1)
    }
}

/// A text for OpenSSL, up to a zero byte in it.
pub fn c_string(text: String) -> CString {
    let mut bytes = text.into_bytes();
    if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(end);
    }
    // SAFETY: there is no zero byte any more.
    unsafe { CString::from_vec_unchecked(bytes) }
}
