//! The engine, and how it is set up for Python.

use crate::cache::{Cache, hex};
use crate::slices::Slices;
use crate::{LoadError, Pool, Program, Progress, Source, guest, snapshot};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, OptLevel, Store, WasmBacktraceDetails};
use wasmtime_wasi::p2::bindings::CommandPre;

/// The native stack that WebAssembly frames may fill, in bytes. CPython keeps its own recursion limit, and
/// this is what its WASI builds are run with.
const WASM_STACK: usize = 16 << 20;

/// The native stack on top of that for the host's own functions, in bytes.
const HOST_STACK: usize = 1 << 20;

/// The largest initial memory that is kept as it will be mapped, in bytes.
const IMAGE: u64 = 64 << 20;

/// More ticks of an engine's clock than there will be.
const FOREVER: u64 = 1 << 48;

/// A component that can be run.
pub(crate) type Command = CommandPre<guest::State>;
/// How many guests [`Program::run`] can have at a time: each has a thread, and later ones would wait for one.
const MAX_THREADS: usize = 1 << 15;

/// How to set up a [`Runtime`].
#[derive(Clone, Debug, Default)]
pub struct RuntimeConfig {
    /// Where compiled code is kept: a directory that only its owner can write to, made if need be.
    /// Without one, each load compiles.
    pub cache_dir: Option<PathBuf>,
    /// What becomes of a guest that has to stop while it computes.
    pub stopping: Stopping,
    /// Has runs begin with a Python that is up already, and that has imported these modules and the ones that its
    /// distribution names: with a snapshot, which is taken when a component is loaded first and kept where its compiled
    /// code is. Runs that ask for another Python (`-I`, `PYTHONPATH`, `PYTHONHASHSEED`) start it themselves. All runs
    /// from one snapshot have the same seed of hashes, which is the system's choice: where that matters, set no
    /// `cache_dir`, and each process has its own.
    pub snapshot: Option<Vec<String>>,
    /// Room for many instances at a time, which then start faster. Without one, memory is mapped as instances come.
    pub pool: Option<Pool>,
}

impl RuntimeConfig {
    /// For a process that runs a guest and ends with it, and keeps compiled code and snapshots in that folder.
    pub fn for_process(cache_dir: PathBuf) -> Self {
        let snapshot = Some(Vec::new());
        Self { cache_dir: Some(cache_dir), stopping: Stopping::WithProcess, snapshot, pool: None }
    }

    /// For a process that runs many guests, up to so many at a time, and keeps compiled code in that folder.
    pub fn for_host(cache_dir: PathBuf, instances: u32) -> Self {
        let (snapshot, pool) = (Some(Vec::new()), Some(Pool::new(instances)));
        Self { cache_dir: Some(cache_dir), stopping: Stopping::InPlace, snapshot, pool }
    }
}

/// What becomes of a guest that computes when its time is up or it is interrupted. [`Program::run`] returns either
/// way, and a guest that waits (for input, a timer, a socket) ends either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stopping {
    /// It ends there and then. Every loop and function of its code asks whether it may go on, which costs a
    /// quarter to a third of its speed.
    #[default]
    InPlace,
    /// It is given up, and keeps its thread and its memory until the process ends: for a process that ends with its
    /// guest.
    WithProcess,
}

/// Loads programs. Cheap to clone: clones share the engine, the threads and the cache.
#[derive(Clone)]
pub struct Runtime(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<guest::State>,
    pub(crate) threads: Threads,
    snapshot: Option<Vec<String>>,
    /// What lets guests that stop in place do so.
    pub(crate) slices: Option<Slices>,
    cache: Option<Cache>,
}

impl Runtime {
    /// Sets up the engine.
    ///
    /// # Errors
    /// [`LoadError::CacheNotPrivate`] and [`LoadError::Cache`] when the cache directory cannot be used, and
    /// [`LoadError::Engine`] when the machine cannot host the engine.
    pub fn new(config: RuntimeConfig) -> Result<Self, LoadError> {
        let cache = config.cache_dir.as_deref().map(Cache::open).transpose()?;
        let engine = Engine::new(&engine_config(&config)).map_err(engine_error)?;
        let linker = guest::linker(&engine).map_err(engine_error)?;
        let threads = Threads::new(config.stopping)?;
        let stops_in_place = config.stopping == Stopping::InPlace;
        let slices = stops_in_place.then(|| Slices::new(&engine, threads.get().handle()));
        Ok(Self(Arc::new(Inner { engine, linker, threads, slices, snapshot: config.snapshot, cache })))
    }

