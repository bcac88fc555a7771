//! A session: what was negotiated once.

use alloc::vec::Vec;
use core::slice;

use crate::bindings::tls::Failure;
use crate::connection::Connection;
use crate::failure::{check, clear};
use crate::ffi::*;

/// A reference to one of OpenSSL's.
pub struct Session(*mut SslSession);

impl Session {
    /// Its name.
    pub fn id(&self) -> Vec<u8> {
        let mut size = 0;
        // SAFETY: there are that many bytes.
        unsafe {
            let id = SSL_SESSION_get_id(self.0, &mut size);
            slice::from_raw_parts(id, size as usize).to_vec()
        }
    }

    /// When it was made, in seconds since 1970.
    pub fn time(&self) -> i64 {
        // SAFETY: it is there.
        unsafe { SSL_SESSION_get_time_ex(self.0) }
    }

    /// For how many seconds it can be used.
    pub fn timeout(&self) -> i64 {
        // SAFETY: it is there.
        unsafe { SSL_SESSION_get_timeout(self.0).into() }
    }

    /// What the server said about that; none without a ticket.
    pub fn ticket_lifetime(&self) -> Option<u32> {
        // SAFETY: it is there.
        unsafe {
            (SSL_SESSION_has_ticket(self.0) == 1).then(|| SSL_SESSION_get_ticket_lifetime_hint(self.0) as u32)
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: the reference is ours.
        unsafe { SSL_SESSION_free(self.0) }
    }
}

impl Connection {
    /// Its session as it is now.
    pub fn session(&self) -> Option<Session> {
        // SAFETY: the reference becomes ours.
        let session = unsafe { SSL_get1_session(self.ssl()) };
        (!session.is_null()).then_some(Session(session))
    }

    /// Goes on from a session.
    pub fn set_session(&self, session: &Session) -> Result<(), Failure> {
        clear();
        // SAFETY: both are there.
        check(unsafe { SSL_set_session(self.ssl(), session.0) })
    }
}
