//! The bindings generated from the world in `wit/`.

#![allow(missing_docs, reason = "the documentation is in the WIT")]

wit_bindgen::generate!({
    path: "wit",
    world: "zlib-export",
    generate_all,
    additional_derives: [PartialEq],
    pub_export_macro: false,
});

pub use exports::zlib::component::stream::*;

cap_support::impl_bytes!(Bytes);
