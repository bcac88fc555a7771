//! Reading ahead: a call of the host costs as much as some kilobytes.
//!
//! Where a database is read page by page in the order of the file, as when a table is scanned, one call fetches the
//! pages that are likely to be next. They are only good as long as the database is locked and nobody here writes to it.

use alloc::vec::Vec;

/// How much is fetched at first, and how much when that was all used, in bytes.
const FIRST: u64 = 16 * 1024;
const NEXT: u64 = 64 * 1024;

/// The smallest page, in bytes. What is smaller is a look at the head of the file.
const SMALLEST: usize = 512;

/// What was fetched.
#[derive(Default)]
pub struct Ahead {
    start: u64,
    data: Vec<u8>,
    /// The state of the database it is from.
    version: u64,
    /// Where the last page ended.
    next: u64,
}

impl Ahead {
    /// Reads what was fetched from the database as it is now. False when that is not all there.
    pub fn read(&mut self, buffer: &mut [u8], offset: u64, version: u64) -> bool {
        if self.version != version {
            self.data = Vec::new();
            self.version = version;
        }
        let start = offset.checked_sub(self.start).and_then(|start| usize::try_from(start).ok());
        let Some(data) = start.and_then(|start| self.data.get(start..)?.get(..buffer.len())) else {
            return false;
        };
        buffer.copy_from_slice(data);
        self.next = offset + buffer.len() as u64;
        true
    }

    /// How many bytes to fetch, rather than only the page that is read there, if pages are read one after the other.
    pub fn wanted(&mut self, length: usize, offset: u64) -> Option<u64> {
        let is_next = core::mem::replace(&mut self.next, offset.saturating_add(length as u64)) == offset;
        if length < SMALLEST || !is_next {
            return None;
        }
        let used_up = !self.data.is_empty() && self.start + self.data.len() as u64 == offset;
        Some(if used_up { NEXT } else { FIRST })
    }

    /// Keeps what was fetched.
    pub fn keep(&mut self, data: Vec<u8>, offset: u64) {
        self.start = offset;
        self.data = data;
    }
}
