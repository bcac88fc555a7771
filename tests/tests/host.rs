//! Functions of the host: Python calls Rust.

#[path = "../../crates/pyforge-runtime/examples/instances.rs"]
mod instances;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use pyforge_build::{Built, Choice};
use pyforge_compose::inspect;
use pyforge_runtime::{Arguments, Capture, Functions, Interrupt, Output, Policy, Program, RunError};
use pyforge_tests::{distribution, host, policy, settings};
use serde_json::{Value, json};

/// Python with the cap, in a host.
static PYTHON: LazyLock<(Built, Program)> = LazyLock::new(|| {
    let choice = Choice { only: Some(Vec::new()), with: vec!["host".to_owned()], ..Choice::default() };
    let built = distribution(&choice);
    let program = host(&built.composed, built.digest, 4);
    (built, program)
});

fn functions() -> Functions {
    Functions::new()
        .with("echo", |arguments| Ok(json!([arguments.positional, arguments.named])))
        .with("lookup", |arguments| match arguments.get(0, "key").and_then(Value::as_str) {
            Some("a") => Ok(json!(1)),
            key => Err(format!("there is nothing under {key:?}")),
        })
        .with_async("later", |_| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(Value::Null)
        })
        .with_async("never", |_| std::future::pending())
        .with("stuck", |_: Arguments| {
            loop {
                std::thread::sleep(Duration::from_secs(3600));
            }
        })
}

fn asking(functions: Functions, code: &str) -> (Policy, Capture) {
    let output = Capture::new(1 << 16);
    let stdout = Output::Capture(output.clone());
    (Policy { functions, stdout, ..policy(&["-c", code]) }, output)
}

/// What Python prints, having imported the module as `host`.
fn printed(functions: Functions, code: &str) -> String {
    let code = format!(
        "import pyforge_host as host\ntry:\n print({code})\nexcept Exception as error:\n print(repr(error))"
    );
    let (policy, output) = asking(functions, &code);
    assert_eq!(PYTHON.1.run(&policy, &Interrupt::new()).unwrap().code, 0);
    String::from_utf8(output.bytes()).unwrap().trim_end().to_owned()
}

#[test]
fn values_go_there_and_back() {
    let said = printed(functions(), r#"host.echo(1, -2.5, "ü\0", None, [True, {}], key={"a": [1]})"#);
    assert_eq!(said, r#"[[1, -2.5, 'ü\x00', None, [True, {}]], {'key': {'a': [1]}}]"#);
    assert_eq!(printed(functions(), "host.lookup('a'), host.lookup(key='a'), host.later()"), "1 1 None");
    let large = printed(functions(), "len(host.echo('x' * 10_000_000)[0][0])");
    assert_eq!(large, "10000000");
    assert_eq!(
        printed(functions(), "[host.echo(i)[0][0] for i in range(10_000)] == [*range(10_000)]"),
        "True"
    );
}

#[test]
fn the_hosts_errors_are_exceptions_of_their_own() {
    assert_eq!(
        printed(functions(), "host.lookup(key='b')"),
        r#"HostError('there is nothing under Some("b")')"#
    );
    assert_eq!(
        printed(functions(), "host.HostError.__module__, host.HostError.__mro__[1]"),
        "pyforge_host <class 'Exception'>"
    );
    let unfit = printed(functions(), "host.echo(object())");
    assert_eq!(unfit, "TypeError('Object of type object is not JSON serializable')");
}

#[test]
fn functions_are_listed_and_others_are_missed() {
    assert_eq!(
        printed(functions(), "dir(host)"),
        "['HostError', 'echo', 'later', 'lookup', 'never', 'stuck']"
    );
    let missing = printed(functions(), "host.other");
    let said = "the host offers no function 'other'; it offers echo, later, lookup, never, stuck";
    assert_eq!(missing, format!("AttributeError({said:?})"));
    let none = printed(Functions::new(), "host.lookup('a')");
    assert_eq!(none, "AttributeError(\"the host offers no function 'lookup'; it offers none at all\")");
}

#[test]
fn a_guest_is_stopped_in_a_function_that_never_returns() {
    // Loaded before the clock starts.
    let program = &PYTHON.1;
    for function in ["never", "stuck"] {
        let (policy, _) = asking(functions(), &format!("import pyforge_host; pyforge_host.{function}()"));
        let limit = Duration::from_secs(2);
        let start = Instant::now();
        let error = program.run(&Policy { timeout: Some(limit), ..policy }, &Interrupt::new()).unwrap_err();
        assert!(matches!(error, RunError::Timeout { .. }), "{function}: {error:?}");
        assert!(start.elapsed() < 2 * limit, "{function}");
    }
}

#[tokio::test]
async fn functions_are_awaited_with_the_run() {
    let (policy, output) = asking(functions(), "import pyforge_host; print(pyforge_host.later())");
    assert_eq!(PYTHON.1.run_async(&policy, &Interrupt::new()).await.unwrap().code, 0);
    assert_eq!(output.bytes(), b"None\n");
    let (policy, _) = asking(functions(), "import pyforge_host; pyforge_host.never()");
    let interrupt = Interrupt::new();
    let later = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        interrupt.raise();
    };
    let (result, ()) = tokio::join!(PYTHON.1.run_async(&policy, &interrupt), later);
    assert!(matches!(result, Err(RunError::Interrupted)), "{result:?}");
}

#[test]
fn the_cap_is_left_to_the_host_and_only_there_when_named() {
    let imports = |built: &Built| {
        let inspection = inspect(&std::fs::read(&built.composed).unwrap()).unwrap();
        let names = inspection.imports.into_iter().map(|import| import.name);
        names.filter(|name| !name.starts_with("wasi:")).collect::<Vec<_>>()
    };
    assert_eq!(imports(&PYTHON.0), ["pyforge:host/functions@0.1.0"]);
    assert!(imports(&distribution(&Choice::default())).is_empty());
}

#[tokio::test]
async fn the_example_does_what_it_says() {
    let (built, _) = &*PYTHON;
    let lines = instances::serve(&built.composed, settings().compiled()).await.unwrap();
    assert_eq!(
        lines,
        [
            "0: {'cents': 250} waited",
            "0: not on the menu",
            "stopped after 65536 bytes of output",
            "stopped after 2 s: the time was up",
        ]
    );
}
