//! The command line: arguments in, text out. What the commands do is in the libraries.

mod commands;
mod guest;
mod interpreter;
mod progress;
mod terminal;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use miette::{IntoDiagnostic, miette};
use pyforge_manifest::{Project, Settings};
use tracing_subscriber::filter::LevelFilter;

/// Build Python for WebAssembly out of swappable native parts, and run it.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options before the command's name.
#[derive(clap::Args)]
struct Global {
    /// The checkout to work in [default: the one around the current directory]
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// Say why things are built; twice: say which programs are started
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    Run(commands::run::Args),
    Build(commands::build::Args),
    Gen(commands::generate::Args),
    Check(commands::check::Args),
    Inspect(commands::inspect::Args),
    Doctor(commands::doctor::Args),
    New(commands::new::Args),
    Test(commands::test::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let verbose = cli.global.verbose + if let Command::Build(args) = &cli.command { args.verbose } else { 0 };
    start_tracing(verbose);
    match terminal::draw_errors().and_then(|()| dispatch(cli)) {
        Ok(code) => code,
        Err(error) => {
            terminal::say(format!("{error:?}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> miette::Result<ExitCode> {
    let global = &cli.global;
    match cli.command {
        Command::Run(args) => commands::run::run(global, args),
        Command::Build(args) => commands::build::run(global, args),
        Command::Gen(args) => commands::generate::run(global, &args),
        Command::Check(args) => commands::check::run(global, &args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Doctor(args) => commands::doctor::run(global, &args),
        Command::New(args) => commands::new::run(global, &args),
        Command::Test(args) => commands::test::run(global, args),
    }
}

impl Global {
    /// The environment, and the checkout.
    fn open(&self) -> miette::Result<(Settings, Project)> {
        let settings = Settings::from_env()?;
        let project = Project::open(&self.root(&settings)?)?;
        Ok((settings, project))
    }

    /// The folder of the checkout that `--project`, the current directory or `PYFORGE_PROJECT` names.
    fn root(&self, settings: &Settings) -> miette::Result<PathBuf> {
        let current = std::env::current_dir().into_diagnostic()?;
        let start = self.project.as_deref().unwrap_or(&current);
        let root = Project::find(start).or_else(|| Project::find(settings.project.as_deref()?));
        root.ok_or_else(|| no_project(start))
    }
}

fn no_project(start: &Path) -> miette::Report {
    miette!(
        help = "run pyforge inside a checkout, or name one with --project or PYFORGE_PROJECT",
        "there is no pyforge.toml in {} or above it",
        start.display()
    )
}

fn start_tracing(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .with_max_level(level)
        .init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_readmes_commands_are_commands() {
        let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
        let text = std::fs::read_to_string(readme).unwrap();
        let words = |line: &str| {
            let line =
                line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("pyforge "))?;
            shlex::split(line.split(" < ").next()?)
        };
        let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
        let commands: Vec<_> = blocks.flat_map(str::lines).filter_map(words).collect();
        assert!(commands.len() > 10);
        for words in commands {
            let parsed = Cli::try_parse_from(std::iter::once("pyforge".to_owned()).chain(words.clone()));
            assert!(parsed.is_ok(), "{words:?}: {}", parsed.err().unwrap());
        }
    }
}
