//! Reads WIT, checks contracts, generates C bindings.
//!
//! A contract is a folder `wit/<package>/` at the root of a checkout. The projects that use it hold copies
//! under their own `wit/deps/`, which must not drift. Generators return bytes; writing them is apart.

mod bindings;
mod component;
mod contract;
mod copies;
mod difference;
mod error;
mod files;
mod generated;
mod interface;
mod python_side;
mod wasm_side;
mod world;

pub use bindings::c_bindings;
pub use component::{Side, component_exports, interface_text};
pub use contract::{drift, sync};
pub use difference::{Difference, Kind};
pub use error::WitError;
pub use generated::{GeneratedFiles, stale, write};
pub use interface::{Interface, Location};
pub use python_side::{check_package, generate_package, stale_package};
pub use wasm_side::{check_built, check_component, generate_component, stale_component};
pub use world::{exports, imports};

#[cfg(test)]
mod testing;
