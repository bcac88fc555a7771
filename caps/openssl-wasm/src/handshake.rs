//! Listening to a handshake while it is in the clear: what of the peer's messages leads to questions about keys.

use alloc::vec::Vec;

const RECORD_HEADER: usize = 5;
const MESSAGE_HEADER: usize = 4;
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const SERVER_KEY_EXCHANGE: u8 = 12;
const SERVER_HELLO_DONE: u8 = 14;
const CLIENT_KEY_EXCHANGE: u8 = 16;
const PRE_SHARED_KEY: u16 = 41;

/// What is kept of a message at most, in bytes: the largest ClientHello that OpenSSL takes.
const MOST_KEPT: usize = 128 << 10;

/// What was heard.
pub enum Heard<'a> {
    ServerHello {
        cipher: [u8; 2],
    },
    /// What a cipher suite with pre-shared keys has first in it.
    ServerKeyExchange {
        hint: &'a [u8],
    },
    ServerHelloDone,
    /// Of a ClientHello for TLS 1.3.
    Identities(Vec<&'a [u8]>),
    /// What a cipher suite with pre-shared keys has first in it.
    ClientKeyExchange {
        identity: &'a [u8],
    },
}

/// Follows records, each read as a header and then a body.
#[derive(Default)]
pub struct Listener {
    /// The type of the record whose body comes next.
    expected: Option<u8>,
    /// Of messages that are not complete.
    kept: Vec<u8>,
}

impl Listener {
    /// Takes what was read, a header or a body. False when no more is to be heard.
    pub fn hear(&mut self, bytes: &[u8], tell: impl FnMut(Heard<'_>)) -> bool {
        match self.expected.take() {
            None if bytes.len() == RECORD_HEADER => self.expected = Some(bytes[0]),
            // What follows is encrypted, in versions where that matters.
            Some(CHANGE_CIPHER_SPEC) | None => return false,
            Some(HANDSHAKE) => return self.hear_messages(bytes, tell),
            Some(_) => {}
        }
        true
    }

    fn hear_messages(&mut self, bytes: &[u8], mut tell: impl FnMut(Heard<'_>)) -> bool {
        self.kept.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(message) = next_message(&self.kept[at..]) {
            let (kind, body) = (message[0], &message[MESSAGE_HEADER..]);
            if let Some(heard) = understand(kind, body) {
                tell(heard);
            }
            at += message.len();
        }
        self.kept.drain(..at);
        self.kept.len() <= MOST_KEPT
    }
}

/// The message at the start, if all of it is there.
fn next_message(bytes: &[u8]) -> Option<&[u8]> {
    let [_, a, b, c] = *bytes.first_chunk::<MESSAGE_HEADER>()?;
    let size = u32::from_be_bytes([0, a, b, c]) as usize;
    bytes.get(..MESSAGE_HEADER + size)
}

fn understand(kind: u8, body: &[u8]) -> Option<Heard<'_>> {
    match kind {
        CLIENT_HELLO => identities(body).map(Heard::Identities),
        SERVER_HELLO => {
            // Behind a version, a random number and the session's id.
            let (_, rest) = take_sized::<1>(body.get(34..)?)?;
            Some(Heard::ServerHello { cipher: *rest.first_chunk()? })
        }
        SERVER_KEY_EXCHANGE => Some(Heard::ServerKeyExchange { hint: take_sized::<2>(body)?.0 }),
        SERVER_HELLO_DONE => Some(Heard::ServerHelloDone),
        CLIENT_KEY_EXCHANGE => Some(Heard::ClientKeyExchange { identity: take_sized::<2>(body)?.0 }),
        _ => None,
    }
}

/// The identities in a ClientHello.
fn identities(hello: &[u8]) -> Option<Vec<&[u8]>> {
    let (_, rest) = take_sized::<1>(hello.get(34..)?)?;
    let (_, rest) = take_sized::<2>(rest)?;
    let (_, rest) = take_sized::<1>(rest)?;
    let (mut extensions, _) = take_sized::<2>(rest)?;
    while let Some((kind, rest)) = extensions.split_first_chunk::<2>() {
        let (content, rest) = take_sized::<2>(rest)?;
        if u16::from_be_bytes(*kind) == PRE_SHARED_KEY {
            let (mut list, _) = take_sized::<2>(content)?;
            let mut found = Vec::new();
            while let Some((identity, rest)) = take_sized::<2>(list) {
                found.push(identity);
                // The age of a ticket.
                list = rest.get(4..)?;
            }
            return Some(found);
        }
        extensions = rest;
    }
    None
}

/// What is behind its size, which has `N` bytes, and what follows.
fn take_sized<const N: usize>(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = bytes.split_first_chunk::<N>()?;
    let size = size.iter().fold(0, |size, byte| size << 8 | usize::from(*byte));
    rest.split_at_checked(size)
}
