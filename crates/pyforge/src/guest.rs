//! What a guest is granted: from the words of a command line to a policy, and the program to run under it.

use std::io::IsTerminal as _;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_build::Progress as _;
use pyforge_manifest::{Settings, host_variable, host_variables};
use pyforge_runtime as runtime;
use pyforge_runtime::{Access, Dir, Endpoint, Input, Interrupt, Network, Output, Policy, Program, Runtime};

use crate::interpreter::Interpreter;
use crate::progress::Shown;

/// What the user allows, as said on the command line.
pub struct Grants {
    /// Directories.
    pub dirs: Vec<GuestDir>,
    /// `KEY=VALUE`, or `KEY` for the caller's own value.
    pub env: Vec<String>,
    /// None: no network; empty: all of it; otherwise these endpoints.
    pub net: Option<Vec<Endpoint>>,
    /// Bytes.
    pub memory: Option<u64>,
    /// The longest it may run.
    pub timeout: Option<Duration>,
    /// The current directory, the environment and the network.
    pub trust: bool,
}

/// A directory as said on the command line: `HOST[::GUEST][:ro]`.
#[derive(Debug, Clone)]
pub struct GuestDir(Dir);

impl FromStr for GuestDir {
    type Err = miette::Report;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (text, access) = match text.strip_suffix(":ro") {
            Some(text) => (text, Access::ReadOnly),
            None => (text, Access::ReadWrite),
        };
        let (host, guest) = text.split_once("::").unwrap_or((text, text));
        if host.is_empty() {
            return Err(miette!("no host directory is named; write HOST, HOST::GUEST or either with :ro"));
        }
        Ok(Self(Dir::new(host, guest_path(Path::new(guest))?, access)))
    }
}

/// The policy for a run of Python with these words after the interpreter's name.
pub fn policy(built: &Interpreter, grants: &Grants, python: Vec<String>) -> miette::Result<Policy> {
    let mut dirs = Vec::new();
    if grants.trust {
        dirs.push(Dir::new(".", "/", Access::ReadWrite));
    }
    let mut args = vec![built.name.clone()];
    args.extend(python);
    let mut env = environment(grants);
    let runs = runs(&args);
    if runs == Runs::Input && std::io::stdin().is_terminal() {
        // The other kind of prompt drives the terminal by means that WASI lacks, and says so at every start.
        env.push(("PYTHON_BASIC_REPL".to_owned(), "1".to_owned()));
    }
    if let Runs::Script(script) = runs {
        args[script] = nameable(&args[script])?;
        let path = Path::new(&args[script]);
        // A trusted guest has the current directory, and with it any script below.
        if path.is_absolute() || !grants.trust {
            dirs.extend(script_dir(path)?);
        }
    }
    dirs.extend(grants.dirs.iter().map(|dir| dir.0.clone()));
    Ok(Policy {
        args,
        env,
        dirs,
        network: network(grants),
        stdin: Input::Inherit,
        stdout: Output::Inherit,
        stderr: Output::Inherit,
        memory: grants.memory,
        timeout: grants.timeout,
        ..Policy::default()
    })
}

/// Loads the composed file, compiling it the first time.
pub fn load(settings: &Settings, built: &Interpreter) -> miette::Result<Program> {
    let config = runtime::RuntimeConfig::for_process(settings.compiled());
    let task = std::cell::RefCell::new(None);
    let source = runtime::Source::file(&built.composed).with_digest(built.digest);
    let program = Runtime::new(config)?.load(&source, &|step| match step {
        runtime::Progress::Waiting => Shown.note("another pyforge is compiling this file"),
        runtime::Progress::Compiling { .. } => {
            *task.borrow_mut() = Some(Shown.start("compiling ahead of time, once"));
        }
        runtime::Progress::Compiled { .. } => {
            if let Some(task) = task.take() {
                task.finish();
            }
        }
    })?;
    Ok(program)
}

/// An interrupt that Ctrl-C raises; a second Ctrl-C ends the whole process at once.
pub fn interrupt_on_ctrl_c() -> miette::Result<Interrupt> {
    let interrupt = Interrupt::new();
    let raised = interrupt.clone();
    ctrlc::set_handler(move || {
        if raised.is_raised() {
            std::process::exit(130);
        }
        raised.raise();
    })
    .into_diagnostic()?;
    Ok(interrupt)
}

/// What Python's arguments have it run.
#[derive(Debug, PartialEq, Eq)]
enum Runs {
    /// The script at that place among the arguments.
    Script(usize),
    /// Standard input, as a script or, where that is a terminal, line by line.
    Input,
    /// What `-c`, `-m` or `-` says.
    Said,
}

