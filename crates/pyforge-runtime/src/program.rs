//! A loaded program, and running it.

use crate::engine::Command;
use crate::guest::State;
use crate::output::OutputExceeded;
use crate::stop::Stop;
use crate::{Interrupt, MemoryUse, Policy, RunError, Runtime, Source, Trap, snapshot};
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::{unconstrained, yield_now};
use tokio::time::timeout;
use wasmtime::component::Instance;
use wasmtime::{PoolConcurrencyLimitError, Store, UpdateDeadline, WasmBacktrace};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::Command as Exports;

/// The interface that tells the exit status, which `wasi:cli/run` has no room for.
const EXIT: &str = "pyforge:python/exit@0.1.0";

/// How long a guest that is to stop in place may sit in a system call of the host (a write to a pipe that
/// nobody reads, say) before its thread is given up.
const GRACE: Duration = Duration::from_millis(250);

/// The same for a guest that is given up if it computes: enough for one that waits.
const GRACE_OF_WAITING: Duration = Duration::from_millis(1);

/// A compiled component. Cheap to clone; runs are independent of each other.
#[derive(Clone)]
pub struct Program {
    runtime: Runtime,
    source: Source,
    /// As it is; loaded when first needed.
    plain: Arc<OnceLock<Command>>,
    /// With its Python up.
    prepared: Option<Command>,
}

/// How a run ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit status, 0 for success. A component that only says "failed" (it does not export
    /// `pyforge:python/exit`, or called `exit` in mid-run) has 1.
    pub code: u8,
    /// What its memories came to.
    pub memory: MemoryUse,
}

/// How many resources components may hold for each other at a time: hash objects, say, or statements of a database.
/// wasmtime's own limit, 100,000, is within reach of an honest program. What they stand for is in the guest's memory,
/// which the policy limits; this only keeps the tables of bare handles to some 100 MB of the host's.
const MAX_HANDLES: usize = 4_000_000;

impl Program {
    pub(crate) fn new(
        runtime: Runtime,
        source: Source,
        plain: Option<Command>,
        prepared: Option<Command>,
    ) -> Self {
        let plain = Arc::new(plain.map_or_else(OnceLock::new, OnceLock::from));
        Self { runtime, source, plain, prepared }
    }

    /// What to instantiate for a run.
    fn command(&self, policy: &Policy) -> Result<&Command, RunError> {
        if let Some(prepared) = self.prepared.as_ref().filter(|_| snapshot::fits(policy)) {
            return Ok(prepared);
        }
        if self.plain.get().is_none() {
            let plain = self.runtime.load_plain(&self.source, &|_| {});
            // Another thread may have been faster.
            let _ = self.plain.set(plain.map_err(|error| RunError::Start(error.to_string()))?);
        }
        Ok(self.plain.get().expect("it has just been set"))
    }

    /// Runs an instance of its own to its end, or until the time is up or `interrupt` is raised, wherever
    /// the guest is then: computing, sleeping, or waiting for input.
    ///
    /// # Errors
    /// Any [`RunError`]. An exit status other than 0 is not an error.
    ///
    /// # Panics
    /// When called from async code; use [`run_async`](Self::run_async) there.
    pub fn run(&self, policy: &Policy, interrupt: &Interrupt) -> Result<Exit, RunError> {
        self.runtime.0.threads.get().block_on(self.on_thread(policy, interrupt))
    }

