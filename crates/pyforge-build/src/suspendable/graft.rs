//! Puts the instrumented clones into the module they were taken from, behind everything that is there.

use std::collections::BTreeMap;

use miette::{Report, miette};
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, FunctionSection, GlobalSection, ImportSection, SectionId,
    TypeSection,
};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, Element, ElementKind, ElementSectionReader, FuncType,
    FunctionSectionReader, GlobalSectionReader, Import, ImportSectionReader, Parser, TypeRef,
    TypeSectionReader,
};

use super::clones::{Encoded, PLAIN, SHARED, SUSPENDING, explain};
use super::module::Module;
use super::plan::{ASYNCIFY, Plan, SUSPENDABLE, constant_offset};
use crate::Result;

/// Encodes the module with the clones. What it says of its names is left out.
pub fn graft(bytes: &[u8], module: &Module<'_>, plan: &Plan, clones: &Module<'_>) -> Result<Vec<u8>> {
    let places = Places::new(module, plan, clones)?;
    let mut host = Host { module, plan, clones, places: &places, in_clones: false, globals_placed: false };
    let mut encoded = wasm_encoder::Module::new();
    host.parse_core_module(&mut encoded, Parser::new(0), bytes).map_err(explain)?;
    Ok(encoded.finish())
}

/// Where everything is in the result.
struct Places {
    /// Each function of the module.
    functions: Vec<u32>,
    /// The clone of each function that has one.
    clones: BTreeMap<u32, u32>,
    /// In the clones' module: its types, functions and globals.
    clone_types: Vec<u32>,
    clone_functions: Vec<u32>,
    clone_globals: Vec<u32>,
    /// The types that only the clones' module has.
    new_types: Vec<FuncType>,
}

impl Places {
    fn new(module: &Module<'_>, plan: &Plan, clones: &Module<'_>) -> Result<Self> {
        let kept = module.imported_functions().filter(|import| is_kept(import)).count() as u32;
        let first_clone = kept + module.bodies.len() as u32;
        // Where a function is that the clones' module exports.
        let exported = |name: &str| {
            let index = clones.exported_function(name)?;
            let place = index.checked_sub(clones.first_defined());
            place
                .map(|place| first_clone + place)
                .ok_or_else(|| miette!("the clones' `{name}` is not their own"))
        };
        let mut functions = Vec::new();
        let mut kept_imports = 0..kept;
        for (index, import) in (0..).zip(module.imported_functions()) {
            functions.push(match import.module {
                SUSPENDABLE => exported(&plan.roots[&index].to_string())?,
                ASYNCIFY => exported(&format!("asyncify_{}", import.name))?,
                _ => kept_imports.next().unwrap_or_default(),
            });
        }
        functions.extend(kept..first_clone);
        let clone_of = |&function: &u32| Ok((function, exported(&function.to_string())?));
        let (clone_types, new_types) = merge_types(module, clones);
        Ok(Self {
            clones: plan.clones.iter().map(clone_of).collect::<Result<_>>()?,
            clone_types,
            clone_functions: clone_functions(clones, &functions, first_clone)?,
            clone_globals: clone_globals(module, clones)?,
            new_types,
            functions,
        })
    }
}

/// The place of each type of the clones' module, and the types to add.
fn merge_types(module: &Module<'_>, clones: &Module<'_>) -> (Vec<u32>, Vec<FuncType>) {
    let mut types = module.types.clone();
    let place = |ty: &FuncType| {
        let known = types.iter().position(|known| known == ty);
        known.unwrap_or_else(|| {
            types.push(ty.clone());
            types.len() - 1
        }) as u32
    };
    let places = clones.types.iter().map(place).collect();
    (places, types.split_off(module.types.len()))
}

fn clone_functions(clones: &Module<'_>, functions: &[u32], first_clone: u32) -> Result<Vec<u32>> {
    let place = |import: &Import<'_>| {
        let index =
            import.name.parse::<usize>().ok().filter(|_| [PLAIN, SUSPENDING].contains(&import.module));
        index.and_then(|index| functions.get(index).copied()).ok_or_else(|| foreign(import))
    };
    let mut places = clones.imported_functions().map(place).collect::<Result<Vec<_>>>()?;
    places.extend((first_clone..).take(clones.bodies.len()));
    Ok(places)
}

fn clone_globals(module: &Module<'_>, clones: &Module<'_>) -> Result<Vec<u32>> {
    let known = module.globals.len() as u32;
    let place = |import: &Import<'_>| {
        let index = import.name.parse().ok().filter(|_| import.module == SHARED);
        index.filter(|index| *index < known).ok_or_else(|| foreign(import))
    };
    let mut places = clones.imported_globals().map(place).collect::<Result<Vec<_>>>()?;
    places.extend((known..).take(clones.defined_globals.len()));
    Ok(places)
}

fn foreign(import: &Import<'_>) -> Report {
    miette!("the instrumented clones import `{}.{}`, which they were not given", import.module, import.name)
}

