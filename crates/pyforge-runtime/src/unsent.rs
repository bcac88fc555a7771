//! Closing a stream with bytes that are still on their way, as systems do it: the program goes on at once, and the bytes
//! too. WASI's host would have the program wait for a peer that may be slow, or that may be the very program.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::p2::DynOutputStream;

use crate::guest::State;

/// The interface, in the version that wasmtime's own functions are registered with.
const STREAMS: &str = "wasi:io/streams@0.2.12";

/// How long the end of a run waits for the bytes. What a stream keeps back is at most 64 KiB of them, of a peer that
/// does not read; all before it is with the system, which goes on sending when the process is gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many may be on their way at a time. Of more, what is left is lost, as systems do it too: each keeps memory and a
/// connection of the host's.
const MOST: usize = 1024;

/// The closed streams of a guest that have not sent everything.
#[derive(Default)]
pub(crate) struct Unsent(JoinSet<()>);

type Sending = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Unsent {
    fn close(&mut self, mut stream: DynOutputStream) {
        while self.0.try_join_next().is_some() {}
        let mut sending: Sending = Box::pin(async move { stream.cancel().await });
        // Most have nothing left, and files are to be complete when they are closed.
        let is_pending = sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
        if is_pending && self.0.len() < MOST {
            self.0.spawn(sending);
        }
    }

    /// Waits until everything is sent, but not for ever.
    pub(crate) async fn wait(&mut self) {
        // What is late is lost, as it is when a system has enough of a peer.
        let _ = timeout(PATIENCE, async { while self.0.join_next().await.is_some() {} }).await;
    }
}

/// Puts this way to close into a linker, which must allow shadowing.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.instance(STREAMS)?.resource(
        "output-stream",
        ResourceType::host::<DynOutputStream>(),
        |mut store: StoreContextMut<'_, State>, index| {
            let state = store.data_mut();
            let stream = state.table.delete(Resource::<DynOutputStream>::new_own(index))?;
            state.unsent.close(stream);
            Ok(())
        },
    )
}
