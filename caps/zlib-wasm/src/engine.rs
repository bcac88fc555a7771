//! zlib's two engines, safe to hold: `Deflate` compresses and `Inflate` decompresses.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int, c_uint};

use cap_support::{OutOfMemory, Output, check_headroom};
use libz_rs_sys::{
    Z_BUF_ERROR, Z_DATA_ERROR, Z_FINISH, Z_MEM_ERROR, Z_NEED_DICT, Z_OK, Z_STREAM_END, Z_SYNC_FLUSH, deflate,
    deflateCopy, deflateEnd, deflateInit2_, deflateSetDictionary, inflate, inflateCopy, inflateEnd,
    inflateInit2_, inflateSetDictionary, z_stream, zlibVersion,
};

use crate::bindings::{Bytes, Chunk, Compression, Error, Failure, Status};

/// `deflate` or `inflate`.
type Step = unsafe extern "C" fn(*mut z_stream, c_int) -> c_int;

/// What the init functions check the caller's idea of `z_stream` with, in bytes.
const STREAM_SIZE: c_int = size_of::<z_stream>() as c_int;

impl From<OutOfMemory> for Error {
    fn from(_: OutOfMemory) -> Self {
        failure(Z_MEM_ERROR)
    }
}

/// The library's refusal `code`, without a message.
fn failure(code: c_int) -> Error {
    Error::Library(Failure { code, message: None })
}

/// The library's refusal `code`, with the message it left in `stream`.
fn failure_of(stream: &z_stream, code: c_int) -> Failure {
    // SAFETY: a message that is there is one of the library's constants.
    let message = (!stream.msg.is_null()).then(|| unsafe { CStr::from_ptr(stream.msg) });
    let message = message.map(|text| text.to_string_lossy().into_owned());
    Failure { code, message }
}

/// `Ok` when the library said it is.
fn check(stream: &z_stream, code: c_int) -> Result<(), Error> {
    if code == Z_OK { Ok(()) } else { Err(Error::Library(failure_of(stream, code))) }
}

/// Drives `step` until the input is used up, `output` is full or the stream has ended. Returns the library's last
/// code and how many bytes of input it took.
fn run(
    step: Step,
    stream: &mut z_stream,
    input: &[u8],
    flush: c_int,
    output: &mut Output,
) -> Result<(c_int, usize), OutOfMemory> {
    stream.next_in = input.as_ptr();
    stream.avail_in = input.len() as c_uint;
    loop {
        let room = output.room()?;
        let size = room.len();
        stream.next_out = room.as_mut_ptr().cast();
        stream.avail_out = size as c_uint;
        // SAFETY: the stream was set up by its init function, and its pointers and lengths are those of slices.
        let code = unsafe { step(stream, flush) };
        // SAFETY: the library wrote what it took from `avail_out`.
        unsafe { output.advance(size - stream.avail_out as usize) };
        let goes_on = matches!(code, Z_OK | Z_BUF_ERROR) && stream.avail_out == 0 && !output.is_full();
        if !goes_on {
            return Ok((code, input.len() - stream.avail_in as usize));
        }
    }
}

/// One step, with its output still open.
struct Outcome {
    output: Output,
    consumed: usize,
    status: Status,
}

impl From<Outcome> for Chunk {
    fn from(outcome: Outcome) -> Self {
        let Outcome { output, consumed, status } = outcome;
        Self { output: output.into(), consumed: consumed as u32, status }
    }
}

/// Takes one step, and says what came of it also when it fails.
fn advance(
    step: Step,
    stream: &mut z_stream,
    input: &[u8],
    flush: c_int,
    mut output: Output,
) -> Result<Outcome, OutOfMemory> {
    let (code, consumed) = run(step, stream, input, flush, &mut output)?;
    let status = match code {
        Z_OK => Status::Ok,
        Z_STREAM_END => Status::StreamEnd,
        Z_NEED_DICT => Status::NeedsDictionary,
        // "No progress is possible" is no failure where the caller knows it already.
        Z_BUF_ERROR if consumed == input.len() || output.is_full() => Status::Ok,
        _ => Status::Failed(failure_of(stream, code)),
    };
    Ok(Outcome { output, consumed, status })
}

