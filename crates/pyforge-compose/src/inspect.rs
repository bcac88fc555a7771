//! Reads a composition back: what is embedded, who satisfies each import, what is left for the host.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::InspectError;
use crate::outline::{Origin, Outline};

/// What is inside a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// Bytes of the whole file.
    pub size: u64,
    /// SHA-256 of the whole file, in hexadecimal.
    pub sha256: String,
    /// What the host must provide, and for whom.
    pub imports: Vec<HostImport>,
    /// What the whole offers.
    pub exports: Vec<String>,
    /// The components it was composed of, providers before those that use them; none for one that was not.
    pub embedded: Vec<Embedded>,
}

/// An import of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostImport {
    /// The interface.
    pub name: String,
    /// The names of the embedded components that use it; none when the file was not composed.
    pub used_by: Vec<String>,
}

/// A component inside another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Embedded {
    /// Its name in the composition, or else its own, or else `component 0`.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// Its SHA-256 in hexadecimal: that of the file it was before it was composed.
    pub sha256: String,
    /// What it imports, and from where.
    pub imports: Vec<Import>,
    /// What it exports.
    pub exports: Vec<String>,
    /// The libraries and data that it says it carries, each with its version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub carries: Vec<String>,
    /// The components that it was composed of in turn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub embedded: Vec<Embedded>,
}

/// An import of an embedded component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// The interface.
    pub name: String,
    /// The embedded component that satisfies it; none when the host does.
    pub from: Option<String>,
}

/// How deep components may be nested: a composition of compositions is two levels.
const DEEPEST: usize = 16;

/// Looks inside a component, composed or not. Its code is not validated.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, InspectError> {
    let level = Level::read(bytes)?;
    let embedded = level.all_embedded(DEEPEST)?;
    Ok(Inspection {
        size: bytes.len() as u64,
        sha256: sha256(bytes),
        imports: (0..level.outline.imports.len()).map(|import| level.host_import(import)).collect(),
        embedded,
        exports: level.outline.exports,
    })
}

/// A component and those directly inside it that are more than wiring, by their index.
struct Level<'a> {
    outline: Outline,
    inner: Vec<(u32, &'a [u8], Outline)>,
}

