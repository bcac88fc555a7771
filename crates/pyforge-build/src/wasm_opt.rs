//! Binaryen's `wasm-opt`, on core modules.

use std::path::Path;
use std::process::Command;

use miette::{IntoDiagnostic, WrapErr};

use crate::store::cannot_read;
use crate::{Result, Task, process};

/// The flags for what compilers call features; of others it need not know.
const FEATURES: [(&str, &str); 6] = [
    ("bulk-memory", "--enable-bulk-memory"),
    ("multivalue", "--enable-multivalue"),
    ("nontrapping-fptoint", "--enable-nontrapping-float-to-int"),
    ("reference-types", "--enable-reference-types"),
    ("sign-ext", "--enable-sign-ext"),
    ("simd128", "--enable-simd"),
];

/// Every feature that it may need to know.
pub fn all_features() -> [&'static str; FEATURES.len()] {
    FEATURES.map(|(name, _)| name)
}

/// What it makes of a module that uses these features. The arguments switch off all other features.
pub fn wasm_opt(
    program: &Path,
    module: &[u8],
    arguments: &[&str],
    features: &[&str],
    log: &Path,
    task: &mut dyn Task,
) -> Result<Vec<u8>> {
    let dir = tempfile::tempdir().into_diagnostic()?;
    let (input, output) = (dir.path().join("before.wasm"), dir.path().join("after.wasm"));
    std::fs::write(&input, module).into_diagnostic().wrap_err("the module cannot be written")?;
    let mut command = Command::new(program);
    command.args(arguments);
    command.args(FEATURES.iter().filter(|(name, _)| features.contains(name)).map(|(_, flag)| flag));
    command.arg(&input).arg("-o").arg(&output);
    process::run(command, log, task)?;
    std::fs::read(&output).into_diagnostic().wrap_err_with(|| cannot_read(&output))
}
