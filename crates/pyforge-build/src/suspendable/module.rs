//! The parts of a core module, taken apart.

use std::collections::BTreeMap;

use miette::{IntoDiagnostic, WrapErr, miette};
use wasmparser::{
    BinaryReader, CustomSectionReader, Element, Export, FuncType, FunctionBody, Global, GlobalType, Import,
    KnownCustom, MemoryType, Name, Parser, Payload, TableType, TypeRef,
};

use crate::Result;

/// A core module; in each index space what is imported comes first.
#[derive(Default)]
pub struct Module<'a> {
    pub types: Vec<FuncType>,
    pub imports: Vec<Import<'a>>,
    /// The type of each function, as an index into `types`.
    pub functions: Vec<u32>,
    /// The bodies of those that are defined.
    pub bodies: Vec<FunctionBody<'a>>,
    pub globals: Vec<GlobalType>,
    pub defined_globals: Vec<Global<'a>>,
    pub tables: Vec<TableType>,
    pub memories: Vec<MemoryType>,
    pub exports: Vec<Export<'a>>,
    pub elements: Vec<Element<'a>>,
    /// The global that the name section says is the C stack's pointer.
    pub stack_pointer: Option<u32>,
    /// What the name section calls the functions.
    pub names: BTreeMap<u32, &'a str>,
    /// What the compiler says it used, beyond the first version of WebAssembly.
    pub features: Vec<&'a str>,
}

impl<'a> Module<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut module = Self::default();
        let mut parse = || Parser::new(0).parse_all(bytes).try_for_each(|payload| module.add(payload?));
        parse().into_diagnostic().wrap_err("the core module cannot be read")?;
        Ok(module)
    }

    fn add(&mut self, payload: Payload<'a>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(types) => extend(&mut self.types, types.into_iter_err_on_gc_types())?,
            Payload::ImportSection(imports) => {
                imports.into_imports().try_for_each(|import| {
                    self.add_import(import?);
                    Ok(())
                })?;
            }
            Payload::FunctionSection(functions) => extend(&mut self.functions, functions)?,
            Payload::TableSection(tables) => {
                extend(&mut self.tables, tables.into_iter().map(|table| Ok(table?.ty)))?;
            }
            Payload::MemorySection(memories) => extend(&mut self.memories, memories)?,
            Payload::GlobalSection(globals) => {
                extend(&mut self.defined_globals, globals)?;
                self.globals.extend(self.defined_globals.iter().map(|global| global.ty));
            }
            Payload::ExportSection(exports) => extend(&mut self.exports, exports)?,
            Payload::ElementSection(elements) => extend(&mut self.elements, elements)?,
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => self.add_custom(&section)?,
            _ => {}
        }
        Ok(())
    }

    fn add_import(&mut self, import: Import<'a>) {
        match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => self.functions.push(ty),
            TypeRef::Global(ty) => self.globals.push(ty),
            TypeRef::Table(ty) => self.tables.push(ty),
            TypeRef::Memory(ty) => self.memories.push(ty),
            TypeRef::Tag(_) => {}
        }
        self.imports.push(import);
    }

    fn add_custom(&mut self, section: &CustomSectionReader<'a>) -> wasmparser::Result<()> {
        if section.name() == "target_features" {
            let data = BinaryReader::new(section.data(), section.data_offset());
            self.features = read_features(data)?;
        } else if let KnownCustom::Name(names) = section.as_known() {
            for names in names {
                self.add_names(names?)?;
            }
        }
        Ok(())
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

    /// The imports that are functions, in the order of their indices.
    pub fn imported_functions(&self) -> impl Iterator<Item = &Import<'a>> {
        self.imports.iter().filter(|import| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)))
    }

    /// The imports that are globals, in the order of their indices.
    pub fn imported_globals(&self) -> impl Iterator<Item = &Import<'a>> {
        self.imports.iter().filter(|import| matches!(import.ty, TypeRef::Global(_)))
    }

    /// The index of the first function that is defined.
    pub fn first_defined(&self) -> u32 {
        (self.functions.len() - self.bodies.len()) as u32
    }

    /// The functions that are defined, with their bodies.
    pub fn defined(&self) -> impl Iterator<Item = (u32, &FunctionBody<'a>)> {
        (self.first_defined()..).zip(&self.bodies)
    }

    /// The body of a function that is defined.
    pub fn body(&self, function: u32) -> &FunctionBody<'a> {
        &self.bodies[(function - self.first_defined()) as usize]
    }

    /// The parameters and results of a function.
    pub fn function_type(&self, function: u32) -> &FuncType {
        &self.types[self.functions[function as usize] as usize]
    }

    /// How messages call a function.
    pub fn function_name(&self, function: u32) -> String {
        self.names.get(&function).map_or_else(|| format!("function {function}"), |name| format!("`{name}`"))
    }

    /// The function that is exported under a name.
    pub fn exported_function(&self, name: &str) -> Result<u32> {
        let export = self.exports.iter().find(|export| export.name == name);
        export
            .map(|export| export.index)
            .ok_or_else(|| miette!("the instrumented clones do not export `{name}`"))
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

/// A list of names, each after a sign that says whether it is used:
/// <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md#target-features-section>.
fn read_features<'a>(mut data: BinaryReader<'a>) -> wasmparser::Result<Vec<&'a str>> {
    let mut used = Vec::new();
    for _ in 0..data.read_var_u32()? {
        let sign = data.read_u8()?;
        let name = data.read_string()?;
        if sign == b'+' {
            used.push(name);
        }
    }
    Ok(used)
}
