//! liblzma's streams, safe to hold: each compresses or decompresses.

use alloc::boxed::Box;

use cap_support::{OutOfMemory, Output, check_headroom};

use crate::bindings::{Bytes, Chunk, Container, Expected, Failure, Filter, Status};
use crate::failure::{check, refused};
use crate::ffi::{
    Action, LZMA_BUF_ERROR, LZMA_CHECK_NONE, LZMA_FINISH, LZMA_GET_CHECK, LZMA_MEM_ERROR,
    LZMA_MEMLIMIT_ERROR, LZMA_NO_CHECK, LZMA_OK, LZMA_OPTIONS_ERROR, LZMA_PROG_ERROR, LZMA_RUN,
    LZMA_STREAM_END, LZMA_SYNC_FLUSH, LZMA_TELL_ANY_CHECK, LZMA_TELL_NO_CHECK, Return, Stream,
    lzma_alone_decoder, lzma_alone_encoder, lzma_auto_decoder, lzma_code, lzma_end, lzma_get_check,
    lzma_raw_decoder, lzma_raw_encoder, lzma_stream_decoder, lzma_stream_encoder,
};
use crate::filters::Chain;

/// A stream that was set up.
struct Coder {
    stream: Box<Stream>,
    /// What every further step comes to, once it has ended or failed. The library is not called again then.
    over: Option<Return>,
}

impl Coder {
    fn open(init: impl FnOnce(&mut Stream) -> Return) -> Result<Self, Failure> {
        check_headroom()?;
        let mut stream = Box::new(Stream::fresh());
        check(init(&mut stream))?;
        Ok(Self { stream, over: None })
    }

    /// Calls the library once, with what is left of the input and the room that `output` has.
    fn advance(&mut self, action: Action, output: &mut Output) -> Result<Return, OutOfMemory> {
        let room = output.room()?;
        let size = room.len();
        self.stream.next_out = room.as_mut_ptr().cast();
        self.stream.avail_out = size;
        // SAFETY: the stream is set up, and its pointers and lengths are those of slices.
        let code = unsafe { lzma_code(&mut *self.stream, action) };
        // SAFETY: the library wrote what it took from `avail_out`.
        unsafe { output.advance(size - self.stream.avail_out) };
        Ok(code)
    }

    /// Goes on until the input is used up, `output` is full, or there is something to tell.
    fn run(&mut self, action: Action, output: &mut Output) -> Return {
        loop {
            match self.advance(action, output) {
                Ok(LZMA_OK) if output.is_full() => return LZMA_OK,
                Ok(LZMA_OK) if self.stream.avail_in == 0 && self.stream.avail_out > 0 => return LZMA_OK,
                Ok(LZMA_OK) => {}
                Ok(code) => return code,
                Err(OutOfMemory) => return LZMA_MEM_ERROR,
            }
        }
    }

    /// Offers `input` to `run`, and tells how much of it was consumed.
    fn feed(&mut self, input: &[u8], run: impl FnOnce(&mut Self) -> Return) -> (u32, Return) {
        if let Some(code) = self.over {
            return (0, code);
        }
        self.stream.next_in = input.as_ptr();
        self.stream.avail_in = input.len();
        let code = run(self);
        self.over = after(code);
        ((input.len() - self.stream.avail_in) as u32, code)
    }
}

/// What further steps come to after one that came to `code`, if they need not ask the library.
fn after(code: Return) -> Option<Return> {
    match code {
        LZMA_OK | LZMA_BUF_ERROR => None,
        LZMA_STREAM_END | LZMA_MEMLIMIT_ERROR => Some(code),
        // What the library says of going on after a failure.
        _ => Some(LZMA_PROG_ERROR),
    }
}

impl Drop for Coder {
    fn drop(&mut self) {
        // SAFETY: the stream is set up, and not used again.
        unsafe { lzma_end(&mut *self.stream) };
    }
}

