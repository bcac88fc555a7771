//! bzip2's two engines, safe to hold: `Packer` compresses and `Unpacker` decompresses.

use alloc::boxed::Box;
use core::ffi::c_int;

use cap_support::{OutOfMemory, Output, check_headroom};

use crate::bindings::{Action, Bytes, Chunk, Failure, Status};
use crate::ffi::{
    BZ_FINISH, BZ_FINISH_OK, BZ_FLUSH, BZ_FLUSH_OK, BZ_MEM_ERROR, BZ_OK, BZ_PARAM_ERROR, BZ_RUN, BZ_RUN_OK,
    BZ_STREAM_END, BZ2_bzCompress, BZ2_bzCompressEnd, BZ2_bzCompressInit, BZ2_bzDecompress,
    BZ2_bzDecompressEnd, BZ2_bzDecompressInit, Stream,
};

impl From<OutOfMemory> for Failure {
    fn from(_: OutOfMemory) -> Self {
        Failure { code: BZ_MEM_ERROR }
    }
}

fn failed(failure: impl Into<Failure>) -> Status {
    Status::Failed(failure.into())
}

/// What a step comes to that does nothing.
fn over(status: Status) -> Chunk {
    Chunk { output: Bytes::default(), consumed: 0, status }
}

/// What further steps come to after one that came to `status`, if the library must not be called again.
fn end_of(status: Status) -> Option<Status> {
    (status != Status::Ok).then_some(status)
}

/// Calls `step` for the stream with the next room of `output`. Returns the library's code.
fn with_room(
    stream: &mut Stream,
    output: &mut Output,
    step: impl FnOnce(&mut Stream) -> c_int,
) -> Result<c_int, OutOfMemory> {
    let room = output.room()?;
    let size = room.len();
    stream.next_out = room.as_mut_ptr().cast();
    stream.avail_out = size as u32;
    let code = step(stream);
    // SAFETY: the library wrote what it took from `avail_out`.
    unsafe { output.advance(size - stream.avail_out as usize) };
    Ok(code)
}

/// A compressor.
pub struct Packer {
    /// It must stay where it is: the library remembers its address.
    stream: Box<Stream>,
    /// The flush or the finish that has begun and is not at its end.
    closing: Option<c_int>,
    /// How it ended, if it did.
    end: Option<Status>,
}

impl Packer {
    /// Sets one up; the library judges the numbers.
    pub fn open(block_size: i32, work_factor: i32) -> Result<Self, Failure> {
        check_headroom()?;
        let mut stream = Box::new(Stream::fresh());
        // SAFETY: the stream is a fresh one.
        match unsafe { BZ2_bzCompressInit(&mut *stream, block_size, 0, work_factor) } {
            BZ_OK => {
                let packer = Self { stream, closing: None, end: None };
                check_headroom()?;
                Ok(packer)
            }
            code => Err(Failure { code }),
        }
    }

