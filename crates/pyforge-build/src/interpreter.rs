//! Links an interpreter: CPython's own library, the extensions of the chosen caps registered in it, and the standard
//! library's archive.

pub(crate) mod repairs;
mod start;

use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::Package;
use pyforge_wit::GeneratedFiles;

use crate::context::{Context, entry_name};
use crate::cpython::CPython;
use crate::digest::bytes_digest;
use crate::extension::compile_extension;
use crate::library::make_archive;
use crate::store::{Recipe, cannot_write, write_atomically};
use crate::{Result, process};

const FILE: &str = "python.wasm";

/// The world in `wit/python/` of what this interpreter exports itself.
const WORLD: &str = "cpython";

/// The folder of its bindings.
pub const GEN_DIR: &str = "gen";

/// The entry is our own (`start/main.c`).
const LINK_FLAGS: [&str; 5] =
    ["-O2", "-Wno-c23-extensions", "-Wl,--strip-all", "-nostartfiles", "-Wl,--no-entry"];

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
        link(context, cpython, entry, &archive, &objects)
    })?;
    Ok(entry.join(FILE))
}

/// The C bindings of what an interpreter exports itself.
pub fn bindings(context: &Context<'_>, world: &str) -> Result<GeneratedFiles> {
    let wit = context.project.contract_dir("python");
    Ok(pyforge_wit::c_bindings(&wit, Some(world), "pyforge build")?)
}

fn link(
    context: &Context<'_>,
    cpython: &CPython,
    entry: &Path,
    archive: &Path,
    objects: &[PathBuf],
) -> Result<()> {
    let output = entry.join(FILE);
    let partial = output.with_added_extension("part");
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
    command.args(objects).args(cpython.link_args()?).arg("-o").arg(&partial);
    let mut task = context.progress.start("linking python.wasm");
    process::run(command, &context.log("python"), &mut *task)?;
    std::fs::rename(&partial, &output).into_diagnostic().wrap_err_with(|| cannot_write(&output))?;
    task.finish();
    Ok(())
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
