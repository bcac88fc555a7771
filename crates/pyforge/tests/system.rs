//! What Python programs count on that a libc for WASI, or a host, would not do by itself: the scripts assert it. Each
//! ended the program, hung, or lost data.

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use crate::common::{pyforge, run, this_checkout};

/// A run of a script in the guest; it has no more than a minute.
fn guest(options: &[&str], words: &[&str]) -> Command {
    let script = this_checkout().join("crates/pyforge/tests/system").join(words[0]);
    let script = script.to_string_lossy();
    let limited = ["run", "--timeout", "60s"];
    pyforge(&this_checkout(), &[&limited, options, &[&script], &words[1..]].concat())
}

#[expect(clippy::disallowed_methods, reason = "a test starts the program it tests")]
fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Runs a script, all of whose assertions have to hold.
fn holds(options: &[&str], script: &str) {
    let ended = run(&mut guest(options, &[script]), "");
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn writes_are_complete_and_folders_exist() {
    let folder = tempfile::tempdir().unwrap();
    holds(&["--dir", &format!("{}::/deep/data", folder.path().display())], "files.py");
}

#[test]
fn sockets_without_an_address_say_so() {
    holds(&["--net"], "addresses.py");
}

#[test]
fn streams_lose_nothing() {
    holds(&["--net"], "streams.py");
}

#[test]
fn closing_does_not_wait() {
    holds(&["--net"], "closing.py");
}

#[test]
fn there_may_be_many_objects() {
    holds(&[], "many.py");
}

#[test]
fn a_client_that_gives_up_does_no_harm() {
    let mut server = start(&mut guest(&["--net"], &["accept.py"]));
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = format!("127.0.0.1:{}", lines.next().unwrap());
    let client = TcpStream::connect(&address).unwrap();
    set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
    drop(client);
    server.stdin.take().unwrap().write_all(b"\n").unwrap();
    let _client = TcpStream::connect(&address).unwrap();
    let said: Vec<_> = lines.collect();
    assert!(server.wait().unwrap().success(), "{said:?}");
    assert_eq!(said, ["aborted", "accepted"]);
}

#[test]
fn what_is_sent_arrives_after_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut client = start(&mut guest(&["--net"], &["leaving.py", &port]));
    let (mut connection, _) = listener.accept().unwrap();
    let mut sent = String::new();
    BufReader::new(client.stdout.take().unwrap()).read_line(&mut sent).unwrap();
    let mut received = Vec::new();
    connection.read_to_end(&mut received).unwrap();
    assert_eq!(received.len().to_string(), sent.trim());
    assert!(client.wait().unwrap().success());
}
