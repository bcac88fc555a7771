//! What is on the operand stack, and where it came there.

use std::collections::BTreeMap;

use miette::{IntoDiagnostic, miette};
use wasmparser::{
    FuncToValidate, FuncValidator, FuncValidatorAllocations, Operator, ValType, ValidatorResources,
};

use super::module::Defined;
use super::origin::{Kind, Origin, kinds_of_locals};
use crate::Result;

/// A value that is on the operand stack for a while.
pub struct Value {
    /// The operator that left it there, by its place in the function. What a block ends with is left by its `end`.
    pub operator: usize,
    /// Its type, where that is known.
    pub ty: Option<ValType>,
    pub origin: Origin,
    /// The operator that took it.
    pub end: usize,
}

/// The operand stack of a function over all its operators.
pub struct Operands {
    /// All values, in the order in which they are left there, the topmost last.
    pub values: Vec<Value>,
    /// The `i32`s beneath the arguments of each call that may reach the collector.
    pub beneath: BTreeMap<usize, Vec<usize>>,
    pub params: usize,
    /// The types of the locals, parameters first.
    pub locals: Vec<ValType>,
    /// What each local can be.
    pub kinds: Vec<Kind>,
}

impl Operands {
    /// Walks through a function, which is validated on the way.
    pub fn of(
        function: &Defined<'_>,
        operators: &[(Operator<'_>, u64)],
        stack_pointer: u32,
        collects: impl Fn(&Operator<'_>) -> bool,
    ) -> Result<Self> {
        let mut walk = Walk::new(function, stack_pointer)?;
        for (at, (operator, offset)) in operators.iter().enumerate() {
            walk.step(at, operator, *offset, collects(operator))?;
        }
        walk.shrink(0, operators.len());
        let Walk { validator, values, beneath, sources, params, .. } = walk;
        let locals: Vec<_> = (0..validator.len_locals()).map_while(|n| validator.get_local_type(n)).collect();
        let kinds = kinds_of_locals(params, locals.len(), &sources, &values);
        Ok(Self { values, beneath, params, locals, kinds })
    }

    /// What a value can be.
    pub fn kind(&self, value: &Value) -> Kind {
        value.origin.kind(&self.values, &self.kinds)
    }
}

struct Walk {
    validator: FuncValidator<ValidatorResources>,
    stack_pointer: u32,
    params: usize,
    stack: Vec<usize>,
    values: Vec<Value>,
    beneath: BTreeMap<usize, Vec<usize>>,
    /// Locals, each with a value that it is set to.
    sources: Vec<(u32, usize)>,
}

impl Walk {
    fn new(function: &Defined<'_>, stack_pointer: u32) -> Result<Self> {
        let FuncToValidate { resources, index, ty, features } = &function.check;
        let (index, ty, features) = (*index, *ty, *features);
        let check = FuncToValidate { resources: resources.clone(), index, ty, features };
        let mut validator = check.into_validator(FuncValidatorAllocations::default());
        let params = validator.len_locals() as usize;
        let mut reader = function.body.get_binary_reader();
        validator.read_locals(&mut reader).into_diagnostic()?;
        let (stack, values, sources) = Default::default();
        Ok(Self { validator, stack_pointer, params, stack, values, beneath: BTreeMap::new(), sources })
    }

    fn step(&mut self, at: usize, operator: &Operator<'_>, offset: u64, collects: bool) -> Result<()> {
        let base = self.base(operator)?;
        let taken = self.stack[base..].to_vec();
        if let Operator::LocalSet { local_index } | Operator::LocalTee { local_index } = operator {
            self.sources.extend(taken.first().map(|value| (*local_index, *value)));
        }
        if collects && !self.unreachable() {
            let is_i32 = |value: &usize| self.values[*value].ty == Some(ValType::I32);
            let beneath = self.stack[..base].iter().copied().filter(is_i32).collect();
            self.beneath.insert(at, beneath);
        }
        let origin = if self.unreachable() {
            Origin::Unknown
        } else {
            Origin::of(operator, &taken, &self.values, self.stack_pointer)
        };
        self.shrink(base, at);
        self.validator.op(offset, operator).into_diagnostic()?;
        self.grow(at, origin);
        Ok(())
    }

    /// How much of the stack an operator leaves alone.
    fn base(&self, operator: &Operator<'_>) -> Result<usize> {
        let frame =
            self.validator.get_control_frame(0).ok_or_else(|| miette!("it goes on behind its end"))?;
        if frame.unreachable || matches!(operator, Operator::End | Operator::Else) {
            return Ok(frame.height);
        }
        let (taken, _) = operator
            .operator_arity(&self.validator)
            .ok_or_else(|| miette!("what it does to the operand stack is not known: {operator:?}"))?;
        self.stack.len().checked_sub(taken as usize).ok_or_else(|| miette!("it takes operands it has not"))
    }

    /// Whether no one comes here.
    fn unreachable(&self) -> bool {
        self.validator.get_control_frame(0).is_none_or(|frame| frame.unreachable)
    }

    fn shrink(&mut self, height: usize, at: usize) {
        while self.stack.len() > height {
            if let Some(value) = self.stack.pop() {
                self.values[value].end = at;
            }
        }
    }

    /// Adds what an operator left.
    fn grow(&mut self, at: usize, origin: Origin) {
        let height = self.validator.operand_stack_height() as usize;
        self.shrink(height, at);
        let base = self.stack.len();
        for place in base..height {
            let ty = self.validator.get_operand_type(height - 1 - place).flatten();
            self.stack.push(self.values.len());
            self.values.push(Value { operator: at, ty, origin, end: usize::MAX });
        }
    }
}
