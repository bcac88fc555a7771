//! Guest output kept in memory, up to a bound.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

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

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IsTerminal for Capture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Capture {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Capture {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut buffer = self.buffer();
        let kept = bytes.len().min(buffer.limit - buffer.bytes.len());
        buffer.bytes.extend_from_slice(&bytes[..kept]);
        buffer.truncated |= kept < bytes.len();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
