//! How a file on disk differs from what it should be.

use std::path::PathBuf;

use pyforge_manifest::Problem;

/// A file on disk that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file.
    pub path: PathBuf,
    /// In what way it differs.
    pub kind: Kind,
}

impl Difference {
    /// Says so of the file, at the line where one is known: `what` tells what a file that differs is.
    pub(crate) fn problem(&self, what: &str) -> Problem {
        match self.kind {
            Kind::Missing => Problem::with_file(&self.path, "is missing"),
            Kind::Extra => Problem::with_file(&self.path, "should not be there"),
            Kind::Bytes => Problem::with_file(&self.path, what),
            Kind::Line(line) => {
                let text = std::fs::read_to_string(&self.path).unwrap_or_default();
                Problem::at_line(&self.path, &text, line, what)
            }
        }
    }
}

/// In what way a file is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It should be there and is not.
    Missing,
    /// It is there and should not be.
    Extra,
    /// It is a text, which differs from this line on, counted from 1.
    Line(usize),
    /// Its bytes are others.
    Bytes,
}
