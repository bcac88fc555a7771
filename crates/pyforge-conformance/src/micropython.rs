//! Runs MicroPython's tests with each build of it, by upstream's `run-tests.py`.

mod bridge;
mod results;
mod selection;
mod tree;

use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_build::{Build, BuiltMicroPython, Result, process};
use pyforge_manifest::{Exception, Expected};
use pyforge_runtime::Program;

use self::bridge::serve;
use self::results::read_results;
use self::selection::{folder, select};
use self::tree::Tree;
use crate::compare::Comparison;
use crate::outcome::{Outcome, Outcomes};

/// The longest a test may take, in seconds; upstream's 30 are little for a machine that is busy.
const TIMEOUT: &str = "120";

/// MicroPython's tests, ready to be run with a built distribution.
pub struct MicroPythonConformance<'a> {
    build: &'a Build<'a>,
    built: &'a BuiltMicroPython,
    program: &'a Program,
    expected: Expected,
    /// Upstream's port to Unix.
    native: PathBuf,
    /// The Python that runs upstream's script, and says what tests should print that have no file that does.
    python: PathBuf,
}

impl<'a> MicroPythonConformance<'a> {
    /// Reads the list of exceptions and builds upstream's port to Unix, to compare with.
    pub fn new(build: &'a Build<'a>, built: &'a BuiltMicroPython, program: &'a Program) -> Result<Self> {
        let expected = Expected::read(&build.project().root.join("tests/micropython/expected.toml"))?;
        let native = build.native_micropython(&built.micropython)?;
        Ok(Self { build, built, program, expected, native, python: python()? })
    }

    /// Runs tests, such as `basics/int1.py`, or all of folders, such as `basics`, in both builds; with no names, all
    /// that upstream runs for its port to Unix. Returns a comparison per folder.
    pub fn compare(&self, names: &[String]) -> Result<Vec<Comparison>> {
        let tests = select(&self.tests(), names)?;
        let native = self.natively(&tests)?;
        let mut guest = self.in_guest(&tests)?;
        let unexpected = self.unexpected(&native, &guest);
        if !unexpected.is_empty() {
            // Some wait for milliseconds, and a busy machine lets them down: those pass when they are alone.
            guest.extend(self.in_guest(&unexpected)?);
        }
        let mut folders: Vec<_> = tests.iter().map(|test| folder(test)).collect();
        folders.dedup();
        folders.into_iter().map(|folder| self.compare_folder(folder, &native, &guest)).collect()
    }

    /// The tests that pass natively and fail in the guest, and are not listed.
    fn unexpected(&self, native: &Outcomes, guest: &Outcomes) -> Vec<String> {
        let passed = |test: &str| native.get(test).is_some_and(|record| record.outcome == Outcome::Passed);
        let failed = guest.iter().filter(|(_, record)| record.outcome == Outcome::Failed);
        let names =
            failed.map(|(test, _)| test).filter(|test| passed(test) && self.expected.find(test).is_none());
        names.cloned().collect()
    }

    fn compare_folder(&self, name: &str, native: &Outcomes, guest: &Outcomes) -> Result<Comparison> {
        let of_folder = |outcomes: &Outcomes| -> Outcomes {
            outcomes.clone().into_iter().filter(|(test, _)| folder(test) == name).collect()
        };
        let native = of_folder(native);
        let all = select(&self.tests(), &[name.to_owned()])?;
        // What covers none of the tests that were run may cover others, or none at all.
        let is_about = |exception: &Exception| {
            folder(&exception.test) == name
                && (native.keys().any(|test| exception.covers(test))
                    || !all.iter().any(|test| exception.covers(test)))
        };
        Ok(Comparison::new(name, &native, &of_folder(guest), &self.expected, is_about))
    }

    /// The tests, as upstream has them.
    fn tests(&self) -> PathBuf {
        self.built.micropython.source.join("tests")
    }

    fn natively(&self, tests: &[String]) -> Result<Outcomes> {
        self.run(tests, "natively", &self.native, &self.tree()?)
    }

    fn in_guest(&self, tests: &[String]) -> Result<Outcomes> {
        let tree = self.tree()?;
        let guest = self.build.project().root.join("tests/micropython/guest.py");
        let program = tree.add_program(&self.python, &guest)?;
        serve(self.program, &tree, || self.run(tests, "in the guest", &program, &tree))?
    }

    /// Each side has the sources to itself: tests leave files behind.
    fn tree(&self) -> Result<Tree> {
        let unittest = self.build.project().root.join("tests/micropython/unittest.py");
        Tree::lay_out(&self.built.micropython.source, &unittest)
    }

    fn run(&self, tests: &[String], place: &str, program: &Path, tree: &Tree) -> Result<Outcomes> {
        let log = self.build.log(&format!("micropython-tests-{}", place.replace(' ', "-")));
        let mut task = self.build.progress().start(&format!("MicroPython's tests {place}"));
        // It fails when a test does. When it did not get to the tests there are no results.
        let _ = process::run(self.runner(tests, program, tree), &log, &mut *task);
        let outcomes = read_results(&tree.results(), &log)?;
        task.finish();
        Ok(outcomes)
    }

    fn runner(&self, tests: &[String], program: &Path, tree: &Tree) -> Command {
        let mut command = Command::new(&self.python);
        command
            .args(["-B", "run-tests.py", "--result-dir"])
            .arg(tree.results())
            .args(tests)
            .current_dir(tree.tests())
            .env("MICROPY_MICROPYTHON", program)
            .env("MICROPY_CPYTHON3", &self.python)
            .env("MICROPY_TEST_TIMEOUT", TIMEOUT)
            // Upstream leaves tests out there.
            .env_remove("GITHUB_ACTIONS");
        command
    }
}

/// The machine's Python itself: what is on the path may be a script that looks for it, each time.
fn python() -> Result<PathBuf> {
    let mut command = Command::new("python3");
    command.args(["-c", "import sys; print(sys.executable)"]);
    Ok(PathBuf::from(process::capture(command)?))
}
