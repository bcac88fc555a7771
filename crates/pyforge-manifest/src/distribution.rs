//! `pyforge.toml`: the default distribution. Which interpreters, and which provider where there are several.
//!
//! The caps themselves are not listed: each folder of `cpython-ext/` is one.

use std::collections::BTreeMap;
use std::path::Path;

use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Spanned, Value};

use crate::document::{custom, take_schema};
use crate::interface::check_name;
use crate::{Consumer, Document, Problems};

const SCHEMA: &str = "pyforge:distribution@0.1.0";

/// The default distribution.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// The file, for pointing at its lines.
    pub document: Document,
    /// CPython's version, a row of `sources.toml`, and where it stands.
    python: Spanned<String>,
    /// MicroPython's, where one is said.
    micropython: Option<Spanned<String>>,
    /// Modules that CPython has imported when a run begins with a snapshot; those that a distribution lacks do not
    /// matter.
    pub snapshot: Vec<String>,
    /// The component that provides an interface where several could: interface name to component name.
    pub providers: BTreeMap<String, Spanned<String>>,
}

impl Distribution {
    /// Reads and checks the file.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let document = Document::read(path)?;
        let raw: Raw = document.parse()?;
        Ok(Self {
            document,
            python: raw.python.version,
            micropython: raw.micropython,
            snapshot: raw.python.snapshot,
            providers: raw.providers,
        })
    }

    /// The version of an interpreter that is said, and where it stands.
    pub fn version(&self, consumer: Consumer) -> Option<(&str, Span)> {
        let version = match consumer {
            Consumer::CPython => Some(&self.python),
            Consumer::MicroPython => self.micropython.as_ref(),
        };
        version.map(|version| (version.value.as_str(), version.span))
    }
}

struct Raw {
    python: RawPython,
    micropython: Option<Spanned<String>>,
    providers: BTreeMap<String, Spanned<String>>,
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut top = TableHelper::new(value)?;
        take_schema(&mut top, SCHEMA);
        let python = top.required::<RawPython>("python");
        let micropython = top.optional::<RawMicroPython>("micropython");
        let providers = top.optional::<RawProviders>("providers");
        top.finalize(None)?;
        Ok(Self {
            python: python?,
            micropython: micropython.map(|table| table.version),
            providers: providers.map(|table| table.0).unwrap_or_default(),
        })
    }
}

struct RawPython {
    version: Spanned<String>,
    snapshot: Vec<String>,
}

impl<'de> Deserialize<'de> for RawPython {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let version = table.required_s("version");
        let snapshot = table.optional::<Vec<Spanned<String>>>("snapshot").unwrap_or_default();
        table.finalize(None)?;
        Ok(Self { version: version?, snapshot: snapshot.into_iter().map(module).collect::<Result<_, _>>()? })
    }
}

/// The name of a Python module.
fn module(name: Spanned<String>) -> Result<String, DeserError> {
    let is_identifier = |part: &str| {
        part.chars().all(|c| c == '_' || c.is_alphanumeric()) && part.starts_with(|c: char| !c.is_numeric())
    };
    if name.value.split('.').all(is_identifier) {
        return Ok(name.value);
    }
    Err(custom(name.span, format!("`{}` is not the name of a module", name.value)))
}

struct RawMicroPython {
    version: Spanned<String>,
}

impl<'de> Deserialize<'de> for RawMicroPython {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let version = table.required_s("version");
        table.finalize(None)?;
        Ok(Self { version: version? })
    }
}

struct RawProviders(BTreeMap<String, Spanned<String>>);

impl<'de> Deserialize<'de> for RawProviders {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let table = TableHelper::new(value)?.table;
        let mut providers = BTreeMap::new();
        for (key, mut value) in table {
            check_name(&key.name).map_err(|message| custom(key.span, message))?;
            providers.insert(key.name.into_owned(), Spanned::<String>::deserialize(&mut value)?);
        }
        Ok(Self(providers))
    }
}
