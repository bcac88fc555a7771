//! The outermost level of a component: what it imports, exports and embeds, and how that is wired.

use std::collections::BTreeMap;
use std::ops::Range;

use wasmparser::{
    ComponentAlias, ComponentExport, ComponentExternalKind, ComponentImport, ComponentInstance,
    ComponentName, ComponentNameSectionReader, ComponentOuterAliasKind, ComponentTypeRef, Encoding,
    KnownCustom, Parser, Payload,
};

use crate::{InspectError, carried};

/// Where an instance of the level comes from.
pub enum Origin {
    /// The import of that place.
    Import(usize),
    /// An instantiation of that component, with instances for its imports by name.
    Component { index: u32, arguments: Vec<(String, u32)> },
    /// Another instance, or an export of it.
    Instance(u32),
    /// Put together of single items.
    Items,
}

/// The outermost level of a component.
#[derive(Default)]
pub struct Outline {
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    /// The bytes of each component; none for one that is imported or an alias.
    pub components: Vec<Option<Range<usize>>>,
    pub instances: Vec<Origin>,
    /// Whether it has core modules or components with core modules, more than types and wires.
    pub has_code: bool,
    /// The name it has for itself.
    pub name: Option<String>,
    pub instance_names: BTreeMap<u32, String>,
    /// What it says it carries.
    pub carries: Vec<String>,
}

impl Outline {
    /// Reads the level; what is embedded is walked through but not kept.
    pub fn read(bytes: &[u8]) -> Result<Self, InspectError> {
        if !bytes.starts_with(b"\0asm") {
            return Err(InspectError::NotWasm);
        }
        let mut outline = Self::default();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                    return Err(InspectError::CoreModule);
                }
                Payload::ModuleSection { .. } => {
                    outline.has_code = true;
                    depth += 1;
                }
                Payload::ComponentSection { unchecked_range, .. } => {
                    if depth == 0 {
                        outline.components.push(Some(checked(unchecked_range, bytes)?));
                    }
                    depth += 1;
                }
                // The last one ends the level itself.
                Payload::End(_) if depth > 0 => depth -= 1,
                payload if depth == 0 => outline.take(payload)?,
                _ => {}
            }
        }
        Ok(outline)
    }

    /// The embedded component that an instance is of, or is an export of.
    pub fn component_of(&self, instance: u32) -> Option<u32> {
        match self.origin_of(instance)? {
            Origin::Component { index, .. } => Some(*index),
            _ => None,
        }
    }

    /// The import that an instance is, or is an export of.
    pub fn import_of(&self, instance: u32) -> Option<usize> {
        match self.origin_of(instance)? {
            Origin::Import(index) => Some(*index),
            _ => None,
        }
    }

    /// The end of a chain of aliases, each of which can only name an instance before it.
    fn origin_of(&self, instance: u32) -> Option<&Origin> {
        match self.instances.get(instance as usize)? {
            Origin::Instance(other) if *other < instance => self.origin_of(*other),
            Origin::Instance(_) => None,
            origin => Some(origin),
        }
    }

    /// Notes what one section of the level says.
    fn take(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ComponentImportSection(section) => {
                section.into_iter().try_for_each(|import| import.map(|import| self.take_import(&import)))
            }
            Payload::ComponentInstanceSection(section) => section
                .into_iter()
                .try_for_each(|instance| instance.map(|instance| self.instances.push(origin(&instance)))),
            Payload::ComponentAliasSection(section) => {
                section.into_iter().try_for_each(|alias| alias.map(|alias| self.take_alias(&alias)))
            }
            Payload::ComponentExportSection(section) => {
                section.into_iter().try_for_each(|export| export.map(|export| self.take_export(&export)))
            }
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::ComponentName(names) => self.take_names(names),
                _ => {
                    self.carries.extend(carried::read(&section));
                    Ok(())
                }
            },
            _ => Ok(()),
        }
    }

    fn take_import(&mut self, import: &ComponentImport<'_>) {
        match import.ty {
            ComponentTypeRef::Instance(_) => self.instances.push(Origin::Import(self.imports.len())),
            ComponentTypeRef::Component(_) => self.components.push(None),
            _ => {}
        }
        self.imports.push(import.name.name.to_owned());
    }

    fn take_alias(&mut self, alias: &ComponentAlias<'_>) {
        match alias {
            ComponentAlias::InstanceExport {
                kind: ComponentExternalKind::Instance, instance_index, ..
            } => {
                self.instances.push(Origin::Instance(*instance_index));
            }
            ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. }
            | ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, .. } => {
                self.components.push(None);
            }
            _ => {}
        }
    }

    /// What is exported can be used again under a new index.
    fn take_export(&mut self, export: &ComponentExport<'_>) {
        match export.kind {
            ComponentExternalKind::Instance => self.instances.push(Origin::Instance(export.index)),
            ComponentExternalKind::Component => self.components.push(None),
            _ => {}
        }
        self.exports.push(export.name.name.to_owned());
    }

    fn take_names(&mut self, names: ComponentNameSectionReader<'_>) -> wasmparser::Result<()> {
        for name in names {
            match name? {
                ComponentName::Component { name, .. } => self.name = Some(name.to_owned()),
                ComponentName::Instances(map) => {
                    for naming in map {
                        let naming = naming?;
                        self.instance_names.insert(naming.index, naming.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn origin(instance: &ComponentInstance<'_>) -> Origin {
    match instance {
        ComponentInstance::Instantiate { component_index, args } => {
            let instances = args.iter().filter(|argument| argument.kind == ComponentExternalKind::Instance);
            let arguments = instances.map(|argument| (argument.name.to_owned(), argument.index)).collect();
            Origin::Component { index: *component_index, arguments }
        }
        ComponentInstance::FromExports(_) => Origin::Items,
    }
}

/// The parser does not hold the range against the end of the file.
fn checked(range: Range<u64>, bytes: &[u8]) -> Result<Range<usize>, InspectError> {
    let within = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
    let within = within.map(|(start, end)| start..end).filter(|range| bytes.get(range.clone()).is_some());
    within.ok_or_else(|| InspectError::Damaged { message: "it is cut short".to_owned() })
}
