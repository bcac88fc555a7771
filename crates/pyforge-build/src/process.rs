//! The one door for starting other programs.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use miette::Diagnostic;
use pyforge_manifest::host_variable;
use thiserror::Error;

use crate::Task;

/// How many lines of a failed program's log are shown.
const TAIL_LINES: usize = 20;

/// A program that could not be started, or ended badly.
#[derive(Debug, Error, Diagnostic)]
#[error("`{command}` {status}{}", indent(tail))]
pub struct Failed {
    command: String,
    status: String,
    tail: String,
    #[help]
    help: Option<String>,
}

/// What a program needs to know of this process's surroundings, for one whose result no other variable may change.
pub fn surroundings() -> impl Iterator<Item = (&'static str, String)> {
    ["PATH", "HOME", "TMPDIR"].into_iter().filter_map(|name| Some((name, host_variable(name)?)))
}

/// Runs a program to its end, its output going to `log` (appended) and line by line to the task.
#[expect(clippy::disallowed_methods, reason = "this module is the door")]
pub fn run(mut command: Command, log: &Path, task: &mut dyn Task) -> Result<(), Failed> {
    let shown = show(&command);
    tracing::debug!(command = shown, "starting");
    let (mut file, lock) = open_log(log, &shown)?;
    let (output, input) = io::pipe().map_err(|error| not_started(&shown, &error))?;
    // The program holds the lock too, for as long as it runs: even when this process is killed before it.
    let spawned = input.try_clone().and_then(|err| command.stdin(lock).stdout(input).stderr(err).spawn());
    let mut child = spawned.map_err(|error| not_started(&shown, &error))?;
    // The command holds our copies of the pipe's write end; until they are closed the read never ends.
    drop(command);
    let copied = copy_lines(output, &mut file, task);
    let status = child.wait().and_then(|status| copied.map(|()| status));
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(ended(&shown, status, &tail(log), Some(log.to_owned()))),
        Err(error) => Err(not_started(&shown, &error)),
    }
}

/// Runs a program that answers at once and returns what it printed, without the last line break.
#[expect(clippy::disallowed_methods, reason = "this module is the door")]
pub fn capture(mut command: Command) -> Result<String, Failed> {
    let shown = show(&command);
    tracing::debug!(command = shown, "asking");
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(&shown, &error))?;
    if !output.status.success() {
        return Err(ended(&shown, output.status, &String::from_utf8_lossy(&output.stderr), None));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// The log, and an empty file beside it that is locked: what an earlier process left running is waited for.
fn open_log(log: &Path, command: &str) -> Result<(File, File), Failed> {
    let open = || {
        std::fs::create_dir_all(log.parent().unwrap_or(Path::new(".")))?;
        let lock =
            OpenOptions::new().create(true).read(true).append(true).open(log.with_extension("lock"))?;
        lock.lock()?;
        let mut file = OpenOptions::new().create(true).append(true).open(log)?;
        writeln!(file, "$ {command}")?;
        Ok((file, lock))
    };
    open().map_err(|error: io::Error| Failed {
        command: command.to_owned(),
        status: format!("was not started: its log {} cannot be written: {error}", log.display()),
        tail: String::new(),
        help: None,
    })
}

fn copy_lines(output: impl io::Read, log: &mut File, task: &mut dyn Task) -> io::Result<()> {
    let mut lines = BufReader::new(output);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        log.write_all(&line)?;
        task.line(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    Ok(())
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn not_started(command: &str, error: &io::Error) -> Failed {
    Failed {
        command: command.to_owned(),
        status: format!("could not be started: {error}"),
        tail: String::new(),
        help: Some("run `pyforge doctor` to see what this machine lacks".to_owned()),
    }
}

fn ended(command: &str, status: ExitStatus, tail: &str, log: Option<PathBuf>) -> Failed {
    Failed {
        command: command.to_owned(),
        status: format!("failed: {status}"),
        tail: tail.to_owned(),
        help: log.map(|log| format!("the whole log is in {}", log.display())),
    }
}

fn tail(log: &Path) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("\n  | {line}")).collect()
}
