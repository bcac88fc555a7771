//! Runs that begin with a snapshot: nothing of it is theirs, and Python looks and ends as if it had just come up.

use std::collections::BTreeMap;

use pyforge_build::{Built, Choice};
use pyforge_runtime::{
    Access, Capture, Dir, Exit, Input, Interrupt, Network, Output, Policy, Program, RuntimeConfig,
};
use pyforge_tests::{distribution, load, load_with, policy, settings};
use serde_json::{Value, json};

const STATE: &str = include_str!("state.py");

/// What a run with some rights says of its state.
type State = BTreeMap<String, Value>;

/// A program whose snapshot has one module more, and so is another.
fn another(built: &Built) -> Program {
    let snapshot = Some(vec!["colorsys".to_owned()]);
    let config = RuntimeConfig { snapshot, ..RuntimeConfig::for_process(settings().compiled()) };
    load_with(config, &built.composed, built.digest)
}

fn run(program: &Program, policy: Policy) -> (Exit, String) {
    let (out, err) = (Capture::new(1 << 20), Capture::new(1 << 20));
    let policy =
        Policy { stdout: Output::Capture(out.clone()), stderr: Output::Capture(err.clone()), ..policy };
    let exit = program.run(&policy, &Interrupt::new()).unwrap();
    assert_eq!(String::from_utf8_lossy(&err.bytes()), "");
    (exit, String::from_utf8(out.bytes().to_vec()).unwrap())
}

fn state(program: &Program, words: &[&str], change: impl FnOnce(&mut Policy)) -> State {
    let mut policy = policy(&[words, &["-c", STATE, "argument"]].concat());
    change(&mut policy);
    serde_json::from_str(&run(program, policy).1).unwrap()
}

fn variable(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Everything that chance decides in a run, but for hashes.
const CHANCE: [&str; 7] = ["random", "own random", "secrets", "urandom", "uuid", "name", "tls random"];

/// What comes of the seed of hashes.
const HASHES: [&str; 3] = ["hash", "hash of bytes", "set"];

#[test]
fn nothing_of_a_snapshot_is_a_runs() {
    let built = distribution(&Choice::default());
    let (program, other) = (load(&built), another(&built));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let rights = |policy: &mut Policy| {
        policy.env = vec![variable("A", "b"), variable("TZ", "UTC")];
        policy.dirs = vec![Dir::new(folder.path(), "/folder", Access::ReadOnly)];
        policy.network = Network::All;
        policy.stdin = Input::Bytes(b"input".to_vec());
    };
    let none = [state(&program, &[], |_| ()), state(&program, &[], |_| ()), state(&other, &[], |_| ())];
    let some = state(&program, &[], rights);

    for run in none.iter().chain([&some]) {
        assert_eq!(run["argv"], json!(["-c", "argument"]));
        assert_eq!(run["orig_argv"].as_array().unwrap().len(), 4);
        assert_eq!(run["getcwd"], "/");
        assert_eq!(run["open files"], json!(if *run == some { vec![3] } else { vec![] }));
        assert_eq!(run["timezone"], json!(["UTC", "UTC"]));
        assert_eq!(run["started"], true);
    }
    for run in &none {
        assert_eq!((&run["environ"], &run["environ of posix"]), (&json!({}), &json!({})));
        assert_eq!((&run["stdin"], &run["folder"]), (&json!(""), &json!("FileNotFoundError")));
    }
    for environment in ["environ", "environ of posix"] {
        assert_eq!(some[environment], json!({ "A": "b", "TZ": "UTC" }));
    }
    assert_eq!((&some["stdin"], &some["folder"]), (&json!("input"), &json!(["file"])));
    assert!(some["network"].is_array() && some["network"] != none[0]["network"]);
    for what in CHANCE {
        let mut seen: Vec<_> = none.iter().chain([&some]).map(|run| run[what].to_string()).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 4, "{what}: {seen:?}");
    }
    for what in HASHES {
        // The seed is the snapshot's: see RuntimeConfig::snapshot.
        assert_eq!(none[0][what], none[1][what]);
        assert_ne!(none[0][what], none[2][what], "{what}");
    }
}

#[test]
fn a_seed_that_is_asked_for_is_had() {
    let program = load(&distribution(&Choice::default()));
    let hashes = |words: &[&str], env: &[(String, String)]| {
        let state = state(&program, words, |policy| policy.env = env.to_vec());
        HASHES.map(|what| state[what].clone())
    };
    let one = [variable("PYTHONHASHSEED", "1")];
    assert_eq!(hashes(&[], &one), hashes(&[], &one));
    assert_ne!(hashes(&[], &one), hashes(&[], &[]));
    assert_ne!(hashes(&["-R"], &[]), hashes(&["-R"], &[]));
}

#[test]
fn python_looks_as_if_it_had_just_come_up() {
    let program = load(&distribution(&Choice::default()));
    let alike = include_str!("alike.py");
    for env in
        [vec![], vec![variable("LC_ALL", "en_US.UTF-8")], vec![variable("LANG", "C"), variable("X", "")]]
    {
        let said = |name: &str| {
            let mut policy = policy(&["-c", alike]);
            // This one variable has it start without.
            policy.env = [env.clone(), vec![variable(name, "1")]].concat();
            run(&program, policy).1.replace(name, "NAME")
        };
        assert_eq!(said("PYTHONSAFEPATHS"), said("SAFEPATHS"), "{env:?}");
    }
}

#[test]
fn what_is_left_is_done_at_the_end() {
    let program = load(&distribution(&Choice::default()));
    let folder = tempfile::tempdir().unwrap();
    let mut policy = policy(&["-c", include_str!("end.py")]);
    policy.dirs = vec![Dir::new(folder.path(), "/folder", Access::ReadWrite)];
    let (exit, text) = run(&program, policy);
    assert_eq!(exit.code, 7);
    let mut lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[..2], ["begins", "endsatexit"]);
    lines.sort_unstable();
    let last =
        ["a generator's end", "begins", "destroyed: elsewhere True", "destroyed: here True", "endsatexit"];
    assert_eq!(lines, last);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("kept"), "a file that another module has");
    assert_eq!(read("here"), "a file of this module");
}

#[test]
fn options_that_come_too_late_are_other_interpreters() {
    let program = load(&distribution(&Choice::default()));
    for (words, code, said) in [
        (vec!["-O", "-c", "print(__debug__)"], 0, "False\n"),
        (vec!["-X", "utf8", "-c", "import sys; print(sys.flags.utf8_mode)"], 0, "1\n"),
        (vec!["-c", "import sys; print(sys.argv)", "-O"], 0, "['-c', '-O']\n"),
        (vec!["-m", "calendar", "2026", "1"], 0, "January"),
        (vec!["-m", "json", "-h"], 0, "-m json [-h]"),
    ] {
        let (exit, text) = run(&program, policy(&words));
        assert!(exit.code == code && text.contains(said), "{words:?}: {text}");
    }
}
