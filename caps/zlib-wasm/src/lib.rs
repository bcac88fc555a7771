//! zlib as a WebAssembly component: `zlib:component/stream` on zlib-rs.
//!
//! No part of it needs an operating system, so it leaves the standard library out and the component imports
//! nothing.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod bindings;
mod checksum;
mod engine;
mod exports;
