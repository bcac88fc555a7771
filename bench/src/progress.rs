//! What takes long while parts are built, as lines on standard error.
#![expect(clippy::print_stderr, reason = "a benchmark says what it waits for")]

use pyforge_build::{Progress, Silent, Task};

/// A line when something begins.
pub struct Plain;

impl Progress for Plain {
    fn start(&self, title: &str) -> Box<dyn Task> {
        eprintln!("{title} …");
        Box::new(Silent)
    }

    fn note(&self, text: &str) {
        eprintln!("{text}");
    }
}
