//! The bindings generated from the world in `wit/`.

#![allow(missing_docs, reason = "the documentation is in the WIT")]

wit_bindgen::generate!({
    path: "wit",
    world: "sqlite-export",
    generate_all,
    pub_export_macro: false,
});

pub use exports::sqlite::component::database::*;

cap_support::impl_bytes!(Bytes);
