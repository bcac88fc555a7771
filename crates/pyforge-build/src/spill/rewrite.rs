//! The code of a function that stores its pointers.

use miette::{Report, miette};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Function, MemArg, ValType};
use wasmparser::Operator;

use super::module::{Defined, Module};
use super::plan::Plan;
use super::variables::Copies;
use crate::Result;

/// Encodes a function with what the plan adds.
pub fn rewrite(
    module: &Module<'_>,
    function: &Defined<'_>,
    operators: &[Operator<'_>],
    plan: &Plan,
    stack_pointer: u32,
) -> Result<Function> {
    let params = module.function_type(function.index).params().len();
    let types = &plan.variables.types;
    let locals = types[params..].iter().map(|ty| RoundtripReencoder.val_type(*ty));
    let locals = locals.collect::<Result<Vec<_>, _>>().map_err(Report::msg)?;
    let mut rewriting = Rewriting {
        code: Function::new_with_locals_types(locals.into_iter().chain([ValType::I32])),
        plan,
        frame: types.len() as u32,
        // The C stack is aligned to 16 bytes between calls.
        size: (plan.slots.len() as u32 * 4).next_multiple_of(16).cast_signed(),
        stack_pointer,
        depth: 0,
    };
    rewriting.open(result(module, function)?);
    for (at, operator) in operators.iter().enumerate() {
        rewriting.step(at, operator)?;
    }
    rewriting.close();
    Ok(rewriting.code)
}

/// The type of a block with the function's results.
fn result(module: &Module<'_>, function: &Defined<'_>) -> Result<BlockType> {
    let results = module.function_type(function.index).results();
    match results {
        [] => Ok(BlockType::Empty),
        [result] => RoundtripReencoder.val_type(*result).map(BlockType::Result).map_err(Report::msg),
        _ => {
            let same = |ty: &wasmparser::FuncType| ty.params().is_empty() && ty.results() == results;
            let ty = module.types.iter().position(same);
            ty.map(|ty| BlockType::FunctionType(ty as u32)).ok_or_else(|| {
                miette!("it returns several values, and no type of the module is for a block with those")
            })
        }
    }
}

struct Rewriting<'a> {
    code: Function,
    plan: &'a Plan,
    /// The local that holds the frame's address.
    frame: u32,
    /// How many bytes the frame has.
    size: i32,
    stack_pointer: u32,
    /// How many blocks are open.
    depth: u32,
}

impl Rewriting<'_> {
    /// Makes the frame, and a block in place of the function: branches out of that end up behind it.
    fn open(&mut self, result: BlockType) {
        self.code
            .instructions()
            .global_get(self.stack_pointer)
            .i32_const(self.size)
            .i32_sub()
            .local_tee(self.frame)
            .global_set(self.stack_pointer);
        self.clear();
        self.store_all(&self.plan.at_entry);
        self.code.instructions().block(result);
    }

    /// Clears the frame: what calls before this one left there would keep objects for as long as this one takes.
    fn clear(&mut self) {
        for offset in (0..u64::from(self.size.cast_unsigned())).step_by(16) {
            let place = MemArg { offset, align: 4, memory_index: 0 };
            self.code.instructions().local_get(self.frame).v128_const(0).v128_store(place);
        }
    }

    fn step(&mut self, at: usize, operator: &Operator<'_>) -> Result<()> {
        self.store_all(self.plan.before.get(&at).map_or(&[], Vec::as_slice));
        match operator {
            Operator::Return => {
                self.code.instructions().br(self.depth);
            }
            operator => {
                let instruction = RoundtripReencoder.instruction(operator.clone()).map_err(Report::msg)?;
                self.code.instruction(&instruction);
            }
        }
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.depth += 1,
            Operator::TryTable { .. } => self.depth += 1,
            Operator::End => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if let Some(copies) = self.plan.variables.copies.get(&at) {
            self.copy(copies);
        }
        self.store_all(self.plan.after.get(&at).map_or(&[], Vec::as_slice));
        Ok(())
    }

    /// Copies what is on the stack.
    fn copy(&mut self, copies: &Copies) {
        let mut code = self.code.instructions();
        if copies.count == 1 {
            code.local_tee(copies.first);
            return;
        }
        let locals = copies.first..copies.first + copies.count;
        for local in locals.clone().rev() {
            code.local_set(local);
        }
        for local in locals {
            code.local_get(local);
        }
    }

    fn store_all(&mut self, variables: &[u32]) {
        for variable in variables {
            let offset = u64::from(self.plan.slots[variable]) * 4;
            self.code.instructions().local_get(self.frame).local_get(*variable).i32_store(MemArg {
                offset,
                align: 2,
                memory_index: 0,
            });
        }
    }

    /// Releases the frame and ends the function, whose own end closed the block.
    fn close(&mut self) {
        self.code
            .instructions()
            .local_get(self.frame)
            .i32_const(self.size)
            .i32_add()
            .global_set(self.stack_pointer)
            .end();
    }
}
