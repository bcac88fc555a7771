//! Why parts do not make a whole, and why a file cannot be looked into.

use miette::Diagnostic;
use thiserror::Error;

/// Why parts do not make a whole.
#[derive(Debug, Error, Diagnostic)]
pub enum ComposeError {
    /// Nobody exports what a part imports.
    #[error("{consumer} imports {interface}, and no component exports it")]
    #[diagnostic(help("add the cap that provides it, or leave out the one that needs it"))]
    Missing {
        /// Who imports it.
        consumer: String,
        /// The interface, with its version.
        interface: String,
    },
    /// It is exported in another version only.
    #[error("{consumer} imports {interface}, but {provider} exports {found}")]
    #[diagnostic(help("bring both sides to the same version of the contract"))]
    VersionMismatch {
        /// Who imports it.
        consumer: String,
        /// The interface, with the version that is wanted.
        interface: String,
        /// Who exports it.
        provider: String,
        /// The interface, with the version there is.
        found: String,
    },
    /// Name and version are equal and the types are not.
    #[error("{consumer} and {provider} disagree about {interface}: {reason}{difference}")]
    #[diagnostic(help(
        "bring both copies of the contract in step with the master, and build both sides again"
    ))]
    TypesDiffer {
        /// Who imports it.
        consumer: String,
        /// Who exports it.
        provider: String,
        /// The interface, with its version.
        interface: String,
        /// What does not fit.
        reason: String,
        /// The lines of WIT that differ: `-` as imported, `+` as exported; empty when they read alike.
        difference: String,
    },
    /// Two providers export what a part imports.
    #[error("{consumer} imports {interface}, and both {first} and {second} export it")]
    #[diagnostic(help("choose one of the two"))]
    Ambiguous {
        /// Who imports it.
        consumer: String,
        /// The interface, with its version.
        interface: String,
        /// One provider.
        first: String,
        /// The other.
        second: String,
    },
    /// A provider that nothing imports from.
    #[error("nothing imports what {provider} exports: {exports}")]
    #[diagnostic(help("leave it out, or check that it is the component that was meant"))]
    Unused {
        /// The provider.
        provider: String,
        /// What it exports.
        exports: String,
    },
    /// Providers import from each other in a circle.
    #[error("{part} imports from components that import from it in turn")]
    #[diagnostic(help("a composition has no cycles: take what they share into a third component"))]
    Cycle {
        /// A part of the circle.
        part: String,
    },
    /// A part is no component, or a broken one.
    #[error("{part} cannot be composed: {message}")]
    #[diagnostic(help("every part must be a component; build it again"))]
    Invalid {
        /// The part.
        part: String,
        /// What is wrong with it.
        message: String,
    },
    /// The whole cannot be encoded, for one because two parts want the same WASI interface with other types.
    #[error("the parts cannot be composed: {message}")]
    #[diagnostic(help("build all parts for the same release of WASI 0.2"))]
    Encode {
        /// What the encoder says.
        message: String,
    },
}

/// Why a file cannot be looked into.
#[derive(Debug, Error, Diagnostic)]
pub enum InspectError {
    /// It is not WebAssembly.
    #[error("not WebAssembly: it does not begin with the bytes `\\0asm`")]
    #[diagnostic(help("name a component: a .wasm file"))]
    NotWasm,
    /// It is a core module.
    #[error("a core module, not a component")]
    #[diagnostic(help(
        "a core module becomes a component by linking it for wasm32-wasip2, or with an adapter"
    ))]
    CoreModule,
    /// It is damaged.
    #[error("a damaged component: {message}")]
    #[diagnostic(help("build it again"))]
    Damaged {
        /// What does not parse, and at which byte.
        message: String,
    },
}

impl From<wasmparser::Error> for InspectError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Damaged { message: error.to_string() }
    }
}

/// An error and its causes in one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
