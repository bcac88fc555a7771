//! Links MicroPython for wasm32-wasip2: upstream's core, the port, the extensions of the chosen caps, their Python files.

use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::{Consumer, Package, Target};
use pyforge_wit::GeneratedFiles;

use super::{MicroPython, run};
use crate::component::encode;
use crate::context::{Context, entry_name};
use crate::digest::{bytes_digest, file_digest};
use crate::extension::c_digest;
use crate::files::{copy_file, empty};
use crate::interpreter::{GEN_DIR, bindings, repairs};
use crate::spill::{self, spill};
use crate::store::{Recipe, cannot_read, write_atomically};
use crate::{Result, process};

const FILE: &str = "micropython.wasm";

/// To be changed whenever the same inputs make other bytes: what is here, and the crates that make the component.
const REVISION: &str = "1";

/// The function that collects garbage: whoever may come to it must have all it holds in memory.
const COLLECTOR: &str = "gc_collect";

/// The stack in memory has room for what `micropython/port/main.c` allows, and for what goes beyond unasked. The linker
/// leaves a core module, with the names of its functions, for the step after it.
const LINK_FLAGS: [&str; 9] = [
    "-O2",
    "-Wl,-z,stack-size=1048576",
    "-Wl,--skip-wit-component",
    "-Wl,--strip-debug",
    "--no-wasm-opt",
    "-lm",
    "-lsetjmp",
    "-lwasi-emulated-signal",
    "-lwasi-emulated-process-clocks",
];

/// The world in `wit/python/` of what this interpreter exports itself.
const WORLD: &str = "interpreter";

/// The files of an entry: which Python files to compile ahead of time, where they are, which objects were made.
const MANIFEST: &str = "manifest.py";
const FROZEN: &str = "frozen";
const OBJECTS: &str = "objects.txt";

/// The path of `micropython.wasm`: a component that imports the interfaces of its caps.
pub fn link_micropython(
    context: &Context<'_>,
    micropython: &MicroPython,
    caps: &[&Package],
) -> Result<PathBuf> {
    let bindings = bindings(context, WORLD)?;
    let recipe = recipe(context, micropython, caps, &bindings)?;
    let entry = context.store.get(&recipe, context.progress, |entry| {
        empty(entry)?;
        pyforge_wit::write(&bindings, &entry.join(GEN_DIR))?;
        repairs::write(entry)?;
        freeze(entry, caps)?;
        compile(context, micropython, entry, caps)?;
        let module = link(context, entry, caps)?;
        let module = spill(&module, COLLECTOR)?;
        write_atomically(&entry.join(FILE), &encode(&module)?)
    })?;
    Ok(entry.join(FILE))
}

fn recipe(
    context: &Context<'_>,
    micropython: &MicroPython,
    caps: &[&Package],
    bindings: &GeneratedFiles,
) -> Result<Recipe> {
    let mut recipe = Recipe::new("micropython")
        .input("micropython", entry_name(&micropython.source))
        .input("port", port_digest(context)?)
        .input("shared headers", c_digest(&context.project.shared_headers(Consumer::MicroPython))?)
        .input("flags", LINK_FLAGS.join(" "))
        .input("repairs", repairs::digest())
        .input("spill", spill::REVISION)
        .input("linking", REVISION)
        .input("toolchain", context.toolchain.identity());
    for (name, bytes) in bindings {
        recipe = recipe.input(format!("binding {name}"), bytes_digest(bytes));
    }
    for cap in caps {
        recipe = recipe.input(format!("cap {}", cap.cap), cap_digest(cap)?);
    }
    Ok(recipe)
}

fn port(context: &Context<'_>) -> PathBuf {
    absolute(&context.project.root.join(Consumer::MicroPython.folder()).join("port"))
}

fn port_digest(context: &Context<'_>) -> Result<String> {
    let makefile = port(context).join("Makefile");
    let digest = file_digest(&makefile).into_diagnostic().wrap_err_with(|| cannot_read(&makefile))?;
    Ok(bytes_digest(format!("{digest} {}", c_digest(&port(context))?).as_bytes()))
}

/// The digest of all that a cap brings: its C, its bindings' world, its client, its Python files.
fn cap_digest(cap: &Package) -> Result<String> {
    let mut parts = vec![c_digest(cap.dir())?];
    parts.extend(cap.extension.client_dir.as_deref().map(c_digest).transpose()?);
    let shims = cap.provides.iter().map(|file| &file.shim);
    for file in [&component_type(cap)].into_iter().chain(shims) {
        parts.push(file_digest(file).into_diagnostic().wrap_err_with(|| cannot_read(file))?);
    }
    parts.extend(cap.provides.iter().map(|file| file.dest.to_string_lossy().into_owned()));
    Ok(bytes_digest(parts.join(" ").as_bytes()))
}

