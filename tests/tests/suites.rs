//! Suites from outside, SQLAlchemy's and Django's: what passes natively passes in the composed Python, or is listed in
//! `tests/suites/expected.toml` with the reason.
//!
//! With `PYFORGE_LONG_TESTS=1` all of what `tests/suites/run.py` names is run, and not some of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_build::{Built, Choice, process};
use pyforge_conformance::{Comparison, Outcomes, Tally, read_report};
use pyforge_manifest::{Exception, Expected};
use pyforge_runtime::{Access, Capture, Dir, Interrupt, Output, Policy, Program};
use pyforge_tests::scripts::long;
use pyforge_tests::{distribution, load, policy, root, settings};
use sha2::{Digest, Sha256};
use tempfile::tempdir;

/// Each suite with the labels of a short run.
const SUITES: [(&str, &[&str]); 4] = [
    ("django", &["backends", "basic", "transactions"]),
    ("django-file", &["backends", "basic", "transactions"]),
    ("sqlalchemy", &["test/dialect/sqlite", "test/dialect/test_suite.py"]),
    ("sqlalchemy-file", &["test/dialect/sqlite"]),
];

/// Where the guest finds the runner and the suites.
const GUEST_RUNNER: &str = "/runner";
const GUEST_SOURCES: &str = "/sources";

/// What a suite may print before the rest is dropped, in bytes.
const OUTPUT_LIMIT: usize = 16 << 20;

#[test]
fn what_passes_natively_passes_here() {
    let suites = Suites::new();
    let expected = Expected::read(&here().join("expected.toml")).unwrap();
    let mut unused: Vec<_> = expected.entries.iter().collect();
    for (suite, labels) in SUITES {
        let labels = if long() { &[] } else { labels };
        let (native, guest) = (suites.natively(suite, labels), suites.in_guest(suite, labels));
        let is_met = |exception: &Exception| native.keys().any(|test| exception.covers(test));
        let comparison = Comparison::new(suite, &native, &guest, &expected, is_met);
        assert!(comparison.holds(), "{comparison:#?}");
        unused.retain(|exception| !is_met(exception));
    }
    assert!(!long() || unused.is_empty(), "no suite has these tests: {unused:#?}");
}

/// The two interpreters and the suites.
struct Suites {
    built: Built,
    program: Program,
    sources: PathBuf,
}

impl Suites {
    fn new() -> Self {
        let built = distribution(&Choice::default());
        Self { program: load(&built), sources: fetch(&built.cpython.python()), built }
    }

    fn natively(&self, suite: &str, labels: &[&str]) -> Outcomes {
        let folder = tempdir().unwrap();
        let mut run = Command::new(self.built.cpython.python());
        // Nothing of the caller's environment, and no byte code beside the sources.
        run.args(["-E", "-B"]).arg(here().join("run.py")).arg(suite).arg(&self.sources).arg("report");
        run.args(labels).current_dir(folder.path());
        // It fails when a test does: the report tells.
        let said = process::capture(run).map_or_else(|failed| failed.to_string(), |_| String::new());
        outcomes(folder.path(), &said)
    }

    fn in_guest(&self, suite: &str, labels: &[&str]) -> Outcomes {
        let (folder, output) = (tempdir().unwrap(), Capture::new(OUTPUT_LIMIT));
        let runner = format!("{GUEST_RUNNER}/run.py");
        let arguments = [&[&runner, suite, GUEST_SOURCES, "/report"], labels].concat();
        let mut policy = policy(&arguments);
        policy.dirs.push(Dir::new(here(), GUEST_RUNNER, Access::ReadOnly));
        policy.dirs.push(Dir::new(&self.sources, GUEST_SOURCES, Access::ReadOnly));
        policy.dirs.push(Dir::new(folder.path(), "/", Access::ReadWrite));
        let policy = Policy {
            stdout: Output::Capture(output.clone()),
            stderr: Output::Capture(output.clone()),
            ..policy
        };
        let ended = self.program.run(&policy, &Interrupt::new());
        outcomes(folder.path(), &format!("{ended:?}\n{}", String::from_utf8_lossy(&output.bytes())))
    }
}

fn here() -> PathBuf {
    root().join("tests/suites")
}

/// The suites' sources, which are fetched once for each state of what fetches them.
fn fetch(python: &Path) -> PathBuf {
    let mut sha = Sha256::new();
    for file in ["requirements.txt", "fetch.py"] {
        sha.update(std::fs::read(here().join(file)).unwrap());
    }
    let key: String = sha.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let distfiles = settings().home.join("distfiles");
    let sources = distfiles.join(format!("suites-{key}"));
    if !sources.exists() {
        std::fs::create_dir_all(&distfiles).unwrap();
        let folder = tempfile::tempdir_in(&distfiles).unwrap();
        let mut fetch = Command::new(python);
        fetch.args(["-E", "-B"]).arg(here().join("fetch.py")).arg(folder.path());
        process::capture(fetch).unwrap_or_else(|error| panic!("{error}"));
        std::fs::rename(folder.keep(), &sources).unwrap();
    }
    sources
}

/// The report's outcomes; fails with what the interpreter said where nothing passed.
fn outcomes(folder: &Path, said: &str) -> Outcomes {
    let outcomes = read_report(&std::fs::read_to_string(folder.join("report")).unwrap_or_default()).unwrap();
    assert!(Tally::of(&outcomes).passed > 0, "no test passed:\n{said}");
    outcomes
}
