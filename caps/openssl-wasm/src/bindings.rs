//! The bindings generated from the world in `wit/`.

#![allow(missing_docs, reason = "the documentation is in the WIT")]

wit_bindgen::generate!({
    path: "wit",
    world: "openssl-export",
    generate_all,
    pub_export_macro: false,
});

pub use exports::openssl::component::{digest, kdf, mac, random, tls, x509};

cap_support::impl_bytes!(tls::Bytes);
cap_support::impl_bytes!(x509::Bytes);
