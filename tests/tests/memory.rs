//! Every argument and result is given back on both sides: calls without number leave each memory where it was.

use pyforge_build::Choice;
use pyforge_runtime::{Capture, Interrupt, Output, Policy, Program};
use pyforge_tests::{distribution, load, policy};

/// Enough calls for the heaps to find their sizes.
const WARM_UP: &str = "1000";
const CALLS: &str = "101000";

const SCRIPT: &str = "/guest/zlib_calls.py";

#[test]
fn zlib_calls_leave_the_memory_of_python_and_of_the_cap_where_it_was() {
    let built = distribution(&Choice::default());
    let program = load(&built);
    let (names, _) = run(&program, policy(&built, &[SCRIPT]));
    assert!(names.lines().count() > 10, "{names}");
    for name in names.lines() {
        let sizes = |count| run(&program, policy(&built, &[SCRIPT, count, name])).1;
        let (before, after) = (sizes(WARM_UP), sizes(CALLS));
        assert_eq!(before.len(), 2, "one memory of Python and one of the cap");
        assert_eq!(before, after, "{name}");
    }
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
