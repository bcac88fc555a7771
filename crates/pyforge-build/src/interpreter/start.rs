//! How an interpreter comes up: our own C around CPython's, with the standard library's archive and what unpacks it.
//! None of it depends on the caps, so it is compiled once.

use std::path::{Path, PathBuf};

use pyforge_wit::GeneratedFiles;

use crate::context::{Context, entry_name};
use crate::cpython::CPython;
use crate::digest::bytes_digest;
use crate::stdlib::guest_path;
use crate::store::{Recipe, write_atomically};
use crate::{Result, process};

/// The decompressor's sources: paths and texts.
mod zstd {
    include!(concat!(env!("OUT_DIR"), "/zstd.rs"));
}

const HEADER: (&str, &str) = ("start.h", include_str!("start/start.h"));

const SOURCES: [(&str, &str); 4] = [
    ("main.c", include_str!("start/main.c")),
    ("finalize.c", include_str!("start/finalize.c")),
    ("library.c", include_str!("start/library.c")),
    ("snapshot.c", include_str!("start/snapshot.c")),
];

/// CPython's functions that one of ours stands before.
const BEFORE: [&str; 3] = ["_PyImport_InitExternal", "Py_Exit", "Py_FinalizeEx"];

const CFLAGS: [&str; 6] =
    ["-c", "-O3", "-DNDEBUG", "-fno-strict-overflow", "-fvisibility=hidden", "-DPy_BUILD_CORE"];

/// Decompressing is all that is asked, of frames that this very version made.
const ZSTD_CFLAGS: [&str; 4] =
    ["-DZSTD_LEGACY_SUPPORT=0", "-DZSTD_DISABLE_ASM", "-DZSTD_STRIP_ERROR_STRINGS", "-DZSTD_TRACE=0"];

/// Flags for the linker.
pub fn link_flags() -> impl Iterator<Item = String> {
    BEFORE.iter().map(|function| format!("-Wl,--wrap={function}"))
}

/// The objects.
pub fn compile_start(
    context: &Context<'_>,
    cpython: &CPython,
    bindings: &GeneratedFiles,
) -> Result<Vec<PathBuf>> {
    let library = format!("-DPYFORGE_LIBRARY=\"{}\"", guest_path(cpython));
    let texts = SOURCES.iter().chain([&HEADER]).chain(&zstd::FILES);
    let mut recipe = Recipe::new("start")
        .input("cpython", entry_name(&cpython.wasm))
        .input(
            "flags",
            CFLAGS.iter().chain(&ZSTD_CFLAGS).copied().chain([library.as_str()]).collect::<String>(),
        )
        .input(
            "sources",
            bytes_digest(texts.map(|(name, text)| format!("{name}\n{text}")).collect::<String>().as_bytes()),
        )
        .input("toolchain", context.toolchain.identity());
    for (name, bytes) in bindings {
        recipe = recipe.input(format!("binding {name}"), bytes_digest(bytes));
    }
    let units =
        || SOURCES.iter().chain(&zstd::FILES).map(|(name, _)| *name).filter(|name| name.ends_with(".c"));
    let entry = context.store.get(&recipe, context.progress, |entry| {
        for (name, text) in SOURCES.iter().chain([&HEADER]).chain(&zstd::FILES) {
            write_atomically(&entry.join(name), text.as_bytes())?;
        }
        pyforge_wit::write(bindings, &entry.join(super::GEN_DIR))?;
        let mut task = context.progress.start("compiling the interpreter's start");
        for unit in units() {
            compile(context, cpython, entry, unit, &library, &mut *task)?;
        }
        task.finish();
        Ok(())
    })?;
    Ok(units().map(|unit| object(&entry, unit)).collect())
}

fn compile(
    context: &Context<'_>,
    cpython: &CPython,
    entry: &Path,
    unit: &str,
    library: &str,
    task: &mut dyn crate::Task,
) -> Result<()> {
    let mut command = context.toolchain.command();
    command.args(CFLAGS).args(ZSTD_CFLAGS).arg(library);
    let include = cpython.source.join("Include");
    for dir in [entry, &entry.join(super::GEN_DIR), &include, &include.join("internal"), &cpython.wasm] {
        command.arg("-I").arg(dir);
    }
    for (dir, name) in [(entry, "start"), (&cpython.source, "cpython")] {
        command.arg(format!("-ffile-prefix-map={}={name}", dir.display()));
    }
    command.arg(entry.join(unit)).arg("-o").arg(object(entry, unit));
    process::run(command, &context.log("start"), task)?;
    Ok(())
}

fn object(entry: &Path, unit: &str) -> PathBuf {
    entry.join(unit).with_added_extension("o")
}
