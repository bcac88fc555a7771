//! Real components for the tests.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

use crate::Part;

/// What [`consumer`] wants of the interface it imports.
pub const SAME: &str = "f: func(x: u32) -> string;";

/// A component with the world's imports and exports, whose functions trap.
pub fn part(name: &str, wit: &str) -> Part {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("test.wit", wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    let bytes = ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap();
    Part { name: name.to_owned(), bytes }
}

/// `python`, which imports `a:b/i` of that version and exports `a:b/run`.
pub fn consumer(version: &str) -> Part {
    let interfaces = format!("interface i {{ {SAME} }} interface run {{ go: func(); }}");
    part("python", &format!("package a:b@{version}; {interfaces} world w {{ import i; export run; }}"))
}

/// An exporter of `a:b/i` of that version with these functions.
pub fn provider(name: &str, version: &str, functions: &str) -> Part {
    part(name, &format!("package a:b@{version}; interface i {{ {functions} }} world w {{ export i; }}"))
}
