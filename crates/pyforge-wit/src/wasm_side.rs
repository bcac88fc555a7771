//! A cap's wasm side: what its `Cargo.toml` says it exports, held against its WIT and its copies of contracts.

use std::path::{Path, PathBuf};

use pyforge_manifest::{Component, Interface as Named, Problem, Project};

use crate::copies::{self, copies};
use crate::{Interface, WitError, component_exports, exports};

/// Writes the copies of the contracts of a component.
pub fn generate_component(project: &Project, component: &Component) -> Result<(), WitError> {
    copies::sync(&contracts(project, component))
}

/// What [`generate_component`] would change.
pub fn stale_component(project: &Project, component: &Component) -> Result<Vec<Problem>, WitError> {
    copies::problems(&contracts(project, component), &format!("pyforge gen {}", component.short_name()))
}

/// What is wrong with a cap's wasm side before it is built.
pub fn check_component(project: &Project, component: &Component) -> Result<Vec<Problem>, WitError> {
    let drifted = stale_component(project, component)?;
    if !drifted.is_empty() {
        return Ok(drifted);
    }
    let exported = exports(&wit_dir(component), None)?;
    let place = format!("the world in {}", wit_dir(component).display());
    Ok(unlike(component, &exported, &place))
}

/// What the built component does not export as its `Cargo.toml` says.
pub fn check_built(component: &Component, file: &Path) -> Result<Vec<Problem>, WitError> {
    let bytes = std::fs::read(file).map_err(WitError::io("read", file))?;
    Ok(unlike(component, &component_exports(&bytes)?, "the component that is built"))
}

fn wit_dir(component: &Component) -> PathBuf {
    component.dir().join("wit")
}

fn contracts(project: &Project, component: &Component) -> Vec<copies::Copy> {
    copies(project, &wit_dir(component), component.exports.iter().map(|export| &export.value))
}

/// Where the list of exports and the exports themselves do not say the same.
fn unlike(component: &Component, exported: &[Interface], place: &str) -> Vec<Problem> {
    let is = |listed: &Named, export: &Interface| {
        listed.name == export.id && export.version.as_ref() == Some(&listed.version)
    };
    let lacking = component.exports.iter().filter(|listed| !exported.iter().any(|e| is(&listed.value, e)));
    let lacking = lacking.map(|listed| {
        let message = format!("{} is listed, but {place} does not export it", listed.value);
        let help = match exported {
            [] => "it exports nothing".to_owned(),
            _ => format!("it exports {}", list(exported)),
        };
        component.document.problem(listed.span, message).help(help)
    });
    let unlisted = exported.iter().filter(|e| !component.exports.iter().any(|listed| is(&listed.value, e)));
    let unlisted = unlisted.map(|export| {
        let message = format!("{place} exports {export}, which is not listed here");
        component.document.problem(component.exports_span, message).help("add it to the list")
    });
    lacking.chain(unlisted).collect()
}

fn list(interfaces: &[Interface]) -> String {
    interfaces.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
