//! The one door to the terminal: data goes to standard output, talk to standard error.

use std::fmt::Display;
use std::io::Write;

use miette::{IntoDiagnostic as _, MietteHandlerOpts};

/// Errors as they are drawn: lines are left whole, so that a path in one can be copied.
pub fn draw_errors() -> miette::Result<()> {
    let draw = || MietteHandlerOpts::new().wrap_lines(false).build();
    miette::set_hook(Box::new(move |_| Box::new(draw()))).into_diagnostic()
}

/// Data: what a program would read.
pub fn print(text: impl Display) {
    write(std::io::stdout(), text);
}

/// Talk: what a person reads.
pub fn say(text: impl Display) {
    write(std::io::stderr(), text);
}

fn write(mut to: impl Write, text: impl Display) {
    if writeln!(to, "{text}").is_err() {
        // Nobody reads: a pipe that `head` has closed.
        std::process::exit(1);
    }
}
