//! A copy of what of MicroPython's sources the tests need, for one run of them.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_build::{Result, copy_file, copy_tree};
use tempfile::TempDir;

/// Where upstream has `unittest`, which some tests need. It is not in the sources' archive: ours stands in for it.
const UNITTEST: &str = "lib/micropython-lib/python-stdlib/unittest/unittest.py";

/// The ports that `run-tests.py` takes for programs of a PC. It leaves tests out on those that it does not know.
const PORTS: &str = r#"PC_PLATFORMS = ("darwin", "linux", "win32")"#;
const PORTS_AND_OURS: &str = r#"PC_PLATFORMS = ("darwin", "linux", "win32", "wasi")"#;

/// The copy. It is gone when this is dropped.
pub struct Tree(TempDir);

impl Tree {
    /// Copies the tests, and what they import.
    pub fn lay_out(source: &Path, unittest: &Path) -> Result<Self> {
        let root = tempfile::tempdir().into_diagnostic().wrap_err("no temporary directory can be made")?;
        let tree = Self(root);
        for folder in ["tests", "extmod"] {
            copy_tree(&source.join(folder), &tree.root().join(folder))?;
        }
        copy_file(unittest, &tree.root().join(UNITTEST))?;
        tree.introduce_port()?;
        Ok(tree)
    }

    /// All of it.
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// Where the tests are, and `run-tests.py`.
    pub fn tests(&self) -> PathBuf {
        self.root().join("tests")
    }

    /// Where the results go.
    pub fn results(&self) -> PathBuf {
        self.root().join("results")
    }

    /// Where the program that stands for the guest asks for a run of it.
    pub fn socket(&self) -> PathBuf {
        self.root().join("socket")
    }

    /// Makes a program of a script for this Python.
    pub fn add_program(&self, python: &Path, script: &Path) -> Result<PathBuf> {
        let program = self.root().join("micropython");
        let write = || -> io::Result<()> {
            // Without what Python looks for in its surroundings, it starts in half the time.
            let text = format!("#!{} -IS\n{}", python.display(), fs::read_to_string(script)?);
            fs::write(&program, text)?;
            fs::set_permissions(&program, Permissions::from_mode(0o755))
        };
        write().into_diagnostic().wrap_err_with(|| format!("cannot make `{}`", program.display()))?;
        Ok(program)
    }

    fn introduce_port(&self) -> Result<()> {
        let script = self.tests().join("run-tests.py");
        let unusable = || format!("cannot change `{}`", script.display());
        let text = fs::read_to_string(&script).into_diagnostic().wrap_err_with(unusable)?;
        if !text.contains(PORTS) {
            return Err(miette!("{}: it does not have `{PORTS}`", unusable()));
        }
        fs::write(&script, text.replace(PORTS, PORTS_AND_OURS)).into_diagnostic().wrap_err_with(unusable)
    }
}
