//! What can go wrong, loading and running.

use crate::Endpoint;
use miette::Diagnostic;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a component did not load.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[non_exhaustive]
pub enum LoadError {
    /// The file could not be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The component.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The digest given by the caller is not that of the component.
    #[error("`{}` has changed: its sha256 is {found}, not {expected}", path.display())]
    #[diagnostic(help("build it again"))]
    Digest {
        /// The component.
        path: PathBuf,
        /// What the caller said, in hexadecimal.
        expected: String,
        /// What it is, in hexadecimal.
        found: String,
    },
    /// The compiler rejects the component.
    #[error("cannot compile `{}`: {reason}", path.display())]
    #[diagnostic(help("it must be a WebAssembly component, not a core module"))]
    Compile {
        /// The component.
        path: PathBuf,
        /// The compiler's message.
        reason: String,
    },
    /// The component does not fit this host: an import it lacks, or no `wasi:cli/run` among the exports.
    #[error("cannot run `{}` here: {reason}", path.display())]
    #[diagnostic(help(
        "it must export `wasi:cli/run` and import nothing but WASI 0.2 and `pyforge:host`: compose it with its caps first"
    ))]
    Unfit {
        /// The component.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// Its Python did not come up, or not in a way that a snapshot can be taken of.
    #[error("cannot take a snapshot of `{}`: {reason}", path.display())]
    #[diagnostic(help(
        "name only modules that keep nothing open when they are imported: no hash, connection or context"
    ))]
    Snapshot {
        /// The component.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Others could have written compiled code there, and running it would run theirs.
    #[error("the cache directory `{}` is not private: {reason}", path.display())]
    #[diagnostic(help("`chmod go-w` it, or choose a directory of your own"))]
    CacheNotPrivate {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The cache could not be used.
    #[error("cannot use the cache of compiled code at `{}`", path.display())]
    Cache {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The machine cannot host the engine.
    #[error("cannot start the WebAssembly engine: {0}")]
    Engine(String),
}

/// Why a run did not end with an exit status.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[non_exhaustive]
pub enum RunError {
    /// A directory of the policy could not be opened.
    #[error("cannot show `{}` to the guest", host.display())]
    #[diagnostic(help("it must be a directory that exists and that you may read"))]
    Dir {
        /// The directory on the host.
        host: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A name of the network allow list could not be resolved.
    #[error("cannot resolve `{endpoint}`")]
    #[diagnostic(help("the names that a guest may reach are looked up before it starts"))]
    Resolve {
        /// The endpoint.
        endpoint: Endpoint,
        /// Why.
        source: io::Error,
    },
    /// The memory limit is below what the component starts with.
    #[error("a memory limit of {limit} bytes is too small to start: it takes {needed} bytes at least")]
    #[diagnostic(help("raise the limit"))]
    MemoryToStart {
        /// The policy's limit, in bytes.
        limit: u64,
        /// What was asked for when the limit was met, in bytes.
        needed: u64,
    },
    /// The time was up.
    #[error("stopped after {} s: the time was up", limit.as_secs_f64())]
    #[diagnostic(help("raise the limit"))]
    Timeout {
        /// The policy's limit.
        limit: Duration,
    },
    /// More was written to standard output and standard error than the policy allows. What fitted was written.
    #[error("stopped after {limit} bytes of output")]
    #[diagnostic(help("raise the limit"))]
    Output {
        /// The policy's limit, in bytes.
        limit: u64,
    },
    /// The pool has no room for another instance. There is room again as runs end.
    #[error("no room for another instance: {reason}")]
    #[diagnostic(help("run fewer at a time, or make the pool larger"))]
    Full {
        /// What there is no more of.
        reason: String,
    },
    /// An [`Interrupt`](crate::Interrupt) was raised.
    #[error("interrupted")]
    Interrupted,
    /// The guest failed in a way it could not handle.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Trap(#[from] Trap),
    /// The instance could not be made.
    #[error("cannot start the guest: {0}")]
    Start(String),
}

/// A guest that failed in a way it could not handle: a bug in native code, or a limit met where it could
/// not be reported.
#[derive(Debug, thiserror::Error)]
#[error("the guest crashed: {message}")]
pub struct Trap {
    /// What happened.
    pub message: String,
    /// The guest's frames, innermost first, one to a line; empty if none are known.
    pub backtrace: String,
    /// The bytes that were last refused, if a memory limit was met: native code seldom survives that.
    pub refused: Option<u64>,
}

impl Diagnostic for Trap {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let refused = self.refused?;
        Some(Box::new(format!("the memory limit was met before that ({refused} bytes asked for): raise it")))
    }
}
