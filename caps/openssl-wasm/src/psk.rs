//! Pre-shared keys. OpenSSL asks for them in the middle of its work and cannot wait, so their questions are foreseen: while
//! a handshake is in the clear, what OpenSSL is about to read is looked into, and withheld until the consumer has answered
//! what it will lead to.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_uchar, c_uint};

use crate::connection::Connection;
use crate::context::Asks;
use crate::ffi::*;
use crate::handshake::{Heard, Listener};
use crate::secret::Secret;

/// The longest identity that OpenSSL asks about, in bytes.
const MOST_IDENTITY: usize = 256;

/// Questions and answers of one connection.
#[derive(Default)]
pub struct Psk {
    of_client: bool,
    of_server: bool,
    listener: Option<Listener>,
    /// Whether what comes next was heard already.
    has_heard: bool,
    is_started: bool,
    /// What TLS 1.2's server said about its keys.
    hint: Option<String>,
    is_psk: bool,
    /// Questions that are not answered yet, the next one last.
    questions: Vec<Option<String>>,
    /// A client's answer, or a server's.
    answers: Vec<(String, Secret)>,
}

impl Psk {
    /// For a connection of a context that asks for these.
    pub fn of(asks: &Asks) -> Self {
        let (of_client, of_server) = (asks.client_psk.get(), asks.server_psk.get());
        let listener = (of_client || of_server).then(Listener::default);
        Self { of_client, of_server, listener, ..Self::default() }
    }

    /// Whether what OpenSSL reads is to be looked into.
    pub fn listens(&self) -> bool {
        self.listener.is_some()
    }

    /// The question that has to be answered first. A client of TLS 1.3 is asked before anything else.
    pub fn question(&mut self, ssl: *mut Ssl) -> Option<Option<String>> {
        // SAFETY: the connection is there.
        if !self.is_started && self.of_client && unsafe { is_client_of_1_3(ssl) } {
            self.questions.push(None);
        }
        self.is_started = true;
        self.questions.last().cloned()
    }

    /// Takes an answer.
    pub fn answer(&mut self, ssl: *const Ssl, identity: String, key: Option<Vec<u8>>) {
        let Some(asked) = self.questions.pop() else { return };
        // SAFETY: the connection is there.
        let is_server = unsafe { SSL_is_server(ssl) } == 1;
        if !is_server {
            self.answers.clear();
        }
        if let Some(key) = key {
            let identity = if is_server { asked.unwrap_or_default() } else { identity };
            self.answers.push((identity, key.into()));
            self.questions.clear();
        }
    }

    /// Looks into what OpenSSL is about to read. Whether there is a question now, so that it must not be read yet.
    pub fn hear(&mut self, ssl: *mut Ssl, bytes: &[u8]) -> bool {
        if core::mem::take(&mut self.has_heard) {
            return false;
        }
        let Some(mut listener) = self.listener.take() else { return false };
        let goes_on = listener.hear(bytes, |heard| self.understand(ssl, heard));
        self.listener = goes_on.then_some(listener);
        self.has_heard = !self.questions.is_empty();
        self.has_heard
    }

    fn understand(&mut self, ssl: *mut Ssl, heard: Heard<'_>) {
        // SAFETY: the connection is there, and a cipher suite has two bytes.
        let (is_server, find) =
            unsafe { (SSL_is_server(ssl) == 1, |id: [u8; 2]| SSL_CIPHER_find(ssl, id.as_ptr())) };
        match heard {
            Heard::ServerHello { cipher } if !is_server && self.of_client => {
                self.is_psk = is_psk(find(cipher))
            }
            Heard::ServerKeyExchange { hint } if self.is_psk => {
                self.hint = text(hint).filter(|hint| !hint.is_empty())
            }
            Heard::ServerHelloDone if self.is_psk => self.questions.push(self.hint.take()),
            Heard::Identities(identities) if is_server && self.of_server => self.ask(&identities),
            // SAFETY: the connection is there.
            Heard::ClientKeyExchange { identity }
                if is_server && self.of_server && is_psk(unsafe { SSL_get_pending_cipher(ssl) }) =>
            {
                self.ask(&[identity]);
            }
            _ => {}
        }
    }

    /// Asks about identities, the first one first.
    fn ask(&mut self, identities: &[&[u8]]) {
        let known = identities.iter().filter(|identity| identity.len() <= MOST_IDENTITY);
        let questions = known.filter_map(|identity| text(identity)).rev();
        let questions: Vec<_> = questions.map(Some).collect();
        self.questions.extend(questions);
    }
}

/// What OpenSSL makes of an identity or a hint: what it has up to a zero byte. None when that is no text.
fn text(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.split(|byte| *byte == 0).next()?;
    core::str::from_utf8(bytes).ok().map(String::from)
}

fn is_psk(cipher: *const SslCipher) -> bool {
    // SAFETY: it is one of OpenSSL's.
    !cipher.is_null() && unsafe { PSK_NIDS.contains(&SSL_CIPHER_get_kx_nid(cipher)) }
}

/// # Safety
/// The connection is there.
unsafe fn is_client_of_1_3(ssl: *mut Ssl) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        let most = SSL_ctrl(ssl, SSL_CTRL_GET_MAX_PROTO_VERSION, 0, core::ptr::null_mut());
        let has_1_3 = most == 0 || most >= TLS1_3_VERSION;
        SSL_is_server(ssl) == 0 && has_1_3 && SSL_get_options(ssl) & SSL_OP_NO_TLS_V1_3 == 0
    }
}

/// Gives a client's answer to OpenSSL.
pub unsafe extern "C" fn on_client(
    ssl: *mut Ssl,
    _: *const c_char,
    identity: *mut c_char,
    most_identity: c_uint,
    key: *mut c_uchar,
    most_key: c_uint,
) -> c_uint {
    // SAFETY: an operation is under way, and there is that much room.
    unsafe {
        let psk = Connection::of(ssl).psk().borrow();
        let Some((name, secret)) = psk.answers.first() else { return 0 };
        if name.len() >= most_identity as usize || secret.len() > most_key as usize {
            return 0;
        }
        identity.copy_from_nonoverlapping(name.as_ptr().cast(), name.len());
        identity.add(name.len()).write(0);
        key.copy_from_nonoverlapping(secret.as_ptr(), secret.len());
        secret.len() as c_uint
    }
}

/// Gives a server's answer to OpenSSL.
pub unsafe extern "C" fn on_server(
    ssl: *mut Ssl,
    identity: *const c_char,
    key: *mut c_uchar,
    most_key: c_uint,
) -> c_uint {
    // SAFETY: an operation is under way, the identity ends with a zero byte, and there is that much room.
    unsafe {
        let psk = Connection::of(ssl).psk().borrow();
        let identity = CStr::from_ptr(identity).to_bytes();
        let Some((_, secret)) = psk.answers.iter().find(|(name, _)| name.as_bytes() == identity) else {
            return 0;
        };
        if secret.len() > most_key as usize {
            return 0;
        }
        key.copy_from_nonoverlapping(secret.as_ptr(), secret.len());
        secret.len() as c_uint
    }
}
