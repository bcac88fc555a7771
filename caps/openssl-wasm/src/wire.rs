//! The two ends of a connection's wire: ciphertext that came and has not been read, and ciphertext to be sent.

use alloc::vec::Vec;

use cap_support::Output;

/// What is to be sent grows up to this, in bytes.
const MOST_OUTPUT: usize = 1 << 30;

/// The ciphertext of one connection.
#[derive(Default)]
pub struct Wire {
    input: Vec<u8>,
    /// How many bytes of the input were read.
    taken: usize,
    is_ended: bool,
    wanted: usize,
    output: Option<Output>,
}

impl Wire {
    /// Adds what arrived. False when there is no memory for it.
    pub fn receive(&mut self, bytes: &[u8]) -> bool {
        self.input.drain(..self.taken);
        self.taken = 0;
        let fits = self.input.try_reserve(bytes.len()).is_ok();
        if fits {
            self.input.extend_from_slice(bytes);
        }
        fits
    }

    /// Nothing more will arrive.
    pub fn end(&mut self) {
        self.is_ended = true;
    }

    /// How many bytes were asked for last that are not there.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// The next bytes, if as many are there.
    pub fn peek(&mut self, size: usize) -> Option<&[u8]> {
        let rest = &self.input[self.taken..];
        self.wanted = size.saturating_sub(rest.len());
        rest.get(..size)
    }

    /// Reads into a buffer. None when there is nothing now, but may be later.
    pub fn read(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let rest = &self.input[self.taken..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        self.wanted = buffer.len() - count;
        (count > 0 || self.is_ended).then_some(count)
    }

    /// Whether nothing more will arrive.
    pub fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Frees the room of what was read, when that is all.
    pub fn trim(&mut self) {
        if self.taken == self.input.len() {
            self.input = Vec::new();
            self.taken = 0;
        }
    }

    /// Writes what is to be sent, all of it or nothing. False when there is no memory for it.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        if self.output.is_none() {
            self.output = Output::new(MOST_OUTPUT, bytes.len()).ok();
        }
        let Some(output) = &mut self.output else { return false };
        let before = output.bytes().len();
        let is_written = output.append(bytes).is_ok_and(|count| count == bytes.len());
        if !is_written {
            output.truncate(before);
        }
        is_written
    }

    /// Takes what is to be sent.
    pub fn take_output(&mut self) -> Option<Output> {
        self.output.take()
    }
}