/// Output that the library is always given room for beyond a step's limit, in bytes. It writes the marker of a flush
/// anew for each call that fills its room to the last byte, and would never be done with a room smaller than one.
const SLACK: usize = 32;

/// A compressor.
pub struct Deflate {
    stream: Box<z_stream>,
    /// Output beyond the limit of the step that made it.
    held: Vec<u8>,
}

impl Deflate {
    /// Sets one up; the library judges the options.
    pub fn open(options: &Compression) -> Result<Self, Error> {
        check_headroom()?;
        let mut stream = Box::<z_stream>::default();
        let Compression { level, method, window_bits, mem_level, strategy } = *options;
        // SAFETY: the stream is a fresh one with its allocator set.
        let code = unsafe {
            let version = zlibVersion();
            deflateInit2_(&mut *stream, level, method, window_bits, mem_level, strategy, version, STREAM_SIZE)
        };
        check(&stream, code)?;
        Ok(Self { stream, held: Vec::new() })
    }

    /// Sets the preset dictionary.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<(), Error> {
        let size = dictionary.len() as c_uint;
        // SAFETY: the stream is set up; the pointer and length are those of a slice.
        let code = unsafe { deflateSetDictionary(&mut *self.stream, dictionary.as_ptr(), size) };
        check(&self.stream, code)
    }

    /// Compresses `input` into at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], flush: c_int, limit: usize) -> Result<Chunk, Error> {
        let held = self.held.len();
        if held > limit {
            return self.hand_out(limit);
        }
        let expected = held + input.len() + input.len() / 256;
        let mut output = Output::new(limit.saturating_add(SLACK), expected)?;
        output.append(&core::mem::take(&mut self.held))?;
        let mut outcome = advance(deflate, &mut self.stream, input, flush, output)?;
        if let Status::Failed(failure) = outcome.status {
            return Err(Error::Library(failure));
        }
        if let Some(beyond) = outcome.output.bytes().get(limit..).filter(|beyond| !beyond.is_empty()) {
            // With the news of the stream's end, it waits for the next step.
            self.held = beyond.to_vec();
            outcome.output.truncate(limit);
            outcome.status = Status::Ok;
        }
        Ok(outcome.into())
    }

    /// A step that has no room for more than what is held.
    fn hand_out(&mut self, limit: usize) -> Result<Chunk, Error> {
        let mut output = Output::new(limit, limit)?;
        let count = output.append(&self.held)?;
        self.held.drain(..count);
        Ok(Outcome { output, consumed: 0, status: Status::Ok }.into())
    }

    /// An independent compressor in the same state.
    pub fn copy(&mut self) -> Result<Self, Error> {
        check_headroom()?;
        let mut stream = Box::<z_stream>::default();
        // SAFETY: the source is set up, and the target is there to be overwritten.
        let code = unsafe { deflateCopy(&mut *stream, &mut *self.stream) };
        check(&self.stream, code)?;
        Ok(Self { stream, held: self.held.clone() })
    }
}

impl Drop for Deflate {
    fn drop(&mut self) {
        // SAFETY: the stream is set up, and not used again.
        unsafe { deflateEnd(&mut *self.stream) };
    }
}

/// What the library says when it is called again after a failure, and also at the first time when its fast loop
/// finds the failure: then the message of the failure itself is lost.
const LOST_MESSAGE: &str = "repeated call with bad state";

/// Less input than this, in bytes, never goes through the library's fast loop.
const FAST_INPUT: usize = 15;

/// Less room for output than the library's fast loop wants, in bytes.
const SLOW_ROOM: usize = 128;

