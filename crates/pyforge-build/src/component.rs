//! Builds a cap's wasm side: a Cargo project, to a component that exports what it says it does.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_manifest::{Component, Problems, Target, host_variables};
use serde_json::Value;
use walkdir::DirEntry;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::ComponentEncoder;

use crate::context::Context;
use crate::digest::{bytes_digest, tree_digest};
use crate::store::{Recipe, cannot_read, write_atomically};
use crate::suspendable::{self, make_suspendable};
use crate::{Result, machine, process};

/// The path of the built component, in a store entry of its own.
pub fn build_component(context: &Context<'_>, component: &Component) -> Result<PathBuf> {
    let dir = component.dir();
    let unused = ["README.md", "tests"];
    let kept = |entry: &DirEntry| {
        let unused_here = entry.depth() == 1 && unused.iter().any(|name| entry.file_name() == *name);
        entry.file_name() != "target" && !unused_here
    };
    let sources = tree_digest(&dir, kept).into_diagnostic().wrap_err_with(|| cannot_read(&dir))?;
    let mut recipe = Recipe::new(&component.name)
        .input("sources", sources)
        .input("target", component.target.triple())
        .input("rustc", &context.toolchain.rust().version)
        .input("adapter", bytes_digest(WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER))
        .input("toolchain", context.toolchain.identity());
    if !component.suspendable.is_empty() {
        recipe = recipe
            .input("wasm-opt", machine::version(context.toolchain.wasm_opt()))
            .input("wasm-opt arguments", suspendable::ARGUMENTS.join(" "))
            .input("doubling", suspendable::REVISION);
    }
    let entry = context.store.get(&recipe, context.progress, |entry| {
        let metadata = cargo_metadata(component)?;
        let bytes = cargo_build(context, component, &metadata)?;
        let bytes = match component.target {
            Target::Wasip1 => adapt(&bytes)?,
            Target::Wasip2 if component.suspendable.is_empty() => bytes,
            Target::Wasip2 => encode(&double(context, component, &bytes)?)?,
        };
        let bytes = pyforge_compose::say_carried(bytes, &carried(component, &metadata)?);
        let file = entry.join(component.file_name());
        write_atomically(&file, &bytes)?;
        Ok(Problems::check(pyforge_wit::check_built(component, &file)?)?)
    })?;
    Ok(entry.join(component.file_name()))
}

/// Runs `cargo build`, for the bytes of the module. The target folder is kept between builds of the same project: it is
/// under a lock until they are read.
fn cargo_build(context: &Context<'_>, component: &Component, metadata: &Value) -> Result<Vec<u8>> {
    let _lock = context.store.lock(&format!("cargo-{}", component.name), context.progress)?;
    let target_dir = target_dir(context, component)?;
    let remapped = remapped(context, component, &target_dir, metadata)?;
    let mut command = Command::new("cargo");
    command
        .current_dir(component.dir())
        .args(["build", "--release", "--locked", "--target", component.target.triple()])
        .arg("--target-dir")
        .arg(&target_dir)
        .args(cargo_config(component, &remapped)?);
    set_c_compiler(context, component, &remapped, &mut command);
    let mut task = context.progress.start(&format!("building {}", component.name));
    process::run(command, &context.log(&component.name), &mut *task)?;
    task.finish();
    let file = format!("{}.wasm", component.name.replace('-', "_"));
    let module = target_dir.join(component.target.triple()).join("release").join(file);
    std::fs::read(&module).into_diagnostic().wrap_err_with(|| cannot_read(&module))
}

/// What Cargo knows of the project and its dependencies.
fn cargo_metadata(component: &Component) -> Result<Value> {
    let mut ask = Command::new("cargo");
    ask.current_dir(component.dir()).args(["metadata", "--format-version=1", "--locked"]);
    serde_json::from_str(&process::capture(ask)?).into_diagnostic()
}

/// The dependencies that the project says it carries, each with its version.
fn carried(component: &Component, metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let versions: HashMap<_, _> = packages
        .filter_map(|package| Some((package["name"].as_str()?, package["version"].as_str()?)))
        .collect();
    let line = |name: &String| match versions.get(name.as_str()) {
        Some(version) => Ok(format!("{name} {version}")),
        None => Err(miette!("{} says it carries {name}, which is no dependency of it", component.name)),
    };
    component.carries.iter().map(line).collect()
}

