//! The variables of a function: its locals, and new ones for what is on the operand stack during a call.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{Operator, ValType};

use super::liveness::Step;
use super::operands::{Operands, Value};
use super::origin::{Kind, Origin};

/// Locals for what an operator leaves on the stack, from some output on to the last.
pub struct Copies {
    /// The first of the locals.
    pub first: u32,
    pub count: u32,
}

/// The variables of a function.
pub struct Variables {
    /// The types of all, parameters first and new ones last.
    pub types: Vec<ValType>,
    /// The copies to make after operators.
    pub copies: BTreeMap<usize, Copies>,
    /// For each call that may reach the collector, the variables that hold what is on the stack beneath its arguments.
    pub beneath: BTreeMap<usize, Vec<u32>>,
    /// Those that can be pointers.
    pub pointers: BTreeSet<u32>,
    /// The parameters among them that are never assigned.
    pub kept: Vec<u32>,
}

impl Variables {
    pub fn of(operands: &Operands, operators: &[Operator<'_>]) -> Self {
        let assigned = Assigned::of(operators);
        let locals = (0..).zip(operands.locals.iter().zip(&operands.kinds));
        let pointers = locals.filter(|(_, (ty, kind))| **ty == ValType::I32 && **kind == Kind::Any);
        let pointers: BTreeSet<u32> = pointers.map(|(local, _)| local).collect();
        let is_kept = |local: &u32| pointers.contains(local) && !assigned.0.contains_key(local);
        let kept = (0..operands.params as u32).filter(is_kept).collect();
        let types = operands.locals.clone();
        let mut variables = Self { types, copies: BTreeMap::new(), beneath: BTreeMap::new(), pointers, kept };
        variables.add_copies(operands, &assigned);
        for (call, values) in &operands.beneath {
            let holders = values.iter().filter_map(|value| variables.holder(operands, *value, &assigned));
            variables.beneath.insert(*call, holders.collect());
        }
        variables.pointers.extend(variables.beneath.values().flatten());
        variables
    }

    fn add_copies(&mut self, operands: &Operands, assigned: &Assigned) {
        // The first output of each operator of which a copy is needed.
        let mut first = BTreeMap::new();
        for &index in operands.beneath.values().flatten() {
            let value = &operands.values[index];
            if operands.kind(value) == Kind::Any && assigned.same_local(value).is_none() {
                let known = first.entry(value.operator).or_insert(index);
                *known = index.min(*known);
            }
        }
        for (operator, index) in first {
            let outputs = operands.values[index..].iter().take_while(|value| value.operator == operator);
            let types: Vec<_> = outputs.map(|value| value.ty.unwrap_or(ValType::I32)).collect();
            let copies = Copies { first: self.types.len() as u32, count: types.len() as u32 };
            self.copies.insert(operator, copies);
            self.types.extend(types);
        }
    }

    /// The variable that holds a value as long as it is on the stack, if it can be a pointer.
    fn holder(&self, operands: &Operands, index: usize, assigned: &Assigned) -> Option<u32> {
        let value = &operands.values[index];
        if operands.kind(value) != Kind::Any {
            return None;
        }
        assigned.same_local(value).or_else(|| {
            let copies = self.copies.get(&value.operator)?;
            // Outputs are counted from the last, which all copies include.
            let behind = operands.values[index..].iter().take_while(|other| other.operator == value.operator);
            Some(copies.first + copies.count - behind.count() as u32)
        })
    }

    /// What each operator does with variables.
    pub fn steps(&self, operators: &[Operator<'_>]) -> Vec<Step> {
        let mut steps = self.assignments(operators);
        for (step, operator) in steps.iter_mut().zip(operators) {
            if let Operator::LocalGet { local_index } = operator {
                step.uses.push(*local_index);
            }
        }
        for (call, variables) in &self.beneath {
            steps[*call].uses.extend(variables);
        }
        steps
    }

    /// Which variables each operator assigns.
    pub fn assignments(&self, operators: &[Operator<'_>]) -> Vec<Step> {
        let mut steps = vec![Step::default(); operators.len()];
        for (step, operator) in steps.iter_mut().zip(operators) {
            step.assigns.extend(assigned_local(operator));
        }
        for (operator, copies) in &self.copies {
            steps[*operator].assigns.extend(copies.first..copies.first + copies.count);
        }
        steps
    }
}

/// Where each local is assigned.
struct Assigned(BTreeMap<u32, Vec<usize>>);

impl Assigned {
    fn of(operators: &[Operator<'_>]) -> Self {
        let mut assigned: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, operator) in operators.iter().enumerate() {
            if let Some(local) = assigned_local(operator) {
                assigned.entry(local).or_default().push(at);
            }
        }
        Self(assigned)
    }

    /// The local that is the same as a value as long as that is on the stack.
    fn same_local(&self, value: &Value) -> Option<u32> {
        let Origin::Local(local) = value.origin else { return None };
        let places = self.0.get(&local).map_or(&[][..], Vec::as_slice);
        let later = places.partition_point(|place| *place <= value.operator);
        places.get(later).is_none_or(|place| *place >= value.end).then_some(local)
    }
}

fn assigned_local(operator: &Operator<'_>) -> Option<u32> {
    match operator {
        Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => Some(*local_index),
        _ => None,
    }
}
