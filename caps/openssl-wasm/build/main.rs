//! Compiles OpenSSL for WebAssembly from the source that the crate openssl-src carries, with OpenSSL's own
//! build, in a copy that is fitted to WebAssembly (see `fitting`); and in `c/` the little of an operating
//! system that it asks for, and what it has assembler for on other processors.

mod copy;
mod fitting;
mod tools;
mod vendor;

use std::env;
use std::path::PathBuf;

use cap_build::{unbuilt_source_of, version_of};
use tools::Toolchain;

/// What bulk data goes through, on SIMD128. `fitting` takes OpenSSL's own out.
const PRIMITIVES: &[&str] =
    &["c/aes.c", "c/aes_sliced.c", "c/chacha.c", "c/ghash.c", "c/poly1305.c", "c/sha256.c"];

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=c");
    println!("cargo::rustc-env=ROOTS_VERSION={}", version_of("webpki-root-certs"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let toolchain = Toolchain::find();
    let built = vendor::build(&unbuilt_source_of("openssl-src").join("openssl"), &out, &toolchain);
    // Before OpenSSL and libc: of two functions of a name the linker takes the first.
    tools::compiler()
        .define("_WASI_EMULATED_GETPID", None)
        .file("c/platform.c")
        .files(PRIMITIVES)
        .include(built.join("include"))
        .warnings(true)
        .compile("platform");
    println!("cargo::rustc-link-search=native={}", built.display());
    for library in ["ssl", "crypto"] {
        println!("cargo::rustc-link-lib=static={library}");
    }
}
