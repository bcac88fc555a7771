//! Who imports a cap's interface: one of the interpreters that pyforge builds.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// An interpreter that extensions are written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consumer {
    /// CPython.
    #[default]
    CPython,
    /// MicroPython.
    MicroPython,
}

impl Consumer {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::CPython, Self::MicroPython];

    /// Its name, as manifests, `sources.toml` and the command line have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CPython => "cpython",
            Self::MicroPython => "micropython",
        }
    }

    /// The folder of a checkout that holds the extensions written for it.
    pub fn folder(self) -> &'static str {
        match self {
            Self::CPython => "cpython-ext",
            Self::MicroPython => "micropython",
        }
    }
}

impl Display for Consumer {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Consumer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|consumer| consumer.name() == text);
        found.ok_or_else(|| format!("`{text}` is no consumer: there are cpython and micropython"))
    }
}
