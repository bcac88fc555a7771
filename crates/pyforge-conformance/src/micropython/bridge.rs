//! Lets the program that stands for the guest (`tests/micropython/guest.py`) have runs of it.
//!
//! `run-tests.py` starts a program for each test. A guest of its own process would have to find, check and load the
//! composed file each time; here all are runs of the one that is loaded.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use miette::{IntoDiagnostic, WrapErr};
use pyforge_build::Result;
use pyforge_runtime::{Access, Capture, Dir, Exit, Interrupt, Network, Output, Policy, Program, RunError};
use serde::Deserialize;

use super::tree::Tree;

/// What a test may write before the rest is dropped, in bytes.
const OUTPUT_LIMIT: usize = 16 << 20;

/// The longest a guest may run. `run-tests.py` has no limit for some tests.
const TIMEOUT: Duration = Duration::from_secs(150);

/// The most memory a guest may have, in bytes. Upstream's heap is 2 MiB unless it is told otherwise; here it grows, and
/// tests that fill it would take minutes.
const MEMORY: u64 = 64 << 20;

/// The exit status of a program that ends by `abort`, as a shell reports it.
const ABORTED: u8 = 134;

/// What is asked for: a line of JSON.
#[derive(Deserialize)]
struct Request {
    /// The caller's current directory.
    cwd: PathBuf,
    env: BTreeMap<String, String>,
    /// The arguments, without the program's name.
    words: Vec<String>,
}

/// Answers requests for as long as `work` takes.
pub fn serve<T>(program: &Program, tree: &Tree, work: impl FnOnce() -> T) -> Result<T> {
    let socket = tree.socket();
    let listener = UnixListener::bind(&socket)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot listen at `{}`", socket.display()))?;
    let over = AtomicBool::new(false);
    Ok(thread::scope(|scope| {
        let _end = End { over: &over, socket: &socket };
        scope.spawn(|| {
            for stream in listener.incoming().take_while(|_| !over.load(Ordering::Acquire)).flatten() {
                // A caller that is gone needs no answer.
                scope.spawn(move || answer(program, tree.root(), &stream));
            }
        });
        work()
    }))
}

/// Has the listener stop when it is dropped.
struct End<'a> {
    over: &'a AtomicBool,
    socket: &'a Path,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // It waits for one more caller.
        let _ = UnixStream::connect(self.socket);
    }
}

/// Reads a request, runs the guest, and sends its exit status, in a byte, and its output.
fn answer(program: &Program, root: &Path, stream: &UnixStream) -> io::Result<()> {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let request: Request = serde_json::from_str(&line)?;
    let output = Capture::new(OUTPUT_LIMIT);
    let interrupt = Interrupt::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            // The caller sends no more: this ends when it does, or when it has its answer.
            let _ = (&*stream).read(&mut [0]);
            interrupt.raise();
        });
        let (status, said) = ending(program.run(&policy(request, root, &output), &interrupt));
        let mut answer = vec![status];
        answer.extend(output.bytes());
        answer.extend(said.into_bytes());
        let sent = (&*stream).write_all(&answer);
        stream.shutdown(Shutdown::Both)?;
        sent
    })
}

/// The exit status, and what a system would say of a program that did not get to one.
fn ending(ended: Result<Exit, RunError>) -> (u8, String) {
    match ended {
        Ok(exit) => (exit.code, String::new()),
        Err(error) => (ABORTED, format!("{error}\n")),
    }
}

/// The guest's current directory is `/`, so the caller's is there; and everything is where it is for the caller.
fn policy(request: Request, root: &Path, output: &Capture) -> Policy {
    let mut args = vec!["micropython".to_owned()];
    args.extend(request.words);
    Policy {
        args,
        env: request.env.into_iter().collect(),
        dirs: vec![
            Dir::new(request.cwd, "/", Access::ReadWrite),
            Dir::new(root, root.to_string_lossy(), Access::ReadWrite),
        ],
        network: Network::All,
        stdout: Output::Capture(output.clone()),
        stderr: Output::Capture(output.clone()),
        memory: Some(MEMORY),
        timeout: Some(TIMEOUT),
        ..Policy::default()
    }
}
