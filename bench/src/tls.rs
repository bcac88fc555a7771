//! TLS and hashes: which groups of figures there are, and what each runs.

use std::net::{TcpListener, TcpStream};
use std::path::Path;

use miette::IntoDiagnostic;
use pyforge_build::Built;
use pyforge_manifest::Settings;
use pyforge_runtime::{Endpoint, Network};

use crate::sides::Sides;
use crate::{Pair, certificates, compare, table};

/// The caps that are measured.
pub const CAPS: [&str; 2] = ["ssl", "hashlib"];

const TLS_SCRIPT: &str = "bench_tls.py";
const SOCKET_SCRIPT: &str = "bench_tls_socket.py";
const HASHES_SCRIPT: &str = "bench_hashes.py";

const LOCAL: &str = "127.0.0.1";

/// Figures that make a table.
struct Group {
    name: &'static str,
    title: &'static str,
    script: &'static str,
    /// Whether both sides do the same work, so that a mean says something.
    alike: bool,
}

const fn group(name: &'static str, title: &'static str, script: &'static str) -> Group {
    Group { name, title, script, alike: true }
}

const GROUPS: [Group; 8] = [
    group("handshakes", "handshakes", TLS_SCRIPT),
    group("records", "16 KiB at a time, encrypted and decrypted", TLS_SCRIPT),
    group("sockets", "with a native process, TLS 1.3, AES-256-GCM", SOCKET_SCRIPT),
    group("contexts", "contexts", TLS_SCRIPT),
    Group { alike: false, ..group("defaults", "each side with its own defaults", TLS_SCRIPT) },
    group("digests", "hashes of 16 MiB", HASHES_SCRIPT),
    group("calls", "hashes of 64 bytes", HASHES_SCRIPT),
    group("keys", "keys from passwords", HASHES_SCRIPT),
];

/// What the groups are called.
pub fn names() -> [&'static str; GROUPS.len()] {
    GROUPS.map(|group| group.name)
}

/// Prints a table for each group, or for only one.
pub fn run(
    settings: &Settings,
    built: &Built,
    scripts: &Path,
    rounds: usize,
    only: Option<&str>,
) -> miette::Result<()> {
    let folder = tempfile::tempdir().into_diagnostic()?;
    let authorities = certificates::make(folder.path())?;
    let port = free_port()?;
    let network = Network::Allow(vec![Endpoint::new(LOCAL, port)]);
    let sides = Sides::new(settings, built, scripts, &authorities)?.with_network(network);
    for group in GROUPS.iter().filter(|group| only.is_none_or(|only| only == group.name)) {
        let pair = if group.script == SOCKET_SCRIPT {
            beside_server(&sides, rounds, port)?
        } else {
            compare(&sides, rounds, &[group.script, group.name, "FILE"])?
        };
        table::rates(group.title, &pair, group.alike);
    }
    Ok(())
}

/// A port that nothing listens at.
fn free_port() -> miette::Result<u16> {
    let listener = TcpListener::bind((LOCAL, 0)).into_diagnostic()?;
    Ok(listener.local_addr().into_diagnostic()?.port())
}

/// Both sides as clients of a native server, which runs as long as they do.
fn beside_server(sides: &Sides<'_>, rounds: usize, port: u16) -> miette::Result<Pair> {
    let number = port.to_string();
    std::thread::scope(|scope| {
        let server = scope.spawn(|| sides.native(&[SOCKET_SCRIPT, "serve", "FILE", &number]));
        let pair = compare(sides, rounds, &[SOCKET_SCRIPT, "connect", "FILE", &number]);
        // A connection that says nothing ends it; one that cannot be made finds it ended.
        drop(TcpStream::connect((LOCAL, port)));
        server.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        pair
    })
}
