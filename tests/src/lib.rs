//! Helpers shared by the test files beside this one.

pub mod contract;
pub mod openssl;
pub mod process;
pub mod samples;
pub mod scripts;
pub mod sqlite;

use std::path::{Path, PathBuf};

use pyforge_build::{Build, Built, Choice, Result, Silent};
use pyforge_manifest::{Project, Settings};
use pyforge_runtime::{Policy, Program, Runtime, RuntimeConfig, Source};

/// The root of the checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().map(PathBuf::from).unwrap_or_default()
}

/// The settings of this machine's user, whose store mostly has what the tests need.
pub fn settings() -> Settings {
    Settings::from_env().unwrap()
}

/// Builds something of a checkout, in the store of the settings.
pub fn build<T>(root: &Path, settings: &Settings, make: impl FnOnce(&Build<'_>) -> Result<T>) -> T {
    let project = Project::open(root).unwrap();
    let build = Build::new(&project, settings, &Silent).unwrap();
    make(&build).unwrap()
}

/// The component of the cap `name`, built if need be.
pub fn component(name: &str) -> PathBuf {
    build(&root(), &settings(), |build| build.component(name))
}

/// A distribution of this checkout, built if need be.
pub fn distribution(choice: &Choice) -> Built {
    build(&root(), &settings(), |build| build.distribution(choice))
}

/// A built distribution, compiled if need be.
pub fn load(built: &Built) -> Program {
    load_file(&built.composed, built.digest)
}

/// A composed file, compiled if need be.
pub fn load_file(composed: &Path, digest: [u8; 32]) -> Program {
    load_with(RuntimeConfig::for_process(settings().compiled()), composed, digest)
}

/// A composed file, compiled if need be, in a host with room for so many instances at a time.
pub fn host(composed: &Path, digest: [u8; 32], instances: u32) -> Program {
    load_with(RuntimeConfig::for_host(settings().compiled(), instances), composed, digest)
}

/// A composed file, compiled if need be, for a runtime set up so.
pub fn load_with(config: RuntimeConfig, composed: &Path, digest: [u8; 32]) -> Program {
    let source = Source::file(composed).with_digest(digest);
    Runtime::new(config).unwrap().load(&source, &|_| ()).unwrap()
}

/// The policy of a run of Python with these arguments, which sees nothing.
pub fn policy(words: &[&str]) -> Policy {
    let args = std::iter::once("python").chain(words.iter().copied()).map(str::to_owned).collect();
    Policy { args, ..Policy::default() }
}
