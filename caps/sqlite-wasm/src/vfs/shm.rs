//! A wal-index: memory that the connections to a database in WAL mode share, and its locks.
//!
//! It is plain memory of this instance, which holds the database against everyone else as long as there is one.

use alloc::alloc::{Layout, alloc_zeroed, dealloc};
use alloc::vec::Vec;
use core::ffi::c_void;
use core::ptr::{self, NonNull};

use super::ffi::{BUSY, IOERR_NOMEM, IOERR_SHMLOCK, Outcome, SHM_LOCKS};
use super::methods::Slots;
use crate::ffi::memory_account;

/// How strictly pieces are aligned, in bytes.
const ALIGN: usize = 8;

/// A wal-index.
pub struct Shm {
    pieces: Vec<NonNull<u8>>,
    /// Of each piece; unknown before the first.
    layout: Option<Layout>,
    locks: [Lock; SHM_LOCKS],
    /// How many connections use it.
    pub users: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    /// By how many connections.
    Shared(usize),
    Exclusive,
}

/// The locks that a connection has.
#[derive(Clone, Copy, Default)]
pub struct Held {
    shared: Slots,
    exclusive: Slots,
}

impl Shm {
    /// One without memory yet, and without users.
    pub fn new() -> Self {
        Self { pieces: Vec::new(), layout: None, locks: [Lock::Shared(0); SHM_LOCKS], users: 0 }
    }

    /// The piece with this number, of `size` bytes; null if it is not there and not to be made.
    pub fn piece(&mut self, index: usize, size: usize, make: bool) -> Outcome<*mut c_void> {
        let layout = Layout::from_size_align(size, ALIGN).map_err(|_| IOERR_SHMLOCK)?;
        if size == 0 || *self.layout.get_or_insert(layout) != layout {
            return Err(IOERR_SHMLOCK);
        }
        while make && self.pieces.len() <= index {
            self.pieces.try_reserve(1).map_err(|_| IOERR_NOMEM)?;
            // SAFETY: any size will do.
            if unsafe { memory_account(size) } == 0 {
                return Err(IOERR_NOMEM);
            }
            // SAFETY: the size is not zero.
            let piece = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(IOERR_NOMEM)?;
            self.pieces.push(piece);
        }
        Ok(self.pieces.get(index).map_or(ptr::null_mut(), |piece| piece.as_ptr().cast()))
    }

    /// Locks the slots for a connection that has `held`.
    pub fn lock(&mut self, held: &mut Held, slots: Slots, exclusively: bool) -> Outcome {
        let mine = if exclusively { held.exclusive } else { held.shared };
        let wanted = slots & !mine;
        let is_free = |lock: &Lock| match lock {
            Lock::Shared(count) => *count == 0 || !exclusively,
            Lock::Exclusive => false,
        };
        if !self.of(wanted).all(|lock| is_free(lock)) {
            return Err(BUSY);
        }
        for lock in self.of(wanted) {
            *lock = match *lock {
                Lock::Shared(count) if !exclusively => Lock::Shared(count + 1),
                _ => Lock::Exclusive,
            };
        }
        *(if exclusively { &mut held.exclusive } else { &mut held.shared }) |= wanted;
        Ok(())
    }

    /// Unlocks the slots, as far as the connection has them.
    pub fn unlock(&mut self, held: &mut Held, slots: Slots) {
        for lock in self.of(slots & (held.shared | held.exclusive)) {
            *lock = match *lock {
                Lock::Shared(count) => Lock::Shared(count.saturating_sub(1)),
                Lock::Exclusive => Lock::Shared(0),
            };
        }
        held.shared &= !slots;
        held.exclusive &= !slots;
    }

    fn of(&mut self, slots: Slots) -> impl Iterator<Item = &mut Lock> {
        let each = self.locks.iter_mut().enumerate();
        each.filter(move |(slot, _)| slots & 1 << slot != 0).map(|(_, lock)| lock)
    }
}

impl Drop for Shm {
    fn drop(&mut self) {
        for piece in &self.pieces {
            if let Some(layout) = self.layout {
                // SAFETY: it was allocated with this layout.
                unsafe { dealloc(piece.as_ptr(), layout) };
            }
        }
    }
}
