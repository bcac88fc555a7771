//! How runs end: exit statuses, crashes, limits, interrupts.

mod common;

use common::{GUEST, command, run, runtime};
use pyforge_runtime::{Exit, Interrupt, LoadError, Policy, Program, RunError, Source};
use std::time::{Duration, Instant};

/// A component whose `wasi:cli/run` executes the core instructions given.
fn component(body: &str) -> String {
    format!(
        r#"(component
          (import "wasi:cli/exit@0.2.12" (instance $exit
            (export "exit" (func (param "status" (result))))
            (export "exit-with-code" (func (param "status-code" u8)))))
          (core func $exit (canon lower (func $exit "exit")))
          (core func $exit-with-code (canon lower (func $exit "exit-with-code")))
          (core module $main
            (import "host" "exit" (func $exit (param i32)))
            (import "host" "exit-with-code" (func $exit-with-code (param i32)))
            (memory 1)
            (func $run (export "run") (result i32) {body}))
          (core instance $main (instantiate $main (with "host" (instance
            (export "exit" (func $exit))
            (export "exit-with-code" (func $exit-with-code))))))
          (func $run (result (result)) (canon lift (core func $main "run")))
          (instance $command (export "run" (func $run)))
          (export "wasi:cli/run@0.2.0" (instance $command)))"#
    )
}

fn program(body: &str) -> Program {
    runtime().load(&Source::bytes(component(body)), &|_| {}).unwrap()
}

fn code(body: &str) -> u8 {
    program(body).run(&Policy::default(), &Interrupt::new()).unwrap().code
}

#[test]
fn exit_statuses() {
    assert_eq!(code("(i32.const 0)"), 0);
    assert_eq!(code("(i32.const 1)"), 1);
    assert_eq!(code("(call $exit (i32.const 0)) (unreachable)"), 0);
    assert_eq!(code("(call $exit (i32.const 1)) (unreachable)"), 1);
    assert_eq!(code("(call $exit-with-code (i32.const 3)) (unreachable)"), 3);
    assert_eq!(code("(call $exit-with-code (i32.const 255)) (unreachable)"), 255);
}

#[test]
fn a_crash_says_what_and_where() {
    let error = run(&command(&["crash"]).0).unwrap_err();
    let RunError::Trap(trap) = error else { panic!("{error:?}") };
    assert_eq!(trap.to_string(), "the guest crashed: wasm trap: wasm `unreachable` instruction executed");
    assert!(trap.backtrace.contains("crash"), "{}", trap.backtrace);
    assert_eq!(trap.refused, None);
}

#[test]
fn endless_recursion_is_a_crash_of_the_guest_only() {
    let error = program("(call $run)").run(&Policy::default(), &Interrupt::new()).unwrap_err();
    let RunError::Trap(trap) = error else { panic!("{error:?}") };
    assert_eq!(trap.message, "wasm trap: call stack exhausted");
}

#[test]
fn time_limits_hold_wherever_the_guest_is() {
    for busy in ["spin", "sleep", "flood"] {
        let limit = Duration::from_millis(100);
        let start = Instant::now();
        let error = run(&Policy { timeout: Some(limit), ..command(&[busy]).0 }).unwrap_err();
        assert!(matches!(error, RunError::Timeout { limit: told } if told == limit), "{busy}: {error:?}");
        assert_eq!(error.to_string(), "stopped after 0.1 s: the time was up");
        assert!(start.elapsed() >= limit && start.elapsed() < 10 * limit + Duration::from_secs(1), "{busy}");
    }
}

#[test]
fn an_interrupt_stops_the_guest_wherever_it_is() {
    for busy in ["spin", "sleep", "flood"] {
        let interrupt = Interrupt::new();
        let raise_later = interrupt.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            raise_later.raise();
        });
        let error = GUEST.run(&command(&[busy]).0, &interrupt).unwrap_err();
        assert!(matches!(error, RunError::Interrupted), "{busy}: {error:?}");
    }
}

#[test]
fn a_raised_interrupt_stops_later_runs_too() {
    let interrupt = Interrupt::new();
    interrupt.raise();
    assert!(interrupt.is_raised());
    let error = GUEST.run(&command(&["spin"]).0, &interrupt).unwrap_err();
    assert!(matches!(error, RunError::Interrupted), "{error:?}");
}

#[test]
fn memory_beyond_the_limit_is_a_failed_allocation() {
    let (policy, capture) = command(&["allocate", "64"]);
    let exit = run(&Policy { memory: Some(16 << 20), ..policy }).unwrap();
    let got: u64 = String::from_utf8(capture.bytes()).unwrap().parse().unwrap();
    assert!((8..16).contains(&got), "{got}");
    assert!(exit.memory.total() <= 16 << 20 && exit.memory.total() > got << 20, "{exit:?}");
    assert!(exit.memory.refused.is_some_and(|refused| refused > 16 << 20), "{exit:?}");
}

#[test]
fn without_a_limit_memory_is_only_counted() {
    let (policy, capture) = command(&["allocate", "64"]);
    let Exit { code, memory } = run(&policy).unwrap();
    assert_eq!((code, capture.bytes()), (0, b"64".to_vec()));
    assert!(memory.total() > 64 << 20 && memory.total() < 70 << 20, "{memory:?}");
    assert_eq!((memory.sizes.len(), memory.refused), (1, None));
}

#[test]
fn a_limit_below_the_start_is_told() {
    let error = run(&Policy { memory: Some(1 << 16), ..command(&["args"]).0 }).unwrap_err();
    assert!(
        matches!(error, RunError::MemoryToStart { limit: 65536, needed } if needed > 1 << 20),
        "{error:?}"
    );
}

#[test]
fn runs_are_independent() {
    std::thread::scope(|scope| {
        let stopped =
            scope.spawn(|| run(&Policy { timeout: Some(Duration::from_millis(50)), ..command(&["spin"]).0 }));
        let starved =
            scope.spawn(|| run(&Policy { memory: Some(4 << 20), ..command(&["allocate", "64"]).0 }));
        let free = scope.spawn(|| {
            let (policy, capture) = command(&["allocate", "200"]);
            (run(&policy).unwrap(), capture.bytes())
        });
        assert!(matches!(stopped.join().unwrap(), Err(RunError::Timeout { .. })));
        assert!(starved.join().unwrap().unwrap().memory.refused.is_some());
        let (exit, printed) = free.join().unwrap();
        assert_eq!((exit.code, exit.memory.refused, printed), (0, None, b"200".to_vec()));
    });
}

#[test]
fn what_is_no_command_is_refused() {
    let load = |text: &str| runtime().load(&Source::bytes(text), &|_| {}).err().unwrap();
    let open = r#"(component (import "zlib:component/stream@0.1.0" (instance (export "f" (func)))))"#;
    for text in ["(component)", open] {
        assert!(matches!(load(text), LoadError::Unfit { .. }), "{text}");
    }
    assert!(load(open).to_string().contains("zlib:component/stream@0.1.0"), "{}", load(open));
    assert!(matches!(load("(module)"), LoadError::Compile { .. }));
    let missing = runtime().load(&Source::file("no/such/file.wasm"), &|_| {}).err().unwrap();
    assert_eq!(missing.to_string(), "cannot read `no/such/file.wasm`");
}
