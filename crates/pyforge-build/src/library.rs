//! The standard library as the interpreter carries it: in an archive, in its own memory, with an importer for it.

mod archive;

use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::Package;
use walkdir::WalkDir;

use self::archive::{Archive, Input};
use crate::Result;
use crate::context::{Context, entry_name};
use crate::cpython::CPython;
use crate::stdlib::{make_base, make_stdlib};
use crate::store::{Recipe, cannot_read, write_atomically};

const FILE: &str = "library";

/// What is never a module's code that a program runs, or not in WebAssembly: a copy of what is there in C, the prompt
/// for terminals, texts. It is compiled when it is needed after all.
const WITHOUT_CODE: [&str; 5] = ["_pydecimal.py", "_pyio.py", "_pydatetime.py", "_pyrepl/", "pydoc_data/"];

/// The path of the archive for the chosen caps.
pub fn make_archive(context: &Context<'_>, cpython: &CPython, caps: &[&Package]) -> Result<PathBuf> {
    let base = make_base_archive(context, cpython)?;
    let stdlib = make_stdlib(context, cpython, caps)?;
    let recipe = Recipe::new("library")
        .input("base", entry_name(&base))
        .input("stdlib", stdlib.parent().map(entry_name).unwrap_or_default());
    let shipped = caps.iter().flat_map(|cap| &cap.provides);
    let entry = context.store.get(&recipe, context.progress, |entry| {
        let file = base.join(FILE);
        let bytes = std::fs::read(&file).into_diagnostic().wrap_err_with(|| cannot_read(&file))?;
        let mut archive = Archive::read(&bytes);
        let files = shipped.filter_map(|file| file.dest.strip_prefix("Lib").ok());
        let inputs: Vec<_> = files.map(|file| input(&stdlib, &stdlib.join(file))).collect::<Result<_>>()?;
        archive.add(&inputs)?;
        write_atomically(&entry.join(FILE), &archive.to_bytes())
    })?;
    Ok(entry.join(FILE))
}

fn make_base_archive(context: &Context<'_>, cpython: &CPython) -> Result<PathBuf> {
    let base = make_base(context, cpython)?;
    let recipe = Recipe::new("library-base")
        .input("archive", archive::REVISION)
        .input("base", entry_name(&base))
        .input("without code", WITHOUT_CODE.join(" "));
    context.store.get(&recipe, context.progress, |entry| {
        let task = context.progress.start("compressing the standard library");
        let archive = Archive::new(&inputs(&base.join("Lib"))?)?;
        write_atomically(&entry.join(FILE), &archive.to_bytes())?;
        task.finish();
        Ok(())
    })
}

/// Every file of a library, but for its code in files of its own.
fn inputs(library: &Path) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    let kept = |entry: &walkdir::DirEntry| entry.file_name() != "__pycache__";
    for entry in WalkDir::new(library).sort_by_file_name().into_iter().filter_entry(kept) {
        let entry = entry.into_diagnostic().wrap_err_with(|| cannot_read(library))?;
        if entry.file_type().is_file() {
            inputs.push(input(library, entry.path())?);
        }
    }
    Ok(inputs)
}

fn input(library: &Path, file: &Path) -> Result<Input> {
    let path = file.strip_prefix(library).into_diagnostic()?.to_string_lossy().replace('\\', "/");
    let data = std::fs::read(file).into_diagnostic().wrap_err_with(|| cannot_read(file))?;
    let is_run = path.ends_with(".py") && !WITHOUT_CODE.iter().any(|without| path.starts_with(without));
    let code = if is_run { code(file)? } else { None };
    Ok(Input { path, data, code })
}

/// The marshalled code of a module, as `compileall` left it beside it.
fn code(module: &Path) -> Result<Option<Vec<u8>>> {
    /// Of what is before the code in such a file, in bytes (PEP 552).
    const HEADER: usize = 16;
    let (Some(dir), Some(stem)) = (module.parent(), module.file_stem()) else { return Ok(None) };
    let start = format!("{}.cpython-", stem.to_string_lossy());
    let Ok(cached) = dir.join("__pycache__").read_dir() else { return Ok(None) };
    let mut files = cached.filter_map(|entry| Some(entry.ok()?.path()));
    let Some(file) = files.find(|file| entry_name(file).starts_with(&start)) else { return Ok(None) };
    let bytes = std::fs::read(&file).into_diagnostic().wrap_err_with(|| cannot_read(&file))?;
    Ok(bytes.get(HEADER..).map(<[u8]>::to_vec))
}
