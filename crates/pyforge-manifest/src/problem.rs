//! What is wrong with a file of the project: a message, the place, and what to do about it.

use std::path::Path;
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// One thing that is wrong, at one place of one file.
#[derive(Debug, Error, Diagnostic)]
#[error("{location}: {message}")]
pub struct Problem {
    message: String,
    /// `file:line`, or the file alone when no line is meant.
    location: String,
    #[help]
    help: Option<String>,
    #[source_code]
    source_code: Option<Arc<NamedSource<String>>>,
    #[label]
    span: Option<SourceSpan>,
}

impl Problem {
    /// A problem with a file as a whole.
    pub fn with_file(path: &Path, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            location: path.display().to_string(),
            help: None,
            source_code: None,
            span: None,
        }
    }

    /// A problem at a byte range of a text file.
    pub fn at(path: &Path, text: &str, span: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
        let name = path.display().to_string();
        Self {
            message: message.into(),
            location: format!("{name}:{line}"),
            help: None,
            source_code: Some(Arc::new(NamedSource::new(name, text.to_owned()))),
            span: Some(span.into()),
        }
    }

    /// A problem at a line, counted from 1, of a text file.
    pub fn at_line(path: &Path, text: &str, line: usize, message: impl Into<String>) -> Self {
        let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let length = text[start..].lines().next().map_or(0, str::len);
        Self::at(path, text, start..start + length, message)
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The file, with the line where one is meant.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// What to do about it, where that is known.
    pub fn remedy(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

/// Everything that is wrong, reported together.
#[derive(Debug, Error, Diagnostic)]
#[error("{}", summary(problems))]
pub struct Problems {
    #[related]
    problems: Vec<Problem>,
}

impl Problems {
    /// `Ok` when there are none.
    pub fn check(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }

    /// Each of them, in the order found.
    pub fn into_vec(self) -> Vec<Problem> {
        self.problems
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

fn summary(problems: &[Problem]) -> String {
    match problems {
        [one] => format!("one problem, in {}", one.location),
        many => format!("{} problems", many.len()),
    }
}
