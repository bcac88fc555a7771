//! Compiles Zstandard from the C source that the crate zstd-sys carries, fitted to WebAssembly (see `fitting`).

mod fitting;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use cap_build::source_of;

/// The parts of the library that are needed. What is left out is older than its version 1.
const PARTS: [&str; 4] = ["common", "compress", "decompress", "dictBuilder"];

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=c");
    let copy = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("zstd");
    copy_source(&source_of("zstd-sys").join("zstd/lib"), &copy);
    fitting::fit(&copy);
    compile(&copy);
}

fn copy_source(from: &Path, to: &Path) {
    for part in [""].iter().chain(&PARTS) {
        fs::create_dir_all(to.join(part)).expect("a folder can be made");
        for file in files(&from.join(part)) {
            let name = file.file_name().expect("a file has a name");
            let text = fs::read(&file).expect("the source can be read");
            fs::write(to.join(part).join(name), text).expect("the copy can be written");
        }
    }
}

/// The files in a folder, always in the same order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

fn compile(source: &Path) {
    let sources = PARTS.iter().flat_map(|part| files(&source.join(part)));
    cc::Build::new()
        .files(sources.filter(|path| path.extension().is_some_and(|extension| extension == "c")))
        .include("c")
        .flag("-include")
        .flag("wasm.h")
        .flag("-msimd128")
        .opt_level(3)
        .define("NDEBUG", None)
        .define("ZSTD_LEGACY_SUPPORT", "0")
        .define("ZSTD_DISABLE_ASM", None)
        // With c/emmintrin.h, which says it in WebAssembly's terms.
        .define("ZSTD_ARCH_X86_SSE2", None)
        .warnings(false)
        .compile("zstd");
}
