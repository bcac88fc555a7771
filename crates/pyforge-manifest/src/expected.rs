//! `expected.toml` in `tests/cpython` and `tests/micropython`: the tests that pass natively and not here, each with a reason.

use std::path::Path;

use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Spanned, Value};

use crate::document::{custom, take_schema};
use crate::{Document, Problems};

const SCHEMA: &str = "pyforge:expected@0.1.0";

/// The list of exceptions.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The file, for pointing at its lines.
    pub document: Document,
    /// Its entries, as written.
    pub entries: Vec<Exception>,
}

/// Tests that are known not to pass here.
#[derive(Debug, Clone)]
pub struct Exception {
    /// A test's name, such as `test.test_gzip.TestGzip.test_fileobj_mode`, or with `*` for the last part every test
    /// of a class.
    pub test: String,
    /// Why it cannot pass.
    pub reason: String,
    /// Whether it fails here, and is not merely skipped.
    pub fails: bool,
    /// Where the name stands.
    pub span: Span,
}

impl Exception {
    /// Whether it is about this test.
    pub fn covers(&self, test: &str) -> bool {
        match self.test.strip_suffix('*') {
            Some(class) => test.starts_with(class),
            None => test == self.test,
        }
    }
}

impl Expected {
    /// Reads and checks the file.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let document = Document::read(path)?;
        let groups = document.parse::<Raw>()?.0;
        let entries = groups.into_iter().flat_map(RawGroup::split).collect();
        Ok(Self { document, entries })
    }

    /// The exception for a test, if there is one.
    pub fn find(&self, test: &str) -> Option<&Exception> {
        self.entries.iter().find(|entry| entry.covers(test))
    }
}

struct Raw(Vec<RawGroup>);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut top = TableHelper::new(value)?;
        take_schema(&mut top, SCHEMA);
        let groups = top.optional("exception").unwrap_or_default();
        top.finalize(None)?;
        Ok(Self(groups))
    }
}

/// Tests that share a reason.
struct RawGroup {
    reason: String,
    fails: bool,
    tests: Vec<Spanned<String>>,
}

impl RawGroup {
    fn split(self) -> impl Iterator<Item = Exception> {
        let Self { reason, fails, tests } = self;
        tests.into_iter().map(move |test| Exception {
            test: test.value,
            reason: reason.clone(),
            fails,
            span: test.span,
        })
    }
}

impl<'de> Deserialize<'de> for RawGroup {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let reason = table.required_s::<String>("reason");
        let fails = table.optional("fails").unwrap_or_default();
        let tests = table.required("tests");
        table.finalize(None)?;
        let reason = reason?;
        if reason.value.trim().is_empty() {
            return Err(custom(reason.span, "say why these tests cannot pass"));
        }
        Ok(Self { reason: reason.value, fails, tests: tests? })
    }
}
