//! The name of an interface that a world or a component imports or exports.

use std::fmt;
use std::path::PathBuf;

use semver::Version;

/// An interface of some version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// `namespace:package/interface`, or the plain name of one that a world defines in place.
    pub id: String,
    /// The version of its package; none where the package has none.
    pub version: Option<Version>,
    /// Where it is named, or else the world that names it; none for a component's.
    pub location: Option<Location>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}@{version}", self.id),
            None => f.write_str(&self.id),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}
