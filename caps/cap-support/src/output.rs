//! A byte buffer that grows as it fills, up to a limit, and is never zeroed first.

use alloc::vec::Vec;
use core::mem::MaybeUninit;

/// No buffer starts smaller than this (in bytes), so that small calls rarely grow one.
const SMALLEST: usize = 16 * 1024;

/// The bytes produced so far, with room for more.
pub struct Output {
    bytes: Vec<u8>,
    limit: usize,
}

/// The machine has no memory for a bigger buffer.
#[derive(Debug)]
pub struct OutOfMemory;

/// What must be left for the arguments and results of the calls on a stream, in bytes: where there is no memory for
/// one of them, the component ends.
const HEADROOM: usize = 2 << 20;

/// Whether another stream can be set up with enough left to use it.
pub fn check_headroom() -> Result<(), OutOfMemory> {
    Vec::<u8>::new().try_reserve_exact(HEADROOM).map_err(|_| OutOfMemory)
}

impl Output {
    /// An empty buffer for at most `limit` bytes, of which about `expected` will be used.
    pub fn new(limit: usize, expected: usize) -> Result<Self, OutOfMemory> {
        Self::after(Vec::new(), limit, expected)
    }

    /// A buffer that begins with `bytes`, no more than `limit`, and of which about `expected` more will be used.
    pub fn after(bytes: Vec<u8>, limit: usize, expected: usize) -> Result<Self, OutOfMemory> {
        let size = bytes.len().saturating_add(expected.max(SMALLEST));
        let mut output = Self { bytes, limit };
        output.grow_to(size)?;
        Ok(output)
    }

    /// Room for more bytes; none when the limit is reached.
    pub fn room(&mut self) -> Result<&mut [MaybeUninit<u8>], OutOfMemory> {
        if self.bytes.len() == self.bytes.capacity() {
            self.grow_to(self.bytes.len().saturating_mul(2))?;
        }
        let room = self.limit - self.bytes.len();
        let spare = self.bytes.spare_capacity_mut();
        let room = room.min(spare.len());
        Ok(&mut spare[..room])
    }

    /// Takes the first `count` bytes of the room as written.
    ///
    /// # Safety
    /// They were written since the last call of `room`.
    pub unsafe fn advance(&mut self, count: usize) {
        unsafe { self.bytes.set_len(self.bytes.len() + count) }
    }

    /// Whether the limit is reached.
    pub fn is_full(&self) -> bool {
        self.bytes.len() == self.limit
    }

    /// The last `count` bytes written.
    pub fn last(&self, count: usize) -> &[u8] {
        &self.bytes[self.bytes.len() - count..]
    }

    /// The bytes, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn grow_to(&mut self, capacity: usize) -> Result<(), OutOfMemory> {
        let more = capacity.min(self.limit) - self.bytes.len();
        self.bytes.try_reserve_exact(more).map_err(|_| OutOfMemory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(output: &mut Output) -> usize {
        let room = output.room().unwrap();
        room.fill(MaybeUninit::new(7));
        let count = room.len();
        // SAFETY: the line above wrote the whole room.
        unsafe { output.advance(count) };
        count
    }

    #[test]
    fn grows_up_to_the_limit_and_no_further() {
        let mut output = Output::new(100_000, 0).unwrap();
        while !output.is_full() {
            assert!(fill(&mut output) > 0);
        }
        assert_eq!(fill(&mut output), 0);
        assert_eq!(output.into_bytes(), vec![7; 100_000]);
    }

    #[test]
    fn does_not_take_the_limit_in_advance() {
        let output = Output::new(u32::MAX as usize, 10).unwrap();
        assert!(output.into_bytes().capacity() < 2 * SMALLEST);
    }

    #[test]
    fn has_no_room_when_none_is_wanted() {
        let mut output = Output::new(0, 1000).unwrap();
        assert!(output.is_full());
        assert_eq!(fill(&mut output), 0);
    }
}
