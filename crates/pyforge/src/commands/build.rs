//! `pyforge build`: builds a distribution and says where it is.

use std::path::PathBuf;
use std::process::ExitCode;

use miette::miette;
use pyforge_build::{copy_file, copy_tree};
use pyforge_manifest::Settings;

use super::choice::InterpreterArgs;
use crate::Global;
use crate::terminal::{print, say};

/// Build python.composed.wasm or micropython.composed.wasm; prints its path
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    interpreter: InterpreterArgs,
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
    let settings = Settings::from_env()?;
    let built = args.interpreter.build(global, &settings, global.verbose + args.verbose > 0)?;
    if let Some(target) = args.stdlib {
        let Some((stdlib, guest)) = &built.stdlib else {
            return Err(miette!(help = "leave --stdlib out", "{} has its library in itself", built.name));
        };
        copy_tree(stdlib, &target)?;
        say(format!("the guest looks for {} as {guest}", target.display()));
    }
    let file = match args.output {
        Some(output) => copy_file(&built.composed, &output).map(|()| output)?,
        None => built.composed,
    };
    print(file.display());
    Ok(ExitCode::SUCCESS)
}
