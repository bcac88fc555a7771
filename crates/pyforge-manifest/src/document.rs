//! A TOML file that has been read: its text for pointing at, its values for checking.

use std::path::{Path, PathBuf};

use strsim::jaro_winkler;
use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, ErrorKind, Span};

use crate::{Problem, Problems};

/// How alike a mistyped key must be to one that exists to be suggested, from 0 to 1.
const ALIKE: f64 = 0.8;

/// One TOML file.
#[derive(Debug, Clone)]
pub struct Document {
    path: PathBuf,
    text: String,
}

impl Document {
    /// Reads the file as text.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problem::with_file(path, format!("cannot be read: {error}")))?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// Parses the text into `T`, with every problem found.
    pub(crate) fn parse<T>(&self) -> Result<T, Problems>
    where
        T: for<'de> Deserialize<'de>,
    {
        let mut value = toml_span::parse(&self.text)
            .map_err(|error| Problems::from(vec![self.explain(&error.kind, error.span)]))?;
        T::deserialize(&mut value).map_err(|error| self.explain_all(&error))
    }

    /// The file's path, as it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder the file is in.
    pub fn dir(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// A problem with what stands at `span`.
    pub fn problem(&self, span: Span, message: impl Into<String>) -> Problem {
        Problem::at(&self.path, &self.text, span.into(), message)
    }

    fn explain_all(&self, error: &DeserError) -> Problems {
        let mut problems = Vec::new();
        for error in &error.errors {
            match &error.kind {
                ErrorKind::UnexpectedKeys { keys, expected } => {
                    problems.extend(keys.iter().map(|(key, span)| self.unknown_key(key, *span, expected)))
                }
                kind => problems.push(self.explain(kind, error.span)),
            }
        }
        problems.into()
    }

    fn explain(&self, kind: &ErrorKind, span: Span) -> Problem {
        match kind {
            ErrorKind::MissingField(key) => self
                .problem(first_line(&self.text, span), format!("`{key}` is missing"))
                .help(format!("add `{key} = …` to this table")),
            ErrorKind::Wanted { expected, found } => {
                self.problem(span, format!("expected {expected}, found {found}"))
            }
            ErrorKind::Custom(message) => self.problem(span, message.clone()),
            kind => self.problem(span, kind.to_string()),
        }
    }

    fn unknown_key(&self, key: &str, span: Span, expected: &[String]) -> Problem {
        let problem = self.problem(span, format!("unknown key `{key}`"));
        match closest(key, expected) {
            Some(known) => problem.help(format!("did you mean `{known}`?")),
            None => problem.help(format!("the keys here are: {}", expected.join(", "))),
        }
    }
}

/// The first line of `span`: a whole table is too much to point at.
fn first_line(text: &str, span: Span) -> Span {
    let end = text[span.start..span.end].find('\n').map_or(span.end, |at| span.start + at);
    Span::new(span.start, end)
}

/// The most alike of the known words, if any is alike enough to be meant.
pub(crate) fn closest<'a>(word: &str, known: &'a [String]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (jaro_winkler(word, candidate), candidate.as_str()))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// A custom error at a span, for `Deserialize` implementations.
pub(crate) fn custom(span: Span, message: impl Into<String>) -> DeserError {
    toml_span::Error { kind: ErrorKind::Custom(message.into().into()), span, line_info: None }.into()
}

/// Takes the `schema` key and holds it against the one this pyforge reads.
pub(crate) fn take_schema(table: &mut TableHelper<'_>, known: &'static str) {
    if let Ok(schema) = table.required_s::<String>("schema")
        && schema.value != known
    {
        let message = format!("schema `{}` is not known, this pyforge reads `{known}`", schema.value);
        table.errors.append(&mut custom(schema.span, message).errors);
    }
}
