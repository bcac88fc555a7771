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
        let Metadata { target, exports, exports_span } = raw.metadata;
        Ok(Self { document, name: raw.name, target, exports, exports_span })
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
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let target = table.required("target");
        let exports = table.required_s::<Vec<Spanned<String>>>("exports");
        table.finalize(None)?;
        let Spanned { value: exports, span: exports_span } = exports?;
        let exports = exports.into_iter().map(parse_export).collect::<Result<_, _>>()?;
        Ok(Self { target: target?, exports, exports_span })
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
