//! Databases in files, with more than one process: killed ones, and several at a time.

mod common;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pyforge_build::{Build, Choice, Silent};
use pyforge_manifest::{Project, Settings, host_variable};

use crate::common::{pyforge, this_checkout};

/// How often a writer is killed in each mode.
const KILLS: usize = 4;
const MANY_KILLS: usize = 34;

/// How long a writer may go on at most, from its first transaction on.
const LONGEST: Duration = Duration::from_millis(60);

/// How often each process counts.
const TIMES: u32 = 40;

fn scripts() -> PathBuf {
    this_checkout().join("crates/pyforge/tests/sqlite")
}

/// A run of a script in the guest, which has the folder as its `/data`.
fn guest(folder: &Path, words: &[&str]) -> Command {
    let data = format!("{}::/data", folder.display());
    let script = scripts().join(words[0]);
    pyforge(&this_checkout(), &[&["run", "--dir", &data, &script.to_string_lossy()], &words[1..]].concat())
}

/// A run of a script in the native interpreter.
fn native(words: &[&str]) -> Command {
    let settings = Settings::from_env().unwrap();
    let project = Project::open(&this_checkout()).unwrap();
    let built = Build::new(&project, &settings, &Silent).unwrap().distribution(&Choice::default()).unwrap();
    let mut command = Command::new(built.cpython.python());
    command.arg(scripts().join(words[0])).args(&words[1..]);
    command
}

#[expect(clippy::disallowed_methods, reason = "a test starts the program it tests")]
fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A time that is another at each call.
fn some_time() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Duration::from_micros(now.subsec_nanos() as u64 % LONGEST.as_micros() as u64)
}

/// Lets a writer work for a while and kills it. Returns how many transactions it found, and which was the last that it
/// said it had committed.
fn kill(command: &mut Command) -> (u64, u64) {
    let mut writer = start(command);
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let Some(first) = lines.next() else {
        let mut said = String::new();
        writer.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        panic!("{said}");
    };
    let found: u64 = first.unwrap().parse().unwrap();
    sleep(some_time());
    writer.kill().unwrap();
    writer.wait().unwrap();
    // The last line may be cut short; then it is not one that was said.
    let last = lines.map_while(Result::ok).filter_map(|line| line.parse().ok()).max();
    (found, last.unwrap_or(found))
}

#[test]
fn killed_writers_leave_what_they_committed() {
    let kills = if host_variable("PYFORGE_LONG_TESTS").is_some() { MANY_KILLS } else { KILLS };
    for mode in ["delete", "persist", "wal"] {
        let folder = tempfile::tempdir().unwrap();
        let mut committed = 0;
        for round in 0..kills {
            let (found, last) = kill(&mut guest(folder.path(), &["writer.py", "/data/test.db", mode]));
            // One more may be there than was said.
            assert!((committed..=committed + 1).contains(&found), "{mode} {round}: {found} of {committed}");
            committed = last;
        }
        // What a killed guest left, the native library recovers too.
        let file = folder.path().join("test.db");
        let (found, _) = kill(&mut native(&["writer.py", &file.to_string_lossy(), "delete"]));
        assert!((committed..=committed + 1).contains(&found), "{mode}: {found} of {committed}");
    }
}

#[test]
fn processes_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let file = file.to_string_lossy();
    let create = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(
        'CREATE TABLE counter (count INTEGER); INSERT INTO counter VALUES (0)')";
    let times = TIMES.to_string();
    let mut creating = native(&["writer.py"]);
    creating = {
        let mut command = Command::new(creating.get_program());
        command.args(["-c", create, &file]);
        command
    };
    assert!(start(&mut creating).wait().unwrap().success());
    let words = ["counter.py", "/data/test.db", &times];
    let mut counting = [
        start(&mut guest(folder.path(), &words)),
        start(&mut guest(folder.path(), &words)),
        start(&mut native(&["counter.py", &file, &times])),
    ];
    for child in &mut counting {
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(child.wait().unwrap().success(), "{said}");
    }
    let read = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('SELECT * FROM counter').fetchone())";
    let mut reading = Command::new(creating.get_program());
    let mut printed = String::new();
    let mut child = start(reading.args(["-c", read, &file]));
    child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    child.wait().unwrap();
    assert_eq!(printed.trim(), (3 * TIMES).to_string());
}
