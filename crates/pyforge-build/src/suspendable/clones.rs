//! The clones as a module of their own, which imports whatever they use.

use std::collections::{BTreeMap, BTreeSet};

use miette::{IntoDiagnostic, Report, WrapErr, miette};
use wasm_encoder::reencode::{self, Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, RefType,
    TableType, TypeSection,
};
use wasmparser::Operator;

use super::frame::Frame;
use super::module::Module;
use super::plan::Plan;
use crate::Result;

/// What comes of copying code.
pub type Encoded<T = ()> = Result<T, reencode::Error<Report>>;

/// The module that a clone's module imports plain functions from, by their indices.
pub const PLAIN: &str = "plain";

/// Likewise those that suspend.
pub const SUSPENDING: &str = "suspending";

/// Likewise the globals; and the memory and the table.
pub const SHARED: &str = "shared";

/// Encodes the clones, each exported under the index of the function it is of.
pub fn extract(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>> {
    let imported = imported_functions(module, plan)?;
    let mut extract = Extract { module, plan, functions: indices(&imported, plan) };
    let mut encoded = wasm_encoder::Module::new();
    encoded
        .section(&types(module)?)
        .section(&imports(module, plan, &imported)?)
        .section(&functions(module, plan))
        .section(&extract.exports())
        .section(&extract.code()?);
    Ok(encoded.finish())
}

/// The functions that clones call and that have no clones themselves.
fn imported_functions(module: &Module<'_>, plan: &Plan) -> Result<BTreeSet<u32>> {
    let mut called = BTreeSet::new();
    for &clone in &plan.clones {
        for operator in module.body(clone).get_operators_reader().into_diagnostic()? {
            if let Operator::Call { function_index } = operator.into_diagnostic()? {
                called.insert(function_index);
            }
        }
    }
    called.retain(|function| !plan.clones.contains(function) && !plan.roots.contains_key(function));
    Ok(called)
}

/// The index here of each function that clones call.
fn indices(imported: &BTreeSet<u32>, plan: &Plan) -> BTreeMap<u32, u32> {
    let mut indices: BTreeMap<_, _> = imported.iter().chain(&plan.clones).copied().zip(0..).collect();
    for (import, root) in &plan.roots {
        indices.insert(*import, indices[root]);
    }
    indices
}

fn types(module: &Module<'_>) -> Result<TypeSection> {
    let mut types = TypeSection::new();
    for ty in &module.types {
        types.ty().func_type(&RoundtripReencoder.func_type(ty.clone()).into_diagnostic()?);
    }
    Ok(types)
}

fn imports(module: &Module<'_>, plan: &Plan, functions: &BTreeSet<u32>) -> Result<ImportSection> {
    let mut imports = ImportSection::new();
    for &function in functions {
        let from = if plan.suspending.contains(&function) { SUSPENDING } else { PLAIN };
        let ty = module.functions[function as usize];
        imports.import(from, &function.to_string(), EntityType::Function(ty));
    }
    for (index, ty) in module.globals.iter().enumerate() {
        let ty = RoundtripReencoder.global_type(*ty).into_diagnostic()?;
        imports.import(SHARED, &index.to_string(), ty);
    }
    for ty in &module.memories {
        imports.import(SHARED, "memory", RoundtripReencoder.memory_type(*ty).into_diagnostic()?);
    }
    if !module.tables.is_empty() {
        let minimum = 2 * u64::from(plan.slots);
        let element_type = RefType::FUNCREF;
        let ty = TableType { element_type, minimum, maximum: Some(minimum), table64: false, shared: false };
        imports.import(SHARED, "table", ty);
    }
    Ok(imports)
}

fn functions(module: &Module<'_>, plan: &Plan) -> FunctionSection {
    let mut functions = FunctionSection::new();
    for &clone in &plan.clones {
        functions.function(module.functions[clone as usize]);
    }
    functions
}

/// Copies code into the clones' module.
struct Extract<'a> {
    module: &'a Module<'a>,
    plan: &'a Plan,
    functions: BTreeMap<u32, u32>,
}

impl Extract<'_> {
    fn exports(&self) -> ExportSection {
        let mut exports = ExportSection::new();
        for clone in &self.plan.clones {
            exports.export(&clone.to_string(), ExportKind::Func, self.functions[clone]);
        }
        exports
    }

    fn code(&mut self) -> Result<CodeSection> {
        let mut code = CodeSection::new();
        for &clone in &self.plan.clones {
            let function = self
                .function(clone)
                .map_err(explain)
                .wrap_err_with(|| format!("in {}", self.module.function_name(clone)))?;
            code.function(&function);
        }
        Ok(code)
    }

    fn function(&mut self, clone: u32) -> Encoded<Function> {
        let body = self.module.body(clone);
        let frame = Frame::of(self.module, clone);
        let mut function = match &frame {
            Some(frame) => frame.open(),
            None => self.new_function_with_parsed_locals(body)?,
        };
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if !frame.as_ref().is_some_and(|frame| frame.translate(&mut function, &operator)) {
                self.translate(&mut function, operator)?;
            }
        }
        if let Some(frame) = frame {
            frame.close(&mut function);
        }
        Ok(function)
    }

    fn translate(&mut self, function: &mut Function, operator: Operator<'_>) -> Encoded {
        match operator {
            Operator::CallIndirect { .. } => {
                function.instructions().i32_const(self.plan.slots.cast_signed()).i32_add();
            }
            Operator::RefFunc { .. } => return Err(refuse("the address of a function")),
            Operator::CallRef { .. } => return Err(refuse("a reference to a function")),
            Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => return Err(refuse("a tail call")),
            _ => {}
        }
        function.instruction(&self.instruction(operator)?);
        Ok(())
    }
}

impl Reencode for Extract<'_> {
    type Error = Report;

    fn function_index(&mut self, function: u32) -> Encoded<u32> {
        self.functions.get(&function).copied().ok_or_else(|| refuse("the address of a function"))
    }

    fn data_index(&mut self, _: u32) -> Encoded<u32> {
        Err(refuse("a data segment"))
    }

    fn element_index(&mut self, _: u32) -> Encoded<u32> {
        Err(refuse("an element segment"))
    }

    fn tag_index(&mut self, _: u32) -> Encoded<u32> {
        Err(refuse("an exception"))
    }
}

fn refuse(what: &str) -> reencode::Error<Report> {
    reencode::Error::UserError(miette!("it uses {what}, which what is suspendable cannot"))
}

/// What went wrong while copying code.
pub fn explain(error: reencode::Error<Report>) -> Report {
    match error {
        reencode::Error::UserError(error) => error,
        reencode::Error::ParseError(error) => Report::msg(error),
        error => Report::msg(error.to_string()),
    }
}
