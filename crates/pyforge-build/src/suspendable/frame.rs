//! The variables of large clones, in memory.
//!
//! Asyncify saves whatever lives across some call, for all calls in one place; so all of it lives everywhere. In a large
//! function wasmtime's register allocator gives up keeping so many variables each in one place, and moves them all at
//! every turn: SQLite's interpreter took eight times as long. What is in memory is neither saved nor moved.
//!
//! The frame is on the C stack. A suspension leaves the stack's pointer where it is, as it does for C's own frames.

use wasm_encoder::{BlockType, Function, Instruction, MemArg, ValType};
use wasmparser::{FuncType, FunctionBody, Operator};

use super::module::Module;

/// From how many bytes of code on a function is large. Of SQLite's only the interpreter is: the next in size, of half
/// as many, gain nothing from it, and small ones lose.
const LARGE: usize = 30_000;

/// Where a function's variables are.
pub struct Frame {
    slots: Vec<Slot>,
    /// The types of the slots, each once: for values on their way.
    scratch: Vec<ValType>,
    params: u32,
    result: BlockType,
    /// How many bytes.
    size: u32,
    /// The global that holds the C stack's pointer.
    stack_pointer: u32,
}

#[derive(Clone, Copy)]
struct Slot {
    offset: u32,
    ty: ValType,
}

impl Frame {
    /// A frame for a function that is large, if there is a C stack and all is of types that can be in memory.
    pub fn of(module: &Module<'_>, function: u32) -> Option<Self> {
        let body = module.body(function);
        let stack_pointer = module.stack_pointer.filter(|_| body.as_bytes().len() >= LARGE)?;
        let ty = module.function_type(function);
        let result = match ty.results() {
            [] => BlockType::Empty,
            [result] => BlockType::Result(in_memory(*result)?),
            _ => return None,
        };
        let types: Option<Vec<_>> = variables(ty, body)?.into_iter().map(in_memory).collect();
        let (slots, size) = lay_out(&types?);
        let mut scratch = Vec::new();
        for slot in &slots {
            if !scratch.contains(&slot.ty) {
                scratch.push(slot.ty);
            }
        }
        Some(Self { slots, scratch, params: ty.params().len() as u32, result, size, stack_pointer })
    }

    /// Begins the function: its variables are in memory, as they would be without.
    pub fn open(&self) -> Function {
        let mut function =
            Function::new_with_locals_types([ValType::I32].iter().chain(&self.scratch).copied());
        function
            .instructions()
            .global_get(self.stack_pointer)
            .i32_const(self.size.cast_signed())
            .i32_sub()
            .local_tee(self.pointer())
            .global_set(self.stack_pointer);
        let (params, others) = self.slots.split_at(self.params as usize);
        // They begin as zero, which the scratch variables still are.
        for slot in others {
            self.store(&mut function, slot);
        }
        for (param, slot) in (0..).zip(params) {
            function.instructions().local_get(param).local_set(self.scratch(slot));
            self.store(&mut function, slot);
        }
        // Branches out of the function end up behind this.
        function.instructions().block(self.result);
        function
    }

    /// Adds an operator if it is one on variables, or returns.
    pub fn translate(&self, function: &mut Function, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::LocalGet { local_index } => self.load(function, self.slot(*local_index)),
            Operator::LocalSet { local_index } => {
                let slot = self.slot(*local_index);
                function.instructions().local_set(self.scratch(slot));
                self.store(function, slot);
            }
            Operator::LocalTee { local_index } => {
                let slot = self.slot(*local_index);
                function.instructions().local_set(self.scratch(slot));
                self.store(function, slot);
                function.instructions().local_get(self.scratch(slot));
            }
            Operator::Return => {
                self.release(function);
                function.instructions().return_();
            }
            _ => return false,
        }
        true
    }

    /// Ends the function, whose own end closed the block.
    pub fn close(&self, function: &mut Function) {
        self.release(function);
        function.instructions().end();
    }

    fn release(&self, function: &mut Function) {
        function
            .instructions()
            .local_get(self.pointer())
            .i32_const(self.size.cast_signed())
            .i32_add()
            .global_set(self.stack_pointer);
    }

    fn slot(&self, variable: u32) -> &Slot {
        &self.slots[variable as usize]
    }

    /// The variable that holds the frame's address.
    fn pointer(&self) -> u32 {
        self.params
    }

    /// The variable for a value of the slot's type on its way.
    fn scratch(&self, slot: &Slot) -> u32 {
        let position = self.scratch.iter().position(|ty| *ty == slot.ty);
        self.pointer() + 1 + position.unwrap_or_default() as u32
    }

    fn load(&self, function: &mut Function, slot: &Slot) {
        let at = place(slot);
        let load = match slot.ty {
            ValType::I64 => Instruction::I64Load(at),
            ValType::F32 => Instruction::F32Load(at),
            ValType::F64 => Instruction::F64Load(at),
            ValType::V128 => Instruction::V128Load(at),
            _ => Instruction::I32Load(at),
        };
        function.instruction(&Instruction::LocalGet(self.pointer())).instruction(&load);
    }

    fn store(&self, function: &mut Function, slot: &Slot) {
        let at = place(slot);
        let store = match slot.ty {
            ValType::I64 => Instruction::I64Store(at),
            ValType::F32 => Instruction::F32Store(at),
            ValType::F64 => Instruction::F64Store(at),
            ValType::V128 => Instruction::V128Store(at),
            _ => Instruction::I32Store(at),
        };
        function.instructions().local_get(self.pointer()).local_get(self.scratch(slot));
        function.instruction(&store);
    }
}

fn place(slot: &Slot) -> MemArg {
    MemArg { offset: slot.offset.into(), align: 2, memory_index: 0 }
}

/// The type, if its values can be in memory.
fn in_memory(ty: wasmparser::ValType) -> Option<ValType> {
    ValType::try_from(ty).ok().filter(|ty| !matches!(ty, ValType::Ref(_)))
}

/// Slots for variables one after the other, and how many bytes they take.
fn lay_out(types: &[ValType]) -> (Vec<Slot>, u32) {
    let mut size = 0;
    let slots = types.iter().map(|&ty| {
        let bytes = if ty == ValType::V128 { 16 } else { 8 };
        let offset = u32::next_multiple_of(size, bytes);
        size = offset + bytes;
        Slot { offset, ty }
    });
    let slots = slots.collect();
    // The C stack is aligned to 16 bytes between calls.
    (slots, size.next_multiple_of(16))
}

/// The types of a function's parameters and other variables.
fn variables(ty: &FuncType, body: &FunctionBody<'_>) -> Option<Vec<wasmparser::ValType>> {
    let mut types = ty.params().to_vec();
    for locals in body.get_locals_reader().ok()? {
        let (count, ty) = locals.ok()?;
        types.extend(std::iter::repeat_n(ty, count as usize));
    }
    Some(types)
}
