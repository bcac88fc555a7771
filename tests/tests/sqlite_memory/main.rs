//! Where memory is short, SQLite's work ends in Python in the exceptions that it ends in natively, and the instance
//! goes on.

use pyforge_build::Choice;
use pyforge_runtime::{Access, Capture, Dir, Interrupt, Output, Policy, Program};
use pyforge_tests::{distribution, load, policy, root};

/// What all memories of an instance may have together. Python takes 40 MiB of that for itself.
const MEMORY: u64 = 64 << 20;

const FOLDER: &str = "tests/tests/sqlite_memory";

#[test]
fn whatever_grows_ends_in_an_exception() {
    let built = distribution(&Choice { only: Some(vec!["sqlite".to_owned()]), ..Choice::default() });
    let program = load(&built);
    let names = run(&program, &[]).unwrap();
    let failed: Vec<_> = names.lines().filter_map(|name| run(&program, &[name]).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What it printed, or what went wrong.
fn run(program: &Program, words: &[&str]) -> Result<String, String> {
    let (stdout, stderr) = (Capture::new(1 << 16), Capture::new(1 << 16));
    let mut policy = policy(&[&["/here/larger.py"], words].concat());
    policy.dirs.push(Dir::new(root().join(FOLDER), "/here", Access::ReadOnly));
    let policy = Policy {
        stdout: Output::Capture(stdout.clone()),
        stderr: Output::Capture(stderr.clone()),
        memory: Some(MEMORY),
        ..policy
    };
    let said = || String::from_utf8_lossy(&stderr.bytes()).into_owned();
    match program.run(&policy, &Interrupt::new()) {
        Ok(exit) if exit.code == 0 => Ok(String::from_utf8_lossy(&stdout.bytes()).into_owned()),
        Ok(exit) => Err(format!("{words:?}: exit {}\n{}", exit.code, said())),
        Err(error) => Err(format!("{words:?}: {error}\n{}", said())),
    }
}
