//! A policy grants what it names and nothing else.

mod common;

use common::{command, output, run};
use pyforge_runtime::{Access, Dir, Input, Network, Policy, RunError};
use std::io::Write;
use std::net::TcpListener;

#[test]
fn arguments_environment_and_input_are_those_given() {
    assert_eq!(output(&["args", "a b", "", "ü"], |_| {}), "a b||ü\n");
    assert_eq!(output(&["env"], |_| {}), "");
    assert_eq!(output(&["env"], |policy| policy.env = vec![("A".into(), "1".into())]), "A=1\n");
    assert_eq!(output(&["cat"], |_| {}), "");
    assert_eq!(output(&["cat"], |policy| policy.stdin = Input::Bytes(b"text".to_vec())), "text");
}

#[test]
fn output_is_kept_up_to_the_limit() {
    let (mut policy, _) = command(&["args", "0123456789"]);
    let capture = pyforge_runtime::Capture::new(4);
    policy.stdout = pyforge_runtime::Output::Capture(capture.clone());
    assert_eq!(run(&policy).unwrap().code, 0);
    assert_eq!((capture.bytes(), capture.is_truncated()), (b"0123".to_vec(), true));
}

#[test]
fn no_directory_is_seen_unless_mounted() {
    assert_eq!(output(&["read", "/etc/hostname"], |_| {}), "error: NotFound");
    assert_eq!(output(&["list", "/"], |_| {}), "error: NotFound");
}

#[test]
fn directories_have_their_own_access() {
    let host = tempfile::tempdir().unwrap();
    std::fs::write(host.path().join("file"), "content").unwrap();
    let mount = |access| {
        let dir = Dir::new(host.path(), "/data", access);
        move |policy: &mut Policy| policy.dirs = vec![dir]
    };
    assert_eq!(output(&["read", "/data/file"], mount(Access::ReadOnly)), "content");
    assert!(output(&["write", "/data/new"], mount(Access::ReadOnly)).starts_with("error: "));
    assert!(!host.path().join("new").exists());
    assert_eq!(output(&["write", "/data/new"], mount(Access::ReadWrite)), "ok");
    assert_eq!(std::fs::read_to_string(host.path().join("new")).unwrap(), "written");
}

#[test]
fn nothing_outside_a_directory_is_reached_through_it() {
    let host = tempfile::tempdir().unwrap();
    let inside = host.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(host.path().join("secret"), "secret").unwrap();
    std::os::unix::fs::symlink("../secret", inside.join("link")).unwrap();
    let mount = |policy: &mut Policy| policy.dirs = vec![Dir::new(&inside, "/data", Access::ReadWrite)];
    for path in ["/data/../secret", "/data/link", "/secret"] {
        assert!(output(&["read", path], mount).starts_with("error: "), "{path}");
    }
}

#[test]
fn a_missing_directory_is_told() {
    let (mut policy, _) = command(&["list", "/data"]);
    policy.dirs = vec![Dir::new("/no/such/directory", "/data", Access::ReadOnly)];
    let error = run(&policy).unwrap_err();
    assert!(matches!(error, RunError::Dir { .. }), "{error:?}");
    assert_eq!(error.to_string(), "cannot show `/no/such/directory` to the guest");
}

/// Greets `count` connections; returns the address.
fn greeter(count: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(count) {
            stream.unwrap().write_all(b"hello").unwrap();
        }
    });
    address
}

#[test]
fn the_network_is_denied_by_default() {
    let denied = output(&["connect", &greeter(1)], |_| {});
    assert!(denied.starts_with("error: "), "{denied}");
    assert!(output(&["resolve", "localhost"], |_| {}).starts_with("error: "));
}

#[test]
fn listed_endpoints_are_reached_and_no_others() {
    let (listed, other) = (greeter(1), greeter(1));
    let allow = |policy: &mut Policy| policy.network = Network::Allow(vec![listed.parse().unwrap()]);
    assert_eq!(output(&["connect", &listed], allow), "hello");
    let denied = output(&["connect", &other], allow);
    assert!(denied.starts_with("error: "), "{denied}");
    assert!(output(&["resolve", "localhost"], allow).starts_with("error: "));
}

#[test]
fn listed_names_are_resolved() {
    let address = greeter(1);
    let port = address.rsplit_once(':').unwrap().1;
    let endpoint = format!("localhost:{port}");
    let allow = |policy: &mut Policy| policy.network = Network::Allow(vec![endpoint.parse().unwrap()]);
    assert_eq!(output(&["connect", &endpoint], allow), "hello");
}

#[test]
fn everything_is_reached_when_all_is_allowed() {
    assert_eq!(output(&["connect", &greeter(1)], |policy| policy.network = Network::All), "hello");
    assert_eq!(output(&["resolve", "localhost"], |policy| policy.network = Network::All), "true");
}

#[test]
fn a_name_that_does_not_resolve_is_told_before_the_start() {
    let (mut policy, _) = command(&["args"]);
    policy.network = Network::Allow(vec!["no-such-host.invalid:80".parse().unwrap()]);
    let error = run(&policy).unwrap_err();
    assert!(matches!(error, RunError::Resolve { .. }), "{error:?}");
    assert_eq!(error.to_string(), "cannot resolve `no-such-host.invalid:80`");
}
