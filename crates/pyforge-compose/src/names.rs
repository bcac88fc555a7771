//! Names the instances of a composition after the parts they are of, for `inspect` and for other tools.
//!
//! wac-graph can write such names, but in the order its nodes were added; the section wants them by index.

use wac_graph::{CompositionGraph, PackageId};
use wasm_encoder::{ComponentNameSection, ComponentSection as _, NameMap};

use crate::InspectError;
use crate::outline::{Origin, Outline};

/// Appends the names to a composition, which embeds each part byte for byte.
pub fn append(
    composed: &mut Vec<u8>,
    graph: &CompositionGraph,
    parts: &[PackageId],
) -> Result<(), InspectError> {
    let outline = Outline::read(composed)?;
    let part_at = |component: u32| {
        let range = outline.components.get(component as usize)?.clone()?;
        parts.iter().map(|part| &graph[*part]).find(|part| part.bytes() == &composed[range.clone()])
    };
    let mut names = NameMap::new();
    for (index, origin) in (0..).zip(&outline.instances) {
        if let Origin::Component { index: component, .. } = origin
            && let Some(part) = part_at(*component)
        {
            names.append(index, part.name());
        }
    }
    let mut section = ComponentNameSection::new();
    section.instances(&names);
    section.as_custom().append_to_component(composed);
    Ok(())
}
