//! An output stream that takes everything at once: no task has to move bytes to what may have to wait.

use bytes::Bytes;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// How many bytes a guest may write at a time.
pub(crate) const PIECE: usize = 64 << 10;

/// What is called with each piece.
type Take = dyn Fn(&[u8]) + Send + Sync;

/// Hands each piece to a function.
#[derive(Clone)]
pub(crate) struct Direct(Arc<Take>);

impl Direct {
    pub(crate) fn new(take: Arc<Take>) -> Self {
        Self(take)
    }
}

impl IsTerminal for Direct {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Direct {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Direct {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Direct {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        (self.0)(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PIECE)
    }
}

impl AsyncWrite for Direct {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        (self.0)(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
