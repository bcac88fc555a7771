//! What has been built, as the commands that run it or hand it out see it: whichever interpreter it is.

use std::path::PathBuf;

use pyforge_build::{Built, BuiltMicroPython};
use serde::{Deserialize, Serialize};

/// An interpreter with its caps, in a file.
#[derive(Serialize, Deserialize)]
pub struct Interpreter {
    /// What it is called with: its first argument.
    pub name: String,
    /// The composed file.
    pub composed: PathBuf,
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// Its standard library, if that is outside of the file: where it is, and where the guest looks for it.
    pub stdlib: Option<(PathBuf, String)>,
}

impl From<Built> for Interpreter {
    fn from(built: Built) -> Self {
        Self {
            name: "python".to_owned(),
            composed: built.composed,
            digest: built.digest,
            stdlib: Some((built.stdlib, built.guest_stdlib)),
        }
    }
}

impl From<BuiltMicroPython> for Interpreter {
    fn from(built: BuiltMicroPython) -> Self {
        Self { name: "micropython".to_owned(), composed: built.composed, digest: built.digest, stdlib: None }
    }
}
