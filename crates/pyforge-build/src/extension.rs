//! Compiles a cap's Python side, the C extension and its bindings, against a built CPython.

use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::Package;

use crate::context::{Context, entry_name};
use crate::cpython::CPython;
use crate::digest::{file_digest, tree_digest};
use crate::store::{Recipe, cannot_read};
use crate::{Result, process};

/// The object that carries the extension's world, in the store entry.
const COMPONENT_TYPE: &str = "component_type.o";

const CFLAGS: [&str; 8] = [
    "-c",
    "-std=c11",
    "-O3",
    "-DNDEBUG",
    "-fno-strict-overflow",
    "-fvisibility=hidden",
    "-Wall",
    "-Werror=implicit-function-declaration",
];

/// The objects of one extension: its own, its bindings', and the one that carries its world.
pub fn compile_extension(
    context: &Context<'_>,
    cpython: &CPython,
    package: &Package,
) -> Result<Vec<PathBuf>> {
    let dir = package.dir();
    let shared = context.project.shared_headers(package.consumer);
    let world = package.world().replace('-', "_");
    let component_type = package.extension.gen_dir.join(format!("{world}_component_type.o"));
    let digest =
        file_digest(&component_type).into_diagnostic().wrap_err_with(|| cannot_read(&component_type))?;
    let recipe = Recipe::new(format!("extension-{}", package.cap))
        .input("c file", entry_name(&package.extension.c_file))
        .input("bindings", entry_name(&package.extension.gen_dir))
        .input("component type", digest)
        .input("sources", c_digest(dir)?)
        .input("shared headers", c_digest(&shared)?)
        .input("cpython", entry_name(&cpython.wasm))
        .input("flags", CFLAGS.join(" "))
        .input("toolchain", context.toolchain.identity());
    let recipe = match &package.extension.client_dir {
        Some(client) => recipe.input("client", c_digest(client)?),
        None => recipe,
    };
    let entry = context.store.get(&recipe, context.progress, |entry| {
        let bindings = package.extension.gen_dir.join(format!("{world}.c"));
        let mut task = context.progress.start(&format!("compiling {}", package.extension.module));
        for file in [&package.extension.c_file, &bindings] {
            compile(context, cpython, package, file, &entry.join(object_name(file)), &mut *task)?;
        }
        task.finish();
        let copied = std::fs::copy(&component_type, entry.join(COMPONENT_TYPE));
        copied.into_diagnostic().wrap_err_with(|| cannot_read(&component_type))?;
        Ok(())
    })?;
    let bindings = object_name(Path::new(&world));
    let extension = object_name(&package.extension.c_file);
    Ok(vec![entry.join(extension), entry.join(bindings), entry.join(COMPONENT_TYPE)])
}

/// The digest of what can change a cap's objects: its Python files, its WIT and its tests cannot.
pub fn c_digest(dir: &Path) -> Result<String> {
    tree_digest(dir, is_c).into_diagnostic().wrap_err_with(|| cannot_read(dir))
}

fn is_c(entry: &walkdir::DirEntry) -> bool {
    let extension = entry.path().extension().unwrap_or_default();
    entry.file_type().is_dir() || extension == "c" || extension == "h"
}

fn compile(
    context: &Context<'_>,
    cpython: &CPython,
    package: &Package,
    file: &Path,
    object: &Path,
    task: &mut dyn crate::Task,
) -> Result<()> {
    let mut command = context.toolchain.command();
    command.args(CFLAGS);
    let shared = context.project.shared_headers(package.consumer);
    for include in [&cpython.source.join("Include"), &cpython.wasm, &package.extension.gen_dir, &shared] {
        command.arg("-I").arg(include);
    }
    // A cap whose library has a C interface may be CPython's own module, by its path in the sources, on a client with
    // that interface: it includes the library's header by its name, and what is internal to CPython.
    if let Some(client) = &package.extension.client_dir {
        for include in [client, &cpython.source, &cpython.source.join("Include/internal")] {
            command.arg("-I").arg(include);
        }
    }
    // No path of this machine may get into the result.
    let mut named =
        vec![(package.dir(), package.cap.as_str()), (&shared, "include"), (&cpython.source, "cpython")];
    named.extend(package.extension.client_dir.as_deref().map(|client| (client, "client")));
    for (dir, name) in named {
        command.arg(format!("-ffile-prefix-map={}={name}", dir.display()));
    }
    command.arg(file).arg("-o").arg(object);
    process::run(command, &context.log(&format!("extension-{}", package.cap)), task)?;
    Ok(())
}

fn object_name(file: &Path) -> PathBuf {
    PathBuf::from(file.file_stem().unwrap_or_default()).with_added_extension("o")
}
