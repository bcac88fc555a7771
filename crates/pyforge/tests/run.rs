//! `pyforge run` is used as `python` is, and the guest sees only what it is granted.

mod common;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::common::{Ended, pyforge, run, this_checkout};

/// Runs Python in this checkout's folder.
fn python(words: &[&str], input: &str) -> Ended {
    python_in(&this_checkout(), words, input)
}

/// Runs this checkout's Python in another folder.
fn python_in(dir: &Path, words: &[&str], input: &str) -> Ended {
    let mut command = pyforge(dir, &[&["run"], words].concat());
    run(command.env("PYFORGE_PROJECT", this_checkout()), input)
}

/// What Python printed, having ended well.
fn printed(words: &[&str], input: &str) -> String {
    let ended = python(words, input);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended.stdout
}

fn folder_with(script: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("script.py"), script).unwrap();
    dir
}

#[test]
fn programs_come_from_all_the_places_python_takes_them_from() {
    assert_eq!(printed(&["-c", "import sys; print(sys.argv)", "a", "-x"], ""), "['-c', 'a', '-x']\n");
    assert_eq!(printed(&["-m", "json.tool", "--compact"], "{\"a\": [1, 2]}"), "{\"a\":[1,2]}\n");
    assert_eq!(printed(&["-", "a"], "import sys; print(sys.argv)"), "['-', 'a']\n");
    assert_eq!(printed(&[], "print(__name__)"), "__main__\n");
    assert_eq!(printed(&["-V"], ""), "Python 3.14.7\n");
    let dir = folder_with("import sys; print(sys.argv, input())");
    let ended = python_in(dir.path(), &["-I", "script.py", "--flag"], "line\n");
    assert_eq!(ended.stdout, "['script.py', '--flag'] line\n", "{}", ended.stderr);
}

#[test]
fn exit_codes_are_pythons() {
    for (code, expected) in [
        ("pass", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit(-1)", 255),
        ("import sys; sys.exit('no')", 1),
        ("1/0", 1),
        ("raise KeyboardInterrupt", 130),
    ] {
        assert_eq!(python(&["-c", code], "").code, expected, "{code}");
    }
    assert_eq!(python(&["no_such_script.py"], "").code, 2);
    assert!(python(&["-c", "1/0"], "").stderr.ends_with("ZeroDivisionError: division by zero\n"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test starts the program it tests")]
fn ctrl_c_interrupts() {
    // Whatever is missing is built, and talked about, before.
    printed(&["-c", "pass"], "");
    let code = "print('ready', flush=True)\nwhile True: pass";
    let mut command = pyforge(&this_checkout(), &["run", "-c", code]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((line.as_str(), output.status.code()), ("ready\n", Some(130)));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "KeyboardInterrupt\n");
}

#[test]
fn by_default_a_guest_sees_its_library_and_its_scripts_folder_and_cannot_write() {
    let dir = folder_with(
        "import os, pathlib, socket\n\
         def attempt(what):\n    try: return what()\n    except OSError as error: return type(error).__name__\n\
         print(dict(os.environ))\n\
         print(sorted(os.listdir('/')))\n\
         print(attempt(lambda: open('/etc/hostname').read()))\n\
         print(attempt(lambda: open('made', 'w')))\n\
         print(attempt(lambda: pathlib.Path(os.__file__).unlink()))\n\
         print(attempt(lambda: socket.create_connection(('127.0.0.1', 9))))\n",
    );
    let ended = python_in(dir.path(), &["script.py"], "");
    let expected = "{}\n['script.py']\nFileNotFoundError\n\
                    PermissionError\nPermissionError\ngaierror\n";
    assert_eq!(ended.stdout, expected, "{}", ended.stderr);
    assert!(!dir.path().join("made").exists());
}

#[test]
fn grants_are_what_they_say() {
    let data = tempfile::tempdir().unwrap();
    let host = data.path().to_str().unwrap();
    let write = "open('/data/made', 'w').write('x')";
    assert_eq!(python(&["--dir", &format!("{host}::/data:ro"), "-c", write], "").code, 1);
    assert!(!data.path().join("made").exists());
    assert_eq!(python(&["--dir", &format!("{host}::/data"), "-c", write], "").code, 0);
    assert!(data.path().join("made").exists());
    let environment = "import os; print(dict(os.environ))";
    assert_eq!(printed(&["--env", "A=1", "-c", environment], ""), "{'A': '1'}\n");
}

#[test]
fn limits_hold() {
    let ended = python(&["--timeout", "500ms", "-c", "while True: pass"], "");
    assert_eq!(ended.code, 124, "{}", ended.stderr);
    let ended = python(&["--memory", "64MiB", "-c", "[0] * 10**8"], "");
    assert!(ended.code == 1 && ended.stderr.ends_with("MemoryError\n"), "{}", ended.stderr);
}

#[test]
fn only_the_endpoints_granted_can_be_reached() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connect = format!("import socket; socket.create_connection(('127.0.0.1', {port}))");
    assert_eq!(python(&["-c", &connect], "").code, 1);
    assert_eq!(python(&[&format!("--net=127.0.0.1:{port}"), "-c", &connect], "").code, 0);
    assert_eq!(python(&["--net=127.0.0.1:1", "-c", &connect], "").code, 1);
    assert_eq!(python(&["--net", "-c", &connect], "").code, 0);
}
