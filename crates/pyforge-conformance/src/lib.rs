//! Runs CPython's own tests natively and in a composed Python, and compares them test by test.
//!
//! The measure of a cap is CPython's test suite for the module it stands in for. Both interpreters run the
//! same files with the same runner, `tests/cpython/runner.py`. What passes natively must pass in the
//! guest, unless `tests/cpython/expected.toml` says why it cannot.

mod compare;
mod outcome;
mod suite;

pub use compare::{Comparison, Unexpected};
pub use outcome::{Outcome, Outcomes, Record, Tally, read_report};
pub use suite::Conformance;
