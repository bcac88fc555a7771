//! `pyforge check`: holds manifests, WIT, C files, bindings and components against each other.

use std::process::ExitCode;

use pyforge_build::Build;
use pyforge_manifest::{Component, Problems, Project, Settings};
use pyforge_wit::{check_built, check_component, check_package};

use crate::Global;
use crate::progress::Shown;
use crate::terminal::say;

/// Check that the sides of caps fit each other: manifest, WIT, C, bindings, component
///
/// What can be read is checked first; if that holds, the components are built and looked into.
#[derive(clap::Args)]
pub struct Args {
    /// The caps; all when none is named
    #[arg(value_name = "CAP")]
    caps: Vec<String>,
}

/// Runs the command. Exits with 1 when something does not fit.
pub fn run(global: &Global, args: &Args) -> miette::Result<ExitCode> {
    let (settings, project) = global.open()?;
    let (packages, components) = project.sides(&args.caps)?;
    let mut problems = Vec::new();
    for package in &packages {
        problems.extend(check_package(&project, package)?);
    }
    for component in &components {
        problems.extend(check_component(&project, component)?);
    }
    Problems::check(problems)?;
    check_all_built(&settings, &project, &components)?;
    say(format!("{} and {} fit", count(packages.len(), "cap"), count(components.len(), "component")));
    Ok(ExitCode::SUCCESS)
}

fn check_all_built(settings: &Settings, project: &Project, components: &[&Component]) -> miette::Result<()> {
    let build = Build::new(project, settings, &Shown)?;
    let mut problems = Vec::new();
    for component in components {
        problems.extend(check_built(component, &build.component(&component.name)?)?);
    }
    Ok(Problems::check(problems)?)
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
