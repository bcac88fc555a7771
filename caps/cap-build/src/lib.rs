//! What build scripts of caps on C libraries have in common: the crates whose sources they compile.

use std::env;
use std::path::PathBuf;

use cargo_metadata::MetadataCommand;

/// Whether the build is for WebAssembly. Elsewhere, for tests, the crates compile their libraries by themselves.
pub fn is_for_wasm() -> bool {
    env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm")
}

/// The folder of a dependency that carries a library's source: wherever Cargo put its locked version.
///
/// # Panics
/// Outside of a build script, and when there is no such dependency.
pub fn source_of(dependency: &str) -> PathBuf {
    let target = env::var("TARGET").expect("cargo sets TARGET");
    source(dependency, &["--locked", "--offline", "--filter-platform", &target])
}

/// The same of a dependency that is for no target, so that Cargo does not build it, nor has fetched it for this build.
///
/// # Panics
/// As [`source_of`].
pub fn unbuilt_source_of(dependency: &str) -> PathBuf {
    source(dependency, &["--locked"])
}

fn source(dependency: &str, options: &[&str]) -> PathBuf {
    let metadata = MetadataCommand::new()
        .other_options(options.iter().copied().map(String::from).collect::<Vec<_>>())
        .exec()
        .expect("cargo metadata lists the dependencies");
    let package = metadata.packages.into_iter().find(|package| package.name.as_str() == dependency);
    let manifest = package.expect("it is a dependency").manifest_path;
    manifest.parent().expect("a manifest is in a folder").into()
}
