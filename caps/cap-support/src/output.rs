//! A byte buffer that grows as it fills, up to a limit, and is never zeroed first. It consists of words, as results do.

use alloc::vec::Vec;
use core::hint::black_box;
use core::mem::MaybeUninit;

use crate::words::{WORD, words_for};

/// No buffer starts smaller than this (in bytes), so that small calls rarely grow one.
const SMALLEST: usize = 16 * 1024;

/// The bytes produced so far, with room for more.
pub struct Output {
    /// Only the capacity counts: its length stays zero.
    words: Vec<u64>,
    /// How many bytes are written.
    len: usize,
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
    if has_room(HEADROOM) { Ok(()) } else { Err(OutOfMemory) }
}

/// Whether there is memory for a block of `size` bytes.
pub fn has_room(size: usize) -> bool {
    let mut block = Vec::<u8>::new();
    let fits = block.try_reserve_exact(size).is_ok();
    // The compiler may leave out an allocation that nothing looks at, and take it for one that succeeds.
    black_box(&block);
    fits
}

impl Output {
    /// An empty buffer for at most `limit` bytes, of which about `expected` will be used.
    pub fn new(limit: usize, expected: usize) -> Result<Self, OutOfMemory> {
        let mut output = Self { words: Vec::new(), len: 0, limit };
        // What is expected is a guess: less may do.
        output.grow_to(expected.max(SMALLEST)).or_else(|_| output.grow_to(SMALLEST))?;
        Ok(output)
    }

    /// Room for more bytes; none when the limit is reached.
    pub fn room(&mut self) -> Result<&mut [MaybeUninit<u8>], OutOfMemory> {
        if self.len == self.words.capacity() * WORD {
            self.grow_to(self.len.saturating_mul(2))?;
        }
        let room = self.limit.min(self.words.capacity() * WORD) - self.len;
        // SAFETY: the room is within the capacity.
        unsafe {
            let start = self.words.as_mut_ptr().cast::<MaybeUninit<u8>>().add(self.len);
            Ok(core::slice::from_raw_parts_mut(start, room))
        }
    }

    /// Takes the first `count` bytes of the room as written.
    ///
    /// # Safety
    /// They were written since the last call of `room`.
    pub unsafe fn advance(&mut self, count: usize) {
        self.len += count;
    }

    /// Appends as much of `bytes` as there is room for up to the limit. Returns how much that is.
    pub fn append(&mut self, bytes: &[u8]) -> Result<usize, OutOfMemory> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_full() {
            let room = self.room()?;
            let count = room.len().min(rest.len());
            room[..count].write_copy_of_slice(&rest[..count]);
            // SAFETY: the line above wrote them.
            unsafe { self.advance(count) };
            rest = &rest[count..];
        }
        Ok(bytes.len() - rest.len())
    }

    /// Whether the limit is reached.
    pub fn is_full(&self) -> bool {
        self.len == self.limit
    }

    /// Forgets all but the first `size` bytes.
    pub fn truncate(&mut self, size: usize) {
        self.len = self.len.min(size);
    }

    /// The bytes written so far.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: that many were written.
        unsafe { core::slice::from_raw_parts(self.words.as_ptr().cast(), self.len) }
    }

    /// The words that hold the bytes, without a copy, and how many bytes there are.
    pub fn into_words(mut self) -> (Vec<u64>, u32) {
        self.fill_last_word();
        (self.words, self.len as u32)
    }

    /// Makes the words that hold the bytes the vector's length, with zero behind the last byte.
    fn fill_last_word(&mut self) {
        let count = words_for(self.len);
        // SAFETY: the words are within the capacity, and this writes what `advance` has not said to be written.
        unsafe {
            let end = self.words.as_mut_ptr().cast::<u8>().add(self.len);
            end.write_bytes(0, count * WORD - self.len);
            self.words.set_len(count);
        }
    }

    fn grow_to(&mut self, capacity: usize) -> Result<(), OutOfMemory> {
        let words = words_for(capacity.min(self.limit));
        // The bytes written are kept only if they are within the length.
        self.fill_last_word();
        let grown = self.words.try_reserve_exact(words.saturating_sub(self.words.len()));
        self.words.clear();
        grown.map_err(|_| OutOfMemory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::bytes_of;

    fn fill(output: &mut Output) -> usize {
        let room = output.room().unwrap();
        room.fill(MaybeUninit::new(7));
        let count = room.len();
        // SAFETY: the line above wrote the whole room.
        unsafe { output.advance(count) };
        count
    }

    fn bytes(output: Output) -> Vec<u8> {
        let (words, size) = output.into_words();
        bytes_of(&words, size).to_vec()
    }

    #[test]
    fn grows_up_to_the_limit_and_no_further() {
        let mut output = Output::new(100_003, 0).unwrap();
        while !output.is_full() {
            assert!(fill(&mut output) > 0);
        }
        assert_eq!(fill(&mut output), 0);
        assert_eq!(bytes(output), vec![7; 100_003]);
    }

    #[test]
    fn does_not_take_the_limit_in_advance() {
        let output = Output::new(u32::MAX as usize, 10).unwrap();
        assert!(output.into_words().0.capacity() * WORD < 2 * SMALLEST);
    }

    #[test]
    fn expecting_too_much_does_no_harm() {
        let mut output = Output::new(usize::MAX, usize::MAX).unwrap();
        assert!(fill(&mut output) >= SMALLEST);
    }

    #[test]
    fn has_no_room_when_none_is_wanted() {
        let mut output = Output::new(0, 1000).unwrap();
        assert!(output.is_full());
        assert_eq!(fill(&mut output), 0);
        assert_eq!(output.into_words(), (Vec::new(), 0));
    }

    #[test]
    fn what_is_behind_the_last_byte_is_zero() {
        let mut output = Output::new(100, 0).unwrap();
        fill(&mut output);
        output.len = 3;
        assert_eq!(output.into_words(), (vec![0x07_0707], 3));
    }

    #[test]
    fn takes_what_fits() {
        let mut output = Output::new(5, 0).unwrap();
        assert_eq!(output.append(b"abc").unwrap(), 3);
        assert_eq!(output.append(b"defg").unwrap(), 2);
        assert_eq!(output.bytes(), b"abcde");
        assert_eq!(bytes(output), b"abcde");
    }
}
