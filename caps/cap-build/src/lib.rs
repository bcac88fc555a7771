//! What build scripts of caps on C libraries have in common: the crates whose sources they compile.

use std::env;
use std::path::PathBuf;

use cargo_metadata::{MetadataCommand, Package};

/// Whether the build is for WebAssembly. Elsewhere, for tests, the crates compile their libraries by themselves.
pub fn is_for_wasm() -> bool {
    env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm")
}

/// The folder of a dependency that carries a library's source: wherever Cargo put its locked version.
///
/// # Panics
/// Outside of a build script, and when there is no such dependency.
pub fn source_of(dependency: &str) -> PathBuf {
    folder(&package(dependency, &for_target()))
}

/// The same of a dependency that is for no target, so that Cargo does not build it, nor has fetched it for this build.
///
/// # Panics
/// As [`source_of`].
pub fn unbuilt_source_of(dependency: &str) -> PathBuf {
    folder(&package(dependency, &["--locked".to_owned()]))
}

/// The locked version of a dependency.
///
/// # Panics
/// As [`source_of`].
pub fn version_of(dependency: &str) -> String {
    package(dependency, &for_target()).version.to_string()
}

fn for_target() -> Vec<String> {
    let target = env::var("TARGET").expect("cargo sets TARGET");
    ["--locked", "--offline", "--filter-platform", &target].map(str::to_owned).into()
}

fn package(dependency: &str, options: &[String]) -> Package {
    let metadata =
        MetadataCommand::new().other_options(options).exec().expect("cargo metadata lists the dependencies");
    let package = metadata.packages.into_iter().find(|package| package.name.as_str() == dependency);
    package.expect("it is a dependency")
}

fn folder(package: &Package) -> PathBuf {
    package.manifest_path.parent().expect("a manifest is in a folder").into()
}
