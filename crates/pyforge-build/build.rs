//! Takes the decompressor's C sources out of the crate that has them, to be compiled into the interpreter.

use std::fmt::Write as _;
use std::path::Path;

use cap_build::source_of;

/// Of Zstandard's `lib`: all that decompressing needs.
const FOLDERS: [&str; 2] = ["common", "decompress"];

#[expect(clippy::disallowed_methods, reason = "a build script is told by variables")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let library = source_of("zstd-sys").join("zstd/lib");
    let mut files = vec!["zstd.h".to_owned(), "zstd_errors.h".to_owned()];
    for folder in FOLDERS {
        files.extend(sources(&library, folder));
    }
    files.sort();
    let mut table = format!("pub const FILES: [(&str, &str); {}] = [\n", files.len());
    for file in files {
        writeln!(table, "({file:?}, include_str!({:?})),", library.join(&file)).expect("a string takes all");
    }
    table += "];\n";
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("zstd.rs"), table).expect("cargo's folder can be written to");
}

fn sources(library: &Path, folder: &str) -> Vec<String> {
    let entries = library.join(folder).read_dir().expect("the crate has its sources");
    let names =
        entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.ends_with(".c") || name.ends_with(".h"))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}
