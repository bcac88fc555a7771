//! MicroPython: the second consumer of the same components.

#[path = "tls/certificates.rs"]
mod certificates;
mod common;
#[path = "tls/programs.rs"]
mod programs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_build::{Silent, provide_programs};
use pyforge_manifest::Settings;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{Ended, pyforge, run, this_checkout};
use crate::programs::{Running, free_port};

/// Runs this checkout's MicroPython with options of `pyforge run` and words of its own.
fn micropython(words: &[&str], input: &str) -> Ended {
    run(&mut pyforge(&this_checkout(), &[&["run", "--consumer", "micropython"], words].concat()), input)
}

/// What it printed, having ended well.
fn printed(words: &[&str]) -> String {
    let ended = micropython(words, "");
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    ended.stdout
}

/// What CPython printed, having ended well.
fn printed_by_cpython(words: &[&str]) -> String {
    let ended = run(&mut pyforge(&this_checkout(), &[&["run"], words].concat()), "");
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    ended.stdout
}

fn here(file: &str) -> String {
    this_checkout().join("crates/pyforge/tests/micropython").join(file).display().to_string()
}

fn cap(name: &str, file: &str) -> String {
    let folder = this_checkout().join("micropython").join(format!("_{name}_cap/tests"));
    folder.join(file).display().to_string()
}

/// A folder, and the option that shows it to a guest as `/data`.
fn data() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let option = format!("--dir={}::/data", folder.path().display());
    (folder, option)
}

#[test]
fn programs_come_from_all_the_places_micropython_takes_them_from() {
    assert_eq!(printed(&["-c", "import sys; print(sys.argv)", "a", "-x"]), "['-c', 'a', '-x']\n");
    assert_eq!(printed(&["-c", "import sys; print(sys.argv)", "-"]), "['-c', '-']\n");
    for words in [&[][..], &["-"], &["-X", "heapsize=1M", "-"]] {
        assert_eq!(micropython(words, "print(__name__)").stdout, "__main__\n");
    }
    let (folder, _) = data();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("script.py", "import sys, beside; print(sys.argv[1:], input(), beside.answer)");
    write("beside.py", "answer = 42");
    let script = folder.path().join("script.py").display().to_string();
    assert_eq!(micropython(&[&script, "--flag"], "line\n").stdout, "['--flag'] line 42\n");
    let from = format!("--dir={}::/lib:ro", folder.path().display());
    assert_eq!(printed(&[&from, "-m", "beside"]), "");
    assert_eq!(printed(&[&from, "-c", "from beside import *; print(answer)"]), "42\n");
    let typed = micropython(&["-i"], "6 * 7\ndef f():\n    return 'f'\n\nf()\n").stdout;
    assert!(typed.contains(">>> 42\n") && typed.contains("'f'"), "{typed}");
}

#[test]
fn exit_codes_are_those_of_the_program() {
    for (code, expected) in [
        ("pass", 0),
        ("import sys; sys.exit(3)", 3),
        ("raise SystemExit('no')", 1),
        ("1/0", 1),
        ("def f(): f()\nf()", 1),
    ] {
        assert_eq!(micropython(&["-c", code], "").code, expected, "{code}");
    }
    assert_eq!(micropython(&["no_such_script.py"], "").code, 2);
    assert!(micropython(&["-c", "1/0"], "").stderr.ends_with("ZeroDivisionError: divide by zero\n"));
}

#[test]
fn nothing_is_seen_that_is_not_granted() {
    let refused = |code: &str| {
        let ended = micropython(&["-c", code], "");
        assert!(
            ended.code == 1 && ended.stderr.contains("OSError: "),
            "{code}: {}{}",
            ended.stdout,
            ended.stderr
        );
    };
    refused("open('/etc/passwd')");
    refused("import os; os.listdir('/')");
    refused("import socket; socket.socket().connect(socket.getaddrinfo('127.0.0.1', 1)[0][-1])");
    assert_eq!(printed(&["-c", "import os; print(os.getenv('PATH'), os.getenv('HOME'))"]), "None None\n");
}

#[test]
fn a_limit_of_memory_is_a_memory_error() {
    let code = "
held = []
try:
    while True:
        held.append(bytearray(100000))
except MemoryError:
    size = len(held) // 10
    held = None
print('megabytes:', size > 40)
print(len(bytearray(1000000)))";
    assert_eq!(printed(&["--memory", "64MiB", "-c", code]), "megabytes: True\n1000000\n");
}

/// Fifty megabytes and more, a hundred calls deep, with a heap that is small.
#[test]
fn churn_under_a_deep_stack_loses_no_object() {
    let said = printed(&[&here("churn.py"), "100", "800", "65536"]);
    assert!(said.starts_with("allocated 5") && said.ends_with("MB and more, lost 0\n"), "{said}");
}

/// A collection at each allocation, and a deeper stack.
#[test]
fn collections_at_every_step_lose_no_object() {
    let said = printed(&[&here("churn.py"), "60", "1", "1"]);
    assert!(said.ends_with("lost 0\n"), "{said}");
}

#[test]
fn both_consumers_have_the_same_components() {
    let parts = |consumer: &str| {
        let built = run(&mut pyforge(&this_checkout(), &["build", "--consumer", consumer]), "");
        let inspected = run(&mut pyforge(&this_checkout(), &["inspect", "--json", built.stdout.trim()]), "");
        let inspection: Value = serde_json::from_str(&inspected.stdout).unwrap();
        let part = |part: &Value| {
            (part["name"].as_str().unwrap().to_owned(), part["sha256"].as_str().unwrap().to_owned())
        };
        inspection["embedded"].as_array().unwrap().iter().map(part).collect::<BTreeMap<_, _>>()
    };
    let (cpython, mut micropython) = (parts("cpython"), parts("micropython"));
    assert!(micropython.remove("micropython").is_some());
    assert_eq!(
        micropython.keys().map(String::as_str).collect::<Vec<_>>(),
        ["openssl-wasm", "sqlite-wasm", "zlib-wasm"]
    );
    for (name, digest) in &micropython {
        assert_eq!(cpython.get(name), Some(digest), "{name}");
    }
}

