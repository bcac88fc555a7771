//! `pyforge doctor`: what this machine has and lacks, and the command that mends it.

use std::process::ExitCode;

use pyforge_build::{State, toolchain_parts};
use serde_json::json;

use crate::Global;
use crate::terminal::print;

/// Say what this machine has and lacks for building
#[derive(clap::Args)]
pub struct Args {
    /// For programs to read
    #[arg(long)]
    json: bool,
}

/// Runs the command. Exits with 1 when something is missing.
pub fn run(global: &Global, args: &Args) -> miette::Result<ExitCode> {
    let (settings, project) = global.open()?;
    let parts = toolchain_parts(&settings, &project)?;
    let mut complete = true;
    let mut rows = Vec::new();
    for part in &parts {
        match &part.state {
            State::Found(what) if args.json => rows.push(json!({"part": part.name, "found": what})),
            State::Found(what) => print(format!("ok       {:<28} {what}", part.name)),
            State::Missing(remedy) => {
                complete = false;
                let command = remedy.command();
                if args.json {
                    rows.push(json!({"part": part.name, "remedy": command}));
                } else {
                    print(format!("missing  {:<28} {command}", part.name));
                }
            }
        }
    }
    if args.json {
        print(json!(rows));
    }
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
