//! `sources.toml`: every source that is not a Cargo dependency, with its digest and where it is found.

use std::path::Path;

use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Spanned, Value};

use crate::document::{custom, take_schema};
use crate::{Document, Problem, Problems};

const SCHEMA: &str = "pyforge:sources@0.1.0";

/// All rows of the table.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The file, for pointing at its lines.
    pub document: Document,
    /// The rows, as written.
    pub rows: Vec<Source>,
}

/// One file to be fetched.
#[derive(Debug, Clone)]
pub struct Source {
    /// What it is: `cpython`, `wasi-libc`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The file name it is kept under.
    pub file: String,
    /// The SHA-256 of the file, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The SPDX expression of its licence.
    pub license: String,
    /// Where it can come from, best first.
    pub places: Vec<Place>,
}

/// Somewhere a source can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// An upstream address.
    Url(String),
    /// A path in the pool of whichever Debian mirror the machine's own apt uses.
    Debian(String),
}

impl Sources {
    /// Reads and checks the file.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let document = Document::read(path)?;
        let rows = document.parse::<Raw>()?.0;
        Ok(Self { document, rows })
    }

    /// The row of that name and version.
    pub fn find(&self, name: &str, version: &str) -> Option<&Source> {
        self.rows.iter().find(|row| row.name == name && row.version == version)
    }

    /// The first row of that name: the one used where no version is chosen.
    pub fn first(&self, name: &str) -> Result<&Source, Problem> {
        self.rows.iter().find(|row| row.name == name).ok_or_else(|| {
            Problem::with_file(self.document.path(), format!("has no source called `{name}`"))
                .help(format!("add a [[source]] with name = \"{name}\""))
        })
    }

    /// The versions there are of a source.
    pub fn versions<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.rows.iter().filter(move |row| row.name == name).map(|row| row.version.as_str())
    }
}

struct Raw(Vec<Source>);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut top = TableHelper::new(value)?;
        take_schema(&mut top, SCHEMA);
        let rows = top.required("source");
        top.finalize(None)?;
        Ok(Self(rows?))
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let name = table.required("name");
        let version = table.required("version");
        let file = table.required("file");
        let sha256 = table.required_s::<String>("sha256");
        let license = table.required("license");
        let places = table.required("places");
        table.finalize(None)?;
        let sha256 = sha256?;
        check_digest(&sha256)?;
        Ok(Self {
            name: name?,
            version: version?,
            file: file?,
            sha256: sha256.value,
            license: license?,
            places: places?,
        })
    }
}

fn check_digest(digest: &Spanned<String>) -> Result<(), DeserError> {
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if digest.value.len() == 64 && digest.value.chars().all(hex) {
        return Ok(());
    }
    Err(custom(digest.span, "a sha256 is 64 lower-case hexadecimal digits"))
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let span: Span = value.span;
        let text = String::deserialize(value)?;
        if let Some(path) = text.strip_prefix("debian:") {
            Ok(Self::Debian(path.to_owned()))
        } else if text.starts_with("https://") || text.starts_with("http://") {
            Ok(Self::Url(text))
        } else {
            Err(custom(span, format!("`{text}` is neither an https:// address nor a debian:pool/… path")))
        }
    }
}
