//! Compiles SQLite for WebAssembly, with what this cap adds to it (`c/`) and changes in it (`fitting`), from the C source
//! that the crate libsqlite3-sys carries.

mod fitting;

use std::path::PathBuf;
use std::{env, fs};

use cap_build::unbuilt_source_of;

/// What SQLite is compiled with, as <https://sqlite.org/compile.html> describes it.
const DEFINES: [(&str, &str); 24] = [
    // A component is used by one thread.
    ("SQLITE_THREADSAFE", "0"),
    // The files are ours (`src/vfs`).
    ("SQLITE_OS_OTHER", "1"),
    ("SQLITE_OMIT_LOAD_EXTENSION", "1"),
    ("SQLITE_BYTEORDER", "1234"),
    ("SQLITE_DEFAULT_MEMSTATUS", "0"),
    ("SQLITE_ENABLE_COLUMN_METADATA", "1"),
    ("SQLITE_ENABLE_DBPAGE_VTAB", "1"),
    ("SQLITE_ENABLE_DBSTAT_VTAB", "1"),
    ("SQLITE_ENABLE_FTS3", "1"),
    ("SQLITE_ENABLE_FTS3_PARENTHESIS", "1"),
    ("SQLITE_ENABLE_FTS4", "1"),
    ("SQLITE_ENABLE_FTS5", "1"),
    ("SQLITE_ENABLE_GEOPOLY", "1"),
    ("SQLITE_ENABLE_MATH_FUNCTIONS", "1"),
    ("SQLITE_ENABLE_RTREE", "1"),
    ("SQLITE_ENABLE_STMTVTAB", "1"),
    ("SQLITE_SOUNDEX", "1"),
    // As Debian does, for programs that count on it.
    ("SQLITE_MAX_VARIABLE_NUMBER", "250000"),
    // What libc has.
    ("HAVE_ISNAN", "1"),
    ("HAVE_LOCALTIME_R", "1"),
    ("HAVE_LOG2", "1"),
    ("HAVE_MALLOC_H", "1"),
    ("HAVE_MALLOC_USABLE_SIZE", "1"),
    ("HAVE_STRCHRNUL", "1"),
];

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=c");
    let source = unbuilt_source_of("libsqlite3-sys").join("sqlite3");
    let fitted = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let text = fs::read_to_string(source.join("sqlite3.c")).expect("the source can be read");
    fs::write(fitted.join("sqlite3.c"), fitting::fit(&text)).expect("the copy can be written");
    let mut build = cc::Build::new();
    for (name, value) in DEFINES {
        build.define(name, value);
    }
    build
        .include(fitted)
        .include(source)
        .file("c/engine.c")
        .file("c/memory.c")
        .file("c/stack.c")
        .define("NDEBUG", None)
        .flag("-msimd128")
        .opt_level(3)
        .warnings(false)
        .compile("sqlite");
}
