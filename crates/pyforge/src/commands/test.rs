//! `pyforge test cpython`: CPython's own tests in the composed Python, beside the same tests natively.

use std::process::ExitCode;

use clap::Subcommand;
use pyforge_build::Build;
use pyforge_conformance::{Comparison, Conformance, Tally};

use super::choice::ChoiceArgs;
use crate::progress::Shown;
use crate::terminal::{print, say};
use crate::{Global, guest};

/// Run outside test suites in the composed Python
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// CPython's own: prints per module what ran and passed here and natively
    Cpython(CpythonArgs),
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

/// Runs the command. Exits with 1 when a test that passes natively fails here and is not listed.
pub fn run(global: &Global, args: Args) -> miette::Result<ExitCode> {
    let Suite::Cpython(args) = args.suite;
    let (settings, project) = global.open()?;
    let build = Build::new(&project, &settings, &Shown)?;
    let built = build.distribution(&args.choice.into())?;
    let program = guest::load(&settings, &built)?;
    let conformance = Conformance::new(&build, &built, &program)?;
    let named: Vec<_> = args.modules.iter().map(String::as_str).collect();
    let modules = if named.is_empty() { project.cpython_tests() } else { named };
    let mut holds = true;
    for module in modules {
        let comparison = conformance.compare(module)?;
        holds &= comparison.holds();
        if args.json {
            print(serde_json::json!(comparison));
        } else {
            show(&comparison);
        }
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(comparison: &Comparison) {
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
