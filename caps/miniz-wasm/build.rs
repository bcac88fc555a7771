//! Compiles miniz for WebAssembly from the C source that the crate miniz-sys carries: its own build script leaves
//! WebAssembly out, as its bindings do.

use std::env;
use std::path::PathBuf;

use cargo_metadata::MetadataCommand;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        let source = miniz_source();
        compile(source);
    }
}

/// The folder with `miniz.c`: wherever Cargo put the locked version of miniz-sys.
fn miniz_source() -> PathBuf {
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let metadata = MetadataCommand::new()
        .other_options(["--locked", "--offline", "--filter-platform", &target].map(String::from))
        .exec()
        .expect("cargo metadata lists the dependencies");
    let package = metadata.packages.into_iter().find(|package| package.name.as_str() == "miniz-sys");
    let manifest = package.expect("miniz-sys is a dependency").manifest_path;
    manifest.parent().expect("a manifest is in a folder").into()
}

fn compile(source: PathBuf) {
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
