//! `pyforge gen`: brings the copies of contracts and the C bindings of caps up to date.

use std::process::ExitCode;

use pyforge_manifest::{Component, Package, Problems, Project};
use pyforge_wit::{generate_component, generate_package, stale_component, stale_package};

use crate::Global;

/// Bring the copies of contracts and the C bindings of caps up to date
#[derive(clap::Args)]
pub struct Args {
    /// The caps; all when none is named
    #[arg(value_name = "CAP")]
    caps: Vec<String>,
    /// Write nothing, and fail if anything is out of date
    #[arg(long)]
    check: bool,
}

/// Runs the command. With `--check`, exits with 1 when something is out of date.
pub fn run(global: &Global, args: &Args) -> miette::Result<ExitCode> {
    let (_, project) = global.open()?;
    let (packages, components) = project.sides(&args.caps)?;
    if args.check {
        check(&project, &packages, &components)?;
    } else {
        packages.iter().try_for_each(|package| generate_package(&project, package))?;
        components.iter().try_for_each(|component| generate_component(&project, component))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn check(project: &Project, packages: &[&Package], components: &[&Component]) -> miette::Result<()> {
    let mut problems = Vec::new();
    for package in packages {
        problems.extend(stale_package(project, package)?);
    }
    for component in components {
        problems.extend(stale_component(project, component)?);
    }
    Ok(Problems::check(problems)?)
}
