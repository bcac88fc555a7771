//! Programs that run beside the test: what they say is kept, what they wait for can be typed, and none outlives its
//! value.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{Read, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::spawn;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A port that nothing listens at, for programs that cannot choose one themselves.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program that runs; it is killed when this value goes.
pub struct Running {
    name: String,
    child: Child,
    heard: Arc<Heard>,
    patience: Duration,
}

#[derive(Default)]
struct Heard {
    said: Mutex<Said>,
    changed: Condvar,
}

#[derive(Default)]
struct Said {
    /// Standard output.
    printed: Vec<u8>,
    /// That and the standard error, as it came.
    all: Vec<u8>,
    /// How many of the two have ended.
    ended: usize,
    /// How much of it all was waited for.
    past: usize,
}

impl Running {
    /// Starts a program; `name` is what a failure calls it.
    #[expect(clippy::disallowed_methods, reason = "a test starts the program it tests")]
    pub fn start(name: &str, command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("{name}: {:?} could not be started: {error}", command.get_program())
        });
        let heard = Arc::new(Heard::default());
        listen(child.stdout.take().unwrap(), true, &heard);
        listen(child.stderr.take().unwrap(), false, &heard);
        Self { name: name.to_owned(), child, heard, patience: PATIENCE }
    }

    /// Lets it take this many times longer.
    pub fn patiently(mut self, times: u32) -> Self {
        self.patience *= times;
        self
    }

    /// Waits until it has said a text, after the one that was waited for last.
    pub fn wait_for(&mut self, text: &str) {
        self.wait(&format!("did not say {text:?}"), |said| {
            let at = find(&said.all[said.past..], text.as_bytes())?;
            said.past += at + text.len();
            Some(())
        });
    }

    /// Waits until it has said a text, wherever.
    pub fn has_said(&self, text: &str) {
        self.wait(&format!("did not say {text:?}"), |said| find(&said.all, text.as_bytes()).map(|_| ()));
    }

    /// Waits for a line that begins so, and returns the number that ends it.
    pub fn number_after(&self, start: &str) -> u16 {
        self.wait(&format!("has no line {start:?}"), |said| {
            let text = String::from_utf8_lossy(&said.all).into_owned();
            let whole = text.rsplit_once('\n')?.0;
            let line = whole.lines().find(|line| line.starts_with(start))?;
            line.rsplit([' ', ':']).next()?.parse().ok()
        })
    }

    /// Types a text.
    pub fn type_in(&mut self, text: &str) {
        // One that is gone says why in what it said.
        let _ = self.child.stdin.as_mut().unwrap().write_all(text.as_bytes());
    }

    /// Waits for its end. Returns what it printed.
    pub fn end(self) -> String {
        self.ended(|said| String::from_utf8_lossy(&said.printed).into_owned())
    }

    /// Waits for its end. Returns all that it said.
    pub fn everything(self) -> String {
        self.ended(Said::text)
    }

    /// Waits for its end. Returns the report that it printed as a line of JSON.
    pub fn report(self) -> Value {
        let name = self.name.clone();
        let (printed, all) = self.ended(|said| (said.printed.clone(), said.text()));
        let printed = String::from_utf8_lossy(&printed);
        let line = printed.lines().find(|line| line.starts_with('{'));
        let report = line.and_then(|line| serde_json::from_str(line).ok());
        report.unwrap_or_else(|| panic!("{name} made no report:\n{all}"))
    }

    fn ended<T>(mut self, what: impl FnOnce(&Said) -> T) -> T {
        drop(self.child.stdin.take());
        self.wait("did not end", |said| (said.ended == 2).then_some(()));
        self.child.wait().unwrap();
        what(&self.heard.said.lock().unwrap())
    }

    fn wait<T>(&self, trouble: &str, found: impl Fn(&mut Said) -> Option<T>) -> T {
        let until = Instant::now() + self.patience;
        let mut said = self.heard.said.lock().unwrap();
        loop {
            if let Some(found) = found(&mut said) {
                return found;
            }
            let left = until.saturating_duration_since(Instant::now());
            // Nothing more comes when both have ended.
            if left.is_zero() || said.ended == 2 {
                let text = said.text();
                drop(said);
                panic!("{} {trouble}:\n{text}", self.name);
            }
            said = self.heard.changed.wait_timeout(said, left).unwrap().0;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Said {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.all).into_owned()
    }
}

fn listen(mut stream: impl Read + Send + 'static, printed: bool, heard: &Arc<Heard>) {
    let heard = heard.clone();
    spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            let size = stream.read(&mut buffer).unwrap_or(0);
            let mut said = heard.said.lock().unwrap();
            said.all.extend(&buffer[..size]);
            if printed {
                said.printed.extend(&buffer[..size]);
            }
            said.ended += usize::from(size == 0);
            heard.changed.notify_all();
            if size == 0 {
                break;
            }
        }
    });
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}
