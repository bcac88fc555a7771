//! One component out of a consumer and the providers of what it imports.

use std::error::Error;

use wac_graph::{CompositionGraph, EncodeError, EncodeOptions, NodeId, PackageId};
use wac_types::Package;
use wasmparser::Parser;

use crate::audit::{Audit, Link};
use crate::error::with_causes;
use crate::{ComposeError, names};

/// Part of what a composition is made from: raised whenever the same parts come to make other bytes.
pub const REVISION: u32 = 2;

/// A component to be composed, with a name for people.
#[derive(Debug, Clone)]
pub struct Part {
    /// What messages and `inspect` call it; no two parts have the same.
    pub name: String,
    /// The component.
    pub bytes: Vec<u8>,
}

/// Composes them: the result exports what the consumer exports, and embeds each part byte for byte.
///
/// Providers may import from each other. Nothing but WASI is left to import, every provider is used, and the
/// result is validated. The same parts in the same order make the same bytes.
pub fn compose(consumer: Part, providers: Vec<Part>) -> Result<Vec<u8>, ComposeError> {
    compose_for_host(consumer, providers, &[])
}

/// The same for a host that provides more than WASI: these interfaces, with their versions, are left to it.
pub fn compose_for_host(
    consumer: Part,
    providers: Vec<Part>,
    host: &[String],
) -> Result<Vec<u8>, ComposeError> {
    let mut parts: Vec<Part> = std::iter::once(consumer).chain(providers).collect();
    let mut graph = CompositionGraph::new();
    let packages = parts.iter_mut().map(|part| register(&mut graph, part)).collect::<Result<Vec<_>, _>>()?;
    let links = Audit { graph: &graph, packages: &packages, parts: &parts, host }.links()?;
    let nodes: Vec<_> = packages.iter().map(|package| graph.instantiate(*package)).collect();
    for link in &links {
        plug(&mut graph, &nodes, link)?;
    }
    export_all(&mut graph, packages[0], nodes[0])?;
    let mut composed =
        graph.encode(EncodeOptions::default()).map_err(|error| encode_error(&graph, &error))?;
    names::append(&mut composed, &graph, &packages).map_err(unencodable)?;
    Ok(composed)
}

/// Hands the part's bytes to the graph.
fn register(graph: &mut CompositionGraph, part: &mut Part) -> Result<PackageId, ComposeError> {
    let invalid = |message: String| ComposeError::Invalid { part: part.name.clone(), message };
    if Parser::is_core_wasm(&part.bytes) {
        return Err(invalid("it is a core module, not a component".to_owned()));
    }
    let bytes = std::mem::take(&mut part.bytes);
    let package = Package::from_bytes(&part.name, None, bytes, graph.types_mut())
        .map_err(|error| invalid(format!("{error:#}")))?;
    graph.register_package(package).map_err(|_| invalid("another part has the same name".to_owned()))
}

fn plug(graph: &mut CompositionGraph, nodes: &[NodeId], link: &Link) -> Result<(), ComposeError> {
    let export = graph.alias_instance_export(nodes[link.provider], &link.interface).map_err(unencodable)?;
    graph.set_instantiation_argument(nodes[link.consumer], &link.interface, export).map_err(unencodable)
}

fn export_all(graph: &mut CompositionGraph, package: PackageId, node: NodeId) -> Result<(), ComposeError> {
    let names: Vec<_> = graph.types()[graph[package].ty()].exports.keys().cloned().collect();
    for name in names {
        let export = graph.alias_instance_export(node, &name).map_err(unencodable)?;
        graph.export(export, &name).map_err(unencodable)?;
    }
    Ok(())
}

fn encode_error(graph: &CompositionGraph, error: &EncodeError) -> ComposeError {
    match error {
        EncodeError::GraphContainsCycle { node } => ComposeError::Cycle { part: part_of(graph, *node) },
        _ => ComposeError::Encode { message: with_causes(error) },
    }
}

/// The part that a node of the graph is, or is an export of.
fn part_of(graph: &CompositionGraph, node: NodeId) -> String {
    let package = graph[node].package();
    package.map_or_else(|| "a component".to_owned(), |package| graph[package].name().to_owned())
}

