//! bzip2 as a WebAssembly component: `bzip2:component/stream` on libbzip2.
//!
//! No part of it needs an operating system, so it leaves the standard library out and the component imports nothing.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod bindings;
mod engine;
mod exports;
mod ffi;
