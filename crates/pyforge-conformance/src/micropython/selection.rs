//! Which of MicroPython's tests are run.

use std::path::Path;

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_build::Result;

/// What upstream's `run-tests.py` runs for its port to Unix when it is told nothing.
const FOLDERS: [&str; 12] = [
    "basics",
    "micropython",
    "misc",
    "extmod",
    "thread",
    "float",
    "import",
    "io",
    "stress",
    "unicode",
    "cmdline",
    "ports/unix",
];

/// The tests that these names mean, each a test or a folder; of the default folders when there is none. Those of a
/// folder are together.
pub fn select(root: &Path, names: &[String]) -> Result<Vec<String>> {
    let mut tests = Vec::new();
    if names.is_empty() {
        for folder in FOLDERS {
            tests.extend(tests_of(root, folder)?);
        }
        return Ok(tests);
    }
    for name in names.iter().map(|name| name.trim_end_matches('/')) {
        match root.join(name) {
            path if path.is_dir() => tests.extend(tests_of(root, name)?),
            path if path.is_file() && name.contains('/') => tests.push(name.to_owned()),
            _ => {
                return Err(miette!(
                    help = "name one such as basics or basics/int1.py",
                    "MicroPython has no test `{name}`"
                ));
            }
        }
    }
    tests.sort();
    tests.dedup();
    Ok(tests)
}

/// The folder that a test is in.
pub fn folder(test: &str) -> &str {
    test.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn tests_of(root: &Path, folder: &str) -> Result<Vec<String>> {
    let path = root.join(folder);
    let unreadable = || format!("cannot read `{}`", path.display());
    let mut tests = Vec::new();
    for entry in path.read_dir().into_diagnostic().wrap_err_with(unreadable)? {
        let name = entry.into_diagnostic().wrap_err_with(unreadable)?.file_name();
        if let Some(name) = name.to_str().filter(|name| name.ends_with(".py")) {
            tests.push(format!("{folder}/{name}"));
        }
    }
    tests.sort();
    Ok(tests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_test_or_a_folder_of_tests() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("ports/unix")).unwrap();
        for name in ["ports/unix/b.py", "ports/unix/a.py", "ports/unix/a.py.exp"] {
            std::fs::write(root.path().join(name), "").unwrap();
        }
        let select = |name: &str| select(root.path(), &[name.to_owned()]);
        assert_eq!(select("ports/unix/").unwrap(), ["ports/unix/a.py", "ports/unix/b.py"]);
        assert_eq!(select("ports/unix/a.py").unwrap(), ["ports/unix/a.py"]);
        assert!(select("ports/unix/c.py").is_err());
        assert_eq!(folder("ports/unix/a.py"), "ports/unix");
    }
}
