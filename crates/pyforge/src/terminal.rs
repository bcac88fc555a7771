//! The one door to the terminal: data goes to standard output, talk to standard error.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this module is the door")]

use std::fmt::Display;

use miette::{IntoDiagnostic as _, MietteHandlerOpts};

/// Errors as they are drawn: lines are left whole, so that a path in one can be copied.
pub fn draw_errors() -> miette::Result<()> {
    let draw = || MietteHandlerOpts::new().wrap_lines(false).build();
    miette::set_hook(Box::new(move |_| Box::new(draw()))).into_diagnostic()
}

/// Data: what a program would read.
pub fn print(text: impl Display) {
    println!("{text}");
}

/// Talk: what a person reads.
pub fn say(text: impl Display) {
    eprintln!("{text}");
}
