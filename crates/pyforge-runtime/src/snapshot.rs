//! A component whose Python is up from the beginning.
//!
//! An instance of the component brings its interpreter up and says what its memory then is
//! (`pyforge:python/snapshot`); the module that has that memory is given it as its initial one. All else of the
//! component stays as it is: caps begin anew in each instance.
//!
//! The seed of Python's hashes is in that memory. So a snapshot is never part of a distribution: each user, or each
//! process, makes its own, with a seed from the system's random numbers.

mod fits;
mod splice;

pub(crate) use self::fits::fits;
use self::splice::{core_modules, replace};
use crate::Policy;
use crate::guest::State;
use sha2::{Digest, Sha256};
use wasmparser::{Operator, Parser, Payload};
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Lower,
};
use wasmtime::error::Context as _;
use wasmtime::{Result, Store, bail, format_err};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType, Wizer};

/// Counted up when the same component comes to another snapshot.
pub(crate) const REVISION: u8 = 1;

/// The interface of an interpreter that can be brought up beforehand.
const INTERFACE: &str = "pyforge:python/snapshot@0.1.0";

/// What the interpreter sees while it comes up: nothing.
pub(crate) fn policy() -> Policy {
    Policy { args: vec![fits::PROGRAM.to_owned()], ..Policy::default() }
}

/// What a snapshot is known by: the digest of what it is made of.
pub(crate) fn key(component: &[u8; 32], modules: &[String]) -> [u8; 32] {
    let mut digest = Sha256::new_with_prefix(component);
    digest.update([REVISION]);
    modules.iter().for_each(|module| digest.update(format!("{module}\n")));
    digest.finalize().into()
}

/// Whether a component has an interpreter that can be brought up beforehand.
pub(crate) fn is_possible(component: &Component) -> bool {
    component.get_export_index(None, INTERFACE).is_some()
}

/// The component with its interpreter up and these modules imported.
pub(crate) async fn take(
    wasm: &[u8],
    instance: &InstancePre<State>,
    mut store: Store<State>,
    modules: &[String],
) -> Result<Vec<u8>> {
    let instance = instance.instantiate_async(&mut store).await?;
    let interface = instance.get_export_index(&mut store, None, INTERFACE);
    let interface = interface.context("it has no interpreter that can be brought up beforehand")?;
    let (prepared,): (Result<(), String>,) =
        call(&instance, &mut store, &interface, "prepare", (modules,)).await?;
    prepared.map_err(|error| format_err!("python: {error}"))?;
    let (memory,): (Vec<u8>,) = call(&instance, &mut store, &interface, "memory", ()).await?;
    if !store.data().table.is_empty() {
        bail!("the interpreter still holds handles of the host");
    }
    let export = format!("{INTERFACE}#memory");
    let module = core_modules(wasm)?.into_iter().find(|module| exports(&wasm[module.clone()], &export));
    let module = module.context("no module of the component has the interpreter")?;
    let core = with_memory(&wasm[module.clone()], memory).await?;
    replace(wasm, &module, &core)
}

async fn call<P, R>(
    instance: &Instance,
    store: &mut Store<State>,
    interface: &ComponentExportIndex,
    function: &str,
    arguments: P,
) -> Result<R>
where
    P: ComponentNamedList + Lower + Send + Sync,
    R: ComponentNamedList + Lift + Send + Sync + 'static,
{
    let index = instance.get_export_index(&mut *store, Some(interface), function);
    let index = index.with_context(|| format!("{INTERFACE} has no function {function}"))?;
    instance.get_typed_func::<P, R>(&mut *store, index)?.call_async(store, arguments).await
}

/// Whether a core module has this export.
fn exports(module: &[u8], name: &str) -> bool {
    Parser::new(0).parse_all(module).any(|payload| match payload {
        Ok(Payload::ExportSection(exports)) => {
            exports.into_iter().any(|export| export.is_ok_and(|export| export.name == name))
        }
        _ => false,
    })
}

/// The module with this initial memory.
async fn with_memory(module: &[u8], memory: Vec<u8>) -> Result<Vec<u8>> {
    let wizer = Wizer::new();
    let (context, _instrumented) = wizer.instrument(module)?;
    wizer.snapshot(&context, &mut AtRest { memory, globals: globals(module)? }).await
}

/// A module in which nothing runs: its memory is given, and its globals, of which the stack pointer is the only one that
/// changes, are back at what they were.
struct AtRest {
    memory: Vec<u8>,
    globals: Vec<Option<i32>>,
}

impl InstanceState for AtRest {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let index: usize = name.rsplit('_').next().and_then(|index| index.parse().ok()).unwrap_or(usize::MAX);
        let value = self.globals.get(index).copied().flatten();
        SnapshotVal::I32(value.expect("`globals` has seen to it that each mutable one is there"))
    }

    async fn memory_contents(&mut self, _: &str, contents: impl FnOnce(&[u8]) + Send) {
        contents(&self.memory);
    }
}

/// The initial values of a module's mutable globals, which must be 32-bit constants; none for the others.
fn globals(module: &[u8]) -> Result<Vec<Option<i32>>> {
    let mut values = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::GlobalSection(globals) = payload? else { continue };
        for global in globals {
            let global = global?;
            let value = match global.init_expr.get_operators_reader().read()? {
                Operator::I32Const { value } => Some(value),
                _ if !global.ty.mutable => None,
                _ => bail!("the interpreter has a global that no snapshot can take"),
            };
            values.push(value.filter(|_| global.ty.mutable));
        }
    }
    Ok(values)
}
