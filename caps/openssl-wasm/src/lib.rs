//! OpenSSL as a WebAssembly component: TLS without sockets, certificates, digests and random numbers.
//!
//! Of the operating system it needs entropy and the time, so it leaves the standard library out and imports nothing else.

#![no_std]

extern crate alloc;

mod bindings;
mod bio;
mod callbacks;
mod connection;
mod context;
mod der;
mod description;
mod digest;
mod facts;
mod failure;
mod fetched;
mod ffi;
mod handshake;
mod hash_ffi;
mod hashed;
mod kdf;
mod mac;
mod object;
mod operations;
mod pem;
mod psk;
mod random;
mod roots;
mod secret;
mod session;
mod tls;
mod wire;
mod x509;

/// Implements all of the world's exports.
struct Component;

bindings::export!(Component with_types_in bindings);
