//! Pointers that a conservative garbage collector is to find, put where it looks.
//!
//! A collector in C, such as MicroPython's, takes whatever is on the C stack for a pointer. Compiled to WebAssembly it
//! sees the C stack in linear memory only: what is in a local or on the operand stack is out of its sight, and it frees
//! what is still in use. So before each call that may reach the collector, every `i32` that is needed after it is
//! stored on the C stack, in a **slot** of a frame which the function gets for that. Binaryen calls this
//! `spill-pointers`.
//!
//! - A function stores what it needs itself, its parameters among it; so a call's arguments are not stored by who
//!   calls. That leaves one case: an argument that the called function only reads a pointer from, and the caller does
//!   not need any more. A collector which, like MicroPython's, takes no pointer into the middle of an object would free
//!   what a loop walks through. So parameters that are never assigned stay in their slots whether they are needed or
//!   not, as they would in what a compiler makes without optimizing.
//! - A slot may hold what is no longer needed. To a conservative collector that is one object kept too long. What was
//!   there before the function began would be many, with every call: a frame is cleared when it is made.
//! - Every way out of a function releases its frame, except an exception: whoever catches one sets the C stack's
//!   pointer to what it was in the function that catches, which it keeps in a local. It read that after the frame was
//!   made, since the frame is made first.
//! - What cannot be a pointer is left out ([`origin`]). That holds for constants, so the collector's heap must not have
//!   objects at addresses that are known when compiling; for `i64`, which C keeps no pointers in; and for the second
//!   half of a pair that was packed into one.
//! - The collector must be a function of its own, kept from being inlined.

mod bits;
mod flow;
mod liveness;
mod module;
mod operands;
mod origin;
mod plan;
mod reach;
mod rewrite;
mod variables;

use miette::{IntoDiagnostic, Report, WrapErr, miette};
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, Function};
use wasmparser::{CodeSectionReader, CustomSectionReader, FunctionBody, Operator, Parser};

use self::flow::Flow;
use self::module::{Defined, Module};
use self::operands::Operands;
use self::plan::Plan;
use self::reach::Reach;
use crate::Result;

/// To be changed whenever the same input makes other bytes: an input of every store key that it decides.
pub const REVISION: &str = "4";

/// The module, with all pointers where a function named `collector` finds them.
pub fn spill(bytes: &[u8], collector: &str) -> Result<Vec<u8>> {
    let module = Module::parse(bytes)?;
    let reach = Reach::new(&module, collector)?;
    let stack_pointer = module.stack_pointer()?;
    let rewritten = module.defined.iter().map(|function| {
        rewrite_function(&module, function, &reach, stack_pointer)
            .wrap_err_with(|| format!("in {}", module.function_name(function.index)))
    });
    let mut spiller = Spiller { rewritten: rewritten.collect::<Result<_>>()? };
    let mut encoded = wasm_encoder::Module::new();
    spiller.parse_core_module(&mut encoded, Parser::new(0), bytes).map_err(explain)?;
    Ok(encoded.finish())
}

/// The function with its pointers stored, if it has any.
fn rewrite_function(
    module: &Module<'_>,
    function: &Defined<'_>,
    reach: &Reach,
    stack_pointer: u32,
) -> Result<Option<Function>> {
    if !reach.functions.contains(function.index) {
        return Ok(None);
    }
    let reader = function.body.get_operators_reader().into_diagnostic()?;
    let operators = reader.into_iter_with_offsets().collect::<Result<Vec<_>, _>>().into_diagnostic()?;
    let collects = |operator: &Operator<'_>| reach.collects(operator);
    let operands = Operands::of(function, &operators, stack_pointer, collects)?;
    let operators: Vec<_> = operators.into_iter().map(|(operator, _)| operator).collect();
    if operands.beneath.is_empty() {
        return Ok(None);
    }
    let flow = Flow::of(&operators)?;
    let Some(plan) = Plan::new(&operands, &flow, &operators) else { return Ok(None) };
    rewrite::rewrite(module, function, &operators, &plan, stack_pointer).map(Some)
}

/// Copies the module with the functions that are rewritten.
struct Spiller {
    rewritten: Vec<Option<Function>>,
}

impl Reencode for Spiller {
    type Error = Report;

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error<Report>> {
        for (body, rewritten) in section.into_iter().zip(&self.rewritten) {
            let body: FunctionBody<'_> = body?;
            match rewritten {
                Some(function) => code.function(function),
                None => code.raw(body.as_bytes()),
            };
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        encoded: &mut wasm_encoder::Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error<Report>> {
        // They speak of code that is elsewhere now, and of other locals.
        let speaks_of_code = ["name", ".debug_", "reloc."];
        if !speaks_of_code.iter().any(|start| section.name().starts_with(start)) {
            encoded.section(&utils::custom_section(self, section));
        }
        Ok(())
    }
}

/// What went wrong while copying.
fn explain(error: reencode::Error<Report>) -> Report {
    match error {
        reencode::Error::UserError(error) => error,
        reencode::Error::ParseError(error) => Report::msg(error),
        error => miette!("{error}"),
    }
}

#[cfg(test)]
mod tests;
