//! Where a component comes from, and what is told while it loads.

use crate::LoadError;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A component to load.
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) origin: Origin,
    pub(crate) digest: Option<[u8; 32]>,
}

#[derive(Clone, Debug)]
pub(crate) enum Origin {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl Source {
    /// The component in a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { origin: Origin::File(path.into()), digest: None }
    }

    /// A component in memory.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self { origin: Origin::Bytes(bytes.into()), digest: None }
    }

    /// The sha256 of the component, when the caller knows it already. A load that the cache can answer
    /// then does not read the component at all; one that compiles verifies it.
    pub fn with_digest(mut self, sha256: [u8; 32]) -> Self {
        self.digest = Some(sha256);
        self
    }

    /// How messages name it.
    pub(crate) fn name(&self) -> PathBuf {
        match &self.origin {
            Origin::File(path) => path.clone(),
            Origin::Bytes(_) => Path::new("<bytes>").to_owned(),
        }
    }

    pub(crate) fn read(&self) -> Result<Cow<'_, [u8]>, LoadError> {
        match &self.origin {
            Origin::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Origin::File(path) => std::fs::read(path)
                .map(Cow::Owned)
                .map_err(|source| LoadError::Read { path: path.clone(), source }),
        }
    }
}

/// What [`Runtime::load`](crate::Runtime::load) is doing, when it takes long. A warm load tells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Another process compiles into the same cache; its result will be used.
    Waiting,
    /// Compilation begins. The compiler says nothing until it is done.
    Compiling {
        /// Size of the component, in bytes.
        size: usize,
    },
    /// Compilation is done.
    Compiled {
        /// How long it took.
        elapsed: Duration,
    },
}
