//! What `run-tests.py` writes: `_results.json`, and of each test that failed what it printed and ought to have printed.

use std::fs;
use std::path::Path;

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_build::Result;
use serde::Deserialize;

use crate::outcome::{Outcome, Outcomes, Record};

/// How many lines are shown of what a test printed, and of what it ought to have.
const SHOWN_LINES: usize = 8;

#[derive(Deserialize)]
struct Report {
    /// A name, what became of it, and why.
    results: Vec<(String, String, String)>,
}

/// Reads the results; `log` is where the script said why there are none.
pub fn read_results(dir: &Path, log: &Path) -> Result<Outcomes> {
    let text = fs::read_to_string(dir.join("_results.json"))
        .map_err(|_| miette!("run-tests.py wrote no results; it says why in {}", log.display()))?;
    let report: Report =
        serde_json::from_str(&text).into_diagnostic().wrap_err("not a report of run-tests.py")?;
    report.results.into_iter().map(|result| record(dir, result)).collect()
}

fn record(dir: &Path, (test, result, reason): (String, String, String)) -> Result<(String, Record)> {
    let (outcome, detail) = match result.as_str() {
        "pass" => (Outcome::Passed, reason),
        "skip" if reason.is_empty() => (Outcome::Skipped, "it skips itself".to_owned()),
        "skip" => (Outcome::Skipped, reason),
        "fail" => (Outcome::Failed, failure(dir, &test)),
        _ => return Err(miette!("run-tests.py says `{result}` of {test}")),
    };
    Ok((test.clone(), Record::new(test, outcome, detail)))
}

/// How what a test printed differs from what it ought to have; without the latter, the end of what it printed.
fn failure(dir: &Path, test: &str) -> String {
    let read = |kind: &str| {
        let file = dir.join(format!("{}.{kind}", test.replace('/', "_")));
        fs::read(file).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let printed = read("out").unwrap_or_default();
    match read("exp") {
        Some(expected) => difference(&expected, &printed),
        None => last_lines(&printed),
    }
}

fn difference(expected: &str, printed: &str) -> String {
    let same =
        expected.lines().zip(printed.lines()).take_while(|(expected, printed)| expected == printed).count();
    let lines = |sign: char, text: &str| -> String {
        text.lines().skip(same).take(SHOWN_LINES).map(|line| format!("\n{sign}{line}")).collect()
    };
    format!("line {}:{}{}", same + 1, lines('-', expected), lines('+', printed))
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(3 * SHOWN_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_where_the_output_differs() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        write("_results.json", r#"{"results": [["a/b.py", "fail", ""], ["a/c.py", "skip", "too large"]]}"#);
        write("a_b.py.exp", "1\n2\n3\n");
        write("a_b.py.out", "1\nCRASH");
        let outcomes = read_results(dir.path(), Path::new("log")).unwrap();
        assert_eq!(outcomes["a/b.py"].detail, "line 2:\n-2\n-3\n+CRASH");
        assert_eq!(outcomes["a/c.py"].outcome, Outcome::Skipped);
    }

    #[test]
    fn no_results_are_an_error_that_names_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let error = read_results(dir.path(), Path::new("the-log")).unwrap_err();
        assert!(error.to_string().contains("the-log"), "{error}");
    }
}
