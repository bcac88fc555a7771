//! The name of a WIT interface with its version: `zlib:component/stream@0.1.0`.

use std::fmt;
use std::str::FromStr;

use semver::Version;

/// The namespace of pyforge's own contracts.
const OURS: &str = "pyforge";

/// An interface of some version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interface {
    /// `namespace:package/interface`.
    pub name: String,
    /// The version of its package.
    pub version: Version,
}

impl Interface {
    /// The folder of the master contract under `wit/`: the namespace, `zlib` of `zlib:component/stream`. pyforge's own
    /// contracts, which stand for no library, are told apart by the package: `host` of `pyforge:host/functions`.
    pub fn contract(&self) -> &str {
        match self.name.split_once(':') {
            Some((OURS, rest)) => rest.split('/').next().unwrap_or(rest),
            Some((namespace, _)) => namespace,
            None => &self.name,
        }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl FromStr for Interface {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, version) =
            text.split_once('@').ok_or_else(|| format!("`{text}` has no version: write `{text}@0.1.0`"))?;
        check_name(name)?;
        Ok(Self { name: name.to_owned(), version: parse_version(version)? })
    }
}

/// Accepts `namespace:package/interface` only.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let shaped = name.split_once(':').and_then(|(namespace, rest)| {
        let (package, interface) = rest.split_once('/')?;
        [namespace, package, interface].iter().all(|part| is_kebab(part)).then_some(())
    });
    shaped.ok_or_else(|| format!("`{name}` is not an interface name of the form `vendor:component/what`"))
}

pub(crate) fn parse_version(text: &str) -> Result<Version, String> {
    Version::parse(text).map_err(|error| format!("`{text}` is not a version like 0.1.0: {error}"))
}

fn is_kebab(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_lowercase())
        && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
