//! Measures the composed Python beside the natively built one of the same version, in one run.
//!
//!     cargo run --release -p pyforge-bench -- codecs
//!     cargo run --release -p pyforge-bench -- sqlite
//!     cargo run --release -p pyforge-bench -- tls
//!     cargo run --release -p pyforge-bench -- start
//!     cargo run --release -p pyforge-bench -- instances
//!     cargo run --release -p pyforge-bench -- interpreter
//!
//! The two take turns, and each figure is the best of several rounds, so that what else the machine does
//! falls on both. Results are tables of ratios; `bench/README.md` keeps them.

mod certificates;
mod corpus;
mod instances;
mod interpreter;
mod peers;
mod progress;
mod sides;
mod start;
mod table;
mod tls;

use std::path::{Path, PathBuf};

use clap::Parser;
use miette::{IntoDiagnostic, miette};
use pyforge_build::{Build, Choice};
use pyforge_manifest::{Project, Settings};

use crate::progress::Plain;
use crate::sides::{Rows, Sides};

const CODECS_SCRIPT: &str = "bench_codecs.py";
const SQLITE_SCRIPT: &str = "bench_sqlite.py";

/// The compression modules, each with how many times the corpus of 64 MiB goes through it to see what memory
/// a stream takes: 1 GiB where that takes seconds.
const CODECS: [(&str, &str); 4] = [("zlib", "16"), ("bz2", "4"), ("lzma", "4"), ("zstd", "16")];

/// Measure the composed Python beside the native one
#[derive(Parser)]
struct Args {
    /// What to measure
    #[arg(value_parser = ["codecs", "sqlite", "tls", "start", "instances", "interpreter", "component"])]
    what: String,
    /// The component to run, which is what `component` does and `start` measures
    file: Option<PathBuf>,
    /// Of the codecs, only this one
    #[arg(long, value_parser = CODECS.map(|(name, _)| name))]
    codec: Option<String>,
    /// Of TLS and hashes, only this group
    #[arg(long, value_parser = tls::names())]
    group: Option<String>,
    /// Of the interpreter's benchmarks, only this one
    #[arg(long, value_parser = interpreter::names())]
    benchmark: Option<String>,
    /// Take another component for a cap: one of caps/ by name, or a .wasm file
    #[arg(long, value_name = "CAP=COMPONENT")]
    provider: Vec<String>,
    /// How often each side runs; the best counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

fn main() -> miette::Result<()> {
    let args = Args::parse();
    let settings = Settings::from_env()?;
    if let Some(file) = &args.file {
        return start::component(&settings, file);
    }
    let current = std::env::current_dir().into_diagnostic()?;
    let root = Project::find(&current).unwrap_or(current);
    let project = Project::open(&root)?;
    let build = Build::new(&project, &settings, &Plain)?;
    let scripts = root.join("bench");
    match args.what.as_str() {
        "instances" => instances::run(&settings, &build, args.rounds),
        "sqlite" => sqlite(&args, &settings, &build, &scripts),
        "tls" => {
            let built = build.distribution(&choice(&tls::CAPS, &args.provider)?)?;
            tls::run(&settings, &built, &scripts, args.rounds, args.group.as_deref())
        }
        "start" => {
            let built = build.distribution(&Choice::default())?;
            start::run(&settings, &built, scripts.join("start"), args.rounds)
        }
        "interpreter" => {
            let built = build.distribution(&choice(&[], &args.provider)?)?;
            interpreter::run(&settings, &build, &built, &root, args.rounds, args.benchmark.as_deref())
        }
        _ => codecs(&args, &settings, &build, &scripts),
    }
}

fn codecs(args: &Args, settings: &Settings, build: &Build<'_>, scripts: &Path) -> miette::Result<()> {
    for (codec, times) in CODECS {
        if args.codec.as_ref().is_some_and(|only| only != codec) {
            continue;
        }
        // By itself, so that the memories are Python's and its own.
        let built = build.distribution(&choice(&[codec], &args.provider)?)?;
        let corpus = corpus::write(&built)?;
        let sides = Sides::new(settings, &built, scripts, corpus.path())?;
        table::speed(codec, &compare(&sides, args.rounds, &[CODECS_SCRIPT, "speed", codec, "FILE"])?);
        table::calls(codec, &compare(&sides, args.rounds, &[CODECS_SCRIPT, "calls", codec])?);
        for times in ["1", times] {
            let (rows, memory) = sides.guest(&[CODECS_SCRIPT, "stream", codec, "FILE", times])?;
            table::memory(codec, &rows, &memory);
        }
    }
    Ok(())
}

fn sqlite(args: &Args, settings: &Settings, build: &Build<'_>, scripts: &Path) -> miette::Result<()> {
    let built = build.distribution(&choice(&["sqlite"], &args.provider)?)?;
    let folder = tempfile::tempdir().into_diagnostic()?;
    let database = folder.path().join("bench.db");
    let sides = Sides::new(settings, &built, scripts, &database)?;
    table::times(&compare(&sides, args.rounds, &[SQLITE_SCRIPT, "FILE"])?);
    Ok(())
}

/// The distribution with these caps alone.
fn choice(caps: &[&str], providers: &[String]) -> miette::Result<Choice> {
    let only = caps.iter().map(|cap| (*cap).to_owned()).collect();
    let mut choice = Choice { only: Some(only), ..Choice::default() };
    for provider in providers {
        let (of, component) = provider
            .split_once('=')
            .ok_or_else(|| miette!("`--provider {provider}` names no cap; write CAP=COMPONENT"))?;
        if caps.contains(&of) {
            choice.providers.insert(of.to_owned(), component.to_owned());
        }
    }
    Ok(choice)
}

/// The figures of both sides, run in turns.
pub struct Pair {
    native: Rows,
    here: Rows,
}

fn compare(sides: &Sides<'_>, rounds: usize, words: &[&str]) -> miette::Result<Pair> {
    let mut pair = Pair { native: sides.native(words)?, here: sides.guest(words)?.0 };
    for _ in 1..rounds {
        keep_best(&mut pair.native, &sides.native(words)?);
        keep_best(&mut pair.here, &sides.guest(words)?.0);
    }
    Ok(pair)
}

fn keep_best(best: &mut Rows, new: &Rows) {
    for ((_, best), (_, new)) in std::iter::zip(best, new) {
        for (name, value) in best {
            *value = value.min(new[name]);
        }
    }
}
