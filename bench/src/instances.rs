//! New instances in a host that runs, beside new processes of the native Python.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use miette::{IntoDiagnostic, miette};
use pyforge_build::{Build, Choice};
use pyforge_manifest::Settings;
use pyforge_runtime::{
    Feed, Input, Interrupt, Output, Policy, Program, Runtime, RuntimeConfig, Sink, Source,
};
use tokio::task::JoinSet;

use crate::table::{self, Starts};

/// Room for as many as are measured at a time.
const POOL: u32 = 128;

/// How many are alive while their memory is measured.
const IDLE: usize = 100;

/// How long each series of starts is.
const SERIES: Duration = Duration::from_secs(2);

/// Tells that Python code runs.
const SIGN: &str = "import sys; print(); sys.stdout.flush()";

/// What waits for input, and says so.
const WAIT: &str = "import sys; print(); sys.stdout.flush(); sys.stdin.read()";

/// Prints one table: bare MicroPython, CPython with all caps, native CPython.
pub fn run(settings: &Settings, build: &Build<'_>, rounds: usize) -> miette::Result<()> {
    let bare = build.micropython(&Choice { only: Some(Vec::new()), ..Choice::default() })?;
    let full = build.distribution(&Choice::default())?;
    let sides = [
        Side::guest("MicroPython, bare", settings, Source::file(&bare.composed))?,
        Side::guest("CPython, all caps", settings, Source::file(&full.composed))?,
        Side::Native { name: "native CPython, a process each", python: full.cpython.python() },
    ];
    let mut best = sides.iter().map(Side::starts).collect::<miette::Result<Vec<_>>>()?;
    for _ in 1..rounds {
        for (best, side) in best.iter_mut().zip(&sides) {
            best.keep_best(&side.starts()?);
        }
    }
    for (starts, side) in best.iter_mut().zip(&sides) {
        starts.idle = side.idle()?;
    }
    table::instances(&sides.each_ref().map(Side::name), &best);
    Ok(())
}

