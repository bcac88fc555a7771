//! The options that choose a distribution, shared by the commands that build one.

use miette::miette;
use pyforge_build::{Build, Choice};
use pyforge_manifest::Consumer;

use crate::interpreter::Interpreter;

/// Which interpreter, and what is in it.
#[derive(clap::Args)]
pub struct InterpreterArgs {
    /// The interpreter: cpython or micropython
    #[arg(long, value_name = "NAME", default_value_t)]
    consumer: Consumer,
    #[command(flatten)]
    choice: ChoiceArgs,
}

impl InterpreterArgs {
    /// Builds whatever of it is missing.
    pub fn build(self, build: &Build<'_>) -> miette::Result<Interpreter> {
        let choice = self.choice.into();
        Ok(match self.consumer {
            Consumer::CPython => build.distribution(&choice)?.into(),
            Consumer::MicroPython => build.micropython(&choice)?.into(),
        })
    }
}

/// Which Python, which caps, which providers.
#[derive(clap::Args)]
pub struct ChoiceArgs {
    /// Only these caps
    #[arg(long, value_name = "CAP,…", value_delimiter = ',', conflicts_with = "without")]
    only: Option<Vec<String>>,
    /// All caps but these
    #[arg(long, value_name = "CAP,…", value_delimiter = ',')]
    without: Vec<String>,
    /// Take another component for a cap: one of caps/ by name, or a .wasm file
    #[arg(long, value_name = "CAP=COMPONENT", value_parser = parse_provider)]
    provider: Vec<(String, String)>,
    /// Another version of the interpreter, of those in sources.toml
    #[arg(long, value_name = "VERSION")]
    python: Option<String>,
}

impl From<ChoiceArgs> for Choice {
    fn from(args: ChoiceArgs) -> Self {
        Self {
            python: args.python,
            only: args.only,
            without: args.without,
            providers: args.provider.into_iter().collect(),
        }
    }
}

fn parse_provider(text: &str) -> miette::Result<(String, String)> {
    let (cap, component) = text
        .split_once('=')
        .ok_or_else(|| miette!("`{text}` is not of the form CAP=COMPONENT, such as zlib=miniz"))?;
    Ok((cap.to_owned(), component.to_owned()))
}
