//! Functions of a core module that can stop in the middle, return, and go on later.
//!
//! Binaryen's Asyncify makes such functions, and makes them slower. So the module's code is there twice, over one
//! memory: the **plain** functions, as the compiler left them, and **clones** of those through which a suspension can
//! pass, which alone are instrumented.
//!
//! For each function `F` that is named suspendable the module defines `F` and imports `F` from a module `suspendable`:
//! the import becomes the clone of `F`. Whoever calls it drives the suspension, by the imports of a module `asyncify`
//! (`start_unwind`, `stop_unwind`, `start_rewind`, `stop_rewind`, `get_state`, as Asyncify's documentation has them),
//! which become what Asyncify provides. Functions that call the first four themselves are its run time and are never
//! cloned: what suspends must be a function of its own, kept from being inlined.
//!
//! A function pointer is a slot of the table, and all data hold those of plain functions. A clone calls the slot as far
//! behind as the table was long, where the clone is, or the plain function if it has none. This holds as long as
//! nothing else changes the table, which is checked.
//!
//! Clones go through Asyncify in a module of their own, in which all they use is imported: nothing that Binaryen does
//! reaches a plain function, and it need not understand what the clones do not use.

mod clones;
mod frame;
mod graft;
mod module;
mod plan;

use std::path::Path;

use self::module::Module;
use self::plan::Plan;
use crate::wasm_opt::wasm_opt;
use crate::{Result, Task};

/// To be changed whenever the same input makes other bytes: an input of every store key that it decides.
pub(crate) const REVISION: &str = "2";

/// What Binaryen does to the clones: <https://github.com/WebAssembly/binaryen/blob/main/src/passes/Asyncify.cpp>. Of
/// their imports only one kind can suspend. Indirect calls can, as long as nothing is said of them.
pub(crate) const ARGUMENTS: [&str; 5] = [
    "--asyncify",
    "--pass-arg=asyncify-imports@suspending.*",
    "-O2",
    "--mvp-features",
    // They import globals that change.
    "--enable-mutable-globals",
];

/// Makes functions of a core module suspendable.
pub(crate) fn make_suspendable(
    bytes: &[u8],
    names: &[String],
    program: &Path,
    log: &Path,
    task: &mut dyn Task,
) -> Result<Vec<u8>> {
    double(bytes, names, |clones, features| wasm_opt(program, clones, &ARGUMENTS, features, log, task))
}

/// The module with clones, which are handed over in a module of their own to be instrumented, together with the names
/// of the features that the compiler used.
fn double(
    bytes: &[u8],
    names: &[String],
    instrument: impl FnOnce(&[u8], &[&str]) -> Result<Vec<u8>>,
) -> Result<Vec<u8>> {
    let module = Module::parse(bytes)?;
    let plan = Plan::new(&module, names)?;
    let clones = instrument(&clones::extract(&module, &plan)?, &module.features)?;
    graft::graft(bytes, &module, &plan, &Module::parse(&clones)?)
}

#[cfg(test)]
mod tests;
