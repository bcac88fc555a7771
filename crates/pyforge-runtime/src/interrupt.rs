//! A request to stop, given from another thread.

use std::sync::Arc;
use tokio::sync::watch;

/// Stops the runs it was given to. Clones share one state, and once raised it stays raised.
///
/// Raising it is safe from any thread, a signal handling thread included, but not from within a signal
/// handler itself.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Interrupt {
    /// An interrupt that is not raised.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Stops every run that holds a clone, and every later one as it starts.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Whether [`raise`](Self::raise) was called.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when raised.
    pub(crate) async fn raised(&self) {
        let mut state = self.0.subscribe();
        // The only error is a dropped sender, and `self` holds it.
        let _ = state.wait_for(|raised| *raised).await;
    }
}

impl Default for Interrupt {
    fn default() -> Self {
        Self::new()
    }
}
