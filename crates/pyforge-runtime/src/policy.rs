//! What a guest may see and use. Everything not named is denied.

use crate::{Capture, Feed, Functions, Network, Sink};
use std::path::PathBuf;
use std::time::Duration;

/// The rights and limits of one run. The default grants nothing: no arguments, files, environment,
/// network or standard streams; and it sets no limits.
///
/// There is no working directory: WASI has none, and a guest starts in `/`.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The arguments, the program's name first.
    pub args: Vec<String>,
    /// The environment, as names and values.
    pub env: Vec<(String, String)>,
    /// The directories the guest sees. Where two overlap, the longer guest path wins.
    pub dirs: Vec<Dir>,
    /// The network.
    pub network: Network,
    /// Standard input.
    pub stdin: Input,
    /// Standard output.
    pub stdout: Output,
    /// Standard error.
    pub stderr: Output,
    /// What the guest may call.
    pub functions: Functions,
    /// The most bytes that all linear memories may have together. A growth beyond it fails in the guest,
    /// which Python turns into a `MemoryError`.
    pub memory: Option<u64>,
    /// The most bytes that the guest may write to standard output and standard error together. What goes beyond ends
    /// the run with [`RunError::Output`](crate::RunError::Output): a guest that floods is not served by an exception
    /// that it can catch, whose traceback could not be written either.
    pub output: Option<u64>,
    /// The longest the run may take, from the moment it starts (loading is not counted).
    pub timeout: Option<Duration>,
}

/// A directory of the host that the guest sees. Nothing outside of it can be reached through it, neither
/// by `..` nor by a symbolic link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dir {
    /// The directory on the host.
    pub host: PathBuf,
    /// The absolute path at which the guest sees it.
    pub guest: String,
    /// What the guest may do there.
    pub access: Access,
}

impl Dir {
    /// Shows `host` to the guest as `guest`.
    pub fn new(host: impl Into<PathBuf>, guest: impl Into<String>, access: Access) -> Self {
        Self { host: host.into(), guest: guest.into(), access }
    }
}

/// What a guest may do in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// List and read.
    ReadOnly,
    /// Everything the user may do.
    ReadWrite,
}

/// Where standard input comes from.
#[derive(Clone, Debug, Default)]
pub enum Input {
    /// Empty.
    #[default]
    Null,
    /// The host process's own. Only one run at a time should have it.
    Inherit,
    /// These bytes.
    Bytes(Vec<u8>),
    /// What comes as the guest runs.
    Stream(Feed),
}

/// Where an output stream goes.
#[derive(Clone, Debug, Default)]
pub enum Output {
    /// Nowhere.
    #[default]
    Null,
    /// The host process's own.
    Inherit,
    /// Into memory.
    Capture(Capture),
    /// To the host as the guest runs.
    Stream(Sink),
}
