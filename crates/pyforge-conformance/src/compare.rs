//! Holds a guest's outcomes against the native ones and the list of exceptions.

use pyforge_manifest::{Exception, Expected, Problem};
use serde::{Serialize, Serializer};

use crate::outcome::{Outcome, Outcomes, Tally};

/// One module of CPython's tests or one folder of MicroPython's, natively and in the guest.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// `test_zlib`, `basics`.
    pub module: String,
    /// The native counts.
    pub native: Tally,
    /// The guest's counts.
    pub guest: Tally,
    /// Tests that pass natively and not here, and are listed: how many.
    pub listed: usize,
    /// Tests that pass natively and not here, and are not listed.
    pub unexpected: Vec<Unexpected>,
    /// Entries of the list that no longer hold.
    #[serde(serialize_with = "as_texts")]
    pub outdated: Vec<Problem>,
}

/// A test that ought to pass.
#[derive(Debug, Serialize)]
pub struct Unexpected {
    /// Its full name.
    pub test: String,
    /// What became of it; nothing when it was never begun.
    pub outcome: Option<Outcome>,
    /// The traceback, how its output differs, or why it was skipped.
    pub detail: String,
}

impl Comparison {
    /// Compares one module's outcomes; `is_about` says which exceptions must be about one of them.
    pub fn new(
        module: &str,
        native: &Outcomes,
        guest: &Outcomes,
        expected: &Expected,
        is_about: impl Fn(&Exception) -> bool,
    ) -> Self {
        let missed: Vec<_> =
            native.keys().filter(|test| passed(native, test) && !passed(guest, test)).collect();
        let (listed, unlisted): (Vec<_>, Vec<_>) =
            missed.into_iter().partition(|test| is_listed(test, guest, expected));
        Self {
            module: module.to_owned(),
            native: Tally::of(native),
            guest: Tally::of(guest),
            listed: listed.len(),
            unexpected: unlisted.into_iter().map(|test| unexpected(test, guest)).collect(),
            outdated: outdated(expected, is_about, native, guest),
        }
    }

    /// Whether every test that passes natively passes here or is listed, and the list is up to date.
    pub fn holds(&self) -> bool {
        self.unexpected.is_empty() && self.outdated.is_empty()
    }
}

fn as_texts<S: Serializer>(problems: &[Problem], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(problems.iter().map(ToString::to_string))
}

fn unexpected(test: &str, guest: &Outcomes) -> Unexpected {
    let record = guest.get(test);
    Unexpected {
        test: test.to_owned(),
        outcome: record.map(|record| record.outcome),
        detail: record.map(|record| record.detail.clone()).unwrap_or_default(),
    }
}

fn passed(outcomes: &Outcomes, test: &str) -> bool {
    outcomes.get(test).is_some_and(|record| record.outcome == Outcome::Passed)
}

/// Whether the list has an exception for the test, and for what became of it.
fn is_listed(test: &str, guest: &Outcomes, expected: &Expected) -> bool {
    let skipped = guest.get(test).is_none_or(|record| record.outcome == Outcome::Skipped);
    expected.find(test).is_some_and(|exception| skipped || exception.fails)
}

/// Exceptions about tests that pass here, or that there are not. A test that is skipped natively as well says nothing:
/// it may need a program that this machine does not have.
fn outdated(
    expected: &Expected,
    is_about: impl Fn(&Exception) -> bool,
    native: &Outcomes,
    guest: &Outcomes,
) -> Vec<Problem> {
    let problem = |entry: &Exception| {
        let covered: Vec<_> = native.keys().filter(|test| entry.covers(test)).collect();
        let skipped = covered.iter().any(|test| native[*test].outcome == Outcome::Skipped);
        let mut passed_natively = covered.into_iter().filter(|test| passed(native, test)).peekable();
        let is_empty = passed_natively.peek().is_none() && !skipped;
        let message = match passed_natively.find(|test| passed(guest, test)) {
            Some(test) => format!("`{test}` is no longer an exception"),
            None if is_empty => format!("`{}` is no test that passes natively", entry.test),
            None => return None,
        };
        Some(expected.document.problem(entry.span, message).help("remove it from the list"))
    };
    expected.entries.iter().filter(|entry| is_about(entry)).filter_map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::read_report;

    const NATIVE: &str = r#"{"test": "test.test_x.T.a", "outcome": "passed", "detail": ""}
{"test": "test.test_x.T.b", "outcome": "passed", "detail": ""}
{"test": "test.test_x.T.c", "outcome": "skipped", "detail": "no"}
"#;

    fn expected(text: &str) -> Expected {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("schema = \"pyforge:expected@0.1.0\"\n{text}")).unwrap();
        Expected::read(file.path()).unwrap()
    }

    fn compare(guest: &str, list: &str) -> Comparison {
        let (native, guest) = (read_report(NATIVE).unwrap(), read_report(guest).unwrap());
        Comparison::new("test_x", &native, &guest, &expected(list), |_| true)
    }

    #[test]
    fn a_test_that_was_begun_and_never_ended_is_unexpected() {
        let guest = r#"{"test": "test.test_x.T.a", "outcome": "passed", "detail": ""}
{"test": "test.test_x.T.b", "outcome": "begun", "detail": ""}
{"test": "test.test_x.T.c", "outco"#;
        let comparison = compare(guest, "");
        assert_eq!(comparison.unexpected.len(), 1);
        assert_eq!(comparison.unexpected[0].test, "test.test_x.T.b");
        assert_eq!(comparison.unexpected[0].outcome, Some(Outcome::Begun));
    }

    #[test]
    fn a_listed_exception_that_is_skipped_natively_holds() {
        let list = "[[exception]]\nreason = \"no zip\"\ntests = [\"test.test_x.T.c\"]\n";
        assert!(compare(NATIVE, list).holds());
        assert_eq!(compare(NATIVE, &list.replace("T.c", "T.d")).outdated.len(), 1);
    }

    #[test]
    fn a_listed_exception_holds_and_an_outdated_one_does_not() {
        let list = "[[exception]]\nreason = \"no threads\"\ntests = [\"test.test_x.T.b\"]\n";
        let a = "{\"test\": \"test.test_x.T.a\", \"outcome\": \"passed\", \"detail\": \"\"}\n";
        assert!(compare(a, list).holds());
        let outdated = compare(NATIVE, list);
        assert_eq!(outdated.outdated.len(), 1);
        assert!(outdated.outdated[0].to_string().contains(":4: `test.test_x.T.b` is no longer"));
    }

    #[test]
    fn an_exception_for_a_class_holds_while_none_of_its_tests_passes() {
        let list = "[[exception]]\nreason = \"no threads\"\ntests = [\"test.test_x.T.*\"]\n";
        let skipped = NATIVE.replace("passed", "skipped");
        assert!(compare(&skipped, list).holds());
        let a = "{\"test\": \"test.test_x.T.a\", \"outcome\": \"passed\", \"detail\": \"\"}\n";
        let outdated = compare(a, list).outdated;
        assert!(outdated[0].to_string().contains("`test.test_x.T.a` is no longer"), "{}", outdated[0]);
    }

    #[test]
    fn a_listed_test_may_be_skipped_and_not_fail_unless_the_list_says_so() {
        let failed = NATIVE.replace(r#"T.b", "outcome": "passed"#, r#"T.b", "outcome": "failed"#);
        let list =
            |fails| format!("[[exception]]\nreason = \"no clock\"\n{fails}tests = [\"test.test_x.T.b\"]\n");
        assert!(!compare(&failed, &list("")).holds());
        assert!(compare(&failed, &list("fails = true\n")).holds());
    }
}
