//! Links an interpreter: CPython's own library, and the extensions of the chosen caps registered in it.

pub(crate) mod repairs;

use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::Package;
use pyforge_wit::GeneratedFiles;

use crate::context::{Context, entry_name};
use crate::cpython::CPython;
use crate::digest::bytes_digest;
use crate::extension::compile_extension;
use crate::store::{Recipe, cannot_write, write_atomically};
use crate::{Result, process};

const FILE: &str = "python.wasm";

/// The world in `wit/python/` of what the interpreter exports itself, and the folder of its bindings.
pub const WORLD: &str = "interpreter";
pub const GEN_DIR: &str = "gen";

const LINK_FLAGS: [&str; 2] = ["-O2", "-Wl,--strip-all"];

/// The path of `python.wasm`: a component that imports the interfaces of its caps.
pub fn link_interpreter(context: &Context<'_>, cpython: &CPython, caps: &[&Package]) -> Result<PathBuf> {
    let main = main_source(caps);
    let bindings = bindings(context)?;
    let mut recipe = Recipe::new("python")
        .input("cpython", entry_name(&cpython.wasm))
        .input("flags", LINK_FLAGS.join(" "))
        .input("main", bytes_digest(main.as_bytes()))
        .input("repairs", repairs::digest())
        .input("toolchain", context.toolchain.identity());
    for (name, bytes) in &bindings {
        recipe = recipe.input(format!("binding {name}"), bytes_digest(bytes));
    }
    let mut objects = Vec::new();
    for cap in caps {
        let compiled = compile_extension(context, cpython, cap)?;
        recipe = recipe
            .input(format!("cap {}", cap.cap), compiled[0].parent().map(entry_name).unwrap_or_default());
        objects.extend(compiled);
    }
    let entry = context.store.get(&recipe, context.progress, |entry| {
        write_atomically(&entry.join("main.c"), main.as_bytes())?;
        repairs::write(entry)?;
        pyforge_wit::write(&bindings, &entry.join(GEN_DIR))?;
        link(context, cpython, entry, &objects)
    })?;
    Ok(entry.join(FILE))
}

/// The C bindings of what the interpreter exports itself.
pub fn bindings(context: &Context<'_>) -> Result<GeneratedFiles> {
    let wit = context.project.contract_dir("python");
    Ok(pyforge_wit::c_bindings(&wit, Some(WORLD), "pyforge build")?)
}

fn link(context: &Context<'_>, cpython: &CPython, entry: &Path, objects: &[PathBuf]) -> Result<()> {
    let output = entry.join(FILE);
    let partial = output.with_added_extension("part");
    let gen_dir = entry.join(GEN_DIR);
    let mut command = context.toolchain.command();
    // CPython's arguments name its libraries relative to its build folder.
    command.current_dir(&cpython.wasm).args(LINK_FLAGS);
    for include in [&cpython.source.join("Include"), &cpython.wasm, &gen_dir] {
        command.arg("-I").arg(include);
    }
    command.arg(entry.join("main.c"));
    command.args(repairs::link_args(entry));
    command.arg(gen_dir.join(format!("{WORLD}.c"))).arg(gen_dir.join(format!("{WORLD}_component_type.o")));
    command.args(objects).args(cpython.link_args()?).arg("-o").arg(&partial);
    let mut task = context.progress.start("linking python.wasm");
    process::run(command, &context.log("python"), &mut *task)?;
    std::fs::rename(&partial, &output).into_diagnostic().wrap_err_with(|| cannot_write(&output))?;
    task.finish();
    Ok(())
}

/// A `main` that makes the extensions built-in modules, then is CPython's own, and keeps the exit status for the host.
fn main_source(caps: &[&Package]) -> String {
    let mut text = format!("#include <Python.h>\n#include \"{WORLD}.h\"\n\n");
    for cap in caps {
        text += &format!("extern PyObject *PyInit_{}(void);\n", cap.extension.module);
    }
    text += "\nstatic int status;\n\nuint8_t exports_pyforge_python_exit_status(void) {\n    return (uint8_t)status;\n}\n";
    text += "\nint main(int argc, char **argv) {\n";
    for cap in caps {
        let module = &cap.extension.module;
        text += &format!(
            "    if (PyImport_AppendInittab(\"{module}\", PyInit_{module}) < 0) return status = 1;\n"
        );
    }
    text + "    return status = Py_BytesMain(argc, argv);\n}\n"
}
