//! Plugs components together, audits what is left over, and reads a composition back.
//!
//! A plain plug leaves an import open when no provider fits, and says nothing. Here every import outside of
//! WASI must be satisfied, and the error says by whom it is not and why.

mod audit;
mod carried;
mod compose;
mod error;
mod inspect;
mod names;
mod outline;

pub use carried::say_carried;
pub use compose::{Part, REVISION, compose, compose_for_host};
pub use error::{ComposeError, InspectError};
pub use inspect::{Embedded, HostImport, Import, Inspection, inspect};

#[cfg(test)]
mod testing;
