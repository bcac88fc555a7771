//! Compiles libbzip2 for WebAssembly from the C source that the crate bzip2-sys carries: its own build script knows
//! neither vectors nor how to do without standard output.

use std::env;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

/// The library's files; the crate carries the programs as well.
const FILES: [&str; 7] =
    ["blocksort.c", "bzlib.c", "compress.c", "crctable.c", "decompress.c", "huffman.c", "randtable.c"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        compile(&library_source());
    }
}

/// The folder with the library's source: wherever Cargo put the locked version of bzip2-sys.
fn library_source() -> PathBuf {
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let metadata = MetadataCommand::new()
        .other_options(["--locked", "--offline", "--filter-platform", &target].map(String::from))
        .exec()
        .expect("cargo metadata lists the dependencies");
    let package = metadata.packages.into_iter().find(|package| package.name.as_str() == "bzip2-sys");
    let manifest = package.expect("bzip2-sys is a dependency").manifest_path;
    manifest.parent().expect("a manifest is in a folder").join("bzip2-1.0.8").into()
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
