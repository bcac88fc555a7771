//! A cap's wasm side: a Cargo project whose `[package.metadata.component]` says what it exports.

use std::path::{Path, PathBuf};

use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Spanned, Value};

use crate::document::custom;
use crate::{Document, Interface, Package, Problems};

/// A project that builds a component.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its `Cargo.toml`, for pointing at its lines.
    pub document: Document,
    /// The Cargo package's name: `zlib-wasm`.
    pub name: String,
    /// What it is compiled for.
    pub target: Target,
    /// The interfaces it says it exports, each where it stands.
    pub exports: Vec<Spanned<Interface>>,
    /// Where the list of them stands.
    pub exports_span: Span,
    /// The functions of its core module that can stop in the middle and go on later; most caps have none.
    pub suspendable: Vec<String>,
    /// The dependencies that it is there to carry, a library or data, whose versions `inspect` shows.
    pub carries: Vec<String>,
}

/// The two WASI targets a cap may be compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A core module on WASI preview 1, made a component by an adapter.
    Wasip1,
    /// A component from the linker.
    Wasip2,
}

impl Target {
    /// The name rustc and clang know it by.
    pub fn triple(self) -> &'static str {
        match self {
            Self::Wasip1 => "wasm32-wasip1",
            Self::Wasip2 => "wasm32-wasip2",
        }
    }
}

impl Component {
    /// Reads a cap's `Cargo.toml`; of what Cargo itself reads there, only the name is looked at.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let document = Document::read(path)?;
        let raw: Raw = document.parse()?;
        let Metadata { target, exports, exports_span, suspendable, carries } = raw.metadata;
        Ok(Self { document, name: raw.name, target, exports, exports_span, suspendable, carries })
    }

    /// Whether it exports an interface that a package requires, in whatever version.
    pub fn provides(&self, package: &Package) -> bool {
        let requires = |name: &str| package.required.iter().any(|required| required.interface.name == name);
        self.exports.iter().any(|export| requires(&export.value.name))
    }

    /// The name without `-wasm`, as people say it on the command line.
    pub fn short_name(&self) -> &str {
        self.name.strip_suffix("-wasm").unwrap_or(&self.name)
    }

    /// The file name of the built component: `zlib-component.wasm`.
    pub fn file_name(&self) -> String {
        format!("{}-component.wasm", self.short_name())
    }

    /// The project's folder.
    pub fn dir(&self) -> PathBuf {
        self.document.dir().to_owned()
    }
}

struct Raw {
    name: String,
    metadata: Metadata,
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let span = value.span;
        let missing =
            || custom(span, "has no [package.metadata.component], which says what it exports and its target");
        let mut top = TableHelper::new(value)?;
        let mut package = TableHelper::new(&mut top.table.remove("package").ok_or_else(missing)?)?;
        let name = package.required("name")?;
        let mut metadata = TableHelper::new(&mut package.table.remove("metadata").ok_or_else(missing)?)?;
        let metadata = metadata.table.remove("component").ok_or_else(missing)?;
        Ok(Self { name, metadata: Metadata::deserialize(&mut { metadata })? })
    }
}

struct Metadata {
    target: Target,
    exports: Vec<Spanned<Interface>>,
    exports_span: Span,
    suspendable: Vec<String>,
    carries: Vec<String>,
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let target = table.required("target");
        let exports = table.required_s::<Vec<Spanned<String>>>("exports");
        let suspendable = table.optional_s::<Vec<String>>("suspendable");
        let carries = table.optional::<Vec<String>>("carries").unwrap_or_default();
        table.finalize(None)?;
        let Spanned { value: exports, span: exports_span } = exports?;
        let exports = exports.into_iter().map(parse_export).collect::<Result<_, _>>()?;
        let target = target?;
        if let Some(suspendable) = &suspendable
            && target != Target::Wasip2
        {
            return Err(custom(
                suspendable.span,
                "only what is compiled for wasm32-wasip2 can be suspendable",
            ));
        }
        let suspendable = suspendable.map(|names| names.value).unwrap_or_default();
        Ok(Self { target, exports, exports_span, suspendable, carries })
    }
}

fn parse_export(text: Spanned<String>) -> Result<Spanned<Interface>, DeserError> {
    let interface = text.value.parse().map_err(|message: String| custom(text.span, message))?;
    Ok(Spanned::with_span(interface, text.span))
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let span = value.span;
        match String::deserialize(value)?.as_str() {
            "wasm32-wasip1" => Ok(Self::Wasip1),
            "wasm32-wasip2" => Ok(Self::Wasip2),
            other => {
                Err(custom(span, format!("target `{other}` is not one of wasm32-wasip1 and wasm32-wasip2")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Result<Metadata, DeserError> {
        let text = format!("exports = [\"sqlite:component/database@0.1.0\"]\n{lines}");
        Metadata::deserialize(&mut toml_span::parse(&text).unwrap())
    }

    fn problem(lines: &str) -> String {
        format!("{:?}", read(lines).err().unwrap().errors[0].kind)
    }

    #[test]
    fn no_function_is_suspendable_unless_it_is_named() {
        let suspendable = |lines: &str| read(lines).unwrap().suspendable;
        assert!(suspendable("target = \"wasm32-wasip1\"").is_empty());
        assert!(suspendable("target = \"wasm32-wasip2\"").is_empty());
        assert_eq!(suspendable("target = \"wasm32-wasip2\"\nsuspendable = [\"operate\"]"), ["operate"]);
    }

    #[test]
    fn what_cannot_be_suspendable_is_said() {
        let wrong_target = problem("target = \"wasm32-wasip1\"\nsuspendable = [\"operate\"]");
        assert!(wrong_target.contains("only what is compiled for wasm32-wasip2"), "{wrong_target}");
        let wrong_key = problem("target = \"wasm32-wasip2\"\nsuspendible = []");
        assert!(wrong_key.contains("suspendible"), "{wrong_key}");
        let wrong_type = problem("target = \"wasm32-wasip2\"\nsuspendable = \"operate\"");
        assert!(wrong_type.contains("an array"), "{wrong_type}");
    }
}
