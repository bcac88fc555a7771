//! State of the whole instance, which one thread uses.

use core::cell::RefCell;

/// A value that one thread uses.
pub struct Global<T>(RefCell<T>);

// SAFETY: a component instance is entered by one thread at a time, and starts none.
unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    /// Holds a value.
    pub const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// Hands the value out for a while, in which nothing else may ask for it.
    pub fn with<R>(&self, use_it: impl FnOnce(&mut T) -> R) -> R {
        use_it(&mut self.0.borrow_mut())
    }
}