/// Reads Python's arguments as Python will, the interpreter's own name first.
fn runs(args: &[String]) -> Runs {
    let mut at = 1;
    loop {
        let Some(argument) = args.get(at) else { return Runs::Input };
        match argument.strip_prefix('-') {
            None => return Runs::Script(at),
            Some("") => return Runs::Said,
            Some(long) if long.starts_with('-') => at += long_option_words(long),
            Some(short) => match short_option_words(short) {
                Some(words) => at += words,
                None => return Runs::Said,
            },
        }
    }
}

fn long_option_words(option: &str) -> usize {
    if option == "-check-hash-based-pycs" { 2 } else { 1 }
}

/// How many words a group of short options takes; none when what follows is not a script.
fn short_option_words(options: &str) -> Option<usize> {
    for (at, option) in options.char_indices() {
        match option {
            'c' | 'm' => return None,
            'W' | 'X' => return Some(if at + 1 == options.len() { 2 } else { 1 }),
            _ => {}
        }
    }
    Some(1)
}

/// The script's path as the guest can name it: one that climbs out of the current directory is made absolute.
fn nameable(script: &str) -> miette::Result<String> {
    if !Path::new(script).components().any(|part| part == Component::ParentDir) {
        return Ok(script.to_owned());
    }
    let absolute = Path::new(script).canonicalize().into_diagnostic().wrap_err_with(|| script.to_owned())?;
    Ok(absolute.to_string_lossy().into_owned())
}

/// The script's own directory, under the name by which the guest will look for it.
fn script_dir(script: &Path) -> miette::Result<Option<Dir>> {
    let host = match script.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    };
    if !script.is_file() && !script.is_dir() {
        // Python itself says that it cannot open the file.
        return Ok(None);
    }
    let host = if script.is_dir() { script } else { host };
    Ok(Some(Dir::new(host, guest_path(host)?, Access::ReadOnly)))
}

/// A guest's current directory is `/`, so a relative path is looked for there.
fn guest_path(path: &Path) -> miette::Result<String> {
    let mut guest = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(part) => guest.push(part),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => {
                let help = "name it by a path without `..`, or give the guest's name: HOST::GUEST";
                return Err(miette!(help = help, "`{}` has no name inside the guest", path.display()));
            }
        }
    }
    Ok(guest.to_string_lossy().into_owned())
}

fn environment(grants: &Grants) -> Vec<(String, String)> {
    let mut variables = if grants.trust { host_variables() } else { Vec::new() };
    for setting in &grants.env {
        match setting.split_once('=') {
            Some((key, value)) => variables.push((key.to_owned(), value.to_owned())),
            None => variables.extend(host_variable(setting).map(|value| (setting.clone(), value))),
        }
    }
    variables
}

fn network(grants: &Grants) -> Network {
    match &grants.net {
        _ if grants.trust => Network::All,
        None => Network::Deny,
        Some(endpoints) if endpoints.is_empty() => Network::All,
        Some(endpoints) => Network::Allow(endpoints.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs_of(words: &str) -> Runs {
        let args: Vec<_> =
            std::iter::once("python").chain(words.split_whitespace()).map(str::to_owned).collect();
        runs(&args)
    }

    #[test]
    fn the_script_is_the_first_word_that_is_no_option() {
        assert_eq!(runs_of("a.py -c x"), Runs::Script(1));
        assert_eq!(runs_of("-W error -I a.py"), Runs::Script(4));
        assert_eq!(runs_of("-Ximporttime -Wd --check-hash-based-pycs never a.py"), Runs::Script(5));
        for said in ["-c pass a.py", "-Ic pass a.py", "-m json.tool a.py", "- a.py"] {
            assert_eq!(runs_of(said), Runs::Said);
        }
        for input in ["", "-q", "-X dev"] {
            assert_eq!(runs_of(input), Runs::Input);
        }
    }

    #[test]
    fn a_directory_is_named_in_the_guest_as_on_the_host_unless_said() {
        let parse = |text: &str| text.parse::<GuestDir>().unwrap().0;
        assert_eq!(parse("data"), Dir::new("data", "/data", Access::ReadWrite));
        assert_eq!(parse("./data:ro"), Dir::new("./data", "/data", Access::ReadOnly));
        assert_eq!(parse("../data::/in:ro"), Dir::new("../data", "/in", Access::ReadOnly));
        assert!("../data".parse::<GuestDir>().is_err());
    }
}
