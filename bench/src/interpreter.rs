//! The interpreter itself: pyperformance's benchmarks that are written in Python alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, miette};
use pyforge_build::{Build, Built, process};
use pyforge_manifest::Settings;
use sha2::{Digest, Sha256};

use crate::sides::{Rows, Sides};
use crate::{keep_best, table};

const SCRIPT: &str = "interpreter/run.py";
const REQUIREMENTS: &str = "bench/interpreter/requirements.txt";

/// What fills a folder with the files of a requirements file, each by its digest.
const FETCH: &str = "tests/suites/fetch.py";

/// What is measured: pyperformance's name for it, and the words that its script wants, if any.
const BENCHMARKS: [(&str, &[&str]); 26] = [
    ("chaos", &[]),
    ("comprehensions", &[]),
    ("coroutines", &[]),
    ("crypto_pyaes", &[]),
    ("deepcopy", &[]),
    ("deltablue", &[]),
    ("fannkuch", &[]),
    ("float", &[]),
    ("generators", &[]),
    ("go", &[]),
    ("hexiom", &[]),
    ("logging", &[]),
    ("mdp", &[]),
    ("meteor_contest", &[]),
    ("nbody", &[]),
    ("nqueens", &[]),
    ("pickle", &["--pure-python", "pickle"]),
    ("pyflate", &[]),
    ("raytrace", &[]),
    ("regex_compile", &[]),
    ("richards", &[]),
    ("scimark", &[]),
    ("spectral_norm", &[]),
    ("telco", &[]),
    ("typing_runtime_protocols", &[]),
    ("unpack_sequence", &[]),
];

/// What the benchmarks are called.
pub fn names() -> [&'static str; BENCHMARKS.len()] {
    BENCHMARKS.map(|(name, _)| name)
}

/// Prints a table of all benchmarks, or of only one.
pub fn run(
    settings: &Settings,
    build: &Build<'_>,
    built: &Built,
    root: &Path,
    rounds: usize,
    only: Option<&str>,
) -> miette::Result<()> {
    let optimized = build.optimized_cpython(&built.cpython)?;
    let files = fetch(settings, &built.cpython.python(), root)?;
    let scripts = root.join("bench");
    let sides = Sides::new(settings, built, &scripts, &files)?;
    let mut all = [Rows::new(), Rows::new(), Rows::new()];
    for (name, arguments) in BENCHMARKS.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        let words = [&[SCRIPT, "FILE", *name], *arguments].concat();
        for (all, rows) in all.iter_mut().zip(measure(&sides, &optimized, rounds, &words)?) {
            all.extend(rows);
        }
    }
    let [plain, optimized, here] = all;
    table::interpreters(&plain, &optimized, &here);
    Ok(())
}

/// The best figures of the native interpreter, the optimized one and ours, which take turns.
fn measure(sides: &Sides<'_>, optimized: &Path, rounds: usize, words: &[&str]) -> miette::Result<[Rows; 3]> {
    let once = || -> miette::Result<[Rows; 3]> {
        Ok([sides.native(words)?, sides.native_by(optimized, words)?, sides.guest(words)?.0])
    };
    let mut best = once()?;
    for _ in 1..rounds {
        for (best, new) in best.iter_mut().zip(once()?) {
            keep_best(best, &new);
        }
    }
    Ok(best)
}

/// The folder of the benchmarks, which are fetched once for each state of the requirements.
fn fetch(settings: &Settings, python: &Path, root: &Path) -> miette::Result<PathBuf> {
    let requirements = root.join(REQUIREMENTS);
    let text = std::fs::read(&requirements).into_diagnostic()?;
    let distfiles = settings.home.join("distfiles");
    let files = distfiles.join(format!("pyperformance-{}", key(&text)));
    if files.exists() {
        return Ok(files);
    }
    std::fs::create_dir_all(&distfiles).into_diagnostic()?;
    let folder = tempfile::tempdir_in(&distfiles).into_diagnostic()?;
    let mut fetch = Command::new(python);
    fetch.args(["-E", "-B"]).arg(root.join(FETCH)).arg(folder.path()).arg(&requirements);
    process::capture(fetch).map_err(|error| miette!("the benchmarks cannot be fetched: {error}"))?;
    std::fs::rename(folder.keep(), &files).into_diagnostic()?;
    Ok(files)
}

/// The beginning of the digest of some text.
fn key(text: &[u8]) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
