//! Runs a composed Python, or any other `wasi:cli/run` command component (WASI 0.2), on wasmtime.
//!
//! ```no_run
//! use pyforge_runtime::{Access, Dir, Interrupt, Output, Policy, Runtime, RuntimeConfig, Source};
//!
//! let runtime = Runtime::new(RuntimeConfig { cache_dir: Some("cache/aot".into()), ..Default::default() })?;
//! let python = runtime.load(&Source::file("python.composed.wasm"), &|step| eprintln!("{step:?}"))?;
//! let policy = Policy {
//!     args: vec!["python".into(), "-c".into(), "print('hello')".into()],
//!     dirs: vec![Dir::new("lib", "/usr/local/lib/python3.14", Access::ReadOnly)],
//!     stdout: Output::Inherit,
//!     ..Policy::default()
//! };
//! let exit = python.run(&policy, &Interrupt::new())?;
//! println!("status {}", exit.code);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A service that runs the code of many sets a [`Pool`] up ([`RuntimeConfig::for_host`]) and awaits
//! [`Program::run_async`]; `examples/instances.rs` is one. Where time goes: a new instance takes 0.05 to 0.15 ms in a pool,
//! by the number of its caps; then the interpreter starts. A guest that has to stop within 2 ms wherever it computes
//! ([`Stopping::InPlace`]) asks in every loop whether it may go on, which costs a quarter to a third of its speed.
//! The time limit counts the clock, and there is no limit on the processor's time alone.
//!
//! With [`Functions`] a guest calls back into Rust, if the file was built with the cap `host`.
//!
//! A [`Policy`] denies everything it does not name. A [`Program`] is compiled once and run any number of
//! times, from any number of threads; every run is an instance of its own with its own memory, handles
//! and limits. This crate takes values and paths only: it reads no configuration and no environment.
//!
//! What differs from a native `python`: WASI has no signals, so an [`Interrupt`] ends the guest where it
//! stands, and no `except` or `finally` of its own runs.

mod cache;
mod capture;
mod direct;
mod engine;
mod error;
mod functions;
mod guest;
mod interrupt;
mod locks;
mod lookup;
mod memory;
mod network;
mod output;
mod policy;
mod pool;
mod program;
mod slices;
mod snapshot;
mod source;
mod stop;
mod streams;
mod unsent;

pub use capture::Capture;
pub use engine::{Runtime, RuntimeConfig, Stopping};
pub use error::{LoadError, RunError, Trap};
pub use functions::{Answer, Arguments, Functions};
pub use interrupt::Interrupt;
pub use memory::MemoryUse;
pub use network::{Endpoint, EndpointError, Network};
pub use policy::{Access, Dir, Input, Output, Policy};
pub use pool::Pool;
pub use program::{Exit, Program};
pub use source::{Progress, Source};
pub use streams::{Feed, Sink};
