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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{component as component_of, folder_of};

    const CARGO: &str = r#"[package]
name = "zlib-wasm"

[package.metadata.component]
target = "wasm32-wasip2"
exports = ["zlib:component/stream@0.1.0"]
"#;

    /// What is said of a component that was built with this version of the interface.
    fn said_of(version: &str) -> Vec<String> {
        let dir = folder_of(&[("Cargo.toml", CARGO)]);
        let file = dir.path().join("built.wasm");
        let wit = format!(
            "package zlib:component@{version}; interface %stream {{ f: func(); }} world w {{ export %stream; }}"
        );
        std::fs::write(&file, component_of(&wit)).unwrap();
        let component = Component::read(&dir.path().join("Cargo.toml")).unwrap();
        let line = |problem: &Problem| {
            let said = problem.to_string();
            let (_, said) = said.split_once("Cargo.toml:").unwrap();
            format!("{said} ({})", problem.remedy().unwrap())
        };
        check_built(&component, &file).unwrap().iter().map(line).collect()
    }

    #[test]
    fn a_built_component_exports_what_is_listed() {
        assert_eq!(said_of("0.1.0"), [""; 0]);
        let expected = [
            "6: zlib:component/stream@0.1.0 is listed, but the component that is built does not export it \
             (it exports zlib:component/stream@0.2.0)",
            "6: the component that is built exports zlib:component/stream@0.2.0, which is not listed here \
             (add it to the list)",
        ];
        assert_eq!(said_of("0.2.0"), expected);
    }
}
