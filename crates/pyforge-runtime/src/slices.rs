//! Slices of time: a guest that computes pauses after each, so that others on its thread get their turn, and so that
//! it is seen when its time is up or when it is interrupted.
//!
//! The engine's epoch is the clock. It only moves while guests compute, so a host full of waiting guests sleeps.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use wasmtime::{Engine, EngineWeak};

/// How long a guest computes without a pause, and so how late it may notice that it has to stop.
const SLICE: Duration = Duration::from_millis(2);

/// How many slices without a guest that computes stop the clock. To start it again costs more than a slice.
const IDLE_SLICES: u32 = 100;

/// Who computes, and the clock that runs meanwhile.
#[derive(Clone)]
pub(crate) struct Slices(Arc<Clock>);

#[derive(Default)]
struct Clock {
    computing: AtomicUsize,
    needed: Notify,
}

impl Slices {
    /// A clock for the guests of an engine, which stops for good with either the engine or the threads.
    pub(crate) fn new(engine: &Engine, threads: &Handle) -> Self {
        let slices = Self(Arc::default());
        threads.spawn(slices.clone().run(engine.weak()));
        slices
    }

    async fn run(self, engine: EngineWeak) {
        loop {
            self.0.needed.notified().await;
            let mut idle = 0;
            while idle < IDLE_SLICES {
                tokio::time::sleep(SLICE).await;
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
                idle = if self.0.computing.load(Ordering::Relaxed) == 0 { idle + 1 } else { 0 };
            }
        }
    }

    /// Completes a future in which a guest computes; whenever that is polled, the clock runs.
    pub(crate) async fn while_computing<T>(&self, guest: impl Future<Output = T>) -> T {
        let mut guest = pin!(guest);
        poll_fn(|context| {
            let _turn = Turn::begin(&self.0);
            guest.as_mut().poll(context)
        })
        .await
    }
}

/// A guest that computes, until dropped.
struct Turn<'a>(&'a Clock);

impl<'a> Turn<'a> {
    fn begin(clock: &'a Clock) -> Self {
        if clock.computing.fetch_add(1, Ordering::Relaxed) == 0 {
            clock.needed.notify_one();
        }
        Self(clock)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.computing.fetch_sub(1, Ordering::Relaxed);
    }
}
