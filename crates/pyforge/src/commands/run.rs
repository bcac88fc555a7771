//! `pyforge run`: runs Python as `python` does, seeing only what it is allowed to.

use std::mem::ManuallyDrop;
use std::process::ExitCode;
use std::time::Duration;

use bytesize::ByteSize;
use miette::miette;
use pyforge_manifest::Settings;
use pyforge_runtime::{Endpoint, RunError};

use super::choice::InterpreterArgs;
use crate::Global;
use crate::guest::{self, Grants, GuestDir};
use crate::terminal::say;

/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// What `timeout` reports for a program that took too long.
const TIMED_OUT: u8 = 124;

/// Run Python: -c CODE, -m MODULE, FILE or - as with `python`
///
/// By default a guest sees the standard library and its script's own directory, both read-only, and
/// nothing else: no other files, no network, no environment.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    interpreter: InterpreterArgs,
    /// Show a directory to the guest: read-write, or read-only with `:ro`
    #[arg(long, value_name = "HOST[::GUEST][:ro]")]
    dir: Vec<GuestDir>,
    /// Set a variable in the guest's environment, or pass on the caller's
    #[arg(long, value_name = "KEY[=VALUE]")]
    env: Vec<String>,
    /// Allow the network, or these endpoints only
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, require_equals = true)]
    net: Option<Vec<Endpoint>>,
    /// Limit the guest's memory, such as 256MiB
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
    /// Stop the guest after this time, such as 30s
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
    /// Grant the current directory (read-write, as the guest's), the environment and the network
    #[arg(long)]
    trust: bool,
    /// Options, program and arguments for Python
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "PYTHON ARGS")]
    words: Vec<String>,
}

/// Runs the command. The exit code is Python's own.
pub fn run(global: &Global, args: Args) -> miette::Result<ExitCode> {
    let grants = Grants {
        dirs: args.dir,
        env: args.env,
        net: args.net,
        memory: args.memory.map(|size| size.as_u64()),
        timeout: args.timeout,
        trust: args.trust,
    };
    let settings = Settings::from_env()?;
    let built = args.interpreter.build(global, &settings, global.verbose > 0)?;
    let policy = guest::policy(&built, &grants, args.words)?;
    // The process ends with its guest, and takes what it holds along quicker than piece by piece.
    let program = ManuallyDrop::new(guest::load(&settings, &built)?);
    let interrupt = guest::interrupt_on_ctrl_c()?;
    match program.run(&policy, &interrupt) {
        Ok(exit) => Ok(ExitCode::from(exit.code)),
        Err(RunError::Interrupted) => {
            say("KeyboardInterrupt");
            Ok(ExitCode::from(INTERRUPTED))
        }
        Err(error @ RunError::Timeout { .. }) => {
            say(format!("{:?}", miette!(error)));
            Ok(ExitCode::from(TIMED_OUT))
        }
        Err(error) => Err(error.into()),
    }
}
