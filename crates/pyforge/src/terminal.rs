//! The one door to the terminal: data goes to standard output, talk to standard error.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this module is the door")]

use std::fmt::Display;

/// Data: what a program would read.
pub fn print(text: impl Display) {
    println!("{text}");
}

/// Talk: what a person reads.
pub fn say(text: impl Display) {
    eprintln!("{text}");
}