/// Whether an import is still one afterwards.
fn is_kept(import: &Import<'_>) -> bool {
    ![SUSPENDABLE, ASYNCIFY].contains(&import.module)
}

/// Copies the module, and the clones behind the last of each kind.
struct Host<'a> {
    module: &'a Module<'a>,
    plan: &'a Plan,
    clones: &'a Module<'a>,
    places: &'a Places,
    /// Whether function indices are for the table's second half.
    in_clones: bool,
    globals_placed: bool,
}

impl Host<'_> {
    fn add_globals(&mut self, globals: &mut GlobalSection) -> Encoded {
        self.globals_placed = true;
        for global in &self.clones.defined_globals {
            Guest { places: self.places }.parse_global(globals, global.clone())?;
        }
        Ok(())
    }

    /// Adds a segment again for the clones.
    fn add_element(&mut self, elements: &mut ElementSection, element: Element<'_>) -> Encoded {
        let ElementKind::Active { offset_expr, .. } = &element.kind else { return Ok(()) };
        let offset = constant_offset(offset_expr).map_err(reencode::Error::UserError)? + self.plan.slots;
        self.in_clones = true;
        let items = self.element_items(element.items)?;
        self.in_clones = false;
        elements.active(None, &ConstExpr::i32_const(offset.cast_signed()), items);
        Ok(())
    }
}

impl Reencode for Host<'_> {
    type Error = Report;

    fn function_index(&mut self, function: u32) -> Encoded<u32> {
        let clone = self.places.clones.get(&function).filter(|_| self.in_clones);
        Ok(clone.copied().unwrap_or(self.places.functions[function as usize]))
    }

    fn parse_type_section(&mut self, types: &mut TypeSection, section: TypeSectionReader<'_>) -> Encoded {
        utils::parse_type_section(self, types, section)?;
        for ty in &self.places.new_types {
            types.ty().func_type(&self.func_type(ty.clone())?);
        }
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Encoded {
        for import in section.into_imports() {
            let import = import?;
            if !matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) || is_kept(&import) {
                self.parse_import(imports, import)?;
            }
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Encoded {
        utils::parse_function_section(self, functions, section)?;
        for (index, _) in self.clones.defined() {
            let ty = self.clones.functions[index as usize];
            functions.function(self.places.clone_types[ty as usize]);
        }
        Ok(())
    }

    fn table_type(&mut self, ty: wasmparser::TableType) -> Encoded<wasm_encoder::TableType> {
        let added = u64::from(self.plan.slots);
        let mut ty = utils::table_type(self, ty)?;
        ty.minimum += added;
        ty.maximum = ty.maximum.map(|maximum| maximum + added);
        Ok(ty)
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: GlobalSectionReader<'_>,
    ) -> Encoded {
        utils::parse_global_section(self, globals, section)?;
        self.add_globals(globals)
    }

    /// A module without globals gets a section for those of the clones, where it belongs.
    fn intersperse_section_hook(
        &mut self,
        encoded: &mut wasm_encoder::Module,
        _: Option<SectionId>,
        next: Option<SectionId>,
    ) -> Encoded {
        let later =
            [SectionId::Export, SectionId::Start, SectionId::Element, SectionId::DataCount, SectionId::Code];
        if !self.globals_placed && next.is_some_and(|next| later.contains(&next)) {
            let mut globals = GlobalSection::new();
            self.add_globals(&mut globals)?;
            encoded.section(&globals);
        }
        Ok(())
    }

    fn parse_element_section(
        &mut self,
        elements: &mut ElementSection,
        section: ElementSectionReader<'_>,
    ) -> Encoded {
        utils::parse_element_section(self, elements, section)?;
        self.module.elements.iter().try_for_each(|element| self.add_element(elements, element.clone()))
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Encoded {
        utils::parse_code_section(self, code, section)?;
        let mut guest = Guest { places: self.places };
        self.clones.bodies.iter().try_for_each(|body| guest.parse_function_body(code, body.clone()))
    }

    fn parse_custom_section(
        &mut self,
        encoded: &mut wasm_encoder::Module,
        section: CustomSectionReader<'_>,
    ) -> Encoded {
        // They speak of functions that are elsewhere now, or of what only a linker wants to know.
        let stale = ["name", "target_features", "linking", "sourceMappingURL"];
        let stale_start = [".debug_", "reloc."];
        let name = section.name();
        if stale.contains(&name) || stale_start.iter().any(|start| name.starts_with(start)) {
            return Ok(());
        }
        utils::parse_custom_section(self, encoded, section)
    }
}

/// Copies what the clones' module defines.
struct Guest<'a> {
    places: &'a Places,
}

impl Reencode for Guest<'_> {
    type Error = Report;

    fn type_index(&mut self, ty: u32) -> Encoded<u32> {
        Ok(self.places.clone_types[ty as usize])
    }

    fn function_index(&mut self, function: u32) -> Encoded<u32> {
        Ok(self.places.clone_functions[function as usize])
    }

    fn global_index(&mut self, global: u32) -> Encoded<u32> {
        Ok(self.places.clone_globals[global as usize])
    }
}
