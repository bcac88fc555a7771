//! Measures the composed Python beside the natively built one of the same version, in one run.
//!
//!     cargo run --release -p pyforge-bench -- zlib
//!
//! The two take turns, and each figure is the best of several rounds, so that what else the machine does
//! falls on both. Results are ratios; `bench/README.md` keeps them.
#![expect(clippy::print_stdout, reason = "a benchmark's output is its purpose")]

mod corpus;
mod sides;

use clap::Parser;
use miette::IntoDiagnostic;
use pyforge_build::{Build, Choice, Silent};
use pyforge_manifest::{Project, Settings};

use crate::sides::{Figures, Sides};

/// The stream that memory is watched over: this many times the corpus of 64 MiB, 1 GiB.
const STREAM_TIMES: &str = "16";

/// Measure the composed Python beside the native one
#[derive(Parser)]
struct Args {
    /// What to measure
    #[arg(value_parser = ["zlib"])]
    what: String,
    /// Another provider of the cap: one of caps/ by name, or a .wasm file
    #[arg(long, value_name = "COMPONENT")]
    provider: Option<String>,
    /// How often each side runs; the best counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

fn main() -> miette::Result<()> {
    let args = Args::parse();
    let settings = Settings::from_env()?;
    let current = std::env::current_dir().into_diagnostic()?;
    let root = Project::find(&current).unwrap_or(current);
    let project = Project::open(&root)?;
    let build = Build::new(&project, &settings, &Silent)?;
    let providers = args.provider.into_iter().map(|component| (args.what.clone(), component)).collect();
    let built = build.distribution(&Choice { providers, ..Choice::default() })?;
    let corpus = corpus::write(&built)?;
    let scripts = root.join("bench");
    let sides = Sides::new(&settings, &built, &scripts, corpus.path())?;
    compare(&sides, args.rounds, &["bench_zlib.py", "speed", "FILE"])?;
    compare(&sides, args.rounds, &["bench_zlib.py", "calls"])?;
    stream(&sides)
}

/// Both sides in turns: a row per figure, with the ratio of the guest's speed to the native one.
fn compare(sides: &Sides<'_>, rounds: usize, words: &[&str]) -> miette::Result<()> {
    let (mut native, mut guest) = (Figures::new(), Figures::new());
    for _ in 0..rounds {
        keep_best(&mut native, sides.native(words)?);
        keep_best(&mut guest, sides.guest(words)?.0);
    }
    println!("{:<28}{:>14}{:>14}{:>10}", words[1..].join(" "), "native", "here", "ratio");
    for (name, native) in &native {
        let Some(guest) = guest.get(name) else { continue };
        println!("{name:<28}{:>14}{:>14}{:>10.2}", shown(*native), shown(*guest), native / guest);
    }
    println!();
    Ok(())
}

/// Seconds, or bytes.
fn shown(figure: f64) -> String {
    if figure < 1000.0 { format!("{figure:.9}") } else { format!("{figure:.0}") }
}

fn keep_best(best: &mut Figures, new: Figures) {
    for (name, value) in new {
        let kept = best.entry(name).or_insert(value);
        *kept = kept.min(value);
    }
}

/// One gibibyte through gzip and back, and what it takes of each memory.
fn stream(sides: &Sides<'_>) -> miette::Result<()> {
    for times in ["1", STREAM_TIMES] {
        let (figures, memory) = sides.guest(&["bench_zlib.py", "stream", "FILE", times])?;
        let sizes: Vec<_> =
            memory.iter().map(|size| format!("{:.1} MiB", *size as f64 / 1048576.0)).collect();
        let bytes = figures.get("bytes").copied().unwrap_or_default() / 1048576.0;
        println!("gzip stream of {bytes:.0} MiB: peak of each memory {}", sizes.join(", "));
    }
    Ok(())
}
