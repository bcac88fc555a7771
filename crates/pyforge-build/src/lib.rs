//! Builds every part of a distribution and keeps the results in a content-addressed store.
//!
//! One door each: [`process`] starts programs, `fetch` touches the network, `store` decides what is up
//! to date. Progress goes to a [`Progress`] the caller brings; nothing here writes to the terminal.

mod archive;
mod component;
mod context;
mod cpython;
mod digest;
mod distribution;
mod extension;
mod fetch;
mod files;
mod interpreter;
mod library;
mod machine;
mod micropython;
pub mod process;
mod progress;
mod ready;
mod rust;
mod scaffold;
mod source;
mod spill;
mod stdlib;
mod store;
mod suspendable;
mod toolchain;
mod wasm_opt;
mod witness;

pub use cpython::CPython;
pub use distribution::{Build, Built, BuiltMicroPython, Choice};
pub use files::{copy_file, copy_tree};
pub use machine::{Part, Remedy, State, provide_programs};
pub use micropython::MicroPython;
pub use progress::{Progress, Silent, Task};
pub use ready::Ready;
pub use scaffold::new_cap;
pub use toolchain::toolchain_parts;
pub use witness::Witnesses;

/// Anything that can go wrong while building, ready to be shown.
pub type Error = miette::Report;
/// The outcome of a build step.
pub type Result<T, E = Error> = std::result::Result<T, E>;
