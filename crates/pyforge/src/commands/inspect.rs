//! `pyforge inspect`: what is inside a component, who satisfies whose imports, and what is left for the host.

use std::path::PathBuf;
use std::process::ExitCode;

use bytesize::ByteSize;
use miette::{IntoDiagnostic, WrapErr};
use pyforge_compose::{Embedded, Inspection, inspect};

use crate::terminal::print;

/// How much of a digest a person needs to see.
const DIGEST_DIGITS: usize = 16;

/// Show what is inside a component, composed or not
#[derive(clap::Args)]
pub struct Args {
    /// For programs to read
    #[arg(long)]
    json: bool,
    /// A component
    file: PathBuf,
}

/// Runs the command.
pub fn run(args: &Args) -> miette::Result<ExitCode> {
    let name = || args.file.display().to_string();
    let bytes =
        std::fs::read(&args.file).into_diagnostic().wrap_err_with(|| format!("cannot read {}", name()))?;
    let inspection = inspect(&bytes).map_err(|error| miette::Report::new(error).wrap_err(name()))?;
    if args.json {
        print(serde_json::to_string_pretty(&inspection).into_diagnostic()?);
    } else {
        print(format!("{}  {}", name(), measure(inspection.size, &inspection.sha256)));
        print(tree(&inspection));
    }
    Ok(ExitCode::SUCCESS)
}

/// The parts and their wiring, then the two faces of the whole.
fn tree(inspection: &Inspection) -> String {
    let mut lines = Vec::new();
    inspection.embedded.iter().for_each(|part| part_lines(part, "", &mut lines));
    if !inspection.imports.is_empty() {
        lines.push("left for the host:".to_owned());
    }
    for import in &inspection.imports {
        let users = if import.used_by.is_empty() {
            String::new()
        } else {
            format!("  for {}", import.used_by.join(", "))
        };
        lines.push(format!("  {}{users}", import.name));
    }
    if !inspection.exports.is_empty() {
        lines.push("exported:".to_owned());
        lines.extend(inspection.exports.iter().map(|export| format!("  {export}")));
    }
    lines.join("\n")
}

/// A part with what it has from other parts and what it offers them; what it has from the host is told below.
fn part_lines(part: &Embedded, indent: &str, lines: &mut Vec<String>) {
    lines.push(format!("{indent}{}  {}", part.name, measure(part.size, &part.sha256)));
    for import in &part.imports {
        if let Some(from) = &import.from {
            lines.push(format!("{indent}  imports {} from {from}", import.name));
        }
    }
    lines.extend(part.carries.iter().map(|carried| format!("{indent}  carries {carried}")));
    lines.extend(part.exports.iter().map(|export| format!("{indent}  exports {export}")));
    part.embedded.iter().for_each(|inner| part_lines(inner, &format!("{indent}    "), lines));
}

fn measure(size: u64, sha256: &str) -> String {
    format!("{}  sha256 {}…", ByteSize(size), &sha256[..DIGEST_DIGITS])
}
