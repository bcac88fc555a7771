//! Links an interpreter: CPython's own library, and the extensions of the chosen caps registered in it.

use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::Package;

use crate::context::{Context, entry_name};
use crate::cpython::CPython;
use crate::extension::compile_extension;
use crate::store::{Recipe, cannot_write, write_atomically};
use crate::{Result, process};

const FILE: &str = "python.wasm";

/// The path of `python.wasm`: a component that imports the interfaces of its caps.
pub fn link_interpreter(context: &Context<'_>, cpython: &CPython, caps: &[&Package]) -> Result<PathBuf> {
    let mut recipe = Recipe::new("python")
        .input("cpython", entry_name(&cpython.wasm))
        .input("toolchain", context.toolchain.identity());
    let mut objects = Vec::new();
    for cap in caps {
        let compiled = compile_extension(context, cpython, cap)?;
        recipe = recipe.input(&cap.cap, compiled[0].parent().map(entry_name).unwrap_or_default());
        objects.extend(compiled);
    }
    let entry = context.store.get(&recipe, context.progress, |entry| {
        let main = entry.join("main.c");
        write_atomically(&main, main_source(caps).as_bytes())?;
        link(context, cpython, &main, &objects, &entry.join(FILE))
    })?;
    Ok(entry.join(FILE))
}

fn link(
    context: &Context<'_>,
    cpython: &CPython,
    main: &Path,
    objects: &[PathBuf],
    output: &Path,
) -> Result<()> {
    let partial = output.with_added_extension("part");
    let mut command = context.toolchain.command();
    // CPython's arguments name its libraries relative to its build folder.
    command.current_dir(&cpython.wasm).args(["-O2", "-Wl,--strip-all"]);
    command.arg("-I").arg(cpython.source.join("Include")).arg("-I").arg(&cpython.wasm);
    command.arg(main).args(objects).args(cpython.link_args()?).arg("-o").arg(&partial);
    let mut task = context.progress.start("linking python.wasm");
    process::run(command, &context.log("python"), &mut *task)?;
    std::fs::rename(&partial, output).into_diagnostic().wrap_err_with(|| cannot_write(output))?;
    task.finish();
    Ok(())
}

/// A `main` that makes the extensions built-in modules and then is CPython's own.
fn main_source(caps: &[&Package]) -> String {
    let mut text = "#include <Python.h>\n\n".to_owned();
    for cap in caps {
        text += &format!("extern PyObject *PyInit_{}(void);\n", cap.extension.module);
    }
    text += "\nint main(int argc, char **argv) {\n";
    for cap in caps {
        let module = &cap.extension.module;
        text += &format!("    if (PyImport_AppendInittab(\"{module}\", PyInit_{module}) < 0) return 1;\n");
    }
    text + "    return Py_BytesMain(argc, argv);\n}\n"
}
