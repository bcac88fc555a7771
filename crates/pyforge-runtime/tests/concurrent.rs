//! Many guests in one host: from async code, in a pool, and ended when nobody waits for them any more.

mod common;

use common::{GUEST, command, guest_file, run};
use pyforge_runtime::{
    Exit, Interrupt, MemoryUse, Policy, Pool, Program, RunError, Runtime, RuntimeConfig, Source, Stopping,
};
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(10);

/// How late a guest on a machine that does other things may be stopped.
const LATE: Duration = Duration::from_millis(500);

/// The guest in a pool of four, of which no other test takes any.
fn pooled() -> Program {
    let pool = Some(Pool::new(4));
    let runtime = Runtime::new(RuntimeConfig { pool, ..RuntimeConfig::default() }).unwrap();
    runtime.load(&Source::file(guest_file()), &|_| {}).unwrap()
}

async fn run_async(args: &[&str], timeout: Option<Duration>) -> (Result<Exit, RunError>, Vec<u8>) {
    let (policy, capture) = command(args);
    let result = GUEST.run_async(&Policy { timeout, ..policy }, &Interrupt::new()).await;
    (result, capture.bytes())
}

#[tokio::test]
async fn a_run_can_be_awaited_and_spawned() {
    let (result, printed) = run_async(&["args", "a"], None).await;
    assert_eq!((result.unwrap().code, printed), (0, b"a\n".to_vec()));
    let spawned = tokio::spawn(async { run_async(&["fail"], None).await.0 });
    assert_eq!(spawned.await.unwrap().unwrap().code, 1);
}

#[tokio::test]
async fn short_deadlines_hold_for_guests_that_share_a_thread() {
    let start = Instant::now();
    let (spinning, sleeping, flooding) = tokio::join!(
        run_async(&["spin"], Some(SHORT)),
        run_async(&["sleep"], Some(SHORT)),
        run_async(&["flood"], Some(SHORT)),
    );
    for (result, _) in [spinning, sleeping, flooding] {
        assert!(matches!(result, Err(RunError::Timeout { limit: SHORT })), "{result:?}");
    }
    assert!(start.elapsed() >= SHORT && start.elapsed() < LATE, "{:?}", start.elapsed());
}

#[test]
fn a_short_deadline_holds_on_a_thread_of_ones_own() {
    let start = Instant::now();
    let error = run(&Policy { timeout: Some(SHORT), ..command(&["spin"]).0 }).unwrap_err();
    assert!(matches!(error, RunError::Timeout { limit: SHORT }), "{error:?}");
    assert!(start.elapsed() < LATE, "{:?}", start.elapsed());
}

#[tokio::test]
async fn guests_that_compute_leave_others_their_turn() {
    let spinning = tokio::spawn(run_async(&["spin"], Some(Duration::from_secs(10))));
    for _ in 0..20 {
        assert_eq!(run_async(&["args", "a"], None).await.0.unwrap().code, 0);
    }
    assert!(!spinning.is_finished());
    spinning.abort();
    assert!(spinning.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn an_interrupt_ends_a_run_that_is_awaited() {
    for busy in ["spin", "sleep"] {
        let interrupt = Interrupt::new();
        let (policy, raised) = (command(&[busy]).0, interrupt.clone());
        let later = async {
            tokio::time::sleep(SHORT).await;
            raised.raise();
        };
        let (result, ()) = tokio::join!(GUEST.run_async(&policy, &interrupt), later);
        assert!(matches!(result, Err(RunError::Interrupted)), "{busy}: {result:?}");
    }
}

/// Runs more than there is room for, each until it is dropped.
async fn is_gone_when_dropped(program: &Program, busy: &str) {
    for _ in 0..8 {
        let (policy, interrupt) = (command(&[busy]).0, Interrupt::new());
        let dropped = tokio::time::timeout(SHORT, program.run_async(&policy, &interrupt)).await;
        assert!(dropped.is_err(), "{busy}: {dropped:?}");
    }
}

#[tokio::test]
async fn a_pool_has_room_for_so_many_and_again_when_they_are_gone() {
    let program = pooled();
    is_gone_when_dropped(&program, "spin").await;
    is_gone_when_dropped(&program, "sleep").await;
    let sleep = || {
        let policy = Policy { timeout: Some(10 * SHORT), ..command(&["sleep"]).0 };
        let program = program.clone();
        tokio::spawn(async move { program.run_async(&policy, &Interrupt::new()).await })
    };
    let runs = [sleep(), sleep(), sleep(), sleep()];
    tokio::time::sleep(SHORT).await;
    let error = program.run_async(&command(&["fail"]).0, &Interrupt::new()).await.unwrap_err();
    assert!(matches!(error, RunError::Full { .. }), "{error:?}");
    assert!(error.to_string().starts_with("no room for another instance: "), "{error}");
    for run in runs {
        assert!(matches!(run.await.unwrap(), Err(RunError::Timeout { .. })));
    }
    assert_eq!(program.run_async(&command(&["fail"]).0, &Interrupt::new()).await.unwrap().code, 1);
}

#[tokio::test]
async fn places_of_a_pool_come_back_as_new() {
    let program = pooled();
    for _ in 0..3 {
        let (policy, capture) = command(&["allocate", "64"]);
        let exit = program.run_async(&policy, &Interrupt::new()).await.unwrap();
        assert_eq!((exit.code, capture.bytes()), (0, b"64".to_vec()));
        let (policy, capture) = command(&["args", "a"]);
        let Exit { memory: MemoryUse { sizes, .. }, .. } =
            program.run_async(&policy, &Interrupt::new()).await.unwrap();
        assert!(sizes.iter().sum::<u64>() < 4 << 20, "{sizes:?}");
        assert_eq!(capture.bytes(), b"a\n");
    }
}

#[tokio::test]
async fn a_run_that_is_not_stopped_in_place_can_be_awaited_too() {
    let config = RuntimeConfig { stopping: Stopping::WithProcess, ..RuntimeConfig::default() };
    let program = Runtime::new(config).unwrap().load(&Source::file(guest_file()), &|_| {}).unwrap();
    let (policy, capture) = command(&["args", "a"]);
    assert_eq!(program.run_async(&policy, &Interrupt::new()).await.unwrap().code, 0);
    assert_eq!(capture.bytes(), b"a\n");
    for busy in ["spin", "sleep"] {
        let policy = Policy { timeout: Some(SHORT), ..command(&[busy]).0 };
        let result = program.run_async(&policy, &Interrupt::new()).await;
        assert!(matches!(result, Err(RunError::Timeout { .. })), "{busy}: {result:?}");
    }
}
