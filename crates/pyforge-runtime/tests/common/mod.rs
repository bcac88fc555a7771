//! Compiles the guest, once, and runs it.
#![allow(dead_code, reason = "each test file uses a part")]

use pyforge_runtime::{
    Capture, Exit, Interrupt, Output, Policy, Program, RunError, Runtime, RuntimeConfig, Source,
};
use std::path::PathBuf;
use std::sync::LazyLock;

/// The guest program, compiled without a cache.
pub static GUEST: LazyLock<Program> =
    LazyLock::new(|| runtime().load(&Source::file(guest_file()), &|_| {}).unwrap());

/// A runtime without a cache.
pub fn runtime() -> Runtime {
    Runtime::new(RuntimeConfig::default()).unwrap()
}

/// `tests/guest/guest.rs` as a component, made once by each process.
pub fn guest_file() -> PathBuf {
    static FILE: LazyLock<PathBuf> = LazyLock::new(make_guest);
    FILE.clone()
}

/// Test processes that run side by side make it side by side and move equal files into one place.
fn make_guest() -> PathBuf {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guest/guest.rs");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("guest.wasm");
    let newer = |path: &PathBuf| Some(path.metadata().ok()?.modified().ok()? > modified(source));
    if newer(&target).unwrap_or(false) {
        return target;
    }
    let made = target.with_extension(format!("{}.wasm", std::process::id()));
    compile(source, &made);
    std::fs::rename(&made, &target).unwrap();
    target
}

fn modified(path: &str) -> std::time::SystemTime {
    std::fs::metadata(path).unwrap().modified().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "this crate knows no other of the project's")]
fn compile(source: &str, made: &std::path::Path) {
    let status = std::process::Command::new("rustc")
        .args(["--target", "wasm32-wasip2", "--edition", "2024", "-O", "-C", "panic=abort", source, "-o"])
        .arg(made)
        .status()
        .expect("rustc starts");
    assert!(status.success(), "rustc failed; `rustup target add wasm32-wasip2` may be missing");
}

/// A policy that runs one of the guest's commands and captures what it prints.
pub fn command(args: &[&str]) -> (Policy, Capture) {
    let capture = Capture::new(1 << 20);
    let args = ["guest"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
    (Policy { args, stdout: Output::Capture(capture.clone()), ..Policy::default() }, capture)
}

/// Runs the guest under the policy.
pub fn run(policy: &Policy) -> Result<Exit, RunError> {
    GUEST.run(policy, &Interrupt::new())
}

/// Runs one of the guest's commands, under a policy changed by `change`, and returns what it printed.
pub fn output(args: &[&str], change: impl FnOnce(&mut Policy)) -> String {
    let (mut policy, capture) = command(args);
    change(&mut policy);
    run(&policy).unwrap();
    String::from_utf8(capture.bytes()).unwrap()
}
