//! The two interpreters, each running the same script on the same file.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use miette::{IntoDiagnostic, miette};
use pyforge_build::{Built, process};
use pyforge_manifest::Settings;
use pyforge_runtime::{
    Access, Capture, Dir, Interrupt, Network, Output, Policy, Program, Runtime, RuntimeConfig, Source,
};

/// What a script printed: rows, each with its name and seconds or bytes by name.
pub type Rows = Vec<(String, BTreeMap<String, f64>)>;

/// Where the guest finds the scripts and the corpus.
const GUEST_BENCH: &str = "/bench";
const GUEST_DATA: &str = "/data";

/// The native interpreter and the composed one.
pub struct Sides<'a> {
    built: &'a Built,
    program: Program,
    scripts: &'a Path,
    corpus: &'a Path,
    network: Network,
}

impl<'a> Sides<'a> {
    /// Loads the composed interpreter, from the same cache that `pyforge run` uses.
    pub fn new(
        settings: &Settings,
        built: &'a Built,
        scripts: &'a Path,
        corpus: &'a Path,
    ) -> miette::Result<Self> {
        let config = RuntimeConfig::for_process(settings.compiled());
        let program = Runtime::new(config)?.load(&Source::file(&built.composed), &|_| ())?;
        Ok(Self { built, program, scripts, corpus, network: Network::Deny })
    }

    /// Lets the guest use a network.
    pub fn with_network(self, network: Network) -> Self {
        Self { network, ..self }
    }

    /// The figures of one native run; `FILE` among the words stands for the corpus.
    pub fn native(&self, words: &[&str]) -> miette::Result<Rows> {
        self.native_by(&self.built.cpython.python(), words)
    }

    /// The same by another native interpreter.
    pub fn native_by(&self, python: &Path, words: &[&str]) -> miette::Result<Rows> {
        let mut command = Command::new(python);
        command.current_dir(self.scripts);
        command.args(
            words.iter().map(|word| if *word == "FILE" { self.corpus.as_os_str() } else { word.as_ref() }),
        );
        parse(&process::capture(command)?)
    }

    /// The figures of one guest run, and the bytes of each of its memories.
    pub fn guest(&self, words: &[&str]) -> miette::Result<(Rows, Vec<u64>)> {
        let name = self.corpus.file_name().unwrap_or_default().to_string_lossy();
        let file = format!("{GUEST_DATA}/{name}");
        let output = Capture::new(1 << 20);
        let script = format!("{GUEST_BENCH}/{}", words[0]);
        let mut args = vec!["python".to_owned(), script];
        args.extend(
            words[1..].iter().map(|word| if *word == "FILE" { file.clone() } else { (*word).to_owned() }),
        );
        let policy = Policy {
            args,
            dirs: vec![
                Dir::new(self.scripts, GUEST_BENCH, Access::ReadOnly),
                Dir::new(self.corpus.parent().unwrap_or(Path::new(".")), GUEST_DATA, Access::ReadWrite),
            ],
            network: self.network.clone(),
            stdout: Output::Capture(output.clone()),
            stderr: Output::Inherit,
            ..Policy::default()
        };
        let exit = self.program.run(&policy, &Interrupt::new())?;
        let text = String::from_utf8_lossy(&output.bytes()).into_owned();
        if exit.code != 0 {
            return Err(miette!("the guest ended with status {}", exit.code));
        }
        Ok((parse(&text)?, exit.memory.sizes))
    }
}

fn parse(text: &str) -> miette::Result<Rows> {
    serde_json::from_str(text.trim()).into_diagnostic()
}
