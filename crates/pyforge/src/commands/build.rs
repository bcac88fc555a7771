//! `pyforge build`: builds a distribution and says where it is.

use std::path::PathBuf;
use std::process::ExitCode;

use pyforge_build::{Build, copy_tree};

use super::choice::ChoiceArgs;
use crate::Global;
use crate::progress::Shown;
use crate::terminal::{print, say};

/// Build python.composed.wasm; prints its path
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Put the composed file here as well
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Put the standard library here, for a host other than `pyforge run`
    #[arg(long, value_name = "DIR")]
    stdlib: Option<PathBuf>,
    /// Say why things are built; twice: say which programs are started
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// Runs the command.
pub fn run(global: &Global, args: Args) -> miette::Result<ExitCode> {
    let (settings, project) = global.open()?;
    let built = Build::new(&project, &settings, &Shown)?.distribution(&args.choice.into())?;
    if let Some(stdlib) = args.stdlib {
        copy_tree(&built.stdlib, &stdlib)?;
        say(format!("the guest looks for {} as {}", stdlib.display(), built.guest_stdlib));
    }
    let file = match args.output {
        Some(output) => built.copy_to(&output).map(|()| output)?,
        None => built.composed,
    };
    print(file.display());
    Ok(ExitCode::SUCCESS)
}