    /// The same for async code: a future that can be spawned, and that ends the guest when it is dropped.
    ///
    /// The guest runs where the future is polled, on the caller's own tokio runtime, which must have its timers and I/O
    /// enabled. A guest that waits takes no thread; one that computes lets others have their turn after 2 ms. Files
    /// are read and written in the caller's thread, though, as is usual for a disk.
    ///
    /// That is so with [`Stopping::InPlace`](crate::Stopping). With `WithProcess` the guest has a thread of its own,
    /// which keeps computing when the future is dropped.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async(&self, policy: &Policy, interrupt: &Interrupt) -> Result<Exit, RunError> {
        match &self.runtime.0.slices {
            Some(slices) => slices.while_computing(unconstrained(self.guest(policy, interrupt))).await,
            None => self.on_thread(policy, interrupt).await,
        }
    }

    /// Gives the guest a thread of its own, which is given up when the guest has to stop and does not.
    async fn on_thread(&self, policy: &Policy, interrupt: &Interrupt) -> Result<Exit, RunError> {
        let threads = self.runtime.0.threads.get();
        let (program, handle) = (self.clone(), threads.handle().clone());
        let (its_policy, its_interrupt) = (policy.clone(), interrupt.clone());
        let (waiting, abandoned) = oneshot::channel::<()>();
        let mut guest = threads.spawn_blocking(move || {
            let guest = program.guest(&its_policy, &its_interrupt);
            handle.block_on(program.while_wanted(guest, abandoned))
        });
        let stop = tokio::select! {
            biased;
            result = &mut guest => return joined(result),
            stop = Stop::when(policy.timeout, interrupt) => stop,
        };
        let result = timeout(self.grace(), guest).await;
        drop(waiting);
        result.map_or(Err(stop.into()), joined)
    }

    /// Completes a guest on this thread, unless whoever waits for it is gone.
    async fn while_wanted(
        &self,
        guest: impl Future<Output = Result<Exit, RunError>>,
        abandoned: oneshot::Receiver<()>,
    ) -> Result<Exit, RunError> {
        // tokio has a task wait now and then although it need not, so that others get their turn. A guest takes no
        // turn from anybody on a thread of its own, and would be told that a socket takes nothing of which `poll` has
        // just said that it does.
        let guest = unconstrained(async {
            tokio::select! {
                biased;
                _ = abandoned => Err(RunError::Interrupted),
                result = guest => result,
            }
        });
        match &self.runtime.0.slices {
            Some(slices) => slices.while_computing(guest).await,
            None => guest.await,
        }
    }

    /// How long a guest that is to stop may take for it.
    fn grace(&self) -> Duration {
        if self.runtime.0.slices.is_some() { GRACE } else { GRACE_OF_WAITING }
    }

    /// An instance from its start to its end, which comes early when the guest is to stop: a guest that waits is
    /// dropped, and so is one that computes and pauses between two slices of time.
    async fn guest(&self, policy: &Policy, interrupt: &Interrupt) -> Result<Exit, RunError> {
        let command = self.command(policy)?;
        let mut store = self.store(State::new(policy).await?);
        let result = tokio::select! {
            biased;
            stop = Stop::when(policy.timeout, interrupt) => return Err(stop.into()),
            result = complete(command, &mut store) => result,
        };
        let memory = store.data().memory.used().clone();
        match result {
            Ok(code) => Ok(Exit { code, memory }),
            Err(error) => Err(failure(error, &memory, policy)),
        }
    }

    fn store(&self, state: State) -> Store<State> {
        let mut store = Store::new(&self.runtime.0.engine, state);
        store.limiter(|state| &mut state.memory);
        store.set_max_component_handles(MAX_HANDLES);
        store.set_epoch_deadline(1);
        // tokio's own way to yield looks at timers and sockets before the guest goes on.
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::YieldCustom(1, Box::pin(yield_now()))));
        store
    }
}

/// Runs, and sends what the guest left to be sent.
async fn complete(command: &Command, store: &mut Store<State>) -> Result<u8, Failure> {
    let result = call(command, store).await;
    store.data_mut().unsent.wait().await;
    result
}

/// Instantiates and runs; the exit status, or what stopped it.
async fn call(command: &Command, store: &mut Store<State>) -> Result<u8, Failure> {
    let instance = command.instance_pre().instantiate_async(&mut *store).await.map_err(Failure::Start)?;
    let exports = Exports::new(&mut *store, &instance).map_err(Failure::Start)?;
    match exports.wasi_cli_run().call_run(&mut *store).await {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(exit_status(store, &instance).await.map_err(Failure::Run)?.unwrap_or(1)),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            // The interface has eight bits; the type is older.
            Some(I32Exit(code)) => Ok(*code as u8),
            None => Err(Failure::Run(error)),
        },
    }
}

/// What the guest says of its exit beyond that it failed, when it exports the interface for it.
async fn exit_status(store: &mut Store<State>, instance: &Instance) -> wasmtime::Result<Option<u8>> {
    let interface = instance.get_export_index(&mut *store, None, EXIT);
    let status = interface.and_then(|exit| instance.get_export_index(&mut *store, Some(&exit), "status"));
    let Some(status) = status else { return Ok(None) };
    let (status,) = instance.get_typed_func::<(), (u8,)>(&mut *store, status)?.call_async(store, ()).await?;
    Ok(Some(status))
}

/// What stopped a guest, before or after it was instantiated.
enum Failure {
    Start(wasmtime::Error),
    Run(wasmtime::Error),
}

fn failure(failure: Failure, memory: &MemoryUse, policy: &Policy) -> RunError {
    match (failure, policy.memory, memory.refused) {
        (Failure::Run(error), ..) if error.is::<OutputExceeded>() => {
            RunError::Output { limit: policy.output.unwrap_or_default() }
        }
        (Failure::Run(error), _, refused) => trap(&error, refused).into(),
        (Failure::Start(error), ..) if error.is::<PoolConcurrencyLimitError>() => {
            RunError::Full { reason: error.root_cause().to_string() }
        }
        (Failure::Start(_), Some(limit), Some(needed)) => RunError::MemoryToStart { limit, needed },
        (Failure::Start(error), ..) => RunError::Start(format!("{error:#}")),
    }
}

fn trap(error: &wasmtime::Error, refused: Option<u64>) -> Trap {
    let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
    let lines = frames.iter().map(|frame| {
        let module = frame.module().name().unwrap_or("<module>");
        let symbol = frame.symbols().first().and_then(|symbol| symbol.name()).or(frame.func_name());
        format!("{module}!{}\n", symbol.unwrap_or("<function>"))
    });
    Trap { message: error.root_cause().to_string(), backtrace: lines.collect(), refused }
}

fn joined(result: Result<Result<Exit, RunError>, tokio::task::JoinError>) -> Result<Exit, RunError> {
    result.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}
