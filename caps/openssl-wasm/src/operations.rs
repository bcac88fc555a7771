//! What a connection does: each operation goes on as far as the input lets it.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_int;

use cap_support::Output;

use crate::bindings::tls::{Bytes, Failure, Outcome, Status};
use crate::connection::{Connection, ServerName};
use crate::failure::{check, clear, failure, no_memory};
use crate::ffi::*;

/// What one call of OpenSSL reads at most, in bytes: the content of a record.
const MOST_IN_RECORD: usize = 16 << 10;

/// What a call of OpenSSL returned, and a count that it gave.
type Called = (c_int, usize);

impl Connection {
    /// Negotiates.
    pub fn handshake(&self, input: &[u8]) -> Outcome {
        // SAFETY: the connection is there.
        self.operate(input, || unsafe { (SSL_do_handshake(self.ssl()), 0) })
    }

    /// Reads at most `limit` bytes.
    pub fn read(&self, input: &[u8], limit: u32) -> Outcome {
        let most = (limit as usize).min(MOST_IN_RECORD);
        let Ok(mut output) = Output::new(most, most) else {
            return out_of_memory();
        };
        let mut outcome = self.operate(input, || {
            let room = output.room().unwrap_or_default();
            let mut count = 0;
            if limit == 0 {
                return (1, 0);
            }
            // SAFETY: OpenSSL writes as many bytes as it says.
            unsafe {
                let result = SSL_read_ex(self.ssl(), room.as_mut_ptr().cast(), room.len(), &mut count);
                output.advance(count);
                (result, count)
            }
        });
        outcome.data = output.into();
        outcome
    }

    /// Writes all of the bytes.
    pub fn write(&self, input: &[u8], data: &[u8]) -> Outcome {
        self.operate(input, || {
            let mut count = 0;
            // SAFETY: that many bytes are there.
            let result = unsafe { SSL_write_ex(self.ssl(), data.as_ptr().cast(), data.len(), &mut count) };
            (result, count)
        })
    }

    /// Closes this side, and waits for the peer when called again.
    pub fn shutdown(&self, input: &[u8]) -> Outcome {
        self.operate(input, || {
            // SAFETY: the connection is there.
            let result = unsafe { SSL_shutdown(self.ssl()) };
            // 0 says that this side is closed, which is no failure.
            (if result == 0 { 1 } else { result }, usize::from(result == 1))
        })
    }

    /// Asks the client for a certificate.
    pub fn request_certificate(&self) -> Result<(), Failure> {
        clear();
        // SAFETY: the connection is there.
        check(unsafe { SSL_verify_client_post_handshake(self.ssl()) })
    }

    /// Answers the question about the client's name for the server.
    pub fn answer_server_name(&self, alert: Option<u8>) {
        *self.server_name().borrow_mut() = ServerName::Answered(alert);
    }

    /// Answers the question about a pre-shared key.
    pub fn answer_psk(&self, identity: String, key: Option<Vec<u8>>) {
        self.psk().borrow_mut().answer(self.ssl(), identity, key);
    }

    fn operate(&self, input: &[u8], call: impl FnOnce() -> Called) -> Outcome {
        clear();
        if !self.with_wire(|wire| wire.receive(input)) {
            return out_of_memory();
        }
        let first = self.psk().borrow_mut().question(self.ssl());
        let status = match first {
            Some(question) => Status::WantPsk(question),
            None => self.status(call()),
        };
        let output = self.with_wire(|wire| {
            wire.trim();
            wire.take_output()
        });
        Outcome {
            status,
            data: Bytes::default(),
            output: output.map(Bytes::from).unwrap_or_default(),
            events: self.events().take(),
        }
    }

    fn status(&self, (result, count): Called) -> Status {
        if result > 0 {
            return Status::Done(count as u32);
        }
        // SAFETY: the result is that of the last call.
        match unsafe { SSL_get_error(self.ssl(), result) } {
            SSL_ERROR_WANT_READ => self.stop(),
            SSL_ERROR_WANT_CLIENT_HELLO_CB => self.ask_server_name(),
            SSL_ERROR_ZERO_RETURN => Status::Closed,
            SSL_ERROR_SYSCALL => Status::Ended(failure()),
            _ => Status::Failed(failure()),
        }
    }

    /// For want of input, or of an answer.
    fn stop(&self) -> Status {
        match self.psk().borrow_mut().question(self.ssl()) {
            Some(question) => Status::WantPsk(question),
            None => Status::WantInput(self.with_wire(|wire| wire.wanted()).max(1) as u32),
        }
    }

    fn ask_server_name(&self) -> Status {
        match &*self.server_name().borrow() {
            ServerName::Asked(name) => Status::WantServerNameAnswer(name.clone()),
            _ => Status::WantServerNameAnswer(None),
        }
    }
}

fn out_of_memory() -> Outcome {
    Outcome {
        status: Status::Failed(no_memory()),
        data: Bytes::default(),
        output: Bytes::default(),
        events: Vec::new(),
    }
}
