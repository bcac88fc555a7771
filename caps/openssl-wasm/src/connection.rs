//! One side of a connection: OpenSSL's, on a wire.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ffi::{c_int, c_void};
use core::ptr;

use cap_support::check_headroom;

use crate::bindings::tls::{Event, Failure};
use crate::bio::bio_on;
use crate::context::{Context, c_string};
use crate::failure::{check, clear, failure, no_memory};
use crate::ffi::*;
use crate::psk::Psk;
use crate::wire::Wire;

/// Where the question about a client's name for the server is.
#[derive(Clone)]
pub enum ServerName {
    Unasked,
    Asked(Option<String>),
    /// With the alert to end with, if any.
    Answered(Option<u8>),
}

/// It stays where it is, since OpenSSL's callbacks find it by its address.
pub struct Connection {
    ssl: *mut Ssl,
    /// Of its own; OpenSSL writes to it during operations.
    wire: *mut Wire,
    /// The first it had and the last: OpenSSL uses both.
    contexts: RefCell<Vec<Rc<Context>>>,
    server_name: RefCell<ServerName>,
    psk: RefCell<Psk>,
    events: RefCell<Vec<Event>>,
}

impl Connection {
    /// A new one, of neither side yet.
    pub fn open(context: &Rc<Context>) -> Result<Box<Self>, Failure> {
        clear();
        if check_headroom().is_err() {
            return Err(no_memory());
        }
        // SAFETY: the context is there.
        let ssl = unsafe { SSL_new(context.ctx()) };
        if ssl.is_null() {
            return Err(failure());
        }
        let connection = Box::new(Self {
            ssl,
            wire: Box::into_raw(Box::default()),
            contexts: RefCell::new(alloc::vec![Rc::clone(context)]),
            server_name: RefCell::new(ServerName::Unasked),
            psk: RefCell::new(Psk::of(context.asks())),
            events: RefCell::default(),
        });
        let bio = bio_on(&connection);
        if bio.is_null() {
            return Err(no_memory());
        }
        // SAFETY: the connection and the wire outlive OpenSSL's, which takes the BIO over.
        unsafe {
            SSL_set_bio(ssl, bio, bio);
            SSL_set_ex_data(ssl, 0, ptr::from_ref(&*connection).cast_mut().cast::<c_void>());
        }
        Ok(connection)
    }

    /// The connection that OpenSSL calls back for.
    ///
    /// # Safety
    /// It is one of an operation that is under way.
    pub unsafe fn of<'a>(ssl: *const Ssl) -> &'a Self {
        // SAFETY: `open` put it there.
        unsafe { &*SSL_get_ex_data(ssl, 0).cast::<Self>() }
    }

    /// OpenSSL's.
    pub fn ssl(&self) -> *mut Ssl {
        self.ssl
    }

    /// Does something with the wire, outside of operations or in one of its callbacks.
    pub fn with_wire<R>(&self, use_it: impl FnOnce(&mut Wire) -> R) -> R {
        // SAFETY: an instance is used by one thread, and nothing that is given the wire calls OpenSSL.
        use_it(unsafe { &mut *self.wire })
    }

    /// The question about the client's name for the server.
    pub fn server_name(&self) -> &RefCell<ServerName> {
        &self.server_name
    }

    /// Questions about pre-shared keys, and answers.
    pub fn psk(&self) -> &RefCell<Psk> {
        &self.psk
    }

    /// What was reported and not passed on yet.
    pub fn events(&self) -> &RefCell<Vec<Event>> {
        &self.events
    }

    /// Reads from the wire for OpenSSL. None when there is nothing to be read now.
    pub fn read_wire(&self, buffer: &mut [u8]) -> Option<usize> {
        let mut psk = self.psk.borrow_mut();
        self.with_wire(|wire| {
            if psk.listens() && !wire.is_ended() {
                let bytes = wire.peek(buffer.len())?;
                if psk.hear(self.ssl, bytes) {
                    return None;
                }
            }
            wire.read(buffer)
        })
    }

    /// Takes a side.
    pub fn set_role(&self, is_server: bool) {
        // SAFETY: the connection is there.
        unsafe {
            if is_server {
                SSL_set_accept_state(self.ssl);
            } else {
                SSL_set_connect_state(self.ssl);
            }
        }
    }

    /// Goes on with the certificate of another context.
    pub fn set_context(&self, context: &Rc<Context>) {
        let mut contexts = self.contexts.borrow_mut();
        contexts.truncate(1);
        contexts.push(Rc::clone(context));
        // SAFETY: both are there.
        unsafe { SSL_set_SSL_CTX(self.ssl, context.ctx()) };
    }

    /// What distinguishes a server's sessions from others'.
    pub fn set_session_id_context(&self, id: &[u8]) -> Result<(), Failure> {
        clear();
        // SAFETY: it is copied.
        check(unsafe { SSL_set_session_id_context(self.ssl, id.as_ptr(), id.len() as u32) })
    }

    /// The name that a client gives.
    pub fn set_server_name(&self, name: String) -> Result<(), Failure> {
        clear();
        let name = c_string(name);
        // SAFETY: the text ends with a zero byte, and is copied.
        let is_set = unsafe {
            SSL_ctrl(self.ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, name.as_ptr().cast_mut().cast::<c_void>())
        };
        check(is_set as c_int)
    }

    /// The host that the peer's certificate has to be for.
    pub fn set_host(&self, name: &str) -> Result<(), Failure> {
        clear();
        // SAFETY: it is copied.
        check(unsafe {
            X509_VERIFY_PARAM_set1_host(SSL_get0_param(self.ssl), pointer(name.as_bytes()).cast(), name.len())
        })
    }

    /// The address that it has to be for.
    pub fn set_address(&self, address: &[u8]) -> Result<(), Failure> {
        clear();
        // OpenSSL would take none for no more to be asked. It refuses the size 1 before it reads anything.
        let size = address.len().max(1);
        // SAFETY: it is copied.
        check(unsafe { X509_VERIFY_PARAM_set1_ip(SSL_get0_param(self.ssl), address.as_ptr(), size) })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: both are its own, and OpenSSL's uses the wire.
        unsafe {
            SSL_free(self.ssl);
            drop(Box::from_raw(self.wire));
        }
    }
}

/// For functions that take a size of 0 for one that is not known.
fn pointer(bytes: &[u8]) -> *const u8 {
    if bytes.is_empty() { ptr::null() } else { bytes.as_ptr() }
}
