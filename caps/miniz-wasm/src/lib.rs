//! miniz as a WebAssembly component: `zlib:component/stream` on the C library miniz.
//!
//! miniz does the raw deflate streams; the containers around them are in [`frame`]. No part of it needs an operating
//! system, so it leaves the standard library out and the component imports nothing.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod bindings;
mod compressor;
mod decompressor;
mod exports;
mod failure;
mod ffi;
mod frame;
mod queue;
mod raw;
