//! Helpers shared by the test files beside this one.

pub mod contract;

use std::path::PathBuf;

/// The root of the checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().map(PathBuf::from).unwrap_or_default()
}

/// The component of the cap `name`, ready to run.
pub fn component(name: &str) -> PathBuf {
    PathBuf::from("/tmp/w/caplab/components").join(format!("{name}-component.wasm"))
}
