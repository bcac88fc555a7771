//! What has to be known of a core module, and that it is valid.

use std::collections::BTreeMap;

use miette::{IntoDiagnostic, WrapErr, miette};
use wasmparser::{
    ConstExpr, CustomSectionReader, Element, ElementItems, Export, ExternalKind, FuncToValidate, FuncType,
    FunctionBody, Global, GlobalType, KnownCustom, Name, Operator, Parser, Payload, TypeRef, ValType,
    ValidPayload, Validator, ValidatorResources, WasmFeatures,
};

use crate::Result;

/// A core module; in each index space what is imported comes first.
#[derive(Default)]
pub struct Module<'a> {
    pub types: Vec<FuncType>,
    /// The type of each function, as an index into `types`.
    pub functions: Vec<u32>,
    pub defined: Vec<Defined<'a>>,
    /// The functions that something outside of code has the address of.
    pub addressed: Vec<u32>,
    /// The functions that are exported, by their names.
    pub exports: BTreeMap<&'a str, u32>,
    /// What the name section calls the functions.
    pub names: BTreeMap<u32, &'a str>,
    globals: Vec<GlobalType>,
    has_memory: bool,
    /// The global that the name section says is the C stack's pointer.
    stack_pointer: Option<u32>,
}

/// A function with a body.
pub struct Defined<'a> {
    pub index: u32,
    pub body: FunctionBody<'a>,
    /// What can tell the types of its operands.
    pub check: FuncToValidate<ValidatorResources>,
}

impl<'a> Module<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut module = Self::default();
        let mut validator = Validator::new_with_features(WasmFeatures::all());
        let mut parse = || {
            Parser::new(0).parse_all(bytes).try_for_each(|payload| {
                let payload = payload?;
                if let ValidPayload::Func(check, body) = validator.payload(&payload)? {
                    let index = check.index;
                    module.defined.push(Defined { index, body, check });
                }
                module.add(payload)
            })
        };
        parse().into_diagnostic().wrap_err("the core module cannot be read")?;
        Ok(module)
    }

    fn add(&mut self, payload: Payload<'a>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(types) => extend(&mut self.types, types.into_iter_err_on_gc_types())?,
            Payload::ImportSection(imports) => {
                imports.into_imports().try_for_each(|import| {
                    self.add_import(import?.ty);
                    Ok(())
                })?;
            }
            Payload::FunctionSection(functions) => extend(&mut self.functions, functions)?,
            Payload::MemorySection(memories) => {
                memories.into_iter().try_for_each(|ty| {
                    self.add_import(TypeRef::Memory(ty?));
                    Ok(())
                })?;
            }
            Payload::GlobalSection(globals) => {
                globals.into_iter().try_for_each(|global| self.add_global(&global?))?;
            }
            Payload::ExportSection(exports) => {
                exports.into_iter().try_for_each(|export| {
                    self.add_export(export?);
                    Ok(())
                })?;
            }
            Payload::ElementSection(elements) => {
                elements.into_iter().try_for_each(|element| self.add_element(element?))?;
            }
            Payload::CustomSection(section) => self.add_custom(&section)?,
            _ => {}
        }
        Ok(())
    }

    /// Adds what is imported; a memory is added so wherever it is.
    fn add_import(&mut self, ty: TypeRef) {
        match ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => self.functions.push(ty),
            TypeRef::Global(ty) => self.globals.push(ty),
            TypeRef::Memory(ty) => self.has_memory |= !ty.memory64,
            TypeRef::Table(_) | TypeRef::Tag(_) => {}
        }
    }

    fn add_global(&mut self, global: &Global<'_>) -> wasmparser::Result<()> {
        self.globals.push(global.ty);
        self.add_addressed(&global.init_expr)
    }

    fn add_export(&mut self, export: Export<'a>) {
        if export.kind == ExternalKind::Func {
            self.exports.insert(export.name, export.index);
        }
    }

    fn add_element(&mut self, element: Element<'a>) -> wasmparser::Result<()> {
        match element.items {
            ElementItems::Functions(functions) => extend(&mut self.addressed, functions),
            ElementItems::Expressions(_, expressions) => {
                expressions.into_iter().try_for_each(|expression| self.add_addressed(&expression?))
            }
        }
    }

    fn add_addressed(&mut self, expression: &ConstExpr<'_>) -> wasmparser::Result<()> {
        for operator in expression.get_operators_reader() {
            if let Operator::RefFunc { function_index } = operator? {
                self.addressed.push(function_index);
            }
        }
        Ok(())
    }

    fn add_custom(&mut self, section: &CustomSectionReader<'a>) -> wasmparser::Result<()> {
        let KnownCustom::Name(names) = section.as_known() else { return Ok(()) };
        names.into_iter().try_for_each(|names| self.add_names(names?))
    }

    fn add_names(&mut self, names: Name<'a>) -> wasmparser::Result<()> {
        match names {
            Name::Function(names) => {
                for name in names {
                    let name = name?;
                    self.names.insert(name.index, name.name);
                }
            }
            Name::Global(names) => {
                for name in names {
                    let name = name?;
                    if name.name == "__stack_pointer" {
                        self.stack_pointer = Some(name.index);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The global that holds the C stack's pointer: what is called so, or else the first, where linkers put it.
    pub fn stack_pointer(&self) -> Result<u32> {
        if !self.has_memory {
            return Err(miette!("the core module has no memory of 32 bits, so no C stack"));
        }
        let index = self.stack_pointer.unwrap_or(0);
        let global = self.globals.get(index as usize);
        global
            .filter(|global| global.mutable && global.content_type == ValType::I32)
            .map(|_| index)
            .ok_or_else(|| {
                miette!("the core module has no global `__stack_pointer` for a C stack in 32 bits")
            })
    }

    /// The function of a name.
    pub fn function(&self, name: &str) -> Result<u32> {
        let found = self.names.iter().find(|(_, known)| **known == name).map(|(index, _)| *index);
        found.ok_or_else(|| {
            miette!("no function is called `{name}`: either it was inlined, or the names are stripped")
        })
    }

    /// The parameters and results of a function.
    pub fn function_type(&self, function: u32) -> &FuncType {
        &self.types[self.functions[function as usize] as usize]
    }

    /// How messages call a function.
    pub fn function_name(&self, function: u32) -> String {
        self.names.get(&function).map_or_else(|| format!("function {function}"), |name| format!("`{name}`"))
    }
}

fn extend<T>(
    list: &mut Vec<T>,
    items: impl IntoIterator<Item = wasmparser::Result<T>>,
) -> wasmparser::Result<()> {
    for item in items {
        list.push(item?);
    }
    Ok(())
}
