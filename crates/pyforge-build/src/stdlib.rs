//! The standard library as a guest sees it: CPython's `Lib/`, byte-compiled, with the caps' own files on top.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::Package;
use walkdir::DirEntry;

use crate::context::{Context, entry_name, jobs};
use crate::cpython::CPython;
use crate::digest::{bytes_digest, file_digest};
use crate::files::link_tree;
use crate::store::{Recipe, cannot_read, cannot_write, write_atomically};
use crate::{Result, Task, process};

/// What a guest has no use for: tests, everything that needs Tk, and pip in a wheel, which only subprocesses unpack.
const LEFT_OUT: [&str; 7] =
    ["test", "idlelib", "tkinter", "turtledemo", "turtle.py", "_bundled", "__pycache__"];

/// Modules of ours, with which the library is imported from its archive.
const OURS: [(&str, &str); 3] = [
    ("_pyforge_importer.py", include_str!("library/_pyforge_importer.py")),
    ("_pyforge_resources.py", include_str!("library/_pyforge_resources.py")),
    ("_pyforge_start.py", include_str!("library/_pyforge_start.py")),
];

/// Where Python looks for modules of this machine's kind. There are none, and it complains when the folder is missing.
const NATIVE_MODULES: &str = "lib-dynload";

/// The path of the standard library for the chosen caps.
pub fn make_stdlib(context: &Context<'_>, cpython: &CPython, caps: &[&Package]) -> Result<PathBuf> {
    let base = make_base(context, cpython)?;
    let mut recipe = Recipe::new("stdlib").input("base", entry_name(&base));
    for file in caps.iter().flat_map(|cap| &cap.provides) {
        let digest = file_digest(&file.shim).into_diagnostic().wrap_err_with(|| cannot_read(&file.shim))?;
        recipe = recipe.input(file.dest.to_string_lossy(), digest);
    }
    let entry = context.store.get(&recipe, context.progress, |entry| {
        let library = entry.join("Lib");
        link_tree(&base.join("Lib"), &library, |_| true)?;
        let shipped: Vec<_> = caps.iter().flat_map(|cap| &cap.provides).collect();
        for file in &shipped {
            replace(&file.shim, &entry.join(&file.dest))?;
        }
        let files: Vec<_> = shipped.iter().map(|file| entry.join(&file.dest)).collect();
        // Without an argument, compileall would compile all that the native interpreter sees.
        if files.is_empty() {
            return Ok(());
        }
        let task = context.progress.start("byte-compiling the caps' own modules");
        byte_compile(context, cpython, &library, &files, task)
    })?;
    Ok(entry.join("Lib"))
}

/// The path of a folder with CPython's own `test` package in it, which the standard library above lacks.
pub fn make_test_suite(context: &Context<'_>, cpython: &CPython) -> Result<PathBuf> {
    let recipe = Recipe::new("cpython-tests").input("source", entry_name(&cpython.source));
    context.store.get(&recipe, context.progress, |entry| {
        link_tree(&cpython.source.join("Lib/test"), &entry.join("test"), |_| true)
    })
}

/// Where the guest finds the standard library without being told: CPython's default prefix.
pub fn guest_path(cpython: &CPython) -> String {
    format!("/usr/local/lib/python{}", cpython.series())
}

/// The path of the library without that of the caps.
pub fn make_base(context: &Context<'_>, cpython: &CPython) -> Result<PathBuf> {
    let recipe = Recipe::new("stdlib-base")
        .input("cpython", entry_name(&cpython.wasm))
        .input("left out", LEFT_OUT.join(" "))
        .input("native modules", NATIVE_MODULES)
        .input("ours", bytes_digest(OURS.map(|(name, text)| format!("{name}\n{text}")).concat().as_bytes()));
    context.store.get(&recipe, context.progress, |entry| {
        let library = entry.join("Lib");
        link_tree(&cpython.source.join("Lib"), &library, wanted)?;
        // CPython's build may have byte-compiled what is there.
        link_tree(&cpython.platform_dir()?, &library, wanted)?;
        for (name, text) in OURS {
            write_atomically(&library.join(name), text.as_bytes())?;
        }
        let native_modules = library.join(NATIVE_MODULES);
        std::fs::create_dir_all(&native_modules)
            .into_diagnostic()
            .wrap_err_with(|| cannot_write(&native_modules))?;
        let task = context.progress.start("byte-compiling the standard library");
        byte_compile(context, cpython, &library, std::slice::from_ref(&library), task)
    })
}

fn wanted(entry: &DirEntry) -> bool {
    !LEFT_OUT.iter().any(|name| entry.file_name() == *name)
}

/// Puts a file of its own in place of whatever is there, which may be linked to another entry's.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let write = || {
        let _ = std::fs::remove_file(to);
        std::fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))?;
        std::fs::write(to, std::fs::read(from)?)
    };
    write().into_diagnostic().wrap_err_with(|| cannot_write(to))
}

/// Byte-compiles files and folders. They are never changed, so the guest need not compare their times.
fn byte_compile(
    context: &Context<'_>,
    cpython: &CPython,
    library: &Path,
    paths: &[PathBuf],
    mut task: Box<dyn Task>,
) -> Result<()> {
    let mut command = Command::new(cpython.python());
    command
        .args(["-E", "-m", "compileall", "-q", "-j", &jobs()])
        .args(["--invalidation-mode", "unchecked-hash"])
        .args(["-p", &guest_path(cpython), "-s"])
        .arg(library)
        .args(paths)
        .env_remove("PYTHONDONTWRITEBYTECODE");
    process::run(command, &context.log("stdlib"), &mut *task)?;
    task.finish();
    Ok(())
}
