//! The bindings generated from the world in `wit/`.

#![allow(missing_docs, reason = "the documentation is in the WIT")]

wit_bindgen::generate!({
    path: "wit",
    world: "zstd-export",
    generate_all,
    additional_derives: [PartialEq],
    pub_export_macro: false,
});

pub use exports::zstd::component::stream::*;

cap_support::impl_bytes!(Bytes);
