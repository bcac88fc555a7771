//! A loaded program, and running it.

use crate::engine::Command;
use crate::guest::State;
use crate::{Interrupt, MemoryUse, Policy, RunError, Runtime, Source, Stopping, Trap, snapshot};
use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::{JoinHandle, unconstrained};
use wasmtime::component::Instance;
use wasmtime::{Store, UpdateDeadline, WasmBacktrace};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::Command as Exports;

/// The interface that tells the exit status, which `wasi:cli/run` has no room for.
const EXIT: &str = "pyforge:python/exit@0.1.0";

/// How often a guest that is to stop is told so.
const TICK: Duration = Duration::from_millis(1);

/// How long a guest that is to stop in place may sit in a system call of the host (a write to a pipe that
/// nobody reads, say) before its thread is given up.
const GRACE: Duration = Duration::from_millis(250);

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

/// Why the host ends a run.
#[derive(Clone, Copy, Debug)]
enum Stop {
    Timeout(Duration),
    Interrupt,
}

impl From<Stop> for RunError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Timeout(limit) => Self::Timeout { limit },
            Stop::Interrupt => Self::Interrupted,
        }
    }
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
    /// When called from async code; use a blocking thread there.
    pub fn run(&self, policy: &Policy, interrupt: &Interrupt) -> Result<Exit, RunError> {
        let threads = self.runtime.0.threads.get();
        let (stop, stopped) = watch::channel(None);
        let (program, policy_of_guest, handle) = (self.clone(), policy.clone(), threads.handle().clone());
        // tokio has a task wait now and then although it need not, so that others get their turn. A guest takes no
        // turn from anybody on a thread of its own, and would be told that a socket takes nothing of which `poll` has
        // just said that it does.
        let guest = threads
            .spawn_blocking(move || handle.block_on(unconstrained(program.guest(&policy_of_guest, stopped))));
        threads.block_on(self.supervise(guest, policy.timeout, interrupt, &stop))
    }

    /// Waits for the guest, and ends it when it has to stop.
    async fn supervise(
        &self,
        mut guest: JoinHandle<Result<Exit, RunError>>,
        limit: Option<Duration>,
        interrupt: &Interrupt,
        stop: &watch::Sender<Option<Stop>>,
    ) -> Result<Exit, RunError> {
        let reason = tokio::select! {
            biased;
            () = interrupt.raised() => Stop::Interrupt,
            result = &mut guest => return joined(result),
            limit = time_up(limit) => Stop::Timeout(limit),
        };
        stop.send_replace(Some(reason));
        let grace = match self.runtime.0.stopping {
            Stopping::InPlace => GRACE,
            Stopping::WithProcess => TICK,
        };
        let start = Instant::now();
        while start.elapsed() < grace {
            // Once would do but for a guest that reads `stop` before and moves its deadline after.
            self.runtime.0.engine.increment_epoch();
            if let Ok(result) = tokio::time::timeout(TICK, &mut guest).await {
                return joined(result);
            }
        }
        Err(reason.into())
    }

    /// The guest's thread.
    async fn guest(
        &self,
        policy: &Policy,
        mut stopped: watch::Receiver<Option<Stop>>,
    ) -> Result<Exit, RunError> {
        let mut store = self.store(policy, stopped.clone())?;
        let ending = tokio::select! {
            biased;
            // Drops the other future, and with it the guest, if it waits.
            _ = stopped.wait_for(Option::is_some) => None,
            result = complete(self.command(policy)?, &mut store) => Some(result),
        };
        let memory = store.data().memory.used().clone();
        let stop = *stopped.borrow();
        match (ending, stop) {
            (Some(Ok(code)), _) => Ok(Exit { code, memory }),
            (_, Some(stop)) => Err(stop.into()),
            (Some(Err(error)), None) => failure(error, memory, policy),
            (None, None) => Err(RunError::Interrupted),
        }
    }

    fn store(
        &self,
        policy: &Policy,
        stopped: watch::Receiver<Option<Stop>>,
    ) -> Result<Store<State>, RunError> {
        let mut store = Store::new(&self.runtime.0.engine, State::new(policy)?);
        store.limiter(|state| &mut state.memory);
        store.set_max_component_handles(MAX_HANDLES);
        store.set_epoch_deadline(1);
        // The engine's epoch moves when any of its guests has to stop; the others go on.
        store.epoch_deadline_callback(move |_| {
            let stop = stopped.borrow().is_some();
            Ok(if stop { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) })
        });
        Ok(store)
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

fn failure(failure: Failure, memory: MemoryUse, policy: &Policy) -> Result<Exit, RunError> {
    match (failure, policy.memory, memory.refused) {
        (Failure::Run(error), _, refused) => Err(trap(&error, refused).into()),
        (Failure::Start(_), Some(limit), Some(needed)) => Err(RunError::MemoryToStart { limit, needed }),
        (Failure::Start(error), ..) => Err(RunError::Start(format!("{error:#}"))),
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

async fn time_up(limit: Option<Duration>) -> Duration {
    match limit {
        Some(limit) => {
            tokio::time::sleep(limit).await;
            limit
        }
        None => std::future::pending().await,
    }
}

fn joined(result: Result<Result<Exit, RunError>, tokio::task::JoinError>) -> Result<Exit, RunError> {
    result.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}
