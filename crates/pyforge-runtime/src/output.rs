//! The limit on output: one bound over what a guest writes to standard output and standard error.

use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// What ends a guest that has written too much.
#[derive(Debug, thiserror::Error)]
#[error("the limit on output was met")]
pub(crate) struct OutputExceeded;

/// How many bytes may still be written. Clones share it.
#[derive(Clone)]
pub(crate) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// No limit is one that nobody reaches.
    pub(crate) fn new(limit: Option<u64>) -> Self {
        Self(Arc::new(AtomicU64::new(limit.unwrap_or(u64::MAX))))
    }

    /// How many of so many bytes may be written.
    fn take(&self, wanted: usize) -> usize {
        let wanted = wanted as u64;
        let less = |left: u64| Some(left.saturating_sub(wanted));
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).unwrap_or(0);
        left.min(wanted) as usize
    }
}

/// A stream that ends the guest when the allowance is spent. What fits is written.
pub(crate) struct Limited<T> {
    inner: T,
    allowance: Allowance,
}

impl<T> Limited<T> {
    pub(crate) fn new(inner: T, allowance: Allowance) -> Self {
        Self { inner, allowance }
    }
}

impl<T: IsTerminal> IsTerminal for Limited<T> {
    fn is_terminal(&self) -> bool {
        self.inner.is_terminal()
    }
}

impl<T: StdoutStream> StdoutStream for Limited<T> {
    /// Not what WASI 0.2 asks for.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        self.inner.async_stream()
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Limited::new(self.inner.p2_stream(), self.allowance.clone()))
    }
}

#[async_trait]
impl Pollable for Limited<Box<dyn OutputStream>> {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

#[async_trait]
impl OutputStream for Limited<Box<dyn OutputStream>> {
    fn write(&mut self, mut bytes: Bytes) -> StreamResult<()> {
        let wanted = bytes.len();
        bytes.truncate(self.allowance.take(wanted));
        let fits = bytes.len() == wanted;
        self.inner.write(bytes)?;
        if fits { Ok(()) } else { Err(StreamError::Trap(OutputExceeded.into())) }
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}