/// The surface of `sqlite3`, in each consumer.
#[test]
fn a_database_is_used_alike() {
    let script = cap("sqlite", "same.py");
    let outputs = [printed_by_cpython, printed].map(|printed| {
        let (_folder, option) = data();
        printed(&[&option, &script, "/data"])
    });
    assert!(outputs[0].lines().count() > 200);
    assert_eq!(outputs[0], outputs[1]);
}

#[test]
fn a_database_goes_from_one_consumer_to_the_other() {
    let script = cap("sqlite", "interchange.py");
    for [writes, reads] in [[printed, printed_by_cpython], [printed_by_cpython, printed]] {
        let (_folder, option) = data();
        writes(&[&option, &script, "write", "/data/shared.db"]);
        reads(&[&option, &script, "read", "/data/shared.db"]);
    }
}

#[test]
fn digests_are_cpythons() {
    let script = cap("hashlib", "values.py");
    let (values, expected) = (printed(&[&script]), printed_by_cpython(&[&script]));
    let expected: BTreeSet<_> = expected.lines().collect();
    let (values, own) = values.split_once("True\n").unwrap();
    assert!(values.lines().count() > 100 && own.contains("hash is final"), "{values}{own}");
    for value in values.lines() {
        assert!(expected.contains(value), "{value}");
    }
}

/// What calls took is given back: to the collector, and by the components, which all share a limit.
#[test]
fn memory_stays_where_it_was() {
    for (name, file, times) in [
        ("zlib", "memory.py", ""),
        ("zlib", "large.py", ""),
        ("hashlib", "memory.py", ""),
        ("sqlite", "memory.py", "10000"),
    ] {
        let said = printed(&["--memory", "100MiB", &cap(name, file), times]);
        assert!(
            said.lines().count() > 1 && said.lines().all(|line| line.ends_with("True")),
            "{name}: {said}"
        );
    }
}

/// A stream that is used while it is used, closed streams, broken ones: each an error, or nothing.
#[test]
fn streams_can_be_misused() {
    let said = printed(&[&cap("zlib", "misuse.py")]);
    assert!(said.starts_with("read b'hello") && said.contains("{'OSError(16,)'}"), "{said}");
}

/// As a newcomer would take it, with a server that speaks TLS, a gzip file, and a database that CPython was at before.
#[test]
fn the_tour_goes_everywhere() {
    let settings = Settings::from_env().unwrap();
    provide_programs(&settings, &[("openssl", "openssl"), ("gzip", "gzip")], &Silent).unwrap();
    let (folder, option) = data();
    certificates::make(folder.path());
    std::fs::write(folder.path().join("page.txt"), "a page\n".repeat(10_000)).unwrap();
    gzip(&this_checkout().join("Cargo.lock"), &folder.path().join("lock.gz"));
    let visit = "import sqlite3
with sqlite3.connect('/data/tour.db') as connection:
    connection.execute('create table visits (at integer, who text, version text)')
    connection.execute('insert into visits values (1, ?, ?)', ('cpython', '3'))";
    printed_by_cpython(&[&option, "-c", visit]);
    let port = free_port();
    let _server = serve(folder.path(), port, "ecdsa");
    let tour = this_checkout().join("examples/tour_micropython.py").display().to_string();
    let net = format!("--net=127.0.0.1:{port}");
    let url = format!("https://127.0.0.1:{port}/page.txt");
    let said = printed(&[&option, &net, &tour, "/data", &url, "/data/ca.pem"]);
    let lock = std::fs::metadata(this_checkout().join("Cargo.lock")).unwrap().len();
    let bytes = said.lines().find(|line| line.starts_with("lock.gz")).unwrap().replace(',', "");
    assert!(bytes.contains(&format!(" {lock} bytes")), "{said}");
    assert!(
        said.contains("\ncpython                 1 of 3\n")
            && said.contains("\nmicropython             1 of "),
        "{said}"
    );
    assert!(said.contains("200 ok") && said.contains(" 70000 bytes, ('TLS"), "{said}");
    let visits = "import sqlite3; print(sqlite3.connect('/data/tour.db').execute('select who from visits').fetchall())";
    assert_eq!(printed_by_cpython(&[&option, "-c", visits]), "[('cpython',), ('micropython',)]\n");
    let stranger = micropython(&[&option, &net, &tour, "/data", &url, "/data/self-signed.pem"], "");
    assert!(stranger.code == 1 && stranger.stderr.contains("certificate"), "{}", stranger.stderr);
}

/// `openssl s_server` with a folder's files, until it is dropped.
fn serve(folder: &Path, port: u16, name: &str) -> Running {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(["s_server", "-WWW", "-accept", &format!("127.0.0.1:{port}")]);
    command.args(["-cert", &format!("{name}.pem"), "-key", &format!("{name}.key")]);
    let mut server = Running::start("s_server", &mut command);
    server.wait_for("ACCEPT");
    server
}

#[expect(clippy::disallowed_methods, reason = "a test prepares what it reads")]
fn gzip(from: &Path, to: &Path) {
    let output = Command::new("gzip").arg("-c").arg(from).output().unwrap();
    assert!(output.status.success());
    std::fs::write(PathBuf::from(to), output.stdout).unwrap();
}
