//! Starting one component by itself, to be driven through the interface that it exports.

use std::path::Path;

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, ResourceLimiter, Store};

/// Counts the linear memory that the component takes.
#[derive(Default)]
pub struct Meter {
    memory: usize,
}

impl Meter {
    /// So far, in bytes.
    pub fn memory(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, now: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory += wanted - now;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// What instantiates the component in `file`, which may import nothing.
pub fn start(file: &Path) -> (Store<Meter>, Component, Linker<Meter>) {
    let engine = Engine::default();
    let component = load(&engine, file);
    let mut store = Store::new(&engine, Meter::default());
    store.limiter(|meter| meter);
    (store, component, Linker::new(&engine))
}

/// The names of what a component imports and exports.
pub fn surface(file: &Path) -> (Vec<String>, Vec<String>) {
    let engine = Engine::default();
    let surface = load(&engine, file).component_type();
    let imports = surface.imports(&engine).map(|(name, _)| name.to_owned()).collect();
    let exports = surface.exports(&engine).map(|(name, _)| name.to_owned()).collect();
    (imports, exports)
}

fn load(engine: &Engine, file: &Path) -> Component {
    Component::from_file(engine, file).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()))
}
