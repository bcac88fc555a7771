//! Runs an interpreter's own tests natively and in a guest, and compares them test by test.
//!
//! The measure of a cap is CPython's test suite for the module it stands in for; that of the port of MicroPython is
//! MicroPython's. Both builds run the same files with the same runner: `tests/cpython/runner.py`, or upstream's
//! `run-tests.py`. What passes natively must pass in the guest, unless `tests/cpython/expected.toml` or
//! `tests/micropython/expected.toml` says why it cannot.

mod compare;
mod cpython;
mod micropython;
mod outcome;

pub use compare::{Comparison, Unexpected};
pub use cpython::Conformance;
pub use micropython::MicroPythonConformance;
pub use outcome::{Outcome, Outcomes, Record, Tally, read_report};
