//! What a connection tells about itself, and what is set on it as numbers.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_int, c_long};
use core::{ptr, slice};

use crate::bindings::tls::{Cipher, Quantity};
use crate::callbacks::message_callback;
use crate::connection::Connection;
use crate::der;
use crate::failure::text;
use crate::ffi::*;

/// The longest "finished" message, in bytes.
const MOST_FINISHED: usize = 128;

impl Connection {
    /// A number; 0 for those that are only set.
    pub fn get(&self, quantity: Quantity) -> i64 {
        let ssl = self.ssl();
        // SAFETY: the connection is there.
        unsafe {
            match quantity {
                Quantity::Finished => SSL_is_init_finished(ssl).into(),
                Quantity::Shutdown => SSL_get_shutdown(ssl).into(),
                Quantity::VerifyResult => SSL_get_verify_result(ssl).into(),
                Quantity::Pending => SSL_pending(ssl).into(),
                Quantity::Reused => SSL_session_reused(ssl).into(),
                Quantity::VerifyMode => SSL_get_verify_mode(ssl).into(),
                Quantity::Mode => SSL_ctrl(ssl, SSL_CTRL_MODE, 0, ptr::null_mut()).into(),
                Quantity::PostHandshakeAuth | Quantity::ReportMessages => 0,
            }
        }
    }

    /// Sets it, if it can be.
    pub fn set(&self, quantity: Quantity, value: i64) {
        let (ssl, number) = (self.ssl(), value as c_int);
        // SAFETY: the connection is there.
        unsafe {
            match quantity {
                Quantity::Shutdown => SSL_set_shutdown(ssl, number),
                Quantity::VerifyMode => SSL_set_verify(ssl, number, ptr::null()),
                Quantity::Mode => {
                    SSL_ctrl(ssl, SSL_CTRL_MODE, value as c_long, ptr::null_mut());
                }
                Quantity::PostHandshakeAuth => SSL_set_post_handshake_auth(ssl, number),
                Quantity::ReportMessages => SSL_set_msg_callback(ssl, message_callback(value != 0)),
                Quantity::Finished | Quantity::VerifyResult | Quantity::Pending | Quantity::Reused => {}
            }
        }
    }

    /// The version's name.
    pub fn version(&self) -> String {
        // SAFETY: the text stays.
        unsafe { text(SSL_get_version(self.ssl())) }
    }

    /// The cipher suite in use.
    pub fn cipher(&self) -> Option<Cipher> {
        // SAFETY: it is one of OpenSSL's.
        unsafe {
            let cipher = SSL_get_current_cipher(self.ssl());
            (!cipher.is_null()).then(|| describe(cipher))
        }
    }

    /// Those that could be used.
    pub fn ciphers(&self) -> Vec<Cipher> {
        // SAFETY: the stack is of cipher suites.
        unsafe { describe_all(SSL_get_ciphers(self.ssl())) }
    }

    /// Those that the client offered a server.
    pub fn client_ciphers(&self) -> Option<Vec<Cipher>> {
        // SAFETY: the stack is of cipher suites.
        unsafe {
            let stack = SSL_get_client_ciphers(self.ssl());
            (!stack.is_null()).then(|| describe_all(stack))
        }
    }

    /// The protocol that was agreed on.
    pub fn protocol(&self) -> Vec<u8> {
        let (mut protocol, mut size) = (ptr::null(), 0);
        // SAFETY: there are that many bytes.
        unsafe {
            SSL_get0_alpn_selected(self.ssl(), &mut protocol, &mut size);
            if protocol.is_null() {
                Vec::new()
            } else {
                slice::from_raw_parts(protocol, size as usize).to_vec()
            }
        }
    }

    /// The name that the client gave.
    pub fn given_name(&self) -> Option<String> {
        // SAFETY: the text is copied.
        unsafe {
            let name = SSL_get_servername(self.ssl(), 0);
            (!name.is_null()).then(|| text(name))
        }
    }

    /// The last "finished" message of a side.
    pub fn finished_message(&self, of_peer: bool) -> Vec<u8> {
        let get = if of_peer { SSL_get_peer_finished } else { SSL_get_finished };
        let mut message = alloc::vec![0; MOST_FINISHED];
        // SAFETY: there is that much room.
        let size = unsafe { get(self.ssl(), message.as_mut_ptr().cast(), message.len()) };
        message.truncate(size);
        message
    }

    /// The peer's certificate.
    pub fn peer_certificate(&self) -> Option<Vec<u8>> {
        // SAFETY: the reference is ours.
        unsafe {
            let certificate = SSL_get1_peer_certificate(self.ssl());
            let bytes = (!certificate.is_null()).then(|| der::of_certificate(certificate));
            X509_free(certificate);
            bytes
        }
    }

    /// What the peer sent.
    pub fn peer_chain(&self) -> Option<Vec<Vec<u8>>> {
        // SAFETY: the connection is there.
        let chain = unsafe { SSL_get_peer_cert_chain(self.ssl()) };
        (!chain.is_null()).then(|| der::of_stack(chain))
    }

    /// What was verified.
    pub fn verified_chain(&self) -> Option<Vec<Vec<u8>>> {
        // SAFETY: the connection is there.
        let chain = unsafe { SSL_get0_verified_chain(self.ssl()) };
        (!chain.is_null()).then(|| der::of_stack(chain))
    }
}

unsafe fn describe_all(stack: *const Stack) -> Vec<Cipher> {
    // SAFETY: as the caller says.
    unsafe { (0..OPENSSL_sk_num(stack)).map(|at| describe(OPENSSL_sk_value(stack, at).cast())).collect() }
}

/// A cipher suite as the contract describes it.
unsafe fn describe(cipher: *const SslCipher) -> Cipher {
    let mut description = [0; 512];
    let mut bits = 0;
    // SAFETY: as the caller says; a description is shorter.
    unsafe {
        SSL_CIPHER_description(cipher, description.as_mut_ptr(), description.len() as c_int);
        Cipher {
            id: SSL_CIPHER_get_id(cipher),
            name: text(SSL_CIPHER_get_name(cipher)),
            version: text(SSL_CIPHER_get_version(cipher)),
            description: text(description.as_ptr()),
            strength: SSL_CIPHER_get_bits(cipher, &mut bits) as u32,
            bits: bits as u32,
            aead: SSL_CIPHER_is_aead(cipher) == 1,
            symmetric: SSL_CIPHER_get_cipher_nid(cipher) as u32,
            digest: SSL_CIPHER_get_digest_nid(cipher) as u32,
            key_exchange: SSL_CIPHER_get_kx_nid(cipher) as u32,
            authentication: SSL_CIPHER_get_auth_nid(cipher) as u32,
        }
    }
}
