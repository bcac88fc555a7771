//! What became of each test, and the lines in which `tests/cpython/runner.py` says so.

use std::collections::BTreeMap;

use miette::{IntoDiagnostic, WrapErr};
use pyforge_build::Result;
use serde::{Deserialize, Serialize};

/// What became of one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was begun, and the interpreter did not live to see its end.
    Begun,
    /// It ran and held.
    Passed,
    /// It ran and did not hold.
    Failed,
    /// It chose not to run.
    Skipped,
}

/// One test's outcome, with the traceback or the reason for skipping it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Record {
    test: String,
    /// What became of it.
    pub outcome: Outcome,
    /// A traceback, how the output differs, or the reason it was skipped.
    pub detail: String,
}

impl Record {
    pub(crate) fn new(test: String, outcome: Outcome, detail: String) -> Self {
        Self { test, outcome, detail }
    }
}

/// The last record of every test, by its full name.
pub type Outcomes = BTreeMap<String, Record>;

/// Reads a report; a last line cut short by a crash is left out.
pub fn read_report(text: &str) -> Result<Outcomes> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .map(|line| {
            let record: Record = serde_json::from_str(line)
                .into_diagnostic()
                .wrap_err_with(|| format!("not a line of a test report: {line}"))?;
            Ok((record.test.clone(), record))
        })
        .collect()
}

/// How many tests ended in each way.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Tally {
    /// All of them but the skipped.
    pub run: usize,
    /// Those that held.
    pub passed: usize,
    /// Those that did not.
    pub failed: usize,
    /// Those that chose not to run.
    pub skipped: usize,
}

impl Tally {
    /// Counts the outcomes of one module, or of one folder.
    pub fn of(outcomes: &Outcomes) -> Self {
        let count = |wanted| outcomes.values().filter(|record| record.outcome == wanted).count();
        let (passed, skipped) = (count(Outcome::Passed), count(Outcome::Skipped));
        let run = outcomes.len() - skipped;
        Self { run, passed, failed: run - passed, skipped }
    }
}
