//! Runs one module of CPython's tests in each CPython.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_build::{Build, Built, Result, copy_tree, process};
use pyforge_manifest::Expected;
use pyforge_runtime::{Access, Capture, Dir, Interrupt, Network, Output, Policy, Program};
use tempfile::TempDir;

use crate::compare::Comparison;
use crate::outcome::{Outcomes, Tally, read_report};

/// Where the guest finds the runner, the tests and a directory to write in.
const GUEST_RUNNER: &str = "/runner";
const GUEST_TESTS: &str = "/tests";
const GUEST_TMP: &str = "/tmp";

/// What a module may write to its standard streams before the rest is dropped, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// The longest a module may take in the guest.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// CPython's tests, ready to be run with a built distribution.
pub struct Conformance<'a> {
    build: &'a Build<'a>,
    built: &'a Built,
    program: &'a Program,
    expected: Expected,
    /// The folder that holds the runner.
    runner: PathBuf,
    /// Copies of CPython's `test` package, and of the standard library, mounted over the one in the file. Some tests
    /// write beside themselves or beside the library, as they may natively; what the store has must not change.
    copies: TempDir,
}

/// Names in the folder of copies.
const STDLIB: &str = "stdlib";
const TESTS: &str = "tests";

impl<'a> Conformance<'a> {
    /// Reads the list of exceptions and lays out CPython's tests.
    pub fn new(build: &'a Build<'a>, built: &'a Built, program: &'a Program) -> Result<Self> {
        let runner = build.project().root.join("tests/cpython");
        let expected = Expected::read(&runner.join("expected.toml"))?;
        let copies = workdir()?;
        copy_tree(&built.stdlib, &copies.path().join(STDLIB))?;
        copy_tree(&build.cpython_tests(&built.cpython)?, &copies.path().join(TESTS))?;
        Ok(Self { build, built, program, expected, runner, copies })
    }

    /// Runs a module, such as `test_zlib`, in both interpreters.
    pub fn compare(&self, module: &str) -> Result<Comparison> {
        let native = self.natively(module)?;
        if Tally::of(&native).passed == 0 {
            let said: Vec<_> = native.values().map(|record| record.detail.as_str()).collect();
            return Err(miette!("{module} has no test that passes natively:\n{}", said.join("\n")));
        }
        let guest = self.in_guest(module)?;
        let prefix = format!("test.{module}.");
        Ok(Comparison::new(module, &native, &guest, &self.expected, |exception| {
            exception.test.starts_with(&prefix)
        }))
    }

    fn natively(&self, module: &str) -> Result<Outcomes> {
        let dir = workdir()?;
        let report = dir.path().join("report");
        let mut command = Command::new(self.built.cpython.python());
        // Nothing of the caller's environment, and no byte code beside the sources, which are the store's.
        command
            .args(["-E", "-B"])
            .arg(self.runner.join("runner.py"))
            .args([module.as_ref(), report.as_os_str(), dir.path().as_os_str()])
            .env("TMPDIR", dir.path());
        let mut task = self.build.progress().start(&format!("{module} natively"));
        // A crash shows in the report; that there is none shows below.
        let ended = process::run(command, &self.build.log(&format!("{module}-native")), &mut *task);
        task.finish();
        outcomes(&report, module, || ended.err().map(|failed| failed.to_string()).unwrap_or_default())
    }

    fn in_guest(&self, module: &str) -> Result<Outcomes> {
        let dir = workdir()?;
        let output = Capture::new(OUTPUT_LIMIT);
        let task = self.build.progress().start(&format!("{module} in the guest"));
        let ended = self.program.run(&self.policy(module, dir.path(), &output), &Interrupt::new());
        task.finish();
        outcomes(&dir.path().join("report"), module, || {
            let error = ended.err().map(|error| error.to_string()).unwrap_or_default();
            format!("{error}\n{}", String::from_utf8_lossy(&output.bytes()))
        })
    }

    fn policy(&self, module: &str, dir: &Path, output: &Capture) -> Policy {
        let runner = format!("{GUEST_RUNNER}/runner.py");
        let report = format!("{GUEST_TMP}/report");
        Policy {
            args: ["python", &runner, module, &report, GUEST_TMP, GUEST_TESTS].map(str::to_owned).to_vec(),
            env: vec![("TMPDIR".to_owned(), GUEST_TMP.to_owned())],
            dirs: vec![
                Dir::new(self.copies.path().join(STDLIB), &self.built.guest_stdlib, Access::ReadWrite),
                Dir::new(self.copies.path().join(TESTS), GUEST_TESTS, Access::ReadWrite),
                Dir::new(&self.runner, GUEST_RUNNER, Access::ReadOnly),
                Dir::new(dir, GUEST_TMP, Access::ReadWrite),
            ],
            stdout: Output::Capture(output.clone()),
            stderr: Output::Capture(output.clone()),
            // Servers of the tests' own, on whatever port is free.
            network: Network::All,
            timeout: Some(TIMEOUT),
            ..Policy::default()
        }
    }
}

fn workdir() -> Result<TempDir> {
    tempfile::tempdir().into_diagnostic().wrap_err("no temporary directory can be made")
}

/// The report's outcomes; what the interpreter said where it has none.
fn outcomes(report: &Path, module: &str, said: impl FnOnce() -> String) -> Result<Outcomes> {
    let outcomes = read_report(&std::fs::read_to_string(report).unwrap_or_default())?;
    if outcomes.is_empty() {
        return Err(miette!("{module} ran no test:\n{}", said()));
    }
    Ok(outcomes)
}
