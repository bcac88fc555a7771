//! What a provider of `openssl:component` must do.

mod broken_files;
mod broken_records;
#[path = "../../../crates/pyforge/tests/tls/certificates.rs"]
mod certificates;
mod contents;
mod digests;
mod ending;
mod fuzzing;
mod handshake;
mod identity;
mod keys;
mod limits;
mod memory;
mod mutation;
mod names;
mod pem;
mod reading;
mod sessions;
mod settings;
mod shared;
mod trust;
