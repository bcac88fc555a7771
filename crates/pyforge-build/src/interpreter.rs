//! Links an interpreter: CPython's own library, the extensions of the chosen caps registered in it, and the standard
//! library's archive.

pub(crate) mod repairs;
mod start;

use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::Package;
use pyforge_wit::GeneratedFiles;

use crate::component::encode;
use crate::context::{Context, entry_name};
use crate::cpython::CPython;
use crate::digest::bytes_digest;
use crate::extension::compile_extension;
use crate::library::make_archive;
use crate::store::{Recipe, cannot_read, write_atomically};
use crate::wasm_opt::{all_features, wasm_opt};
use crate::{Result, machine, process};

const FILE: &str = "python.wasm";

/// The world in `wit/python/` of what this interpreter exports itself.
const WORLD: &str = "cpython";

/// The folder of its bindings.
pub const GEN_DIR: &str = "gen";

/// The entry is our own (`start/main.c`). The linker leaves a core module, for Binaryen to work on.
const LINK_FLAGS: [&str; 6] = [
    "-O2",
    "-Wno-c23-extensions",
    "-Wl,--strip-all",
    "-nostartfiles",
    "-Wl,--no-entry",
    "-Wl,--skip-wit-component",
];

/// A higher level takes Binaryen several times as long, for next to nothing.
const OPT_ARGUMENTS: [&str; 2] = ["-O1", "--mvp-features"];

/// The path of `python.wasm`: a component that imports the interfaces of its caps.
pub fn link_interpreter(context: &Context<'_>, cpython: &CPython, caps: &[&Package]) -> Result<PathBuf> {
    let generated = chosen_source(caps, &context.project.distribution.snapshot);
    let bindings = bindings(context, WORLD)?;
    let archive = make_archive(context, cpython, caps)?;
    let mut objects = start::compile_start(context, cpython, &bindings)?;
    let mut recipe = Recipe::new("python")
        .input("cpython", entry_name(&cpython.wasm))
        .input("flags", LINK_FLAGS.join(" "))
        .input("chosen", bytes_digest(generated.as_bytes()))
        .input("library", entry_of(&archive))
        .input("repairs", repairs::digest())
        .input("start", entry_of(&objects[0]))
        .input("wasm-opt", machine::version(context.toolchain.wasm_opt()))
        .input("wasm-opt arguments", OPT_ARGUMENTS.join(" "))
        .input("toolchain", context.toolchain.identity());
    for cap in caps {
        let compiled = compile_extension(context, cpython, cap)?;
        recipe = recipe.input(format!("cap {}", cap.cap), entry_of(&compiled[0]));
        objects.extend(compiled);
    }
    let entry = context.store.get(&recipe, context.progress, |entry| {
        write_atomically(&entry.join("chosen.c"), generated.as_bytes())?;
        write_atomically(&entry.join("archive.c"), ARCHIVE.as_bytes())?;
        repairs::write(entry)?;
        pyforge_wit::write(&bindings, &entry.join(GEN_DIR))?;
        let linked = link(context, cpython, entry, &archive, &objects)?;
        write_atomically(&entry.join(FILE), &optimize(context, &linked)?)
    })?;
    Ok(entry.join(FILE))
}

/// The C bindings of what an interpreter exports itself.
pub fn bindings(context: &Context<'_>, world: &str) -> Result<GeneratedFiles> {
    let wit = context.project.contract_dir("python");
    Ok(pyforge_wit::c_bindings(&wit, Some(world), "pyforge build")?)
}

/// The core module that all is linked into.
fn link(
    context: &Context<'_>,
    cpython: &CPython,
    entry: &Path,
    archive: &Path,
    objects: &[PathBuf],
) -> Result<Vec<u8>> {
    let dir = tempfile::tempdir().into_diagnostic()?;
    let output = dir.path().join("core.wasm");
    let gen_dir = entry.join(GEN_DIR);
    let mut command = context.toolchain.command();
    // CPython's arguments name its libraries relative to its build folder.
    command.current_dir(&cpython.wasm).args(LINK_FLAGS);
    for include in [&cpython.source.join("Include"), &cpython.wasm, &gen_dir] {
        command.arg("-I").arg(include);
    }
    command.arg(format!("--embed-dir={}", archive.parent().unwrap_or(archive).display()));
    command.arg(entry.join("chosen.c")).arg(entry.join("archive.c"));
    command.args(repairs::link_args(entry)).args(start::link_flags());
    command.arg(gen_dir.join(format!("{WORLD}.c"))).arg(gen_dir.join(format!("{WORLD}_component_type.o")));
    command.args(objects).args(cpython.link_args()?).arg("-o").arg(&output);
    let mut task = context.progress.start("linking python.wasm");
    process::run(command, &context.log("python"), &mut *task)?;
    task.finish();
    std::fs::read(&output).into_diagnostic().wrap_err_with(|| cannot_read(&output))
}

/// The component, after Binaryen has shortened its code: the compiler makes a local of every intermediate value, and
/// wasmtime's code is better for fewer.
fn optimize(context: &Context<'_>, linked: &[u8]) -> Result<Vec<u8>> {
    let mut task = context.progress.start("optimizing python.wasm");
    let (program, log) = (context.toolchain.wasm_opt(), context.log("python-wasm-opt"));
    let core = wasm_opt(program, linked, &OPT_ARGUMENTS, &all_features(), &log, &mut *task)?;
    let component = encode(&core)?;
    task.finish();
    Ok(component)
}

/// The archive as an array in the interpreter's memory.
const ARCHIVE: &str = "#include <stdint.h>\n\n\
    _Alignas(16) const uint8_t pyforge_archive[] = {\n#embed <library>\n};\n";

/// What differs between distributions: a function that makes the extensions, and the archive's, built-in modules, and
/// the names of the modules for a snapshot.
fn chosen_source(caps: &[&Package], snapshot: &[String]) -> String {
    let modules = || caps.iter().map(|cap| cap.extension.module.as_str()).chain(["_pyforge_library"]);
    let mut text = "#include <Python.h>\n\n".to_owned();
    for module in modules() {
        text += &format!("extern PyObject *PyInit_{module}(void);\n");
    }
    text += "\nint\nadd_caps(void)\n{\n";
    for module in modules() {
        text += &format!(
            "    if (PyImport_AppendInittab(\"{module}\", PyInit_{module}) < 0) {{\n        return -1;\n    }}\n"
        );
    }
    text += "    return 0;\n}\n\nconst char *const snapshot_modules[] = {\n";
    for module in snapshot {
        text += &format!("    \"{module}\",\n");
    }
    text + "    NULL,\n};\n"
}

/// The name of the store entry that a file is in.
fn entry_of(file: &Path) -> String {
    file.parent().map(entry_name).unwrap_or_default()
}
