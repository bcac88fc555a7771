//! A compressor as the interface has it: miniz's raw engine, a container around it, and an output bound.

use crate::bindings::{Chunk, Compression, Error, Flush, Status};
use crate::failure::{BUF_ERROR, STREAM_ERROR, refused, unsupported};
use crate::ffi::{MZ_FINISH, MZ_FULL_FLUSH, MZ_NO_FLUSH, MZ_SYNC_FLUSH};
use crate::frame::{Check, Container, header};
use crate::queue::Queue;
use crate::raw::Deflate;

/// How much input is compressed before looking at the output bound again, in bytes. It bounds what waits.
const PIECE: usize = 64 * 1024;

/// One stream being compressed.
pub struct Compressor {
    raw: Deflate,
    check: Check,
    waiting: Queue,
    /// The flush that the output has been brought to since the last byte of input.
    flushed: Flush,
}

impl Compressor {
    /// Sets one up.
    pub fn open(options: &Compression) -> Result<Self, Error> {
        let container = container(options)?;
        let mut waiting = Queue::default();
        waiting.tail().extend_from_slice(header(container, options.level));
        let raw = Deflate::open(options.level, options.strategy)?;
        Ok(Self { raw, check: Check::new(container), waiting, flushed: Flush::None })
    }

    /// Compresses `input` into at most `limit` bytes.
    pub fn compress(&mut self, input: &[u8], flush: Flush, limit: usize) -> Result<Chunk, Error> {
        self.allow(input, flush)?;
        let mut consumed = 0;
        for piece in input.chunks(PIECE) {
            if self.waiting.len() >= limit {
                break;
            }
            self.take(piece)?;
            consumed += piece.len();
        }
        if consumed == input.len() && self.waiting.len() < limit {
            self.flush(flush)?;
        }
        let output = self.waiting.hand_out(limit)?.into();
        let ended = self.ended() && self.waiting.len() == 0;
        let status = if ended { Status::StreamEnd } else { Status::Ok };
        Ok(Chunk { output, consumed: consumed as u32, status })
    }

    /// Whether the call makes sense here; zlib's answers where it does not.
    fn allow(&self, input: &[u8], flush: Flush) -> Result<(), Error> {
        match flush {
            Flush::Trees => Err(refused(STREAM_ERROR)),
            Flush::Block => Err(unsupported("the flush mode block")),
            _ if !self.ended() => Ok(()),
            Flush::Finish if input.is_empty() => Ok(()),
            Flush::Finish => Err(refused(BUF_ERROR)),
            _ => Err(refused(STREAM_ERROR)),
        }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.check.update(piece);
        self.flushed = Flush::None;
        self.raw.run(piece, MZ_NO_FLUSH, self.waiting.tail())
    }

    /// Brings the output to `flush`, once.
    fn flush(&mut self, flush: Flush) -> Result<(), Error> {
        if rank(flush) <= rank(self.flushed) {
            return Ok(());
        }
        self.flushed = flush;
        self.raw.run(&[], rank(flush), self.waiting.tail())?;
        if flush == Flush::Finish {
            self.waiting.tail().extend(self.check.trailer());
        }
        Ok(())
    }

    fn ended(&self) -> bool {
        self.flushed == Flush::Finish
    }
}

/// miniz's number for a flush mode; the larger one implies the smaller. Its partial flush is a sync flush.
fn rank(flush: Flush) -> i32 {
    match flush {
        Flush::None | Flush::Block | Flush::Trees => MZ_NO_FLUSH,
        Flush::Partial | Flush::Sync => MZ_SYNC_FLUSH,
        Flush::Full => MZ_FULL_FLUSH,
        Flush::Finish => MZ_FINISH,
    }
}

/// The container that legal options ask for.
fn container(options: &Compression) -> Result<Container, Error> {
    let legal = (-1..=9).contains(&options.level)
        && options.method == 8
        && (1..=9).contains(&options.mem_level)
        && (0..=4).contains(&options.strategy);
    match options.window_bits {
        _ if !legal => Err(refused(STREAM_ERROR)),
        -15 => Ok(Container::Raw),
        15 => Ok(Container::Zlib),
        31 => Ok(Container::Gzip),
        -14..=-9 | 8..=14 | 25..=30 => Err(unsupported("compressing with a window of other than 32 KiB")),
        _ => Err(refused(STREAM_ERROR)),
    }
}
