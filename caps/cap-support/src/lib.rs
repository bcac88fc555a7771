//! What caps on a C library, or on a Rust one without the standard library, have in common.
//!
//! On WebAssembly this brings an allocator on libc's heap, the component model's way to use it, and a panic handler, so
//! that a cap needs neither the standard library nor the WASI imports that come with it.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod global;
mod output;
#[cfg(target_family = "wasm")]
mod runtime;
mod words;

pub use global::Global;
pub use output::{OutOfMemory, Output, check_headroom, has_room};
pub use words::bytes_of;
