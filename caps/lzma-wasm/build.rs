//! Compiles liblzma for WebAssembly from the C source that the crate liblzma-sys carries: its own build
//! script knows neither vectors nor that there is a libc.

use std::fs::read_dir;
use std::path::{Path, PathBuf};

use cap_build::{is_for_wasm, source_of};

/// The library's parts, each a folder of sources and headers.
const PARTS: [&str; 7] = ["check", "common", "delta", "lz", "lzma", "rangecoder", "simple"];

/// Sources that are not for this build, by how their names end: variants that save space, programs that made
/// the tables, and what needs threads.
const LEFT_OUT: [&str; 6] = ["_small", "tablegen", "_consts_gen", "_mt", "outqueue", "hardware_cputhreads"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=c");
    if is_for_wasm() {
        compile(&source_of("liblzma-sys").join("xz/src"));
    }
}

fn compile(source: &Path) {
    let library = source.join("liblzma");
    let mut build = cc::Build::new();
    // Ours come first: c/memcmplen.h takes the place of the library's own.
    build.include("c").include(library.join("api")).include(source.join("common"));
    for part in PARTS {
        build.include(library.join(part)).files(sources(&library.join(part)));
    }
    build
        .define("HAVE_CONFIG_H", None)
        .define("NDEBUG", None)
        .flag("-msimd128")
        // Together, preset 0 compresses in a tenth less time than with level 3 and jump tables, and the rest
        // takes the same. Where a switch jumps to hardly repeats, and each table costs a check of its bounds.
        .opt_level(2)
        .flag("-fno-jump-tables")
        .warnings(false)
        .compile("lzma");
}

/// The C files of a folder that belong to this build, in a fixed order.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let entries = read_dir(dir).expect("the library has the folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "c"));
    files.retain(|file| {
        let name = file.file_stem().expect("a file has a name").to_string_lossy();
        !LEFT_OUT.iter().any(|end| name.ends_with(end))
    });
    files.sort();
    files
}
