//! Binaryen's `wasm-opt`, for Asyncify: <https://github.com/WebAssembly/binaryen/blob/main/src/passes/Asyncify.cpp>.

use std::path::Path;
use std::process::Command;

use miette::{IntoDiagnostic, WrapErr};

use crate::store::cannot_read;
use crate::{Result, Task, process};

/// Of the clones' imports only one kind can suspend. Indirect calls can, as long as nothing is said of them.
pub const ARGUMENTS: [&str; 5] = [
    "--asyncify",
    "--pass-arg=asyncify-imports@suspending.*",
    "-O2",
    "--mvp-features",
    // They import globals that change.
    "--enable-mutable-globals",
];

/// The flags for what compilers call features; of others it need not know.
const FEATURES: [(&str, &str); 6] = [
    ("bulk-memory", "--enable-bulk-memory"),
    ("multivalue", "--enable-multivalue"),
    ("nontrapping-fptoint", "--enable-nontrapping-float-to-int"),
    ("reference-types", "--enable-reference-types"),
    ("sign-ext", "--enable-sign-ext"),
    ("simd128", "--enable-simd"),
];

/// Instruments every function of the clones' module that needs it.
pub fn asyncify(
    clones: &[u8],
    features: &[&str],
    wasm_opt: &Path,
    log: &Path,
    task: &mut dyn Task,
) -> Result<Vec<u8>> {
    let dir = tempfile::tempdir().into_diagnostic()?;
    let (input, output) = (dir.path().join("clones.wasm"), dir.path().join("instrumented.wasm"));
    std::fs::write(&input, clones).into_diagnostic().wrap_err("the clones cannot be written")?;
    let mut command = Command::new(wasm_opt);
    command.args(ARGUMENTS);
    command.args(FEATURES.iter().filter(|(name, _)| features.contains(name)).map(|(_, flag)| flag));
    command.arg(&input).arg("-o").arg(&output);
    process::run(command, log, task)?;
    std::fs::read(&output).into_diagnostic().wrap_err_with(|| cannot_read(&output))
}