    /// Compresses `input` into at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], action: Action, limit: usize) -> Chunk {
        let chunk = match self.end {
            Some(status) => over(status),
            None => self.advance(input, action, limit).unwrap_or_else(|error| over(failed(error))),
        };
        self.end = end_of(chunk.status);
        chunk
    }

    fn advance(&mut self, input: &[u8], action: Action, limit: usize) -> Result<Chunk, OutOfMemory> {
        let mut output = Output::new(limit, input.len() / 2)?;
        let mut rest = input;
        let mut asked = action_code(action);
        let mut status = Status::Ok;
        while status == Status::Ok && !output.is_full() {
            // The library wants to be told of a flush or a finish when all of its input is known: here, taken.
            let now = self.closing.unwrap_or(if rest.is_empty() { asked } else { BZ_RUN });
            match self.call(&mut rest, now, &mut output)? {
                BZ_FLUSH_OK | BZ_FINISH_OK => self.closing = Some(now),
                BZ_STREAM_END => status = Status::StreamEnd,
                BZ_RUN_OK if now == BZ_RUN => {}
                BZ_RUN_OK => {
                    self.closing = None;
                    // The flush of an earlier step says nothing of input that came since.
                    if now == asked && rest.is_empty() {
                        asked = BZ_RUN;
                    }
                }
                // There was neither input nor output.
                BZ_PARAM_ERROR if now == BZ_RUN && rest.is_empty() => break,
                code => status = failed(Failure { code }),
            }
        }
        Ok(Chunk { output: output.into(), consumed: (input.len() - rest.len()) as u32, status })
    }

    /// One call of the library, with the rest of the input if it is to take some.
    fn call(&mut self, rest: &mut &[u8], action: c_int, output: &mut Output) -> Result<c_int, OutOfMemory> {
        let offered = if action == BZ_RUN { *rest } else { &[] };
        self.stream.next_in = offered.as_ptr().cast();
        self.stream.avail_in = offered.len() as u32;
        // SAFETY: the stream is set up, and its pointers and lengths are those of slices.
        let code = with_room(&mut self.stream, output, |stream| unsafe { BZ2_bzCompress(stream, action) })?;
        *rest = &rest[offered.len() - self.stream.avail_in as usize..];
        Ok(code)
    }
}

impl Drop for Packer {
    fn drop(&mut self) {
        // SAFETY: the stream is set up, and not used again.
        unsafe { BZ2_bzCompressEnd(&mut *self.stream) };
    }
}

/// The library's number for an action.
fn action_code(action: Action) -> c_int {
    match action {
        Action::Run => BZ_RUN,
        Action::Flush => BZ_FLUSH,
        Action::Finish => BZ_FINISH,
    }
}

/// A decompressor.
pub struct Unpacker {
    stream: Box<Stream>,
    /// How it ended, if it did.
    end: Option<Status>,
}

impl Unpacker {
    /// Sets one up.
    pub fn open() -> Result<Self, Failure> {
        check_headroom()?;
        let mut stream = Box::new(Stream::fresh());
        // SAFETY: the stream is a fresh one.
        match unsafe { BZ2_bzDecompressInit(&mut *stream, 0, 0) } {
            BZ_OK => Ok(Self { stream, end: None }),
            code => Err(Failure { code }),
        }
    }

    /// Decompresses `input` into at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], limit: usize) -> Chunk {
        let mut chunk = match self.end {
            Some(status) => over(status),
            None => self.advance(input, limit).unwrap_or_else(|error| over(failed(error))),
        };
        // The library allocates when a stream begins; the next call's arguments must find room beside that.
        if chunk.status == Status::Ok
            && let Err(error) = check_headroom()
        {
            chunk.status = failed(error);
        }
        self.end = end_of(chunk.status);
        chunk
    }

    fn advance(&mut self, input: &[u8], limit: usize) -> Result<Chunk, OutOfMemory> {
        let mut output = Output::new(limit, input.len().saturating_mul(4))?;
        self.stream.next_in = input.as_ptr().cast();
        self.stream.avail_in = input.len() as u32;
        let code = loop {
            // SAFETY: the stream is set up, and its pointers and lengths are those of slices.
            let code =
                with_room(&mut self.stream, &mut output, |stream| unsafe { BZ2_bzDecompress(stream) })?;
            if code != BZ_OK || self.stream.avail_out > 0 || output.is_full() {
                break code;
            }
        };
        let status = match code {
            BZ_OK => Status::Ok,
            BZ_STREAM_END => Status::StreamEnd,
            code => failed(Failure { code }),
        };
        let consumed = (input.len() - self.stream.avail_in as usize) as u32;
        Ok(Chunk { output: output.into(), consumed, status })
    }
}

impl Drop for Unpacker {
    fn drop(&mut self) {
        // SAFETY: the stream is set up, and not used again.
        unsafe { BZ2_bzDecompressEnd(&mut *self.stream) };
    }
}
