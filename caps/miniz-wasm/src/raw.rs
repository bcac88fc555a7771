//! miniz's two engines on raw deflate streams, safe to hold.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{c_int, c_uint};

use cap_support::{OutOfMemory, Output, check_headroom};

use crate::bindings::Error;
use crate::failure::{DATA_ERROR, refused};
use crate::ffi::{
    MZ_BUF_ERROR, MZ_DEFLATED, MZ_OK, MZ_STREAM_END, MZ_SYNC_FLUSH, RAW_WINDOW_BITS, Stream, mz_deflate,
    mz_deflateEnd, mz_deflateInit2, mz_inflate, mz_inflateEnd, mz_inflateInit2,
};

/// Room for the longest block that miniz writes at once (`TDEFL_OUT_BUF_SIZE`), in bytes. With this much it needs no
/// second call to end a flush; such a call would write the mark of the flush again.
const BLOCK_ROOM: usize = 96 * 1024;

/// A compressor of raw streams.
pub struct Deflate(Box<Stream>);

impl Deflate {
    /// Sets one up. `level` is -1 to 9, `strategy` 0 to 4.
    pub fn open(level: i32, strategy: i32) -> Result<Self, Error> {
        check_headroom()?;
        let mut stream = Box::new(Stream::fresh());
        // SAFETY: the stream is a fresh one. The memory level is one of the legal ones: miniz does not use it.
        let code = unsafe { mz_deflateInit2(&mut *stream, level, MZ_DEFLATED, RAW_WINDOW_BITS, 9, strategy) };
        if code == MZ_OK { Ok(Self(stream)) } else { Err(refused(code)) }
    }

    /// Compresses all of `input`, brings the flush to its end, and appends what comes out to `output`.
    pub fn run(&mut self, input: &[u8], flush: c_int, output: &mut Vec<u8>) -> Result<(), Error> {
        self.0.next_in = input.as_ptr();
        self.0.avail_in = input.len() as c_uint;
        loop {
            output.try_reserve(BLOCK_ROOM).map_err(|_| OutOfMemory)?;
            let room = output.spare_capacity_mut();
            let size = room.len();
            self.0.next_out = room.as_mut_ptr().cast();
            self.0.avail_out = size as c_uint;
            // SAFETY: the stream is set up, and its pointers and lengths are those of slices.
            let code = unsafe { mz_deflate(&mut *self.0, flush) };
            let written = size - self.0.avail_out as usize;
            // SAFETY: miniz wrote what it took from `avail_out`.
            unsafe { output.set_len(output.len() + written) };
            match code {
                MZ_OK | MZ_BUF_ERROR | MZ_STREAM_END if self.0.avail_out > 0 => return Ok(()),
                MZ_OK | MZ_BUF_ERROR => {}
                MZ_STREAM_END => return Ok(()),
                _ => return Err(refused(code)),
            }
        }
    }
}

impl Drop for Deflate {
    fn drop(&mut self) {
        // SAFETY: the stream is set up, and not used again.
        unsafe { mz_deflateEnd(&mut *self.0) };
    }
}

/// What a byte of deflate data can become at most (a match of 258 bytes takes two bits). miniz makes endless output
/// of nothing when a block's code has a single symbol of no bits.
const MOST_PER_BYTE: u64 = 1032;

/// A decompressor of raw streams.
pub struct Inflate {
    stream: Box<Stream>,
    /// Bytes of input taken, and bytes of output written.
    taken: u64,
    written: u64,
}

/// What a step of a decompressor did.
pub struct Step {
    /// Bytes of input taken.
    pub consumed: usize,
    /// Bytes of output written.
    pub produced: usize,
    /// Whether the stream has ended.
    pub ended: bool,
    /// Why it cannot go on, if it cannot.
    pub failed: Option<Error>,
}

impl Inflate {
    /// Sets one up.
    pub fn open() -> Result<Self, Error> {
        check_headroom()?;
        let mut stream = Box::new(Stream::fresh());
        // SAFETY: the stream is a fresh one.
        let code = unsafe { mz_inflateInit2(&mut *stream, RAW_WINDOW_BITS) };
        if code == MZ_OK { Ok(Self { stream, taken: 0, written: 0 }) } else { Err(refused(code)) }
    }

    /// Decompresses some of `input` into the room that `output` has. There is more to come as long as a step takes or
    /// writes anything and has not failed.
    pub fn step(&mut self, input: &[u8], output: &mut Output) -> Result<Step, Error> {
        let room = output.room()?;
        let size = room.len();
        self.stream.next_in = input.as_ptr();
        self.stream.avail_in = input.len() as c_uint;
        self.stream.next_out = room.as_mut_ptr().cast();
        self.stream.avail_out = size as c_uint;
        // SAFETY: the stream is set up, and its pointers and lengths are those of slices.
        let code = unsafe { mz_inflate(&mut *self.stream, MZ_SYNC_FLUSH) };
        let produced = size - self.stream.avail_out as usize;
        // SAFETY: miniz wrote what it took from `avail_out`.
        unsafe { output.advance(produced) };
        let consumed = input.len() - self.stream.avail_in as usize;
        self.taken += consumed as u64;
        self.written += produced as u64;
        let failed = match code {
            MZ_OK | MZ_BUF_ERROR | MZ_STREAM_END => {
                (self.written > (self.taken + 1) * MOST_PER_BYTE).then(|| refused(DATA_ERROR))
            }
            _ => Some(refused(code)),
        };
        Ok(Step { consumed, produced, ended: code == MZ_STREAM_END, failed })
    }
}

impl Drop for Inflate {
    fn drop(&mut self) {
        // SAFETY: the stream is set up, and not used again.
        unsafe { mz_inflateEnd(&mut *self.stream) };
    }
}