/// Something that starts Pythons.
enum Side {
    Guest { name: &'static str, program: Program, threads: tokio::runtime::Runtime },
    Native { name: &'static str, python: std::path::PathBuf },
}

impl Side {
    fn guest(name: &'static str, settings: &Settings, source: Source) -> miette::Result<Self> {
        let config = RuntimeConfig::for_host(settings.compiled(), POOL);
        let program = Runtime::new(config)?.load(&source, &|_| ())?;
        let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build().into_diagnostic()?;
        Ok(Self::Guest { name, program, threads })
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Guest { name, .. } | Self::Native { name, .. } => name,
        }
    }

    /// Seconds until Python code runs, until `pass` is done, and of each of as many as the processors run at once.
    fn starts(&self) -> miette::Result<Starts> {
        let code = best_of_series(|| self.until_code_runs())?;
        let whole = best_of_series(|| {
            let start = Instant::now();
            self.run("pass", Output::Null)?;
            Ok(start.elapsed())
        })?;
        Ok(Starts { code, whole, each: self.each_of_many()?, idle: 0.0 })
    }

    fn until_code_runs(&self) -> miette::Result<Duration> {
        let start = Instant::now();
        match self {
            Self::Guest { .. } => {
                let code = Arc::new(std::sync::Mutex::new(None));
                let told = code.clone();
                let sign = Sink::function(move |_| *told.lock().unwrap() = Some(start.elapsed()));
                self.run(SIGN, Output::Stream(sign))?;
                let elapsed = *code.lock().unwrap();
                elapsed.ok_or_else(|| miette!("the guest said nothing"))
            }
            Self::Native { .. } => {
                let mut child = self.spawn(SIGN)?;
                read_sign(&mut child)?;
                let elapsed = start.elapsed();
                child.wait().into_diagnostic()?;
                Ok(elapsed)
            }
        }
    }

    /// Runs code to its end.
    fn run(&self, code: &str, stdout: Output) -> miette::Result<()> {
        match self {
            Self::Guest { program, threads, .. } => {
                let policy = Policy { stdout, ..Self::policy(code) };
                let exit = threads.block_on(program.run_async(&policy, &Interrupt::new()))?;
                if exit.code == 0 {
                    Ok(())
                } else {
                    Err(miette!("the guest ended with status {}", exit.code))
                }
            }
            Self::Native { .. } => {
                let mut child = self.spawn(code)?;
                drop(child.stdin.take());
                child.wait().into_diagnostic()?;
                Ok(())
            }
        }
    }

    /// Seconds for each when as many run as there are processors.
    fn each_of_many(&self) -> miette::Result<f64> {
        let processors = std::thread::available_parallelism().into_diagnostic()?.get();
        let (count, over) = (AtomicU32::new(0), AtomicBool::new(false));
        let start = Instant::now();
        std::thread::scope(|scope| {
            let more = || {
                while !over.load(Ordering::Relaxed) {
                    self.run("pass", Output::Null)?;
                    count.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<_, miette::Report>(())
            };
            let starters: Vec<_> = (0..processors).map(|_| scope.spawn(more)).collect();
            std::thread::sleep(SERIES);
            over.store(true, Ordering::Relaxed);
            starters.into_iter().try_for_each(|starter| {
                starter.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })?;
        Ok(start.elapsed().as_secs_f64() / f64::from(count.load(Ordering::Relaxed)))
    }

    /// Bytes that each of many takes that waits for input: its share of what is shared.
    fn idle(&self) -> miette::Result<f64> {
        let Self::Guest { program, threads, .. } = self else { return self.idle_processes() };
        self.run("pass", Output::Null)?;
        let before = proportional("self")?;
        threads.block_on(async {
            let (mut running, mut inputs) = (JoinSet::new(), Vec::new());
            let ready = Arc::new(tokio::sync::Semaphore::new(0));
            for _ in 0..IDLE {
                let (ours, theirs) = tokio::io::duplex(1);
                inputs.push(ours);
                let told = ready.clone();
                let policy = Policy {
                    stdin: Input::Stream(Feed::reader(theirs)),
                    stdout: Output::Stream(Sink::function(move |_| told.add_permits(1))),
                    ..Self::policy(WAIT)
                };
                let program = program.clone();
                running.spawn(async move { program.run_async(&policy, &Interrupt::new()).await });
            }
            let _all = ready.acquire_many(IDLE as u32).await.into_diagnostic()?;
            let after = proportional("self")?;
            drop(inputs);
            while let Some(run) = running.join_next().await {
                run.into_diagnostic()??;
            }
            Ok((after - before) / IDLE as f64)
        })
    }

    fn idle_processes(&self) -> miette::Result<f64> {
        let mut children = (0..IDLE).map(|_| self.spawn(WAIT)).collect::<miette::Result<Vec<_>>>()?;
        children.iter_mut().try_for_each(read_sign)?;
        let taken = children.iter().map(|child| proportional(&child.id().to_string()));
        let taken = taken.sum::<miette::Result<f64>>()?;
        for mut child in children {
            drop(child.stdin.take());
            child.wait().into_diagnostic()?;
        }
        Ok(taken / IDLE as f64)
    }

    fn policy(code: &str) -> Policy {
        let args = ["python", "-c", code].map(str::to_owned).to_vec();
        Policy { args, ..Policy::default() }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "what starting costs is the question, so nothing else may be done"
    )]
    fn spawn(&self, code: &str) -> miette::Result<Child> {
        let Self::Native { python, .. } = self else { return Err(miette!("a guest is no process")) };
        let mut command = Command::new(python);
        command.args(["-c", code]).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.spawn().into_diagnostic()
    }
}

/// Waits for the line that tells that Python code runs.
fn read_sign(child: &mut Child) -> miette::Result<()> {
    let output = child.stdout.as_mut().ok_or_else(|| miette!("the child has no output"))?;
    output.read_exact(&mut [0]).into_diagnostic()
}

/// The best of as many as a series has time for, in seconds: on a busy machine others do not say what the work takes.
fn best_of_series(mut measure: impl FnMut() -> miette::Result<Duration>) -> miette::Result<f64> {
    let start = Instant::now();
    let mut best = measure()?;
    while start.elapsed() < SERIES {
        best = best.min(measure()?);
    }
    Ok(best.as_secs_f64())
}

/// The proportional set size of a process, in bytes: what it has alone, and its share of what it shares.
fn proportional(process: &str) -> miette::Result<f64> {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).into_diagnostic()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kibibytes.ok_or_else(|| miette!("the system does not say what memory a process takes"))? * 1024.0)
}