/// Where a stream stands after the library returned `code`.
fn status(code: Return) -> Status {
    match code {
        // "No progress is possible" is no failure where more input or more room may come.
        LZMA_OK | LZMA_BUF_ERROR => Status::Ok,
        LZMA_STREAM_END => Status::StreamEnd,
        _ => Status::Failed(refused(code)),
    }
}

/// What a step came to that there was no memory for.
fn starved() -> Chunk {
    let status = Status::Failed(refused(LZMA_MEM_ERROR));
    Chunk { output: Bytes::default(), consumed: 0, status, check: None }
}

/// One stream being compressed.
pub struct Encoder(Coder);

impl Encoder {
    /// Sets one up; the library judges the filters.
    pub fn open(container: Container, filters: &[Filter]) -> Result<Self, Failure> {
        let chain = Chain::new(filters)?;
        let coder = match container {
            // SAFETY: here and below the chain lives until the library has made its own copy.
            Container::Xz(check) => {
                Coder::open(|it| unsafe { lzma_stream_encoder(it, chain.as_ptr(), check) })
            }
            Container::Alone => match chain.only_lzma1() {
                Some(options) => Coder::open(|it| unsafe { lzma_alone_encoder(it, options) }),
                None => Err(refused(LZMA_OPTIONS_ERROR)),
            },
            Container::Raw => Coder::open(|it| unsafe { lzma_raw_encoder(it, chain.as_ptr()) }),
        };
        coder.map(Self)
    }

    /// Compresses `input` into at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], action: Action, limit: usize) -> Chunk {
        let Ok(mut output) = Output::new(limit, input.len() / 4) else { return starved() };
        let (consumed, code) = self.0.feed(input, |it| match it.run(action, &mut output) {
            // The library's word for a flush that is done.
            LZMA_STREAM_END if action == LZMA_SYNC_FLUSH => LZMA_OK,
            code => code,
        });
        Chunk { output: output.into(), consumed, status: status(code), check: None }
    }

    /// Compresses all of `input` as one stream.
    pub fn whole(input: &[u8], container: Container, filters: &[Filter]) -> Result<Bytes, Failure> {
        let chunk = Self::open(container, filters)?.step(input, LZMA_FINISH, u32::MAX as usize);
        whole(chunk)
    }
}

/// One stream being decompressed.
pub struct Decoder {
    coder: Coder,
    /// The integrity check, once it is known.
    check: Option<u32>,
}

impl Decoder {
    /// Sets one up.
    pub fn open(expected: &Expected, memory_limit: u64) -> Result<Self, Failure> {
        let coder = Self::set_up(expected, memory_limit, LZMA_TELL_ANY_CHECK | LZMA_TELL_NO_CHECK)?;
        let has_none = matches!(expected, Expected::Alone | Expected::Raw(_));
        Ok(Self { coder, check: has_none.then_some(LZMA_CHECK_NONE) })
    }

    fn set_up(expected: &Expected, memory_limit: u64, flags: u32) -> Result<Coder, Failure> {
        match expected {
            // SAFETY: here and below the stream is a fresh one.
            Expected::Auto => Coder::open(|it| unsafe { lzma_auto_decoder(it, memory_limit, flags) }),
            Expected::Xz => Coder::open(|it| unsafe { lzma_stream_decoder(it, memory_limit, flags) }),
            Expected::Alone => Coder::open(|it| unsafe { lzma_alone_decoder(it, memory_limit) }),
            Expected::Raw(filters) => {
                let chain = Chain::new(filters)?;
                // SAFETY: the chain lives until the library has taken from it what it needs.
                Coder::open(|it| unsafe { lzma_raw_decoder(it, chain.as_ptr()) })
            }
        }
    }

    /// Decompresses `input` into at most `limit` bytes.
    pub fn step(&mut self, input: &[u8], limit: usize) -> Chunk {
        let Ok(mut output) = Output::new(limit, input.len().saturating_mul(4)) else { return starved() };
        let check = &mut self.check;
        let (consumed, code) = self.coder.feed(input, |it| {
            loop {
                match it.run(LZMA_RUN, &mut output) {
                    // SAFETY: this is what the library allows after these.
                    LZMA_GET_CHECK | LZMA_NO_CHECK => *check = Some(unsafe { lzma_get_check(&*it.stream) }),
                    code => return code,
                }
                if output.is_full() {
                    return LZMA_OK;
                }
            }
        });
        Chunk { output: output.into(), consumed, status: status(code), check: self.check }
    }

