//! One instance after the other, and several at a time, however they end: the process holds no more after thousands.
//!
//! With `PYFORGE_LONG_TESTS=1` there are 10,000 of each interpreter.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyforge_build::Choice;
use pyforge_runtime::{Capture, Feed, Input, Interrupt, Output, Policy, Program, RunError};
use pyforge_tests::process::Held;
use pyforge_tests::scripts::long;
use pyforge_tests::{build, distribution, host, policy, root, settings};
use tokio::task::JoinSet;

/// How many run at a time.
const AT_A_TIME: usize = 4;

/// What may be more at the end, in bytes: the allocator's, which is less than a kilobyte for each of 10,000.
const SLACK: u64 = 8 << 20;

/// Threads that tokio may have started to open files, and ends when they are idle.
const SPARE_THREADS: usize = 4;

/// How a guest ends, and the code that has it end so.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Itself,
    Failure,
    TooMuchOutput,
    TooLate,
    Interrupted,
    Dropped,
}

const ENDINGS: [(Ending, &str); 6] = [
    (Ending::Itself, "print('done')"),
    (Ending::Failure, "1 / 0"),
    (Ending::TooMuchOutput, "while True: print('a line that is repeated')"),
    (Ending::TooLate, "while True: pass"),
    (Ending::Interrupted, "import sys; sys.stdin.read()"),
    (Ending::Dropped, "import sys; sys.stdin.read()"),
];

#[test]
fn thousands_of_micropython_leave_nothing_behind() {
    let _alone = alone();
    let choice = Choice { only: Some(Vec::new()), ..Choice::default() };
    let built = build(&root(), &settings(), |build| build.micropython(&choice));
    let program = host(&built.composed, built.digest, AT_A_TIME as u32);
    leaves_nothing_behind(
        &program,
        &Policy { args: vec!["micropython".to_owned()], ..Policy::default() },
        2_000,
    );
}

#[test]
fn many_of_cpython_leave_nothing_behind() {
    let _alone = alone();
    let built = distribution(&Choice::default());
    let program = host(&built.composed, built.digest, AT_A_TIME as u32);
    leaves_nothing_behind(&program, &policy(&[]), 10_000);
}

/// Held by the one test that runs: what another loads would count as well.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs many, after some that let the process find its size.
fn leaves_nothing_behind(program: &Program, policy: &Policy, short: usize) {
    let count = if long() { 10_000 } else { short };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run_many(program, policy, count / 4));
    let before = Held::now();
    runtime.block_on(run_many(program, policy, count));
    let after = Held::now();
    assert!(after.memory <= before.memory + SLACK, "{before:?}, then {after:?}");
    assert!(after.files <= before.files, "{before:?}, then {after:?}");
    assert!(after.threads <= before.threads + SPARE_THREADS, "{before:?}, then {after:?}");
}

async fn run_many(program: &Program, policy: &Policy, count: usize) {
    let mut running = JoinSet::new();
    for (ending, code) in ENDINGS.iter().cycle().take(count) {
        if running.len() == AT_A_TIME {
            running.join_next().await.unwrap().unwrap();
        }
        let (program, mut policy) = (program.clone(), policy.clone());
        policy.args.extend(["-c".to_owned(), (*code).to_owned()]);
        running.spawn(async move { run(&program, policy, *ending).await });
    }
    while let Some(run) = running.join_next().await {
        run.unwrap();
    }
}

async fn run(program: &Program, policy: Policy, ending: Ending) {
    let (ours, theirs) = tokio::io::duplex(64);
    let output = Capture::new(1 << 10);
    let policy = Policy {
        stdin: Input::Stream(Feed::reader(theirs)),
        stdout: Output::Capture(output.clone()),
        output: Some(1 << 16),
        memory: Some(256 << 20),
        timeout: matches!(ending, Ending::TooLate).then_some(Duration::from_millis(5)),
        ..policy
    };
    let interrupt = Interrupt::new();
    let run = program.run_async(&policy, &interrupt);
    match ending {
        Ending::Itself => {
            assert_eq!(run.await.unwrap().code, 0);
            assert_eq!(output.bytes(), b"done\n");
        }
        Ending::Failure => assert_eq!(run.await.unwrap().code, 1),
        Ending::TooMuchOutput => assert!(matches!(run.await, Err(RunError::Output { .. }))),
        Ending::TooLate => assert!(matches!(run.await, Err(RunError::Timeout { .. }))),
        Ending::Interrupted => {
            let later = async {
                tokio::time::sleep(Duration::from_millis(2)).await;
                interrupt.raise();
            };
            assert!(matches!(tokio::join!(run, later).0, Err(RunError::Interrupted)));
        }
        Ending::Dropped => {
            assert!(tokio::time::timeout(Duration::from_millis(2), run).await.is_err());
        }
    }
    drop(ours);
}