    /// Loads a component, from the cache if it was compiled before. `progress` hears of what takes long.
    ///
    /// # Errors
    /// Any [`LoadError`] but [`LoadError::Engine`].
    ///
    /// # Panics
    /// When called from async code, if a snapshot is to be taken.
    pub fn load(&self, source: &Source, progress: &dyn Fn(Progress)) -> Result<Program, LoadError> {
        let Some(modules) = &self.0.snapshot else {
            let plain = self.load_plain(source, progress)?;
            return Ok(Program::new(self.clone(), source.clone(), Some(plain), None));
        };
        let digest = source.digest.map_or_else(|| verified(source).map(|(_, digest)| digest), Ok)?;
        // So that what is loaded later need not be digested again.
        let source = source.clone().with_digest(digest);
        let key = snapshot::key(&digest, modules);
        let (plain, prepared) = self.load_prepared(&source, &key, modules, progress)?;
        Ok(Program::new(self.clone(), source, plain, prepared))
    }

    /// The component as it is.
    pub(crate) fn load_plain(
        &self,
        source: &Source,
        progress: &dyn Fn(Progress),
    ) -> Result<Command, LoadError> {
        // A digest that the caller knows saves reading the component.
        let (read, digest) = match (source.digest, &self.0.cache) {
            (Some(digest), Some(_)) => (None, digest),
            _ => verified(source).map(|(wasm, digest)| (Some(wasm), digest))?,
        };
        let wasm = || read.map_or_else(|| verified(source).map(|(wasm, _)| wasm), Ok);
        self.command(source, self.compiled(source, &digest, wasm, progress)?)
    }

    /// The component with its Python up, and as it is if it had to be loaded so, or has no such Python.
    fn load_prepared(
        &self,
        source: &Source,
        key: &[u8; 32],
        modules: &[String],
        progress: &dyn Fn(Progress),
    ) -> Result<(Option<Command>, Option<Command>), LoadError> {
        if let Some(component) = self.cached(key) {
            return Ok((None, Some(self.command(source, component)?)));
        }
        let plain = self.load_plain(source, progress)?;
        if !snapshot::is_possible(plain.instance_pre().component()) {
            return Ok((Some(plain), None));
        }
        let wasm = || self.snapshot(source, &plain, modules).map(Cow::Owned);
        let prepared = self.compiled(source, key, wasm, progress)?;
        Ok((Some(plain), Some(self.command(source, prepared)?)))
    }

    fn snapshot(&self, source: &Source, plain: &Command, modules: &[String]) -> Result<Vec<u8>, LoadError> {
        let wasm = source.read()?;
        let error = |reason: String| LoadError::Snapshot { path: source.name(), reason };
        self.0.threads.get().block_on(async {
            let state = guest::State::new(&snapshot::policy()).await;
            let mut store = Store::new(&self.0.engine, state.map_err(|failure| error(failure.to_string()))?);
            store.set_epoch_deadline(FOREVER);
            let taken = snapshot::take(&wasm, plain.instance_pre(), store, modules).await;
            taken.map_err(|failure| error(format!("{failure:#}")))
        })
    }

    fn command(&self, source: &Source, component: Component) -> Result<Command, LoadError> {
        let unfit =
            |error: wasmtime::Error| LoadError::Unfit { path: source.name(), reason: format!("{error:#}") };
        let instance = self.0.linker.instantiate_pre(&component).map_err(unfit)?;
        CommandPre::new(instance).map_err(unfit)
    }

    fn cached(&self, digest: &[u8; 32]) -> Option<Component> {
        let cache = self.0.cache.as_ref()?;
        cache.get(&self.0.engine, &cache.entry(&self.0.engine, digest))
    }

