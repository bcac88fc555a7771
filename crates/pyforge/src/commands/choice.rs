//! The options that choose a distribution, shared by the commands that build one.

use miette::{IntoDiagnostic, miette};
use pyforge_build::{Build, Choice, Ready};
use pyforge_manifest::{Consumer, Project, Settings};

use crate::Global;
use crate::interpreter::Interpreter;
use crate::progress::Shown;

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
    /// Builds whatever of it is missing; when nothing is, that is known at once, unless reasons are to be said.
    pub fn build(self, global: &Global, settings: &Settings, say_why: bool) -> miette::Result<Interpreter> {
        let (root, choice) = (global.root(settings)?, Choice::from(self.choice));
        // A provider may be a file, named from here.
        let here =
            (!choice.providers.is_empty()).then(std::env::current_dir).transpose().into_diagnostic()?;
        let ready = Ready::new(settings, &root, &(self.consumer, &choice, here));
        if let Some(known) = ready.recall().filter(|_| !say_why) {
            return Ok(known);
        }
        let project = Project::open(&root)?;
        let build = Build::new(&project, settings, &Shown)?;
        let built = match self.consumer {
            Consumer::CPython => build.distribution(&choice)?.into(),
            Consumer::MicroPython => build.micropython(&choice)?.into(),
        };
        ready.keep(&built, build.witnesses());
        Ok(built)
    }
}

/// Which Python, which caps, which providers.
#[derive(clap::Args)]
pub struct ChoiceArgs {
    /// Only these caps
    #[arg(long, value_name = "CAP,…", value_delimiter = ',', conflicts_with = "without")]
    only: Option<Vec<String>>,
    /// These optional caps as well
    #[arg(long, value_name = "CAP,…", value_delimiter = ',')]
    with: Vec<String>,
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
            with: args.with,
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
