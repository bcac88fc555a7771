//! Compiles libbzip2 for WebAssembly from the C source that the crate bzip2-sys carries: its own build script knows
//! neither vectors nor how to do without standard output.

use std::path::Path;

use cap_build::{is_for_wasm, source_of};

/// The library's files; the crate carries the programs as well.
const FILES: [&str; 7] =
    ["blocksort.c", "bzlib.c", "compress.c", "crctable.c", "decompress.c", "huffman.c", "randtable.c"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if is_for_wasm() {
        compile(&source_of("bzip2-sys").join("bzip2-1.0.8"));
    }
}

fn compile(source: &Path) {
    cc::Build::new()
        .files(FILES.iter().map(|file| source.join(file)))
        // Printing would import WASI.
        .define("BZ_NO_STDIO", None)
        .flag("-msimd128")
        .opt_level(3)
        .warnings(false)
        .compile("bz2");
}