/// Each checkout's has one of its own: Cargo tells what is fresh by times, and those of two checkouts mean nothing to
/// each other.
fn target_dir(context: &Context<'_>, component: &Component) -> Result<PathBuf> {
    let project = std::path::absolute(component.dir()).into_diagnostic()?;
    let digest = bytes_digest(project.as_os_str().as_encoded_bytes());
    Ok(context.store.folder("cargo").join(format!("{}-{}", component.name, &digest[..16])))
}

/// Folders of this machine and what stands for them in the result, which is the same wherever it is built.
type Remapped = Vec<(PathBuf, &'static str)>;

fn remapped(
    context: &Context<'_>,
    component: &Component,
    target_dir: &Path,
    metadata: &Value,
) -> Result<Remapped> {
    let mut folders = vec![
        (std::path::absolute(component.dir()).into_diagnostic()?, "cap"),
        (context.toolchain.rust().sysroot.clone(), "rust"),
        (target_dir.to_owned(), "target"),
    ];
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifests = packages.filter(|package| !package["source"].is_null());
    let registry = manifests
        .filter_map(|package| Path::new(package["manifest_path"].as_str()?).parent()?.parent())
        .map(Path::to_owned)
        .next();
    folders.extend(registry.map(|registry| (registry, "registry")));
    Ok(folders)
}

/// What the build says differently from the project. Of what is suspendable the linker leaves the core module as it
/// is, with the names of its functions.
fn cargo_config(component: &Component, remapped: &Remapped) -> Result<Vec<String>> {
    let mut flags: Vec<_> =
        remapped.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect();
    let mut config = Vec::new();
    if !component.suspendable.is_empty() {
        flags.push("-Clink-arg=--skip-wit-component".to_owned());
        config.extend(["--config", "profile.release.strip=\"none\""].map(str::to_owned));
    }
    let flags = serde_json::to_string(&flags).into_diagnostic()?;
    config.extend(["--config".to_owned(), format!("target.{}.rustflags={flags}", component.target.triple())]);
    Ok(config)
}

/// The `cc` crate reads these.
fn set_c_compiler(context: &Context<'_>, component: &Component, remapped: &Remapped, command: &mut Command) {
    for (name, _) in host_variables().iter().filter(|(name, _)| changes_results(name)) {
        command.env_remove(name);
    }
    let triple = component.target.triple().replace('-', "_");
    let mut flags = format!("--sysroot={}", context.toolchain.sysroot().display());
    for (from, to) in remapped {
        flags += &format!(" -ffile-prefix-map={}={to}", from.display());
    }
    command
        .env("PATH", context.toolchain.path())
        .env(format!("CC_{triple}"), context.toolchain.clang())
        .env(format!("AR_{triple}"), context.toolchain.ar())
        .env(format!("CFLAGS_{triple}"), flags);
}

/// Whether a variable of the caller's own environment could change what cargo, rustc or the C compiler make.
fn changes_results(name: &str) -> bool {
    let cargo = ["CARGO_PROFILE_", "CARGO_TARGET_", "CARGO_BUILD_", "CARGO_ENCODED_", "CARGO_INCREMENTAL"];
    let tools = ["RUSTC", "RUSTFLAGS", "CC_", "AR_", "CRATE_CC_", "HOST_C", "TARGET_C"];
    cargo.iter().chain(&tools).any(|start| name.starts_with(start))
        || ["CC", "AR"].contains(&name)
        || name.contains("CFLAGS")
}

/// Makes functions of the core module suspendable.
fn double(context: &Context<'_>, component: &Component, module: &[u8]) -> Result<Vec<u8>> {
    let name = format!("{}-suspendable", component.name);
    let mut task = context.progress.start(&format!("making {} suspendable", component.name));
    let wasm_opt = context.toolchain.wasm_opt();
    let doubled = make_suspendable(module, &component.suspendable, wasm_opt, &context.log(&name), &mut *task)
        .wrap_err_with(|| format!("the functions of {} cannot be made suspendable", component.name))?;
    task.finish();
    Ok(doubled)
}

/// Makes a component of a core module that speaks WASI preview 1.
fn adapt(module: &[u8]) -> Result<Vec<u8>> {
    let encode = || {
        ComponentEncoder::default()
            .validate(true)
            .module(module)?
            .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?
            .encode()
    };
    encode().map_err(|error| miette!("the preview 1 module does not become a component: {error:#}"))
}

/// Makes a component of a core module, as the linker does unless it is kept from it.
pub fn encode(module: &[u8]) -> Result<Vec<u8>> {
    let encode = || ComponentEncoder::default().validate(true).module(module)?.encode();
    encode().map_err(|error| miette!("the core module does not become a component: {error:#}"))
}
