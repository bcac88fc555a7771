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
    /// The component that provides an interface where several could: interface name to component name.
    pub providers: BTreeMap<String, Spanned<String>>,
}

impl Distribution {
    /// Reads and checks the file.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let document = Document::read(path)?;
        let raw: Raw = document.parse()?;
        Ok(Self { document, python: raw.python, micropython: raw.micropython, providers: raw.providers })
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
    python: Spanned<String>,
    micropython: Option<Spanned<String>>,
    providers: BTreeMap<String, Spanned<String>>,
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut top = TableHelper::new(value)?;
        take_schema(&mut top, SCHEMA);
        let python = top.required::<RawPython>("python");
        let micropython = top.optional::<RawPython>("micropython");
        let providers = top.optional::<RawProviders>("providers");
        top.finalize(None)?;
        Ok(Self {
            python: python?.version,
            micropython: micropython.map(|table| table.version),
            providers: providers.map(|table| table.0).unwrap_or_default(),
        })
    }
}

struct RawPython {
    version: Spanned<String>,
}

impl<'de> Deserialize<'de> for RawPython {
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
