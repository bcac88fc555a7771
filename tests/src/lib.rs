//! Helpers shared by the test files beside this one.

pub mod contract;

use std::path::PathBuf;

use pyforge_build::{Build, Built, Choice, Silent};
use pyforge_manifest::{Project, Settings};

/// The root of the checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().map(PathBuf::from).unwrap_or_default()
}

/// The component of the cap `name`, built if need be; with the one store of this machine's user, it mostly is.
pub fn component(name: &str) -> PathBuf {
    with_build(|build| build.component(name))
}

/// A distribution, built if need be.
pub fn distribution(choice: &Choice) -> Built {
    with_build(|build| build.distribution(choice))
}

fn with_build<T>(make: impl FnOnce(&Build<'_>) -> pyforge_build::Result<T>) -> T {
    let settings = Settings::from_env().unwrap();
    let project = Project::open(&root()).unwrap();
    let build = Build::new(&project, &settings, &Silent).unwrap();
    make(&build).unwrap()
}