    /// Decompresses one whole stream into at most `limit` bytes.
    pub fn whole(
        input: &[u8],
        expected: &Expected,
        memory_limit: u64,
        limit: usize,
    ) -> Result<Bytes, Failure> {
        let mut it = Self { coder: Self::set_up(expected, memory_limit, 0)?, check: None };
        // With room for a byte more: the end of a .lzma stream is not looked for while there is no room.
        let output = whole(it.step(input, limit.saturating_add(1)))?;
        if output.size as usize > limit { Err(refused(LZMA_BUF_ERROR)) } else { Ok(output) }
    }
}

/// The output of a step that should have been a whole stream.
fn whole(chunk: Chunk) -> Result<Bytes, Failure> {
    match chunk.status {
        Status::StreamEnd => Ok(chunk.output),
        Status::Failed(failure) => Err(failure),
        Status::Ok => Err(refused(LZMA_BUF_ERROR)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::LZMA_DATA_ERROR;
    use crate::filters::preset;

    const ROOM: usize = 1 << 20;

    fn lzma2() -> [Filter; 1] {
        [Filter::Lzma2(preset(1).unwrap())]
    }

    fn raw() -> Expected {
        Expected::Raw(lzma2().to_vec())
    }

    #[test]
    fn goes_round_in_every_container() {
        let sample = b"some words and more words. ".repeat(1000);
        let lzma1 = [Filter::Lzma1(preset(1).unwrap())];
        for (container, filters, expected) in [
            (Container::Xz(4), lzma2(), Expected::Xz),
            (Container::Alone, lzma1, Expected::Alone),
            (Container::Raw, lzma2(), raw()),
        ] {
            let packed = Encoder::whole(&sample, container, &filters).unwrap();
            assert!(packed.as_slice().len() < sample.len() / 50);
            let unpacked = Decoder::whole(packed.as_slice(), &expected, u64::MAX, ROOM).unwrap();
            assert_eq!(unpacked.as_slice(), sample);
        }
    }

    #[test]
    fn nothing_takes_no_room() {
        let lzma1 = [Filter::Lzma1(preset(1).unwrap())];
        for (container, filters) in [(Container::Xz(4), lzma2()), (Container::Alone, lzma1)] {
            let packed = Encoder::whole(b"", container, &filters).unwrap();
            assert_eq!(Decoder::whole(packed.as_slice(), &Expected::Auto, u64::MAX, 0), Ok(Bytes::default()));
        }
    }

    #[test]
    fn what_came_before_a_break_is_given() {
        let sample: Vec<u8> = (0..60_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut packed = Encoder::whole(&sample, Container::Xz(4), &lzma2()).unwrap().as_slice().to_vec();
        let middle = packed.len() / 2;
        packed[middle..middle + 8].fill(0xff);
        let chunk = Decoder::open(&Expected::Xz, u64::MAX).unwrap().step(&packed, ROOM);
        assert_eq!(chunk.status, Status::Failed(refused(LZMA_DATA_ERROR)));
        let output = chunk.output.as_slice();
        assert!(output.len() > 1000 && sample.starts_with(&output[..1000]));
    }

    #[test]
    fn options_are_never_taken_for_those_of_another_filter() {
        use crate::bindings::BranchOptions;
        for id in [0, 1, 3, 12, 0x21, 0x4000_0000_0000_0001, u64::MAX] {
            let filters = [Filter::Branch(BranchOptions { id, start_offset: 0 }), lzma2()[0]];
            let refusal = Encoder::open(Container::Raw, &filters).err();
            assert_eq!(refusal, Some(refused(LZMA_OPTIONS_ERROR)));
        }
    }
}
