//! Functions of the host that Python can call: `pyforge:host/functions`, which the cap `host` imports.

use crate::guest::State;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker, Lower};

/// The interface; `wit/host` is its contract.
const INTERFACE: &str = "pyforge:host/functions@0.1.0";

/// What a guest calls a function with: anything that JSON can say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// Those by position.
    pub positional: Vec<Value>,
    /// Those by name.
    pub named: Map<String, Value>,
}

impl Arguments {
    /// The argument at that position, or of that name, as Python passes either: none if it is not given.
    pub fn get(&self, position: usize, name: &str) -> Option<&Value> {
        self.positional.get(position).or_else(|| self.named.get(name))
    }

    fn from_json(text: &str) -> serde_json::Result<Self> {
        let (positional, named) = serde_json::from_str(text)?;
        Ok(Self { positional, named })
    }
}

/// What a function returns: a value, or a message that Python sees as a `pyforge_host.HostError`.
pub type Answer = Result<Value, String>;

type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;
type Function = Arc<dyn Fn(Arguments) -> Answering + Send + Sync>;

/// Functions by name, offered to guests whose policy has them. Clones share the functions.
///
/// A guest sees them as `pyforge_host.NAME`. It can call them with any arguments at all and at any rate: they have to
/// check what they are given, as what a request from outside brings.
#[derive(Clone, Default)]
pub struct Functions(BTreeMap<String, Function>);

impl Functions {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function, which runs where the guest does: nothing stops it, and what waits belongs in
    /// [`with_async`](Self::with_async).
    pub fn with(
        self,
        name: impl Into<String>,
        function: impl Fn(Arguments) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.with_async(name, move |arguments| ready(function(arguments)))
    }

    /// Adds a function that may wait. It is dropped where it waits when the run has to end.
    pub fn with_async<F>(
        mut self,
        name: impl Into<String>,
        function: impl Fn(Arguments) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        self.0.insert(name.into(), Arc::new(move |arguments| Box::pin(function(arguments))));
        self
    }

    async fn call(self, name: &str, arguments: &str) -> Result<String, Error> {
        let function = self.0.get(name).ok_or(Error::Unknown)?;
        let arguments = Arguments::from_json(arguments)
            .map_err(|error| Error::Failed(format!("the arguments do not fit pyforge:host: {error}")))?;
        function(arguments).await.map(|value| value.to_string()).map_err(Error::Failed)
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The contract's `error`.
#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "unknown")]
    Unknown,
    #[component(name = "failed")]
    Failed(String),
}

/// Offers each guest the functions of its policy; one that has none is told so when it asks.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut interface = linker.instance(INTERFACE)?;
    interface.func_wrap("names", |store: StoreContextMut<'_, State>, ()| {
        Ok((store.data().functions.0.keys().cloned().collect::<Vec<_>>(),))
    })?;
    interface.func_wrap_async(
        "call",
        |store: StoreContextMut<'_, State>, (name, arguments): (String, String)| {
            let functions = store.data().functions.clone();
            Box::new(async move { Ok((functions.call(&name, &arguments).await,)) })
        },
    )
}
