//! Scripts run by the guests and by native Python, and what they report compared.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pyforge_build::{Build, Choice, Silent, provide_programs};
use pyforge_manifest::{Project, Settings, host_variable};
use serde_json::Value;
use tempfile::TempDir;

use crate::certificates;
use crate::common::{pyforge, run, this_checkout};
use crate::peers::{self, Peer};
use crate::programs::Running;

/// Where a guest finds the folder of the certificates; in MicroPython `/tls` would hide the module `tls`.
const GUEST_FOLDER: &str = "/certificates";

/// How much more time a long test has.
pub const LONG: u32 = 60;

/// Who runs a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Guest,
    /// The other consumer, which has scripts of its own by the same names.
    MicroPython,
    Native,
}
pub use Who::{Guest, MicroPython, Native};

/// The certificates, and everyone's way to run a script with them.
pub struct Matrix {
    pub folder: TempDir,
    /// What a guest is held to, as an option of `pyforge run`.
    pub limits: &'static [&'static str],
    /// How many times longer than a handshake its scripts may take.
    pub patience: u32,
}

impl Matrix {
    pub fn new() -> Self {
        let settings = Settings::from_env().unwrap();
        provide_programs(&settings, &peers::PROGRAMS, &Silent).unwrap();
        // What builds the guest, if need be: no script has the time for that.
        native();
        let folder = tempfile::tempdir().unwrap();
        certificates::make(folder.path());
        Self { folder, limits: &[], patience: 1 }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a script with options.
    pub fn start(&self, who: Who, script: &str, options: &Value) -> Running {
        let mut command = match (who, stand_in()) {
            (Guest, None) => self.guest("cpython", &scripts().join(script), options),
            (MicroPython, _) => self.guest("micropython", &micropython_scripts().join(script), options),
            _ => {
                let mut command = native();
                command.arg(scripts().join(script)).arg(self.folder.path());
                command
            }
        };
        let text = options.to_string();
        Running::start(&format!("{who:?} {script} {text}"), command.arg(text)).patiently(self.patience)
    }

    /// A consumer with a script that sees the certificates; a client of a port sees no other network.
    pub fn guest(&self, consumer: &str, script: &Path, options: &Value) -> Command {
        // asyncio wakes itself through a connection of its own, so that streams need more than a port.
        let port = options["port"].as_u64().filter(|_| !script.ends_with("streams.py"));
        let net = port.map_or("--net".into(), |port| format!("--net=127.0.0.1:{port}"));
        let folder = format!("{}::{GUEST_FOLDER}", self.folder.path().display());
        let grants = [&["run", "--consumer", consumer, &net, "--dir", &folder], self.limits].concat();
        pyforge(&this_checkout(), &[&grants[..], &[&script.to_string_lossy(), GUEST_FOLDER]].concat())
    }

    /// A client and a server that are both scripts, in these hands. Returns their reports.
    pub fn meet(&self, hands: [Who; 2], scripts: [&str; 2], options: [&Value; 2]) -> [Value; 2] {
        let server = self.start(hands[1], scripts[1], options[1]);
        let mut client = options[0].clone();
        client["port"] = server.number_after("port ").into();
        let client = self.start(hands[0], scripts[0], &client).report();
        [client, server.report()]
    }

    /// Has the guest play either side, which is to see, and to show the other side, what native Python does.
    pub fn compare(&self, name: &str, options: [&Value; 2], expected: [&Value; 2]) -> [Value; 2] {
        self.compare_scripts(name, ["client.py", "server.py"], options, expected)
    }

    pub fn compare_scripts(
        &self,
        name: &str,
        scripts: [&str; 2],
        options: [&Value; 2],
        expected: [&Value; 2],
    ) -> [Value; 2] {
        let natively = self.meet([Native, Native], scripts, options);
        for (side, expected) in expected.iter().enumerate() {
            holds(&format!("{name}, natively, side {side}"), expected, &summary(&natively[side]));
        }
        for hands in [[Guest, Native], [Native, Guest]] {
            let seen = self.meet(hands, scripts, options);
            for side in 0..2 {
                same(&format!("{name}, {hands:?}, side {side}"), &natively[side], &seen[side]);
            }
            same_binding(name, &seen);
        }
        natively
    }

    /// A client script, which the guest and native Python run, against a program that serves.
    pub fn with_server(&self, name: &str, server: &Peer, client: &Value, expected: &Value) {
        let [guest, natively] = [Guest, Native].map(|who| self.ask(who, server, client));
        holds(&format!("{name}, natively"), expected, &summary(&natively));
        same(name, &natively, &guest);
    }

    /// A client script of someone's against a program that serves. Returns its report.
    pub fn ask(&self, who: Who, server: &Peer, client: &Value) -> Value {
        let (mut program, port) = server.serve(self);
        let mut options = client.clone();
        options["port"] = port.into();
        let script = self.start(who, "client.py", &options);
        server.converse(&mut program);
        let report = script.report();
        server.evidence.iter().for_each(|text| program.has_said(text));
        report
    }

    /// A server script, which the guest and native Python run, and a program that is its client.
    pub fn with_client(&self, name: &str, client: &Peer, server: &Value, expected: &Value) {
        let [guest, natively] = [Guest, Native].map(|who| self.answer(who, client, server));
        holds(&format!("{name}, natively"), expected, &summary(&natively));
        same(name, &natively, &guest);
    }

    /// A server script of someone's and a program that is its client, once for each connection that the script serves.
    /// Returns its report.
    pub fn answer(&self, who: Who, client: &Peer, server: &Value) -> Value {
        let script = self.start(who, "server.py", server);
        let port = script.number_after("port ");
        for _ in 1..server["times"].as_u64().unwrap_or(1) {
            client.connect(self, port, "").end();
        }
        let program = client.connect(self, port, client.again);
        let report = script.report();
        client.evidence.iter().for_each(|text| program.has_said(text));
        report
    }
}

pub fn scripts() -> PathBuf {
    this_checkout().join("crates/pyforge/tests/tls")
}

pub fn micropython_scripts() -> PathBuf {
    this_checkout().join("micropython/_ssl_cap/tests")
}

/// The interpreter that plays everyone.
pub fn stand_in() -> Option<PathBuf> {
    host_variable("PYFORGE_TLS_GUEST").map(PathBuf::from)
}

/// The native interpreter; the guest is built and compiled too by the first call.
pub fn native() -> Command {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let python = PYTHON.get_or_init(|| stand_in().unwrap_or_else(prepare));
    let mut command = Command::new(python);
    // requests, and with it pip, would trust what these say and not what its caller says.
    command.args(["-E", "-B"]).env_remove("REQUESTS_CA_BUNDLE").env_remove("CURL_CA_BUNDLE");
    command
}

fn prepare() -> PathBuf {
    let settings = Settings::from_env().unwrap();
    let project = Project::open(&this_checkout()).unwrap();
    let built = Build::new(&project, &settings, &Silent).unwrap().distribution(&Choice::default()).unwrap();
    let ended = run(&mut pyforge(&this_checkout(), &["run", "-c", "import ssl"]), "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    built.cpython.python()
}

pub fn long() -> bool {
    host_variable("PYFORGE_LONG_TESTS").is_some_and(|value| !value.is_empty())
}

/// What a report has of its last connection, and of all of them.
pub fn summary(report: &Value) -> Value {
    let mut all = report.as_object().unwrap().clone();
    let connections = all.remove("connections").unwrap_or_default();
    if let Some(last) = connections.as_array().and_then(|all| all.last()) {
        all.extend(last["seen"].as_object().unwrap().clone());
    }
    Value::Object(all)
}

/// Whether what was expected is there; more may be.
pub fn holds(name: &str, expected: &Value, seen: &Value) {
    let Value::Object(fields) = expected else {
        assert_eq!(expected, seen, "{name}");
        return;
    };
    for (field, expected) in fields {
        let here = &seen[field];
        assert!(!here.is_null() || expected.is_null(), "{name}: no {field} in {seen:#}");
        holds(&format!("{name}: {field}"), expected, here);
    }
}

/// Whether two reports are the same, but for what differs from run to run.
pub fn same(name: &str, natively: &Value, seen: &Value) {
    let mut differences = Vec::new();
    differ("", natively, seen, &mut differences);
    assert!(differences.is_empty(), "{name}:\n{}", differences.join("\n"));
}

fn differ(place: &str, natively: &Value, seen: &Value, differences: &mut Vec<String>) {
    match (natively, seen) {
        (Value::Object(one), Value::Object(other)) => {
            let fields: BTreeSet<_> =
                one.keys().chain(other.keys()).filter(|field| *field != "differs").collect();
            for field in fields {
                differ(&format!("{place}/{field}"), &natively[field], &seen[field], differences);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (number, (one, other)) in one.iter().zip(other).enumerate() {
                differ(&format!("{place}/{number}"), one, other, differences);
            }
        }
        _ if natively == seen => {}
        _ => differences.push(format!("{place}: natively {natively}, here {seen}")),
    }
}

/// Both sides of a connection have the same channel binding.
fn same_binding(name: &str, reports: &[Value; 2]) {
    let [client, server] = [0, 1].map(|side| summary(&reports[side])["differs"].clone());
    assert!(client.is_null() || server.is_null() || client == server, "{name}: {client} {server}");
}
