//! Files that live in memory: all those that SQLite makes for itself for a while.
//!
//! There need be no directory to write to, WASI has no way to take a file's name away while it is open, and nobody else
//! is to see them. So they are not files at all, and a crash leaves none behind.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::ffi::{IOERR_NOMEM, Outcome};
use super::methods::{File, Level};
use crate::ffi::memory_account;

/// A file grows by pieces of this size (bytes), which stay where they are: to move a large one would take it twice.
const PIECE: usize = 64 * 1024;

/// A file in memory.
#[derive(Default)]
pub struct MemoryFile {
    pieces: Vec<Box<[u8; PIECE]>>,
    size: usize,
}

impl MemoryFile {
    /// Makes room up to `size`, in zeros.
    fn grow(&mut self, size: usize) -> Outcome {
        let lacking = size.div_ceil(PIECE).saturating_sub(self.pieces.len());
        self.pieces.try_reserve(lacking).map_err(|_| IOERR_NOMEM)?;
        for _ in 0..lacking {
            self.pieces.push(zeros().ok_or(IOERR_NOMEM)?);
        }
        Ok(())
    }

    /// Zeros what is behind the end, up to the next piece.
    fn clear_tail(&mut self) {
        if let Some(piece) = self.pieces.get_mut(self.size / PIECE) {
            piece[self.size % PIECE..].fill(0);
        }
    }
}

fn zeros() -> Option<Box<[u8; PIECE]>> {
    let mut piece = Vec::new();
    piece.try_reserve_exact(PIECE).ok()?;
    // SAFETY: any size will do.
    if unsafe { memory_account(PIECE) } == 0 {
        return None;
    }
    piece.resize(PIECE, 0);
    piece.into_boxed_slice().try_into().ok()
}

/// The parts of `length` bytes at `offset`, as the piece, and the range within.
fn parts(offset: usize, length: usize) -> impl Iterator<Item = (usize, core::ops::Range<usize>)> {
    let end = offset + length;
    (offset / PIECE..end.div_ceil(PIECE)).map(move |piece| {
        let start = piece * PIECE;
        (piece, offset.max(start) - start..end.min(start + PIECE) - start)
    })
}

impl File for MemoryFile {
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> Outcome<usize> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(self.size);
        let length = buffer.len().min(self.size - offset);
        let mut rest = &mut buffer[..length];
        for (piece, range) in parts(offset, length) {
            let (part, behind) = rest.split_at_mut(range.len());
            part.copy_from_slice(&self.pieces[piece][range]);
            rest = behind;
        }
        Ok(length)
    }

    fn write(&mut self, data: &[u8], offset: u64) -> Outcome {
        let offset = usize::try_from(offset).map_err(|_| IOERR_NOMEM)?;
        let end = offset.checked_add(data.len()).ok_or(IOERR_NOMEM)?;
        self.grow(end)?;
        let mut rest = data;
        for (piece, range) in parts(offset, data.len()) {
            let (part, behind) = rest.split_at(range.len());
            self.pieces[piece][range].copy_from_slice(part);
            rest = behind;
        }
        self.size = self.size.max(end);
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> Outcome {
        let size = usize::try_from(size).map_err(|_| IOERR_NOMEM)?;
        self.grow(size)?;
        self.size = size;
        self.pieces.truncate(size.div_ceil(PIECE));
        self.clear_tail();
        Ok(())
    }

    fn size(&mut self) -> Outcome<u64> {
        Ok(self.size as u64)
    }

    fn sync(&mut self) -> Outcome {
        Ok(())
    }

    // Nobody else has it.
    fn lock(&mut self, _: Level) -> Outcome {
        Ok(())
    }

    fn unlock(&mut self, _: Level) -> Outcome {
        Ok(())
    }

    fn is_reserved(&mut self) -> Outcome<bool> {
        Ok(false)
    }
}
