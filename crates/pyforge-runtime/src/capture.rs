//! Guest output kept in memory, up to a bound.

use crate::direct::Direct;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keeps the first bytes a guest writes. Clones share one buffer, so a capture can be read after the run,
/// also when the run failed, or while it goes on.
#[derive(Clone, Debug)]
pub struct Capture(Arc<Mutex<Buffer>>);

#[derive(Debug)]
struct Buffer {
    bytes: Vec<u8>,
    limit: usize,
    truncated: bool,
}

impl Capture {
    /// Keeps up to `limit` bytes. What the guest writes beyond that is dropped; the guest does not notice.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Mutex::new(Buffer { bytes: Vec::new(), limit, truncated: false })))
    }

    /// What was kept so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.buffer().bytes.clone()
    }

    /// Whether anything was dropped.
    pub fn is_truncated(&self) -> bool {
        self.buffer().truncated
    }

    pub(crate) fn stream(&self) -> Direct {
        let capture = self.clone();
        Direct::new(Arc::new(move |bytes| capture.keep(bytes)))
    }

    fn keep(&self, bytes: &[u8]) {
        let mut buffer = self.buffer();
        let kept = bytes.len().min(buffer.limit - buffer.bytes.len());
        buffer.bytes.extend_from_slice(&bytes[..kept]);
        buffer.truncated |= kept < bytes.len();
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