/// A decompressor.
pub struct Inflate {
    stream: Box<z_stream>,
    /// Why the input is broken, once it is.
    broken: Option<Failure>,
}

impl Inflate {
    /// Sets one up; the library judges the window bits.
    pub fn open(window_bits: i32) -> Result<Self, Error> {
        check_headroom()?;
        // The library copies no stream that has never had room for output, even if none is needed.
        let next_out = core::ptr::NonNull::dangling().as_ptr();
        let mut stream = Box::new(z_stream { next_out, ..z_stream::default() });
        // SAFETY: the stream is a fresh one with its allocator set.
        let code = unsafe { inflateInit2_(&mut *stream, window_bits, zlibVersion(), STREAM_SIZE) };
        check(&stream, code)?;
        Ok(Self { stream, broken: None })
    }

    /// Sets the preset dictionary.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<(), Error> {
        let size = dictionary.len() as c_uint;
        // SAFETY: the stream is set up; the pointer and length are those of a slice.
        let code = unsafe { inflateSetDictionary(&mut *self.stream, dictionary.as_ptr(), size) };
        check(&self.stream, code)
    }

    /// Decompresses `input` into at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], limit: usize) -> Result<Chunk, Error> {
        if let Some(broken) = &self.broken {
            return Ok(Chunk {
                output: Bytes::default(),
                consumed: 0,
                status: Status::Failed(broken.clone()),
            });
        }
        let before = if input.len() < FAST_INPUT { None } else { self.copy().ok() };
        let mut chunk = self.advance(input, Z_SYNC_FLUSH, limit)?;
        if let Status::Failed(failure) = &mut chunk.status
            && failure.code == Z_DATA_ERROR
        {
            failure.explain(before, input);
            self.broken = Some(failure.clone());
        }
        Ok(chunk)
    }

    /// Decompresses one whole stream into at most `limit` bytes.
    pub fn whole(input: &[u8], window_bits: i32, limit: usize) -> Result<Chunk, Error> {
        let mut chunk = Self::open(window_bits)?.advance(input, Z_FINISH, limit)?;
        if let Status::Failed(failure) = &mut chunk.status {
            failure.explain(Self::open(window_bits).ok(), input);
        }
        Ok(chunk)
    }

    fn advance(&mut self, input: &[u8], flush: c_int, limit: usize) -> Result<Chunk, Error> {
        let output = Output::new(limit, input.len().saturating_mul(4))?;
        Ok(advance(inflate, &mut self.stream, input, flush, output)?.into())
    }

    /// An independent decompressor in the same state.
    pub fn copy(&self) -> Result<Self, Error> {
        check_headroom()?;
        let mut stream = Box::<z_stream>::default();
        // SAFETY: the source is set up, and the target is there to be overwritten.
        let code = unsafe { inflateCopy(&mut *stream, &*self.stream) };
        check(&self.stream, code)?;
        Ok(Self { stream, broken: self.broken.clone() })
    }
}

impl Failure {
    /// Finds a message that was lost, by going through the input again, slowly and from the state before.
    fn explain(&mut self, before: Option<Inflate>, mut input: &[u8]) {
        if self.message.as_deref() != Some(LOST_MESSAGE) {
            return;
        }
        self.message = None;
        let Some(mut slow) = before else { return };
        loop {
            let Ok(output) = Output::new(SLOW_ROOM, SLOW_ROOM) else { return };
            let Ok(outcome) = advance(inflate, &mut slow.stream, input, Z_SYNC_FLUSH, output) else { return };
            input = &input[outcome.consumed..];
            match outcome.status {
                Status::Failed(failure) => {
                    self.message = failure.message;
                    return;
                }
                Status::Ok if outcome.consumed > 0 || !outcome.output.bytes().is_empty() => {}
                _ => return,
            }
        }
    }
}

impl Drop for Inflate {
    fn drop(&mut self) {
        // SAFETY: the stream is set up, and not used again.
        unsafe { inflateEnd(&mut *self.stream) };
    }
}
