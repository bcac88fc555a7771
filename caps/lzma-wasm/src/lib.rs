//! LZMA as a WebAssembly component: `lzma:component/stream` on the C library liblzma.
//!
//! No part of it needs an operating system, so it leaves the standard library out and the component imports
//! nothing.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod bindings;
mod coder;
mod exports;
mod failure;
mod ffi;
mod filters;
