//! Compiled code on disk: each component is compiled once.
//!
//! An entry's name holds the component's sha256 and a hash of everything about the engine that the code
//! depends on (wasmtime's version, the target, the settings). Entries are written whole or not at all, and
//! the ones used longest ago are removed.

use crate::{LoadError, Progress};
use std::fs::{self, DirBuilder, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use wasmtime::Engine;
use wasmtime::component::Component;

/// How many entries are kept. One is about three times the size of its component.
const ENTRIES: usize = 16;

/// A directory of compiled components that only its owner can write to.
pub(crate) struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// Opens the directory, made if need be.
    pub(crate) fn open(dir: &Path) -> Result<Self, LoadError> {
        let error = |source| LoadError::Cache { path: dir.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(error)?;
        let metadata = fs::metadata(dir).map_err(error)?;
        match fault(&metadata) {
            Some(reason) => Err(LoadError::CacheNotPrivate { path: dir.to_owned(), reason }),
            None => Ok(Self { dir: dir.to_owned() }),
        }
    }

    /// The entry for a component of this digest under this engine.
    pub(crate) fn entry(&self, engine: &Engine, digest: &[u8; 32]) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        self.dir.join(format!("{}-{:016x}.cwasm", hex(digest), hasher.finish()))
    }

    /// The compiled component, if there is a sound entry. A damaged one counts as none.
    pub(crate) fn get(&self, engine: &Engine, entry: &Path) -> Option<Component> {
        let file = File::open(entry).ok()?;
        if fault(&file.metadata().ok()?).is_some() {
            return None;
        }
        // Tells `prune` that the entry is in use. A failure only makes it look older.
        let _ = file.set_modified(SystemTime::now());
        // SAFETY: the bytes must be what `Engine::precompile_component` returned. `fault` checked that
        // directory and file belong to this user and that nobody else may write to them, and within the
        // directory `put` alone makes files of this name: complete ones, by renaming. Another version's
        // or engine's code is recognised by its header.
        unsafe { Component::deserialize_file(engine, entry) }.ok()
    }

    /// Keeps others from compiling until the guard is dropped.
    pub(crate) fn lock(&self, progress: &dyn Fn(Progress)) -> Result<File, LoadError> {
        let path = self.dir.join("lock");
        let error = |source| LoadError::Cache { path: path.clone(), source };
        let file = File::options().create(true).append(true).open(&path).map_err(error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress(Progress::Waiting);
                file.lock().map_err(error)?;
            }
            Err(TryLockError::Error(source)) => return Err(error(source)),
        }
        Ok(file)
    }

    /// Writes an entry. Call it with the lock held.
    pub(crate) fn put(&self, entry: &Path, code: &[u8]) -> Result<(), LoadError> {
        self.write(entry, code).map_err(|source| LoadError::Cache { path: entry.to_owned(), source })?;
        self.prune();
        Ok(())
    }

    fn write(&self, entry: &Path, code: &[u8]) -> io::Result<()> {
        let mut file = tempfile::Builder::new().suffix(".tmp").tempfile_in(&self.dir)?;
        file.write_all(code)?;
        // Otherwise a power failure could leave the name without the content.
        file.as_file().sync_all()?;
        file.persist(entry)?;
        Ok(())
    }

    /// Removes what was used longest ago. Processes that run a removed entry keep their mapping of it.
    fn prune(&self) {
        let Ok(files) = fs::read_dir(&self.dir) else { return };
        let mut entries: Vec<(SystemTime, PathBuf)> = files
            .filter_map(|file| file.ok())
            .filter(|file| file.path().extension().is_some_and(|extension| extension == "cwasm"))
            .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.path())))
            .collect();
        entries.sort();
        let surplus = entries.len().saturating_sub(ENTRIES);
        for (_, path) in &entries[..surplus] {
            let _ = fs::remove_file(path);
        }
    }
}

/// Why a file or directory may hold someone else's code, if it may.
fn fault(metadata: &fs::Metadata) -> Option<&'static str> {
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        Some("it belongs to another user")
    } else if metadata.mode() & 0o022 != 0 {
        Some("others can write to it")
    } else {
        None
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
