//! OpenSSL's own build: `Configure` and `make`. It takes a minute or more, so one that was interrupted goes on where it
//! was.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::copy::copy;
use crate::fitting;
use crate::tools::{Toolchain, command, run};

/// What OpenSSL is configured with, besides the compiler. `fitting::TARGET` says the rest.
const OPTIONS: &[&str] = &[
    fitting::TARGET_NAME,
    // Where programs of the consumer's expect certificates. Nothing is read from there in here.
    "--prefix=/usr",
    "--libdir=lib",
    "--openssldir=/etc/ssl",
    // With `no-module` the provider of old algorithms is in the library, to be loaded by its name.
    // What a component has not: threads, processes, libraries to load, a terminal, sockets, files, an environment to
    // be configured by, an end to clean up at.
    "no-threads",
    "no-async",
    "no-shared",
    "no-pic",
    "no-dso",
    "no-module",
    "no-engine",
    "no-ui-console",
    "no-sock",
    "no-stdio",
    "no-posix-io",
    "no-autoload-config",
    "no-atexit",
    "no-secure-memory",
    // Entropy from `getentropy`, which ends in wasi:random.
    "--with-rand-seed=getrandom",
    // Which leaves 128-bit products out of `BN_ULONG`'s arithmetic too. They take a call here and would halve its speed.
    "no-asm",
    // The curves P-224, P-256, P-384 and P-521 in arithmetic of their own: three to five times as many signatures.
    "enable-ec_nistp_64_gcc_128",
    // Not built: programs and their tests.
    "no-apps",
    "no-docs",
    "no-tests",
    // Names of OpenSSL's source files in its errors.
    "no-filenames",
    // What neither TLS on streams nor hashes need.
    "no-argon2",
    "no-cmp",
    "no-cms",
    "no-comp",
    "no-ct",
    "no-dgram",
    "no-gost",
    "no-http",
    "no-idea",
    // Which nothing would load.
    "no-legacy",
    "no-mdc2",
    "no-multiblock",
    "no-nextprotoneg",
    "no-quic",
    "no-srp",
    "no-srtp",
    "no-ssl-trace",
    "no-ts",
];

/// Builds libssl.a and libcrypto.a in a folder in `out`.
pub fn build(source: &Path, out: &Path, toolchain: &Toolchain) -> PathBuf {
    let dir = out.join("openssl");
    let mut arguments: Vec<_> = OPTIONS.iter().map(|&option| option.to_owned()).collect();
    arguments.extend([
        format!("CC={}", toolchain.compiler),
        format!("CFLAGS={}", toolchain.flags.join(" ")),
        format!("AR={}", toolchain.archiver),
        // The archiver writes the index.
        "RANLIB=true".to_owned(),
    ]);
    let recipe = recipe(source, &arguments, toolchain);
    // Up to there files are written by programs that can be interrupted in them.
    let prepared = out.join("openssl.prepared");
    if fs::read_to_string(&prepared).is_ok_and(|found| found == recipe) {
        // As archives are, too; they take a second.
        remove_archives(&dir);
    } else {
        remove(&prepared);
        if dir.exists() {
            fs::remove_dir_all(&dir).expect("an old build can be removed");
        }
        copy(source, &dir);
        fitting::fit(&dir);
        run(command("perl", &dir).arg("Configure").args(&arguments), &out.join("configure.log"));
        make(&dir, "build_generated", &out.join("generate.log"));
        fs::write(&prepared, recipe).expect("the build folder can be written");
    }
    make(&dir, "build_libs", &out.join("make.log"));
    dir
}

/// All that the result depends on. When it changes, the build starts anew.
fn recipe(source: &Path, arguments: &[String], toolchain: &Toolchain) -> String {
    let version = fs::read_to_string(source.join("VERSION.dat")).expect("the source has a version");
    format!("{version}\n{}\n{}\n{}", arguments.join("\n"), toolchain.version, fitting::description())
}

/// Runs make, with as many jobs as cargo gives it.
fn make(dir: &Path, target: &str, log: &Path) {
    let mut make = command("make", dir);
    match env::var_os("CARGO_MAKEFLAGS") {
        Some(flags) => make.env("MAKEFLAGS", flags),
        None => make.arg(format!("-j{}", env::var("NUM_JOBS").expect("cargo sets NUM_JOBS"))),
    };
    run(make.arg(target), log);
}

fn remove_archives(dir: &Path) {
    for dir in [dir.to_owned(), dir.join("providers")] {
        for entry in fs::read_dir(&dir).expect("the build folder can be read") {
            let path = entry.expect("the build folder can be read").path();
            if path.extension().is_some_and(|extension| extension == "a") {
                fs::remove_file(path).expect("an archive can be removed");
            }
        }
    }
}

fn remove(file: &Path) {
    if file.exists() {
        fs::remove_file(file).expect("the build folder can be written");
    }
}
