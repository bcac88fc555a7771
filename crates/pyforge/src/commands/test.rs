//! `pyforge test`: an interpreter's own tests in the composed one, beside the same tests natively.

use std::process::ExitCode;

use clap::Subcommand;
use pyforge_build::Build;
use pyforge_conformance::{Comparison, Conformance, MicroPythonConformance, Tally};

use super::choice::ChoiceArgs;
use crate::progress::Shown;
use crate::terminal::{print, say};
use crate::{Global, guest};

/// Run an interpreter's own tests in the composed one, and natively
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// CPython's own: prints per module what ran and passed here and natively
    Cpython(CpythonArgs),
    /// MicroPython's own: prints per folder what ran and passed here and natively
    Micropython(MicropythonArgs),
}

#[derive(clap::Args)]
struct CpythonArgs {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// For programs to read: an object per module, each on a line
    #[arg(long)]
    json: bool,
    /// The test modules, such as test_zlib; those of all caps' manifests when none is named
    #[arg(value_name = "MODULE")]
    modules: Vec<String>,
}

#[derive(clap::Args)]
struct MicropythonArgs {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// For programs to read: an object per folder, each on a line
    #[arg(long)]
    json: bool,
    /// The tests, such as basics/int1.py, or folders of them, such as basics; those that upstream runs for its port
    /// to Unix when none is named
    #[arg(value_name = "TEST")]
    tests: Vec<String>,
}

/// Runs the command. Exits with 1 when a test that passes natively fails here and is not listed.
pub fn run(global: &Global, args: Args) -> miette::Result<ExitCode> {
    let holds = match args.suite {
        Suite::Cpython(args) => cpython(global, args)?,
        Suite::Micropython(args) => micropython(global, args)?,
    };
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cpython(global: &Global, args: CpythonArgs) -> miette::Result<bool> {
    let (settings, project) = global.open()?;
    let build = Build::new(&project, &settings, &Shown)?;
    let built = build.distribution(&args.choice.into())?;
    let program = guest::load(&settings, &built.clone().into())?;
    let conformance = Conformance::new(&build, &built, &program)?;
    let named: Vec<_> = args.modules.iter().map(String::as_str).collect();
    let modules = if named.is_empty() { project.cpython_tests() } else { named };
    let mut holds = true;
    for module in modules {
        let comparison = conformance.compare(module)?;
        holds &= comparison.holds();
        show(&comparison, args.json);
    }
    Ok(holds)
}

fn micropython(global: &Global, args: MicropythonArgs) -> miette::Result<bool> {
    let (settings, project) = global.open()?;
    let build = Build::new(&project, &settings, &Shown)?;
    let built = build.micropython(&args.choice.into())?;
    let program = guest::load(&settings, &built.clone().into())?;
    let comparisons = MicroPythonConformance::new(&build, &built, &program)?.compare(&args.tests)?;
    for comparison in &comparisons {
        show(comparison, args.json);
    }
    Ok(comparisons.iter().all(Comparison::holds))
}

fn show(comparison: &Comparison, json: bool) {
    if json {
        return print(serde_json::json!(comparison));
    }
    print(format!("{:<28}{}", comparison.module, counts("native", comparison.native)));
    let listed = format!("{} listed", comparison.listed);
    print(format!("{:<28}{}  {listed}", "", counts("here", comparison.guest)));
    for test in &comparison.unexpected {
        say(format!("{} does not pass here:\n{}", test.test, test.detail));
    }
    for problem in &comparison.outdated {
        say(problem);
    }
}

fn counts(place: &str, tally: Tally) -> String {
    let Tally { run, passed, failed, skipped } = tally;
    format!("{place:<7}{run:>5} run {passed:>5} passed {failed:>4} failed {skipped:>4} skipped")
}
