//! Zstandard as a WebAssembly component: `zstd:component/stream` on the C library.
//!
//! No part of it needs an operating system, so it leaves the standard library out and the component imports nothing.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod bindings;
mod compressor;
mod decompressor;
mod dictionary;
mod exports;
mod failure;
mod ffi;
mod frame;
mod training;
