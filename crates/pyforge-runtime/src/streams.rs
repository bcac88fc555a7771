//! Standard streams that a host takes part in while the guest runs.

use crate::direct::{Direct, PIECE};
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wasmtime_wasi::cli::{AsyncStdinStream, AsyncStdoutStream, StdoutStream};

/// Where a guest's output goes as it comes. Clones share it: one may be both standard output and standard error.
#[derive(Clone)]
pub struct Sink(Kind);

#[derive(Clone)]
enum Kind {
    Function(Direct),
    Writer(Shared<dyn AsyncWrite + Send>),
}

impl Sink {
    /// A function that is called with each piece as the guest writes it, where the guest runs: the guest goes on when
    /// it returns.
    pub fn function(take: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        Self(Kind::Function(Direct::new(Arc::new(take))))
    }

    /// A pipe, a socket, one end of [`tokio::io::duplex`]. The guest waits while it takes nothing. It is dropped with
    /// the last clone of this, mostly the one in the policy.
    pub fn writer(writer: impl AsyncWrite + Send + 'static) -> Self {
        Self(Kind::Writer(Shared(Arc::new(Mutex::new(Box::pin(writer))))))
    }

    /// For one run, which must have begun: a writer is served by a task of its runtime.
    pub(crate) fn stream(&self) -> Box<dyn StdoutStream + Sync> {
        match &self.0 {
            Kind::Function(direct) => Box::new(direct.clone()),
            Kind::Writer(writer) => Box::new(AsyncStdoutStream::new(PIECE, writer.clone())),
        }
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Function(_) => "Sink::function",
            Kind::Writer(_) => "Sink::writer",
        })
    }
}

/// Where a guest's input comes from as it is read.
#[derive(Clone)]
pub struct Feed(Shared<dyn AsyncRead + Send>);

impl Feed {
    /// A pipe, a socket, one end of [`tokio::io::duplex`]. Only one run at a time should have it, and what a run has
    /// taken from it and not read is lost to the next.
    pub fn reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self(Shared(Arc::new(Mutex::new(Box::pin(reader)))))
    }

    /// For one run.
    pub(crate) fn stream(&self) -> AsyncStdinStream {
        AsyncStdinStream::new(self.0.clone())
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Feed::reader")
    }
}

/// The host's end of a stream, which runs of the same policy share.
struct Shared<T: ?Sized>(Arc<Mutex<Pin<Box<T>>>>);

impl<T: ?Sized> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Pin<Box<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl AsyncWrite for Shared<dyn AsyncWrite + Send> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lock().as_mut().poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().as_mut().poll_flush(context)
    }

    /// The guest's end is not the writer's: another run may follow.
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

impl AsyncRead for Shared<dyn AsyncRead + Send> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.lock().as_mut().poll_read(context, buffer)
    }
}
