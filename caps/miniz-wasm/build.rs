//! Compiles miniz for WebAssembly from the C source that the crate miniz-sys carries: its own build script leaves
//! WebAssembly out, as its bindings do.

use std::path::Path;

use cap_build::{is_for_wasm, source_of};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if is_for_wasm() {
        compile(&source_of("miniz-sys"));
    }
}

fn compile(source: &Path) {
    cc::Build::new()
        .file(source.join("miniz.c"))
        // Assertions would print, and printing would import WASI.
        .define("NDEBUG", None)
        .define("MINIZ_NO_STDIO", None)
        .define("MINIZ_NO_TIME", None)
        .define("MINIZ_NO_ARCHIVE_APIS", None)
        .define("MINIZ_NO_ARCHIVE_WRITING_APIS", None)
        .define("MINIZ_NO_ZLIB_COMPATIBLE_NAMES", None)
        // WebAssembly has both, and miniz does not know it.
        .define("MINIZ_HAS_64BIT_REGISTERS", "1")
        .define("MINIZ_USE_UNALIGNED_LOADS_AND_STORES", "1")
        .warnings(false)
        .compile("miniz");
}