fn world(cap: &Package) -> String {
    cap.world().replace('-', "_")
}

fn component_type(cap: &Package) -> PathBuf {
    absolute(&cap.extension.gen_dir).join(format!("{}_component_type.o", world(cap)))
}

/// `make` and the linker run in other folders than this process.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Lays out the Python files that become part of the interpreter, and the list of them for upstream's scripts.
fn freeze(entry: &Path, caps: &[&Package]) -> Result<()> {
    let mut manifest = "include(\"$(MPY_DIR)/extmod/asyncio\")\n".to_owned();
    let files: Vec<_> = caps.iter().flat_map(|cap| &cap.provides).collect();
    for file in &files {
        copy_file(&file.shim, &entry.join(FROZEN).join(inside_lib(&file.dest)))?;
    }
    if !files.is_empty() {
        manifest += &format!("freeze(\"{}\")\n", entry.join(FROZEN).display());
    }
    write_atomically(&entry.join(MANIFEST), manifest.as_bytes())
}

fn inside_lib(dest: &Path) -> &Path {
    dest.strip_prefix("Lib").unwrap_or(dest)
}

/// Compiles everything, by the port's `Makefile`.
fn compile(context: &Context<'_>, micropython: &MicroPython, entry: &Path, caps: &[&Package]) -> Result<()> {
    let port = port(context);
    let mut make = micropython.make(&port, entry)?;
    let cc = context.toolchain.cc(Target::Wasip2);
    make.arg(entry.join(OBJECTS))
        .arg(format!("TOP={}", micropython.source.display()))
        .arg(format!("CC={cc}"))
        .arg(format!("CPP={cc} -E"))
        .arg(format!("FROZEN_MANIFEST={}", entry.join(MANIFEST).display()))
        .arg(format!("EXTENSIONS={}", c_files(caps).join(" ")))
        .arg(format!("EXTENSION_CFLAGS={}", extension_flags(context, entry, caps).join(" ")));
    run(context, make, "MicroPython for wasm32-wasip2", entry)
}

fn c_files(caps: &[&Package]) -> Vec<String> {
    let files = |cap: &&Package| {
        [cap.extension.c_file.clone(), cap.extension.gen_dir.join(format!("{}.c", world(cap)))]
    };
    caps.iter().flat_map(files).map(|file| absolute(&file).display().to_string()).collect()
}

/// Where the extensions find their headers, and what stands for folders of this machine in the result.
fn extension_flags(context: &Context<'_>, entry: &Path, caps: &[&Package]) -> Vec<String> {
    let shared = context.project.shared_headers(Consumer::MicroPython);
    let mut includes = vec![(entry.join(GEN_DIR), "gen".to_owned()), (shared, "include".to_owned())];
    for cap in caps {
        includes.push((cap.extension.gen_dir.clone(), format!("{}/gen", cap.cap)));
        includes.extend(cap.extension.client_dir.clone().map(|dir| (dir, format!("{}/client", cap.cap))));
    }
    let dirs = caps.iter().map(|cap| (cap.dir().to_owned(), cap.cap.clone()));
    let mapped = includes.iter().cloned().chain(dirs).chain([(entry.to_owned(), "build".to_owned())]);
    let maps = mapped.map(|(dir, name)| format!("-ffile-prefix-map={}={name}", absolute(&dir).display()));
    includes.iter().map(|(dir, _)| format!("-I{}", absolute(dir).display())).chain(maps).collect()
}

/// Links the core module, with its names.
fn link(context: &Context<'_>, entry: &Path, caps: &[&Package]) -> Result<Vec<u8>> {
    let output = entry.join("module.wasm");
    let listed = entry.join(OBJECTS);
    let objects =
        std::fs::read_to_string(&listed).into_diagnostic().wrap_err_with(|| cannot_read(&listed))?;
    let gen_dir = entry.join(GEN_DIR);
    let mut command = context.toolchain.command();
    command.current_dir(entry).args(objects.lines()).args(repairs::link_args(entry));
    command.arg("-I").arg(&gen_dir).arg(gen_dir.join(format!("{WORLD}.c")));
    command
        .arg(gen_dir.join(format!("{WORLD}_component_type.o")))
        .args(caps.iter().map(|cap| component_type(cap)));
    command.args(LINK_FLAGS).arg("-o").arg(&output);
    let mut task = context.progress.start("linking micropython.wasm");
    process::run(command, &context.log("micropython"), &mut *task)?;
    task.finish();
    std::fs::read(&output).into_diagnostic().wrap_err_with(|| cannot_read(&output))
}
