//! One instance: its state, and the host functions it sees.

use crate::functions;
use crate::locks;
use crate::lookup::Lookup;
use crate::memory::MemoryLimiter;
use crate::network::AllowList;
use crate::output::{Allowance, Limited};
use crate::unsent::{self, Unsent};
use crate::{Access, Functions, Input, Network, Output, Policy, RunError};
use wasmtime::Engine;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{StdoutStream, stderr, stdin, stdout};
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::sockets::WasiSocketsView;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// What the host keeps for an instance.
pub(crate) struct State {
    wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) unsent: Unsent,
    /// The names that may be looked up; `None` leaves it to WASI's own switch.
    names: Option<AllowList>,
    pub(crate) memory: MemoryLimiter,
    pub(crate) functions: Functions,
}

impl State {
    /// Everything the policy grants and nothing else.
    pub(crate) async fn new(policy: &Policy) -> Result<Self, RunError> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.args(&policy.args).envs(&policy.env);
        // A run has its thread to itself, so file operations need not move to another.
        wasi.allow_blocking_current_thread(true);
        add_streams(&mut wasi, policy);
        add_dirs(&mut wasi, policy)?;
        let names = add_network(&mut wasi, &policy.network).await?;
        let memory = MemoryLimiter::new(policy.memory);
        let (table, unsent) = (ResourceTable::new(), Unsent::default());
        let functions = policy.functions.clone();
        Ok(Self { wasi: wasi.build(), table, unsent, names, memory, functions })
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

fn add_streams(wasi: &mut WasiCtxBuilder, policy: &Policy) {
    match &policy.stdin {
        Input::Null => {}
        Input::Inherit => drop(wasi.stdin(stdin())),
        Input::Bytes(bytes) => drop(wasi.stdin(MemoryInputPipe::new(bytes.clone()))),
        Input::Stream(feed) => drop(wasi.stdin(feed.stream())),
    }
    let allowance = Allowance::new(policy.output);
    if let Some(stream) = output(&policy.stdout, || Box::new(stdout())) {
        wasi.stdout(Limited::new(stream, allowance.clone()));
    }
    if let Some(stream) = output(&policy.stderr, || Box::new(stderr())) {
        wasi.stderr(Limited::new(stream, allowance));
    }
}

type Stream = Box<dyn StdoutStream + Sync>;

fn output(output: &Output, own: impl FnOnce() -> Stream) -> Option<Stream> {
    match output {
        Output::Null => None,
        Output::Inherit => Some(own()),
        Output::Capture(capture) => Some(Box::new(capture.stream())),
        Output::Stream(sink) => Some(sink.stream()),
    }
}

fn add_dirs(wasi: &mut WasiCtxBuilder, policy: &Policy) -> Result<(), RunError> {
    for dir in &policy.dirs {
        let perms = match dir.access {
            Access::ReadOnly => FsPerms::ReadOnly,
            Access::ReadWrite => FsPerms::ReadWrite,
        };
        wasi.preopened_dir(&dir.host, &dir.guest, perms).map_err(|error| RunError::Dir {
            host: dir.host.clone(),
            source: error.downcast().unwrap_or_else(std::io::Error::other),
        })?;
    }
    Ok(())
}

async fn add_network(wasi: &mut WasiCtxBuilder, network: &Network) -> Result<Option<AllowList>, RunError> {
    if *network == Network::Deny {
        return Ok(None);
    }
    wasi.allow_tcp(true).allow_udp(true).allow_ip_name_lookup(true);
    let Network::Allow(endpoints) = network else {
        wasi.inherit_network();
        return Ok(None);
    };
    let list = AllowList::resolve(endpoints)
        .await
        .map_err(|(endpoint, source)| RunError::Resolve { endpoint, source })?;
    let check = list.clone();
    wasi.socket_addr_check(move |address, usage| Box::pin(check.clone().allows(address, usage)));
    Ok(Some(list))
}

/// WASI 0.2, with the name lookup guarded, with locks on files, and with streams that close at once; and the functions
/// of the host.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    ip_name_lookup::add_to_linker::<State, Lookup<'_>>(&mut linker, |state| {
        Lookup::new(state.names.clone(), state.sockets())
    })?;
    locks::add_to_linker(&mut linker)?;
    unsent::add_to_linker(&mut linker)?;
    functions::add_to_linker(&mut linker)?;
    Ok(linker)
}
