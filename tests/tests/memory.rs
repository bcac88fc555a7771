//! Every argument and result is given back on both sides: calls without number leave each memory where it was.

use std::path::Path;

use pyforge_build::{Built, Choice};
use pyforge_manifest::{Consumer, Project};
use pyforge_runtime::{Access, Capture, Dir, Interrupt, Output, Policy, Program};
use pyforge_tests::{distribution, load, policy, root};

/// Enough calls for the heaps to find their sizes.
const WARM_UP: &str = "10000";
const CALLS: &str = "101000";

/// In a cap's folder, a script that lists calls of each of its functions by name, for `tests/calls/repeat.py`.
const SCRIPT: &str = "tests/calls.py";

#[test]
fn calls_leave_the_memory_of_python_and_of_the_cap_where_it_was() {
    let project = Project::open(&root()).unwrap();
    let caps = project.packages_for(Consumer::CPython).filter(|package| package.dir().join(SCRIPT).is_file());
    let caps: Vec<_> = caps.map(|package| package.cap.clone()).collect();
    assert!(caps.contains(&"zlib".to_owned()));
    for cap in caps {
        let built = distribution(&Choice { only: Some(vec![cap.clone()]), ..Choice::default() });
        stays(&built, project.package(Consumer::CPython, &cap).unwrap().dir());
    }
}

fn stays(built: &Built, cap: &Path) {
    let program = load(built);
    let (names, _) = run(&program, calls(cap, &[]));
    for name in names.lines() {
        let sizes = |count| run(&program, calls(cap, &[count, name])).1;
        let (before, after) = (sizes(WARM_UP), sizes(CALLS));
        assert_eq!(before.len(), 2, "one memory of Python and one of the cap");
        assert_eq!(before, after, "{name} of {}", cap.display());
    }
}

fn calls(cap: &Path, words: &[&str]) -> Policy {
    let mut policy = policy(&[&["/calls/repeat.py"], words].concat());
    policy.dirs.push(Dir::new(root().join("tests/calls"), "/calls", Access::ReadOnly));
    policy.dirs.push(Dir::new(cap, "/cap", Access::ReadOnly));
    policy
}

/// What a run printed, and the size of each memory at its end, in bytes.
fn run(program: &Program, policy: Policy) -> (String, Vec<u64>) {
    let (stdout, stderr) = (Capture::new(1 << 16), Capture::new(1 << 16));
    let policy =
        Policy { stdout: Output::Capture(stdout.clone()), stderr: Output::Capture(stderr.clone()), ..policy };
    let exit = program.run(&policy, &Interrupt::new()).unwrap();
    assert_eq!(exit.code, 0, "{}", String::from_utf8_lossy(&stderr.bytes()));
    (String::from_utf8(stdout.bytes().to_vec()).unwrap(), exit.memory.sizes)
}
