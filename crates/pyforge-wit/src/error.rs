//! What can be wrong with WIT, with a component, or with the files of either.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// WIT or a component that cannot be read, or bindings that cannot be made.
#[derive(Debug, Error, Diagnostic)]
pub enum WitError {
    /// A place in a `.wit` file is wrong.
    #[error("{}:{line}: {message}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        message: String,
        /// The file's text, for the report.
        #[source_code]
        text: Arc<NamedSource<String>>,
        /// The place in the text.
        #[label("here")]
        at: SourceSpan,
    },
    /// A folder cannot be read as WIT, for a reason that has no place in a file.
    #[error("the WIT in {} cannot be read: {message}", dir.display())]
    Folder {
        /// The folder.
        dir: PathBuf,
        /// What the parser says.
        message: String,
    },
    /// A folder has no world of that name.
    #[error("the WIT in {} has no world `{world}`", dir.display())]
    #[diagnostic(help("its worlds are: {worlds}"))]
    NoWorld {
        /// The folder.
        dir: PathBuf,
        /// The name that was asked for.
        world: String,
        /// The names there are.
        worlds: String,
    },
    /// No world was named, and the folder does not have exactly one.
    #[error("the WIT in {} does not have exactly one world", dir.display())]
    #[diagnostic(help("name one of its worlds: {worlds}"))]
    WhichWorld {
        /// The folder.
        dir: PathBuf,
        /// The names there are.
        worlds: String,
    },
    /// The generator of bindings fails.
    #[error("no C bindings can be made of world `{world}` in {}: {message}", dir.display())]
    Generate {
        /// The folder.
        dir: PathBuf,
        /// The world.
        world: String,
        /// What the generator says.
        message: String,
    },
    /// The bytes are not a component.
    #[error("not a component: {message}")]
    #[diagnostic(help(
        "a core module becomes a component by linking it for wasm32-wasip2, or with an adapter"
    ))]
    NotAComponent {
        /// What the decoder says.
        message: String,
    },
    /// A file or a folder cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read`, `write` or `remove`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl WitError {
    /// For `map_err`: names the file that an operation failed on.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
