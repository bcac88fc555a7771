//! What every build step needs: the checkout, the store, the compiler, and where to say what happens.

use std::path::{Path, PathBuf};

use pyforge_manifest::{Project, Settings, Source};

use crate::fetch::Fetcher;
use crate::store::Store;
use crate::toolchain::Toolchain;
use crate::{Progress, Result};

/// Handed to every step.
pub struct Context<'a> {
    pub project: &'a Project,
    pub settings: &'a Settings,
    pub store: Store,
    pub toolchain: Toolchain,
    pub progress: &'a dyn Progress,
}

impl<'a> Context<'a> {
    /// Opens the store and provides the toolchain.
    pub fn new(project: &'a Project, settings: &'a Settings, progress: &'a dyn Progress) -> Result<Self> {
        let store = Store::new(&settings.home);
        let toolchain = Toolchain::provide(settings, project, &store, progress)?;
        Ok(Self { project, settings, store, toolchain, progress })
    }

    /// The path of a source's file, fetched if need be.
    pub fn fetch(&self, source: &Source) -> Result<PathBuf> {
        Fetcher::new(&self.store, self.settings.distfiles.as_deref(), self.progress).fetch(source)
    }

    /// The log of a step, emptied.
    pub fn log(&self, name: &str) -> PathBuf {
        let log = self.store.folder("logs").join(format!("{name}.log"));
        let _ = std::fs::remove_file(&log);
        log
    }
}

/// The name of a store entry: an input of whatever is made from it.
pub fn entry_name(entry: &Path) -> String {
    entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// How many programs to run at once.
pub fn jobs() -> String {
    std::thread::available_parallelism().map_or(1, usize::from).to_string()
}
