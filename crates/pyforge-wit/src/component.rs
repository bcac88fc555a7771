//! What a component imports and exports, read from its bytes.

use wasmparser::Parser;
use wit_component::{OutputToString, WitPrinter};
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{InterfaceId, Resolve, WorldId, WorldItem};

use crate::world::interfaces;
use crate::{Interface, WitError};

/// A side of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What it needs.
    Import,
    /// What it offers.
    Export,
}

/// The interfaces that a component exports.
pub fn component_exports(bytes: &[u8]) -> Result<Vec<Interface>, WitError> {
    let (resolve, world) = decode_component(bytes)?;
    Ok(interfaces(&resolve, world, &resolve.worlds[world].exports))
}

/// The WIT text of an interface as a component has it; none when it is not on that side.
///
/// `interface` is the name with its version: `zlib:component/stream@0.1.0`.
pub fn interface_text(bytes: &[u8], side: Side, interface: &str) -> Result<Option<String>, WitError> {
    let (resolve, world) = decode_component(bytes)?;
    let world = &resolve.worlds[world];
    let items = match side {
        Side::Import => &world.imports,
        Side::Export => &world.exports,
    };
    let found = items.iter().find_map(|(key, item)| match item {
        WorldItem::Interface { id, .. } if resolve.name_world_key(key) == interface => Some(*id),
        _ => None,
    });
    Ok(found.map(|id| print(&resolve, id)))
}

fn print(resolve: &Resolve, interface: InterfaceId) -> String {
    let mut printer = WitPrinter::new(OutputToString::default());
    printer.emit_docs(false).print_interface(resolve, interface).expect("a string takes any text");
    printer.output.into()
}

fn decode_component(bytes: &[u8]) -> Result<(Resolve, WorldId), WitError> {
    let not_a_component = |message: String| WitError::NotAComponent { message };
    // The decoder would read the bindings' notes in a core module as well.
    if Parser::is_core_wasm(bytes) {
        return Err(not_a_component("it is a core module".to_owned()));
    }
    match decode(bytes) {
        Ok(DecodedWasm::Component(resolve, world)) => Ok((resolve, world)),
        Ok(DecodedWasm::WitPackage(..)) => Err(not_a_component("it is a WIT package".to_owned())),
        Err(error) => Err(not_a_component(format!("{error:#}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::component;

    fn filter() -> Vec<u8> {
        component(
            "package a:b@1.2.3;
             interface source { read: func() -> list<u8>; }
             interface sink { resource pen { write: func(data: list<u8>); } }
             world w { import source; export sink; }",
        )
    }

    #[test]
    fn exports_have_names_and_versions() {
        let names = |found: Vec<Interface>| found.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(component_exports(&filter()).unwrap()), ["a:b/sink@1.2.3"]);
    }

    #[test]
    fn an_interface_is_shown_as_wit_from_its_own_side() {
        let text = |side, name| interface_text(&filter(), side, name).unwrap();
        assert_eq!(
            text(Side::Export, "a:b/sink@1.2.3").unwrap(),
            "resource pen {\n  write: func(data: list<u8>);\n}\n"
        );
        assert!(text(Side::Import, "a:b/source@1.2.3").unwrap().contains("read: func() -> list<u8>;"));
        assert_eq!(text(Side::Import, "a:b/sink@1.2.3"), None);
    }

    #[test]
    fn a_core_module_is_not_a_component() {
        let error = component_exports(b"\0asm\x01\0\0\0").unwrap_err().to_string();
        assert_eq!(error, "not a component: it is a core module");
    }
}