fn unencodable(error: impl Error) -> ComposeError {
    ComposeError::Encode { message: with_causes(&error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect;
    use crate::testing::{SAME, consumer, part, provider};
    use miette::Diagnostic;

    /// The message, having seen that there is help as well.
    fn refusal(consumer: Part, providers: Vec<Part>) -> String {
        let error = compose(consumer, providers).unwrap_err();
        assert!(error.help().is_some(), "{error} comes without help");
        error.to_string()
    }

    #[test]
    fn the_whole_exports_what_the_consumer_exports_and_is_the_same_each_time() {
        let composed = || compose(consumer("1.0.0"), vec![provider("zlib-wasm", "1.0.0", SAME)]).unwrap();
        let inspection = inspect(&composed()).unwrap();
        assert_eq!(inspection.exports, ["a:b/run@1.0.0"]);
        assert!(inspection.imports.is_empty());
        assert_eq!(composed(), composed());
    }

    #[test]
    fn a_consumer_of_nothing_needs_no_provider() {
        let alone =
            part("python", "package a:b@1.0.0; interface run { go: func(); } world w { export run; }");
        assert!(compose(alone, vec![]).is_ok());
    }

    #[test]
    fn providers_import_from_each_other_in_whatever_order_they_are_given() {
        let python = || part("python", "package a:b; interface i { f: func(); } world w { import i; }");
        let tls = || {
            part(
                "tls",
                "package a:b; interface i { f: func(); } interface j { g: func(); }
                 world w { import j; export i; }",
            )
        };
        let random = || part("random", "package a:b; interface j { g: func(); } world w { export j; }");
        for providers in [vec![tls(), random()], vec![random(), tls()]] {
            let inspection = inspect(&compose(python(), providers).unwrap()).unwrap();
            let from = |name: &str| {
                let part = inspection.embedded.iter().find(|part| part.name == name).unwrap();
                part.imports[0].from.clone().unwrap()
            };
            assert_eq!((from("python").as_str(), from("tls").as_str()), ("tls", "random"));
        }
    }

    #[test]
    fn a_provider_that_offers_more_than_is_asked_for_fits() {
        let more = provider("zlib-wasm", "1.0.0", "f: func(x: u32) -> string; more: func();");
        assert!(compose(consumer("1.0.0"), vec![more]).is_ok());
    }

    #[test]
    fn an_import_that_nobody_satisfies_is_an_error() {
        let message = refusal(consumer("1.0.0"), vec![]);
        assert_eq!(message, "python imports a:b/i@1.0.0, and no component exports it");
    }

    #[test]
    fn what_the_host_is_known_to_provide_is_left_to_it_and_nothing_else() {
        let host = ["a:b/i@1.0.0".to_owned()];
        let composed = compose_for_host(consumer("1.0.0"), vec![], &host).unwrap();
        let imports: Vec<_> =
            inspect(&composed).unwrap().imports.into_iter().map(|import| import.name).collect();
        assert_eq!(imports, host);
        let error = compose_for_host(consumer("1.0.1"), vec![], &host).unwrap_err();
        assert_eq!(error.to_string(), "python imports a:b/i@1.0.1, and no component exports it");
    }

    #[test]
    fn an_import_of_a_provider_must_be_satisfied_too() {
        let wit = "package c:d; interface i { f: func(); } interface j { g: func(); } world w { import j; export i; }";
        let python = part("python", "package c:d; interface i { f: func(); } world w { import i; }");
        let message = refusal(python, vec![part("tls", wit)]);
        assert_eq!(message, "tls imports c:d/j, and no component exports it");
    }

    #[test]
    fn a_function_outside_of_any_interface_must_be_satisfied_too() {
        let message = refusal(part("python", "package a:b; world w { import beep: func(); }"), vec![]);
        assert_eq!(message, "python imports beep, and no component exports it");
    }

    #[test]
    fn another_version_is_an_error_that_names_both() {
        for version in ["2.0.0", "1.0.1"] {
            let message = refusal(consumer("1.0.0"), vec![provider("zlib-wasm", version, SAME)]);
            let expected = format!("python imports a:b/i@1.0.0, but zlib-wasm exports a:b/i@{version}");
            assert_eq!(message, expected);
        }
    }

    #[test]
    fn other_types_are_an_error_that_shows_both_sides() {
        let other = provider("zlib-wasm", "1.0.0", "f: func(x: u64) -> string;");
        let message = refusal(consumer("1.0.0"), vec![other]);
        assert!(message.starts_with("python and zlib-wasm disagree about a:b/i@1.0.0: "), "{message}");
        assert!(
            message.contains("\n-f: func(x: u32) -> string;\n+f: func(x: u64) -> string;\n"),
            "{message}"
        );
        assert!(message.contains("imported by python") && message.contains("exported by zlib-wasm"));
    }

    #[test]
    fn a_function_that_the_provider_lacks_is_named() {
        let message = refusal(consumer("1.0.0"), vec![provider("zlib-wasm", "1.0.0", "g: func();")]);
        assert!(message.contains("`f`") && message.contains("\n-f: func"), "{message}");
    }

    #[test]
    fn two_providers_of_one_interface_are_an_error() {
        let both = vec![provider("zlib-wasm", "1.0.0", SAME), provider("miniz-wasm", "1.0.0", SAME)];
        let message = refusal(consumer("1.0.0"), both);
        assert_eq!(message, "python imports a:b/i@1.0.0, and both zlib-wasm and miniz-wasm export it");
    }

    #[test]
    fn a_provider_of_nothing_that_is_wanted_is_an_error() {
        let other = part("odd", "package c:d@1.0.0; interface j { g: func(); } world w { export j; }");
        let message = refusal(consumer("1.0.0"), vec![provider("zlib-wasm", "1.0.0", SAME), other]);
        assert_eq!(message, "nothing imports what odd exports: c:d/j@1.0.0");
    }

    #[test]
    fn providers_that_import_from_each_other_in_a_circle_are_an_error() {
        let half = |name, import, export| {
            let wit = "package a:b; interface i { f: func(); } interface j { g: func(); } world w";
            part(name, &format!("{wit} {{ import {import}; export {export}; }}"))
        };
        let python = part("python", "package a:b; interface i { f: func(); } world w { import i; }");
        let message = refusal(python, vec![half("one", "i", "j"), half("two", "j", "i")]);
        let expected = |part| format!("{part} imports from components that import from it in turn");
        assert!([expected("one"), expected("two")].contains(&message), "{message}");
    }

    #[test]
    fn two_parts_of_one_name_are_an_error() {
        let message = refusal(consumer("1.0.0"), vec![provider("python", "1.0.0", SAME)]);
        assert_eq!(message, "python cannot be composed: another part has the same name");
    }

    #[test]
    fn a_core_module_and_a_text_are_not_parts() {
        let bytes = |bytes: &[u8]| Part { name: "core".to_owned(), bytes: bytes.to_vec() };
        let message = refusal(bytes(b"\0asm\x01\0\0\0"), vec![]);
        assert_eq!(message, "core cannot be composed: it is a core module, not a component");
        assert!(refusal(bytes(b"hello"), vec![]).starts_with("core cannot be composed: "));
    }
}
