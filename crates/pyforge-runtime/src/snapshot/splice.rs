//! Core modules inside a component, however deep: where they are, and another in the place of one.

use std::ops::Range;
use wasm_encoder::Encode as _;
use wasmparser::{BinaryReader, Parser, Payload};
use wasmtime::{Result, bail};

/// Bytes before a component's first section.
const HEADER: usize = 8;

/// The section of a component that is a component itself.
const COMPONENT: u8 = 4;

/// Where a component's core modules are in it, in bytes.
pub(crate) fn core_modules(component: &[u8]) -> Result<Vec<Range<usize>>> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection { unchecked_range, .. } = payload? {
            modules.push(unchecked_range.start as usize..unchecked_range.end as usize);
        }
    }
    Ok(modules)
}

/// The component with other bytes in the place of the core module there.
pub(crate) fn replace(component: &[u8], module: &Range<usize>, with: &[u8]) -> Result<Vec<u8>> {
    let mut reader = BinaryReader::new(component, 0);
    reader.read_bytes(HEADER)?;
    while !reader.eof() {
        let start = component.len() - reader.bytes_remaining();
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()? as usize;
        let begin = component.len() - reader.bytes_remaining();
        let body = begin..begin + reader.read_bytes(size)?.len();
        if !(body.start <= module.start && module.end <= body.end) {
            continue;
        }
        let inner = match id {
            COMPONENT => {
                let within = module.start - body.start..module.end - body.start;
                replace(&component[body.clone()], &within, with)?
            }
            _ => with.to_vec(),
        };
        let mut whole = component[..start].to_vec();
        whole.push(id);
        inner.encode(&mut whole);
        whole.extend(&component[body.end..]);
        return Ok(whole);
    }
    bail!("the component has no such module")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(number: u32) -> Vec<u8> {
        wat::parse_str(format!("(module (func (result i32) i32.const {number}) (memory {number}))")).unwrap()
    }

    #[test]
    fn a_module_deep_inside_is_replaced() {
        let text = "(component
            (core module (func (result i32) i32.const 1) (memory 1))
            (component (component (core module (func (result i32) i32.const 2) (memory 2))))
            (core module (func (result i32) i32.const 3) (memory 3)))";
        let component = wat::parse_str(text).unwrap();
        let modules = core_modules(&component).unwrap();
        assert_eq!(modules.len(), 3);
        for (at, range) in modules.iter().enumerate() {
            assert_eq!(component[range.clone()], module(at as u32 + 1));
            let changed = replace(&component, range, &module(60_000)).unwrap();
            wasmparser::validate(&changed).unwrap();
            let found = core_modules(&changed).unwrap();
            let expected = (0..3).map(|n| module(if n == at { 60_000 } else { n as u32 + 1 }));
            assert!(found.into_iter().map(|range| changed[range].to_vec()).eq(expected));
        }
    }
}
