//! SQLite as a WebAssembly component: `sqlite:component/database` on the C library.
//!
//! Of the operating system it needs files, clocks and random numbers, which it takes from WASI directly (`vfs`), so it
//! leaves the standard library out and imports nothing else.

#![no_std]

extern crate alloc;

mod backup;
mod bindings;
mod blob;
mod callbacks;
mod connection;
mod description;
mod exports;
mod failure;
mod ffi;
mod statement;
mod suspension;
mod values;
mod vfs;
mod whole;
mod withheld;
