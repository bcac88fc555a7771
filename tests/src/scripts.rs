//! Running a script of `tests/codecs` natively and in the composed Python, on the same files.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_build::{Built, Choice, process};
use pyforge_manifest::host_variable;
use pyforge_runtime::{Access, Capture, Dir, Interrupt, Output, Policy, Program};
use tempfile::TempDir;

use crate::{distribution, load, policy, root};

/// Where the guest finds the scripts.
const GUEST_SCRIPTS: &str = "/scripts";

/// What a script may print before the rest is dropped, in bytes.
const OUTPUT_LIMIT: usize = 64 << 20;

/// Whether tests that can be short or long are to be long: `PYFORGE_LONG_TESTS` is set.
pub fn long() -> bool {
    host_variable("PYFORGE_LONG_TESTS").is_some_and(|value| !value.is_empty())
}

/// The two interpreters and a temporary folder, in which both run: relative paths are the same for both.
pub struct Scripts {
    built: Built,
    program: Program,
    folder: TempDir,
}

/// What a guest came to.
pub struct Run {
    /// What it printed.
    pub printed: String,
    /// The size of each of its memories at its end, in bytes.
    pub memory: Vec<u64>,
}

impl Scripts {
    /// Builds the distribution if need be.
    pub fn new() -> Self {
        let built = distribution(&Choice::default());
        Self { program: load(&built), built, folder: tempfile::tempdir().unwrap() }
    }

    /// The temporary folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The distribution.
    pub fn built(&self) -> &Built {
        &self.built
    }

    /// What a script prints natively.
    pub fn native(&self, words: &[&str]) -> String {
        let mut command = Command::new(self.built.cpython.python());
        // Nothing of the caller's environment, and no byte code beside the scripts.
        command.args(["-E", "-B"]).arg(scripts().join(words[0])).args(&words[1..]);
        command.current_dir(self.folder());
        process::capture(command).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a script in the guest, whose root folder is the temporary one; all its memories together may have
    /// `memory` bytes.
    pub fn guest(&self, words: &[&str], memory: Option<u64>) -> Run {
        let (stdout, stderr) = (Capture::new(OUTPUT_LIMIT), Capture::new(OUTPUT_LIMIT));
        let script = format!("{GUEST_SCRIPTS}/{}", words[0]);
        let mut policy = policy(&[&[script.as_str()], &words[1..]].concat());
        policy.dirs.push(Dir::new(scripts(), GUEST_SCRIPTS, Access::ReadOnly));
        policy.dirs.push(Dir::new(self.folder(), "/", Access::ReadWrite));
        let policy = Policy {
            stdout: Output::Capture(stdout.clone()),
            stderr: Output::Capture(stderr.clone()),
            memory,
            ..policy
        };
        let said = || format!("{words:?}: {}", String::from_utf8_lossy(&stderr.bytes()));
        let exit = self.program.run(&policy, &Interrupt::new());
        let exit = exit.unwrap_or_else(|error| panic!("{error}\n{}", said()));
        assert_eq!(exit.code, 0, "{}", said());
        assert!(!stdout.is_truncated());
        let printed = String::from_utf8(stdout.bytes()).unwrap().trim_end().to_owned();
        Run { printed, memory: exit.memory.sizes }
    }
}

impl Default for Scripts {
    fn default() -> Self {
        Self::new()
    }
}

fn scripts() -> PathBuf {
    root().join("tests/codecs")
}
