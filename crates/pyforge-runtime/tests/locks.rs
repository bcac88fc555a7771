//! Locks on files, as SQLite's VFS in a guest asks for them.

mod common;

use common::{GUEST, command, run};
use pyforge_runtime::{Access, Dir, Interrupt, Policy};
use std::time::Duration;

const ASK: &str = "1";
const PROBE: &str = "2";
const SHARED: &str = "3";
const NONE: &str = "4";
const EXCLUSIVE: &str = "5";

const OK: &str = "0";
const REFUSED: &str = "6";
const YES: &str = "7";
const BAD_DESCRIPTOR: &str = "8";

/// A folder with a file in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "content").unwrap();
    folder
}

fn policy(folder: &tempfile::TempDir, steps: &[String]) -> (Policy, pyforge_runtime::Capture) {
    let steps: Vec<&str> =
        ["lock", "/data/file"].into_iter().chain(steps.iter().map(String::as_str)).collect();
    let (policy, capture) = command(&steps);
    (Policy { dirs: vec![Dir::new(folder.path(), "/data", Access::ReadWrite)], ..policy }, capture)
}

/// What steps of a guest come to, each given as an advice and what it is about.
fn answers<const N: usize>(folder: &tempfile::TempDir, steps: [(&str, &str); N]) -> [String; N] {
    let (policy, capture) = policy(folder, &steps.map(|(advice, about)| format!("{advice}{about}")));
    run(&policy).unwrap();
    let output = String::from_utf8(capture.bytes()).unwrap();
    let lines: Vec<String> = output.lines().map(str::to_owned).collect();
    lines.try_into().unwrap()
}

#[test]
fn two_descriptors_are_two_parties() {
    let steps = [
        (ASK, "w0+512"),
        (SHARED, "w2+510"),
        (SHARED, "r2+510"),
        (EXCLUSIVE, "w2+510"),
        (PROBE, "w2+510"),
        (EXCLUSIVE, "w1+1"),
        (PROBE, "r1+1"),
        (PROBE, "w1+1"),
        (NONE, "r0+512"),
        (EXCLUSIVE, "w2+510"),
        (SHARED, "r2+1"),
        (NONE, "w0+512"),
        (SHARED, "r2+1"),
    ];
    let expected = [YES, OK, OK, REFUSED, REFUSED, OK, REFUSED, OK, OK, OK, REFUSED, OK, OK];
    assert_eq!(answers(&folder(), steps), expected);
}

#[test]
fn an_exclusive_lock_takes_a_file_that_can_be_written() {
    assert_eq!(answers(&folder(), [(SHARED, "r0+1"), (EXCLUSIVE, "r0+1")]), [OK, BAD_DESCRIPTOR]);
}

#[test]
fn advice_about_other_bytes_is_advice() {
    let steps = [(ASK, "w0+513"), (EXCLUSIVE, "w512+1"), (EXCLUSIVE, "r512+1"), ("0", "w0+512")];
    assert_eq!(answers(&folder(), steps), [OK; 4]);
}

#[test]
fn locks_end_with_the_run() {
    let folder = folder();
    let steps = [format!("{EXCLUSIVE}w0+1"), "sleep".to_owned()];
    let (policy, capture) = policy(&folder, &steps);
    let interrupt = Interrupt::new();
    std::thread::scope(|threads| {
        let holder = threads.spawn(|| GUEST.run(&policy, &interrupt));
        while capture.bytes().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let meanwhile = answers(&folder, [(SHARED, "w0+1")]);
        interrupt.raise();
        holder.join().unwrap().unwrap_err();
        assert_eq!(meanwhile, [REFUSED]);
    });
    assert_eq!(answers(&folder, [(EXCLUSIVE, "w0+1")]), [OK]);
}

/// The locks of a process, which native SQLite uses.
#[cfg(unix)]
#[test]
fn locks_of_processes_and_of_open_files_keep_each_other_out() {
    use std::os::fd::AsRawFd;

    let folder = folder();
    let file = std::fs::File::options().read(true).write(true).open(folder.path().join("file")).unwrap();
    // SAFETY: it consists of numbers.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = libc::F_WRLCK as _;
    lock.l_whence = libc::SEEK_SET as _;
    (lock.l_start, lock.l_len) = (0x4000_0001, 1);
    // SAFETY: the descriptor is open, and the structure what the operation reads.
    assert_eq!(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLK, &lock) }, 0);
    assert_eq!(
        answers(&folder, [(PROBE, "w1+1"), (EXCLUSIVE, "w1+1"), (EXCLUSIVE, "w2+1")]),
        [REFUSED, REFUSED, OK]
    );
    drop(file);
    assert_eq!(answers(&folder, [(EXCLUSIVE, "w1+1")]), [OK]);
}
