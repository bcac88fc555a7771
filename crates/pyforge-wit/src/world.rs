//! One world of a folder of WIT, resolved with the packages under its `deps/`.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use miette::NamedSource;
use wit_parser::{PackageId, ParseError, Resolve, ResolveError, Span, WorldId, WorldItem, WorldKey};

use crate::{Interface, Location, WitError};

/// The interfaces that a world imports; without a name, the folder's only world.
///
/// Functions and types that the world imports outside of any interface are not among them.
pub fn imports(wit_dir: &Path, world: Option<&str>) -> Result<Vec<Interface>, WitError> {
    let (resolve, world) = load(wit_dir, world)?;
    Ok(interfaces(&resolve, world, &resolve.worlds[world].imports))
}

/// The interfaces that a world exports; without a name, the folder's only world.
pub fn exports(wit_dir: &Path, world: Option<&str>) -> Result<Vec<Interface>, WitError> {
    let (resolve, world) = load(wit_dir, world)?;
    Ok(interfaces(&resolve, world, &resolve.worlds[world].exports))
}

/// Reads a folder and finds the world in it.
pub(crate) fn load(wit_dir: &Path, world: Option<&str>) -> Result<(Resolve, WorldId), WitError> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit_dir).map_err(|error| {
        let located = error.chain().find_map(located);
        let explained = located.and_then(|(span, message)| at_span(&resolve, span, message));
        explained.unwrap_or_else(|| folder(wit_dir, &resolve.render_error(&error)))
    })?;
    let id = select(&resolve, package, wit_dir, world)?;
    Ok((resolve, id))
}

fn select(
    resolve: &Resolve,
    package: PackageId,
    dir: &Path,
    world: Option<&str>,
) -> Result<WorldId, WitError> {
    resolve.select_world(&[package], world).map_err(|_| {
        let names: Vec<_> = resolve.packages[package].worlds.keys().map(String::as_str).collect();
        let worlds = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let dir = dir.to_owned();
        match world {
            Some(world) => WitError::NoWorld { dir, world: world.to_owned(), worlds },
            None => WitError::WhichWorld { dir, worlds },
        }
    })
}

/// The interfaces among what a world imports or exports.
pub(crate) fn interfaces<'a>(
    resolve: &Resolve,
    world: WorldId,
    items: impl IntoIterator<Item = (&'a WorldKey, &'a WorldItem)>,
) -> Vec<Interface> {
    let interface = |(key, item): (&WorldKey, &WorldItem)| {
        let WorldItem::Interface { id, span, .. } = item else { return None };
        let package = resolve.interfaces[*id].package.map(|package| &resolve.packages[package].name);
        let named = package.zip(resolve.interfaces[*id].name.as_ref());
        Some(Interface {
            id: match named {
                Some((package, name)) => format!("{}:{}/{name}", package.namespace, package.name),
                None => resolve.name_world_key(key),
            },
            version: named.and_then(|(package, _)| package.version.clone()),
            // The parser drops the place of an import of a named interface; the world's is the next best.
            location: location(resolve, *span).or_else(|| location(resolve, resolve.worlds[world].span)),
        })
    };
    items.into_iter().filter_map(interface).collect()
}

fn location(resolve: &Resolve, span: Span) -> Option<Location> {
    let place = resolve.source_map.resolve_span(span)?;
    let text = std::fs::read_to_string(place.path).ok()?;
    Some(Location { path: place.path.into(), line: line(&text, place.range.start) })
}

/// The line, counted from 1, that a byte of a text is on.
fn line(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// The place and the message of an error that knows its place.
fn located(error: &(dyn Error + 'static)) -> Option<(Span, String)> {
    let parse = error.downcast_ref::<ParseError>().map(|error| (error.kind().span(), error.to_string()));
    parse.or_else(|| {
        error.downcast_ref::<ResolveError>().map(|error| (error.kind().span(), error.to_string()))
    })
}

fn at_span(resolve: &Resolve, span: Span, message: String) -> Option<WitError> {
    let place = resolve.source_map.resolve_span(span)?;
    let text = std::fs::read_to_string(place.path).ok()?;
    Some(WitError::Parse {
        path: place.path.into(),
        line: line(&text, place.range.start),
        message,
        text: Arc::new(NamedSource::new(place.path, text)),
        at: place.range.into(),
    })
}

fn folder(dir: &Path, message: &str) -> WitError {
    WitError::Folder { dir: dir.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::folder_of;

    const DEPENDENCY: &str = "package zlib:component@0.1.0; interface %stream { f: func(); }";

    #[test]
    fn imports_have_a_name_a_version_and_the_line_of_their_world() {
        let dir = folder_of(&[
            ("world.wit", "package a:b;\n\nworld w {\n    import zlib:component/%stream@0.1.0;\n}\n"),
            ("deps/zlib/stream.wit", DEPENDENCY),
        ]);
        let found = imports(dir.path(), None).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].to_string(), "zlib:component/stream@0.1.0");
        assert_eq!(found[0].id, "zlib:component/stream");
        let location = found[0].location.as_ref().unwrap();
        assert_eq!((location.path.as_path(), location.line), (dir.path().join("world.wit").as_path(), 3));
        assert_eq!(exports(dir.path(), Some("w")).unwrap(), []);
    }

    #[test]
    fn what_has_no_version_or_no_package_is_listed_too() {
        let dir = folder_of(&[(
            "world.wit",
            "package a:b; interface i { f: func(); } world w { import i; import c: interface { g: func(); } }",
        )]);
        let names: Vec<_> = imports(dir.path(), None).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a:b/i", "c"]);
    }

    #[test]
    fn a_mistake_names_its_file_and_line_and_is_marked_in_the_text() {
        let dir = folder_of(&[("world.wit", "package a:b;\nworld w { import }")]);
        let error = imports(dir.path(), None).unwrap_err();
        assert!(error.to_string().contains("world.wit:2: expected"), "{error}");
        let report = format!("{:?}", miette::Report::new(error));
        assert!(report.contains("import }") && report.contains("here"), "{report}");
    }

    #[test]
    fn a_package_that_is_not_in_deps_names_the_line_that_wants_it() {
        let dir =
            folder_of(&[("world.wit", "package a:b;\nworld w {\n import zlib:component/%stream@0.1.0;\n}")]);
        let error = imports(dir.path(), None).unwrap_err().to_string();
        assert!(error.contains("world.wit:3:") && error.contains("zlib:component"), "{error}");
    }

    #[test]
    fn a_world_that_is_not_there_is_named_with_those_that_are() {
        let dir = folder_of(&[("world.wit", "package a:b; world one {} world two {}")]);
        let error = imports(dir.path(), Some("other")).unwrap_err();
        assert!(error.to_string().contains("has no world `other`"), "{error}");
        assert!(miette::Diagnostic::help(&error).unwrap().to_string().contains("one, two"));
        assert!(matches!(imports(dir.path(), None), Err(WitError::WhichWorld { .. })));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let dir = folder_of(&[]);
        let error = imports(&dir.path().join("nowhere"), None).unwrap_err().to_string();
        assert!(error.contains("nowhere"), "{error}");
    }
}
