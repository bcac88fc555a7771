//! Which calls may reach the collector.

use std::collections::{BTreeMap, BTreeSet};

use miette::{IntoDiagnostic, WrapErr};
use wasmparser::Operator;

use super::bits::Bits;
use super::module::{Defined, Module};
use crate::Result;

/// What may reach the collector.
pub struct Reach {
    pub functions: Bits,
    /// Whether a call through a pointer may, for each of the module's types.
    types: Vec<bool>,
}

impl Reach {
    pub fn new(module: &Module<'_>, collector: &str) -> Result<Self> {
        let collector = module.function(collector)?;
        let mut callers = Callers::of(module)?;
        callers.add_imports(module);
        let mut functions = Bits::none(module.functions.len());
        let mut reaching = BTreeSet::new();
        let mut waiting = vec![collector];
        while let Some(function) = waiting.pop() {
            if functions.contains(function) {
                continue;
            }
            functions.insert(function);
            waiting.extend(callers.of_function.get(&function).into_iter().flatten());
            let ty = callers.same_type[module.functions[function as usize] as usize];
            if callers.addressed.contains(&function) && reaching.insert(ty) {
                waiting.extend(callers.of_type.get(&ty).into_iter().flatten());
            }
        }
        let types = callers.same_type.iter().map(|ty| reaching.contains(ty)).collect();
        Ok(Self { functions, types })
    }

    /// Whether an operator is a call that may reach the collector.
    pub fn collects(&self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Call { function_index } => self.functions.contains(*function_index),
            Operator::CallIndirect { type_index, .. } | Operator::CallRef { type_index } => {
                self.types[*type_index as usize]
            }
            _ => false,
        }
    }
}

/// Who calls whom.
struct Callers {
    of_function: BTreeMap<u32, Vec<u32>>,
    /// The functions that call pointers to functions of a type.
    of_type: BTreeMap<u32, Vec<u32>>,
    /// The functions that there may be pointers to.
    addressed: BTreeSet<u32>,
    /// For each type the first that is the same.
    same_type: Vec<u32>,
}

impl Callers {
    fn of(module: &Module<'_>) -> Result<Self> {
        let mut callers = Self {
            of_function: BTreeMap::new(),
            of_type: BTreeMap::new(),
            addressed: module.addressed.iter().copied().collect(),
            same_type: same_types(module),
        };
        for function in &module.defined {
            callers.add(function).wrap_err_with(|| format!("in {}", module.function_name(function.index)))?;
        }
        Ok(callers)
    }

    fn add(&mut self, caller: &Defined<'_>) -> Result<()> {
        for operator in caller.body.get_operators_reader().into_diagnostic()? {
            match operator.into_diagnostic()? {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    self.of_function.entry(function_index).or_default().push(caller.index);
                }
                Operator::CallIndirect { type_index, .. }
                | Operator::ReturnCallIndirect { type_index, .. }
                | Operator::CallRef { type_index }
                | Operator::ReturnCallRef { type_index } => {
                    let ty = self.same_type[type_index as usize];
                    self.of_type.entry(ty).or_default().push(caller.index);
                }
                Operator::RefFunc { function_index } => drop(self.addressed.insert(function_index)),
                _ => {}
            }
        }
        Ok(())
    }

    /// What is imported cannot call back, except to get memory for what it returns.
    fn add_imports(&mut self, module: &Module<'_>) {
        let Some(&realloc) = module.exports.get("cabi_realloc") else { return };
        let imported = module.functions.len() - module.defined.len();
        self.of_function.entry(realloc).or_default().extend(0..imported as u32);
    }
}

/// For each type the first that is the same.
fn same_types(module: &Module<'_>) -> Vec<u32> {
    let first = |ty| module.types.iter().position(|known| known == ty).unwrap_or_default();
    module.types.iter().map(|ty| first(ty) as u32).collect()
}