impl<'a> Level<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, InspectError> {
        let outline = Outline::read(bytes)?;
        let mut inner = Vec::new();
        for (index, range) in (0..).zip(&outline.components) {
            let Some(range) = range else { continue };
            let part = &bytes[range.clone()];
            let part_outline = Outline::read(part)?;
            // Every component that exports an interface embeds a few types of its own: they are not parts.
            if part_outline.has_code {
                inner.push((index, part, part_outline));
            }
        }
        Ok(Self { outline, inner })
    }

    /// The parts, with those inside them down to a depth.
    fn all_embedded(&self, depth: usize) -> Result<Vec<Embedded>, InspectError> {
        if depth == 0 && !self.inner.is_empty() {
            let message = format!("it nests components more than {DEEPEST} deep");
            return Err(InspectError::Damaged { message });
        }
        self.inner
            .iter()
            .map(|(index, bytes, outline)| self.embedded(*index, bytes, outline, depth))
            .collect()
    }

    fn embedded(
        &self,
        index: u32,
        bytes: &[u8],
        outline: &Outline,
        depth: usize,
    ) -> Result<Embedded, InspectError> {
        let import = |name: &String| Import { from: self.provider(index, name), name: name.clone() };
        Ok(Embedded {
            name: self.name(index),
            size: bytes.len() as u64,
            sha256: sha256(bytes),
            imports: outline.imports.iter().map(import).collect(),
            exports: outline.exports.clone(),
            carries: outline.carries.clone(),
            embedded: Level::read(bytes)?.all_embedded(depth - 1)?,
        })
    }

    /// The imports that a component is instantiated with, and the instances given for them.
    fn arguments(&self, component: u32) -> impl Iterator<Item = &(String, u32)> {
        let arguments = move |origin| match origin {
            &Origin::Component { index, ref arguments } if index == component => Some(arguments),
            _ => None,
        };
        self.outline.instances.iter().filter_map(arguments).flatten()
    }

    /// The name of the component that satisfies an import of another.
    fn provider(&self, component: u32, import: &str) -> Option<String> {
        let (_, instance) = self.arguments(component).find(|(name, _)| name == import)?;
        self.outline.component_of(*instance).map(|provider| self.name(provider))
    }

    fn host_import(&self, import: usize) -> HostImport {
        let uses = |index: u32| {
            self.arguments(index).any(|(_, instance)| self.outline.import_of(*instance) == Some(import))
        };
        let users = self.inner.iter().filter(|(index, ..)| uses(*index));
        HostImport {
            name: self.outline.imports[import].clone(),
            used_by: users.map(|(index, ..)| self.name(*index)).collect(),
        }
    }

    fn name(&self, component: u32) -> String {
        let mut instances = self.outline.instance_names.iter();
        let of_instance = instances
            .find(|(instance, _)| self.outline.component_of(**instance) == Some(component))
            .map(|(_, name)| name);
        let inner = self.inner.iter().find(|(index, ..)| *index == component);
        let own = inner.and_then(|(_, _, outline)| outline.name.as_ref());
        of_instance.or(own).cloned().unwrap_or_else(|| format!("component {component}"))
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SAME, consumer, part, provider};
    use crate::{Part, compose};

    fn names(parts: &[Embedded]) -> Vec<&str> {
        parts.iter().map(|part| part.name.as_str()).collect()
    }

    fn import(name: &str, from: Option<&str>) -> Import {
        Import { name: name.to_owned(), from: from.map(str::to_owned) }
    }

    #[test]
    fn each_part_has_its_name_and_the_digest_of_its_file() {
        let (python, zlib) = (consumer("1.0.0"), provider("zlib-wasm", "1.0.0", SAME));
        let composed = compose(python.clone(), vec![zlib.clone()]).unwrap();
        let inspection = inspect(&composed).unwrap();
        assert_eq!(inspection.size, composed.len() as u64);
        assert_eq!(names(&inspection.embedded), ["zlib-wasm", "python"]);
        for (embedded, part) in std::iter::zip(&inspection.embedded, [zlib, python]) {
            assert_eq!(embedded.size, part.bytes.len() as u64);
            assert_eq!(embedded.sha256, sha256(&part.bytes));
        }
        assert_eq!(inspection.embedded[1].imports, [import("a:b/i@1.0.0", Some("zlib-wasm"))]);
        assert_eq!(inspection.embedded[0].exports, ["a:b/i@1.0.0"]);
    }

    fn over_wasi() -> Inspection {
        let wasi = |name, other| {
            let wit = "package wasi:clocks@0.2.0 { interface wall { now: func() -> u64; } }
                       package wasi:random@0.2.0 { interface random { get: func() -> u64; } }
                       interface i { f: func(); }";
            part(name, &format!("package a:b; {wit} world w {{ import wasi:clocks/wall@0.2.0; {other} }}"))
        };
        let zlib = wasi("zlib-wasm", "export i;");
        let python = wasi("python", "import wasi:random/random@0.2.0; import i;");
        inspect(&compose(python, vec![zlib]).unwrap()).unwrap()
    }

    #[test]
    fn what_is_left_for_the_host_is_listed_with_its_users() {
        let inspection = over_wasi();
        let host = |name: &str, used_by: &[&str]| HostImport {
            name: name.to_owned(),
            used_by: used_by.iter().map(|&name| name.to_owned()).collect(),
        };
        let mut imports = inspection.imports;
        imports.sort_by(|a, b| a.name.cmp(&b.name));
        let expected = [
            host("wasi:clocks/wall@0.2.0", &["zlib-wasm", "python"]),
            host("wasi:random/random@0.2.0", &["python"]),
        ];
        assert_eq!(imports, expected);
        assert_eq!(inspection.embedded[0].imports, [import("wasi:clocks/wall@0.2.0", None)]);
    }

    #[test]
    fn a_component_that_was_not_composed_embeds_nothing() {
        let inspection = inspect(&consumer("1.0.0").bytes).unwrap();
        assert_eq!(inspection.embedded, []);
        let expected = HostImport { name: "a:b/i@1.0.0".to_owned(), used_by: vec![] };
        assert_eq!(
            (inspection.imports, inspection.exports),
            (vec![expected], vec!["a:b/run@1.0.0".to_owned()])
        );
    }

    #[test]
    fn a_composition_inside_of_another_is_opened_too() {
        let j = "package c:d; interface i { f: func(); } interface j { g: func(); }";
        let tls = part("tls", &format!("{j} world w {{ import j; export i; }}"));
        let random = part("random", &format!("{j} world w {{ export j; }}"));
        let bytes = compose(tls, vec![random]).unwrap();
        let python = part("python", &format!("{j} world w {{ import i; }}"));
        let composed = compose(python, vec![Part { name: "openssl".to_owned(), bytes }]).unwrap();
        let inspection = inspect(&composed).unwrap();
        assert_eq!(names(&inspection.embedded), ["openssl", "python"]);
        assert_eq!(names(&inspection.embedded[0].embedded), ["random", "tls"]);
    }

    #[test]
    fn it_can_be_read_by_a_program() {
        let json = serde_json::to_value(over_wasi()).unwrap();
        assert_eq!(json["embedded"][1]["name"], "python");
        assert_eq!(json["embedded"][0]["imports"][0]["from"], serde_json::Value::Null);
    }

    #[test]
    fn what_is_not_a_component_is_named_for_what_it_is() {
        assert!(matches!(inspect(b"\0asm\x01\0\0\0"), Err(InspectError::CoreModule)));
        assert!(matches!(inspect(b"hello"), Err(InspectError::NotWasm)));
        let mut damaged = consumer("1.0.0").bytes;
        damaged.truncate(damaged.len() / 2);
        assert!(matches!(inspect(&damaged), Err(InspectError::Damaged { .. })));
    }
}
