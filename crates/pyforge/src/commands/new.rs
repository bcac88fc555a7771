//! `pyforge new`: begins a cap with a folder on each side and a contract between them.

use std::process::ExitCode;

use pyforge_build::new_cap;

use crate::Global;
use crate::terminal::{print, say};

/// Begin a cap: a small one that works, to be grown from there
#[derive(clap::Args)]
pub struct Args {
    /// Lower-case letters and digits, such as zlib
    name: String,
}

/// Runs the command; prints the folders it made.
pub fn run(global: &Global, args: &Args) -> miette::Result<ExitCode> {
    let (_, project) = global.open()?;
    for folder in new_cap(&project, &args.name)? {
        print(folder.display());
    }
    let name = &args.name;
    say(format!("try it: pyforge run -c 'import _{name}_cap; print(_{name}_cap.reverse(b\"abc\"))'"));
    Ok(ExitCode::SUCCESS)
}
