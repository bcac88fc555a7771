//! Why the host ends a run, and when.

use crate::{Interrupt, RunError};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

/// Why the host ends a run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    /// The policy's time is up.
    Timeout(Duration),
    /// Somebody asked for it.
    Interrupt,
}

impl Stop {
    /// Resolves when a run that starts now has to end.
    pub(crate) async fn when(limit: Option<Duration>, interrupt: &Interrupt) -> Self {
        tokio::select! {
            biased;
            () = interrupt.raised() => Self::Interrupt,
            limit = time_up(limit) => Self::Timeout(limit),
        }
    }
}

impl From<Stop> for RunError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Timeout(limit) => Self::Timeout { limit },
            Stop::Interrupt => Self::Interrupted,
        }
    }
}

async fn time_up(limit: Option<Duration>) -> Duration {
    let Some(limit) = limit else { return std::future::pending().await };
    let start = Instant::now();
    let mut timer = pin!(tokio::time::sleep(limit));
    // Threads that are busy with guests look at their timers late. Whoever is asked meanwhile looks at the clock.
    poll_fn(|context| if start.elapsed() >= limit { Poll::Ready(()) } else { timer.as_mut().poll(context) })
        .await;
    limit
}
