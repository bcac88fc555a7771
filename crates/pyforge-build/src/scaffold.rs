//! A new cap: a folder on each side and a contract between them, small and working, to be grown from there.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_manifest::Project;

use crate::store::{cannot_write, write_atomically};
use crate::{Result, process};

/// What stands for the cap's name in a template, and in where it goes.
const NAME: &str = "{{name}}";

/// Where each file goes, and its template.
const FILES: [(&str, &str); 9] = [
    ("wit/{{name}}/bytes.wit", include_str!("../templates/contract.wit")),
    ("cpython-ext/_{{name}}_cap/pyforge-pkg.toml", include_str!("../templates/pyforge-pkg.toml")),
    ("cpython-ext/_{{name}}_cap/_{{name}}_capmodule.c", include_str!("../templates/module.c")),
    ("cpython-ext/_{{name}}_cap/wit/world.wit", include_str!("../templates/import.wit")),
    ("caps/{{name}}-wasm/Cargo.toml", include_str!("../templates/cap.toml")),
    ("caps/{{name}}-wasm/README.md", include_str!("../templates/README.md")),
    ("caps/{{name}}-wasm/.gitignore", "/target\n"),
    ("caps/{{name}}-wasm/src/lib.rs", include_str!("../templates/cap.rs")),
    ("caps/{{name}}-wasm/wit/world.wit", include_str!("../templates/export.wit")),
];

/// Writes the files of a cap of that name, with its bindings, and returns the folders they are in.
///
/// Nothing is written where any of the folders is there already.
pub fn new_cap(project: &Project, name: &str) -> Result<Vec<PathBuf>> {
    check_name(name)?;
    let folders = ["wit/{{name}}", "cpython-ext/_{{name}}_cap", "caps/{{name}}-wasm"];
    let folders: Vec<_> = folders.map(|folder| project.root.join(folder.replace(NAME, name))).into();
    if let Some(taken) = folders.iter().find(|folder| folder.exists()) {
        return Err(miette!(
            help = "choose another name, or remove it",
            "{} is there already",
            taken.display()
        ));
    }
    if let Err(error) = fill(project, name) {
        // Half a cap would be in the way of everything else.
        folders.iter().for_each(|folder| drop(std::fs::remove_dir_all(folder)));
        return Err(error);
    }
    Ok(folders)
}

fn fill(project: &Project, name: &str) -> Result<()> {
    for (place, template) in FILES {
        write(&project.root.join(place.replace(NAME, name)), &template.replace(NAME, name))?;
    }
    let project = Project::open(&project.root)?;
    let (packages, components) = project.sides(&[name.to_owned()])?;
    for package in packages {
        pyforge_wit::generate_package(&project, package)?;
    }
    for component in components {
        pyforge_wit::generate_component(&project, component)?;
        lock_dependencies(&component.dir())?;
    }
    Ok(())
}

fn check_name(name: &str) -> Result<()> {
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if starts && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Ok(());
    }
    let help =
        "write lower-case letters and digits, such as zlib or bz2: it becomes part of names in C and in WIT";
    Err(miette!(help = help, "`{name}` cannot be the name of a cap"))
}

fn write(path: &Path, text: &str) -> Result<()> {
    let dir = path.parent().unwrap_or(path);
    std::fs::create_dir_all(dir).into_diagnostic().wrap_err_with(|| cannot_write(dir))?;
    write_atomically(path, text.as_bytes())
}

/// A cap is built with `--locked`, so that what goes into it is written down.
fn lock_dependencies(dir: &Path) -> Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(dir).arg("generate-lockfile");
    process::capture(command)?;
    Ok(())
}