    /// What is cached under a digest, or else compiled, and then cached.
    fn compiled<'a>(
        &self,
        source: &Source,
        digest: &[u8; 32],
        wasm: impl FnOnce() -> Result<Cow<'a, [u8]>, LoadError>,
        progress: &dyn Fn(Progress),
    ) -> Result<Component, LoadError> {
        let Some(cache) = &self.0.cache else {
            let wasm = wasm()?;
            return timed(progress, wasm.len(), || Component::new(&self.0.engine, &wasm))
                .map_err(|error| compile_error(source, &error));
        };
        if let Some(component) = self.cached(digest) {
            return Ok(component);
        }
        let _lock = cache.lock(progress)?;
        // Whoever held the lock may have compiled this very component.
        if let Some(component) = self.cached(digest) {
            return Ok(component);
        }
        let wasm = wasm()?;
        let code = timed(progress, wasm.len(), || self.0.engine.precompile_component(&wasm))
            .map_err(|error| compile_error(source, &error))?;
        let entry = cache.entry(&self.0.engine, digest);
        cache.put(&entry, &code)?;
        self.cached(digest)
            .ok_or_else(|| LoadError::Cache { path: entry, source: io::ErrorKind::NotFound.into() })
    }
}

fn engine_config(wanted: &RuntimeConfig) -> Config {
    let mut config = Config::new();
    if let Some(pool) = wanted.pool {
        // What a deep recursion left of a stack is not to stay with the pool.
        config.allocation_strategy(pool.allocation()).async_stack_zeroing(true);
    }
    config
        .cranelift_opt_level(OptLevel::Speed)
        // C code that uses setjmp is compiled to exceptions.
        .wasm_exceptions(true)
        // WASI 0.2 only; without it calls between components skip the bookkeeping of tasks.
        .concurrency_support(false)
        .epoch_interruption(wanted.stopping == Stopping::InPlace)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(WASM_STACK + HOST_STACK)
        // A memory that begins with a snapshot is mapped from the compiled code, gaps included.
        .memory_guaranteed_dense_image_size(IMAGE)
        // A fixed choice: the default asks the environment.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // Serves debuggers and profilers of the host only.
        .native_unwind_info(false);
    config
}

/// The component and its digest, which is the one the caller gave, if one was.
fn verified(source: &Source) -> Result<(Cow<'_, [u8]>, [u8; 32]), LoadError> {
    let wasm = source.read()?;
    let found: [u8; 32] = Sha256::digest(&wasm).into();
    match source.digest {
        Some(expected) if expected != found => {
            Err(LoadError::Digest { path: source.name(), expected: hex(&expected), found: hex(&found) })
        }
        _ => Ok((wasm, found)),
    }
}

fn timed<T>(progress: &dyn Fn(Progress), size: usize, work: impl FnOnce() -> T) -> T {
    progress(Progress::Compiling { size });
    let start = Instant::now();
    let result = work();
    progress(Progress::Compiled { elapsed: start.elapsed() });
    result
}

fn engine_error(error: wasmtime::Error) -> LoadError {
    LoadError::Engine(format!("{error:#}"))
}

fn compile_error(source: &Source, error: &wasmtime::Error) -> LoadError {
    LoadError::Compile { path: source.name(), reason: format!("{error:#}") }
}

/// The threads that guests run on and that their sockets and timers are served by.
pub(crate) struct Threads(Option<tokio::runtime::Runtime>);

impl Threads {
    /// Guests have threads of their own; what serves sockets, timers and captured output is one more, or whichever thread
    /// waits for a guest, where the process has nothing else to do: threads take time to start.
    fn new(stopping: Stopping) -> Result<Self, LoadError> {
        let mut builder = match stopping {
            Stopping::InPlace => tokio::runtime::Builder::new_multi_thread(),
            Stopping::WithProcess => tokio::runtime::Builder::new_current_thread(),
        };
        builder
            .worker_threads(1)
            .max_blocking_threads(MAX_THREADS)
            .thread_name("pyforge")
            .enable_all()
            .build()
            .map(|runtime| Self(Some(runtime)))
            .map_err(|error| LoadError::Engine(error.to_string()))
    }

    pub(crate) fn get(&self) -> &tokio::runtime::Runtime {
        self.0.as_ref().expect("present until dropped")
    }
}

impl Drop for Threads {
    /// Does not wait: a guest that was given up may sit in a system call for ever.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
