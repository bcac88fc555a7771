//! A cap's Python side: its manifest held against its WIT, its C file and its bindings; and the bindings made.

use std::path::Path;

use pyforge_manifest::{Consumer, Package, Problem, Project, Provider, Required};

use crate::copies::{self, copies};
use crate::generated::{stale, write};
use crate::{GeneratedFiles, Interface, WitError, c_bindings, imports};

/// Writes the copies of the contracts and the C bindings of a cap.
pub fn generate_package(project: &Project, package: &Package) -> Result<(), WitError> {
    copies::sync(&contracts(project, package))?;
    write(&bindings(package)?, &package.extension.gen_dir)
}

/// What [`generate_package`] would change.
pub fn stale_package(project: &Project, package: &Package) -> Result<Vec<Problem>, WitError> {
    let command = command(package);
    let drifted = copies::problems(&contracts(project, package), &command)?;
    if !drifted.is_empty() {
        // Bindings of another contract are stale as well, and say nothing new.
        return Ok(drifted);
    }
    let stale = stale(&bindings(package)?, &package.extension.gen_dir)?;
    let made = format!("is not what `{command}` makes of the WIT");
    let help = format!("run `{command}`, and move what is not generated elsewhere");
    Ok(stale.iter().map(|file| file.problem(&made).help(&help)).collect())
}

/// What is wrong with a cap's Python side, stale files included.
pub fn check_package(project: &Project, package: &Package) -> Result<Vec<Problem>, WitError> {
    let mut problems = no_contract(project, package);
    if problems.is_empty() {
        problems = stale_package(project, package)?;
        problems.extend(unlike_world(package)?);
    }
    problems.extend(no_init_function(package)?);
    problems.extend(package.required.iter().filter_map(|required| no_provider(project, package, required)));
    Ok(problems)
}

fn command(package: &Package) -> String {
    format!("pyforge gen {}", package.cap)
}

fn contracts(project: &Project, package: &Package) -> Vec<copies::Copy> {
    copies(project, &package.extension.wit_dir, package.required.iter().map(|required| &required.interface))
}

fn bindings(package: &Package) -> Result<GeneratedFiles, WitError> {
    c_bindings(&package.extension.wit_dir, Some(&package.world()), &command(package))
}

/// Interfaces whose contract the checkout does not have.
fn no_contract(project: &Project, package: &Package) -> Vec<Problem> {
    let missing = package.required.iter().filter_map(|required| {
        let dir = project.contract_dir(required.interface.contract());
        let message = format!("there is no contract {} for `{}`", dir.display(), required.interface.name);
        let help = "write the contract's WIT there, or correct the name";
        (!dir.is_dir()).then(|| package.document.problem(required.span, message).help(help))
    });
    missing.collect()
}

/// Where the manifest and the world do not say the same.
fn unlike_world(package: &Package) -> Result<Vec<Problem>, WitError> {
    let imported = imports(&package.extension.wit_dir, Some(&package.world()))?;
    let unlisted = imported
        .iter()
        .filter(|import| !package.required.iter().any(|required| required.interface.name == import.id))
        .map(|import| not_listed(package, import));
    let unlike = package.required.iter().filter_map(|required| not_imported(package, required, &imported));
    Ok(unlisted.chain(unlike).collect())
}

fn not_listed(package: &Package, import: &Interface) -> Problem {
    let message = format!("the world `{}` imports {import}, which is not required here", package.world());
    let place = import.location.as_ref().map(|place| format!(", or take the import out of {place}"));
    let help = format!("add it under [[capabilities.required]]{}", place.unwrap_or_default());
    package.document.problem(package.extension.wit_span, message).help(help)
}

fn not_imported(package: &Package, required: &Required, imported: &[Interface]) -> Option<Problem> {
    let wanted = &required.interface;
    let world = package.world();
    let Some(import) = imported.iter().find(|import| import.id == wanted.name) else {
        let message = format!("`{}` is required, but the world `{world}` does not import it", wanted.name);
        let help = format!("import it in {}, or remove it here", package.extension.wit_dir.display());
        return Some(package.document.problem(required.span, message).help(help));
    };
    if import.version.as_ref() == Some(&wanted.version) {
        return None;
    }
    let message = format!("version {} is required, but the world `{world}` imports {import}", wanted.version);
    let place = import.location.as_ref().map_or_else(|| "the world".to_owned(), ToString::to_string);
    let help = format!("bring this line and {place} to the same version");
    Some(package.document.problem(required.version_span, message).help(help))
}

fn no_init_function(package: &Package) -> Result<Option<Problem>, WitError> {
    let extension = &package.extension;
    let bytes = std::fs::read(&extension.c_file).map_err(WitError::io("read", &extension.c_file))?;
    let (symbol, follows, how) = init_symbol(package);
    if mentions(&String::from_utf8_lossy(&bytes), &symbol, follows) {
        return Ok(None);
    }
    let file = extension.c_file.file_name().unwrap_or_default().to_string_lossy();
    let message = format!("{file} does not have `{symbol}`, by which Python finds the module");
    let help = format!("write `{how}` in {}", extension.c_file.display());
    Ok(Some(package.document.problem(extension.module_span, message).help(help)))
}

/// By which word in the C file the consumer finds the module, what follows the word, and how a person writes it.
fn init_symbol(package: &Package) -> (String, char, String) {
    let module = &package.extension.module;
    match package.consumer {
        Consumer::CPython => {
            let symbol = format!("PyInit_{module}");
            let how = format!("PyMODINIT_FUNC {symbol}(void)");
            (symbol, '(', how)
        }
        Consumer::MicroPython => {
            let symbol = format!("MP_REGISTER_MODULE(MP_QSTR_{module}");
            let how = format!("{symbol}, …);");
            (symbol, ',', how)
        }
    }
}

/// Whether the word stands in the text, whole, before what is to follow it.
fn mentions(text: &str, word: &str, follows: char) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let part_of_a_word = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        !part_of_a_word && text[at + word.len()..].trim_start().starts_with(follows)
    })
}

/// An interface that no component of the checkout exports in the version required, though one has to.
fn no_provider(project: &Project, package: &Package, required: &Required) -> Option<Problem> {
    if required.provider == Provider::Host {
        return None;
    }
    let wanted = &required.interface;
    let exported: Vec<_> = project
        .components
        .iter()
        .flat_map(|component| component.exports.iter().map(move |export| (component, &export.value)))
        .filter(|(_, export)| export.name == wanted.name)
        .collect();
    if exported.iter().any(|(_, export)| *export == wanted) {
        return None;
    }
    let Some((component, export)) = exported.first() else {
        let message = format!("no component of {} exports `{}`", shown(project, "caps"), wanted.name);
        let help = "add a component that exports it, or correct the name";
        return Some(package.document.problem(required.span, message).help(help));
    };
    let message = format!("version {} is required, but {} exports {export}", wanted.version, component.name);
    let help = "bring both sides to the same version of the contract";
    Some(package.document.problem(required.version_span, message).help(help))
}

fn shown(project: &Project, folder: &str) -> String {
    Path::new(&project.root).join(folder).display().to_string()
}
