//! A decompressor as the interface has it: miniz's raw engine, and the container taken off around it.

use alloc::vec::Vec;

use cap_support::Output;

use crate::bindings::{Chunk, Error, Failure, Status};
use crate::failure::{STREAM_ERROR, refused};
use crate::frame::{Accepted, Check, Container, HeaderReader};
use crate::raw::Inflate;

/// Where a stream stands.
enum Stage {
    Header(HeaderReader),
    Body,
    Trailer(Vec<u8>),
    End,
    /// It was broken, and stays so.
    Failed(Failure),
}

/// One stream being decompressed.
pub struct Decompressor {
    raw: Inflate,
    check: Check,
    stage: Stage,
}

impl Decompressor {
    /// Sets one up.
    pub fn open(window_bits: i32) -> Result<Self, Error> {
        let stage = match accepted(window_bits)? {
            Some(accepted) => Stage::Header(HeaderReader::new(accepted)),
            None => Stage::Body,
        };
        Ok(Self { raw: Inflate::open()?, check: Check::new(Container::Raw), stage })
    }

    /// Decompresses `input` into at most `limit` bytes.
    pub fn decompress(&mut self, input: &[u8], limit: usize) -> Result<Chunk, Error> {
        let mut output = Output::new(limit, input.len().saturating_mul(4))?;
        let mut rest = input;
        let status = match self.advance(&mut rest, &mut output) {
            Ok(()) if matches!(self.stage, Stage::End) => Status::StreamEnd,
            Ok(()) => Status::Ok,
            Err(Error::Library(failure)) => {
                self.stage = Stage::Failed(failure.clone());
                Status::Failed(failure)
            }
            Err(unsupported) => return Err(unsupported),
        };
        let consumed = (input.len() - rest.len()) as u32;
        Ok(Chunk { output: output.into(), consumed, status })
    }

    /// Goes through the stages as far as the input and the output's room allow.
    fn advance(&mut self, rest: &mut &[u8], output: &mut Output) -> Result<(), Error> {
        loop {
            let goes_on = match &mut self.stage {
                Stage::Header(_) => self.header(rest)?,
                Stage::Body => self.body(rest, output)?,
                Stage::Trailer(_) => self.trailer(rest)?,
                Stage::Failed(failure) => return Err(Error::Library(failure.clone())),
                Stage::End => false,
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    fn header(&mut self, rest: &mut &[u8]) -> Result<bool, Error> {
        let Stage::Header(reader) = &mut self.stage else { return Ok(false) };
        while let Some((&byte, others)) = rest.split_first() {
            *rest = others;
            if let Some(container) = reader.push(byte)? {
                self.check = Check::new(container);
                self.stage = Stage::Body;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn body(&mut self, rest: &mut &[u8], output: &mut Output) -> Result<bool, Error> {
        let step = self.raw.step(rest, output)?;
        *rest = &rest[step.consumed..];
        let written = output.bytes();
        self.check.update(&written[written.len() - step.produced..]);
        if let Some(error) = step.failed {
            return Err(error);
        }
        if step.ended {
            self.stage = Stage::Trailer(Vec::new());
        }
        Ok(step.ended || step.consumed + step.produced > 0)
    }

    fn trailer(&mut self, rest: &mut &[u8]) -> Result<bool, Error> {
        let Stage::Trailer(found) = &mut self.stage else { return Ok(false) };
        let size = self.check.trailer().len();
        let (taken, others) = rest.split_at(rest.len().min(size - found.len()));
        *rest = others;
        found.extend_from_slice(taken);
        if found.len() == size {
            self.check.verify(found)?;
            self.stage = Stage::End;
        }
        Ok(false)
    }
}

/// What the window bits ask for: the containers, or none of them (a raw stream).
fn accepted(window_bits: i32) -> Result<Option<Accepted>, Error> {
    let (zlib, gzip) = match window_bits {
        -15..=-8 => return Ok(None),
        0 | 8..=15 => (true, false),
        16 | 24..=31 => (false, true),
        32 | 40..=47 => (true, true),
        _ => return Err(refused(STREAM_ERROR)),
    };
    let window_bits = match window_bits as u8 & 15 {
        0 => 15,
        bits => bits,
    };
    Ok(Some(Accepted { zlib, gzip, window_bits }))
}
