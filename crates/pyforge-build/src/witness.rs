//! What decided that all is up to date: files and folders, and whether they still are as they were.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// How long a file must have been left alone before its times tell the next change: file systems and the kernel count
/// time in steps, the longest of two seconds.
const SETTLED: Duration = Duration::from_secs(2);

/// Paths that a check looked at, gathered while it goes, and whether anything was there. Clones gather into one place.
#[derive(Debug, Clone, Default)]
pub struct Witnesses(Arc<Mutex<BTreeMap<PathBuf, bool>>>);

impl Witnesses {
    /// A file or a folder that is going to be looked at, or that there is none. Of a folder only its list of names counts.
    pub fn add(&self, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let there = path.exists();
        self.lock().entry(path).or_insert(there);
    }

    /// A folder and all that is in it, but for what Cargo makes; where a link leads to another, that one as well.
    pub fn add_tree(&self, path: &Path) {
        let cargos = |path: &Path| path.ends_with("target") && path.with_file_name("Cargo.toml").exists();
        for entry in WalkDir::new(path).into_iter().filter_entry(|entry| !cargos(entry.path())) {
            match entry {
                Ok(entry) => {
                    self.add(entry.path());
                    if entry.path_is_symlink() {
                        self.add_target(entry.path());
                    }
                }
                // Nothing is there, or it may not be read.
                Err(error) => error.path().into_iter().for_each(|path| self.add(path)),
            }
        }
    }

    /// Several links mostly lead to the same folder.
    fn add_target(&self, link: &Path) {
        if let Ok(target) = link.canonicalize()
            && !self.lock().contains_key(&target)
        {
            self.add_tree(&target);
        }
    }

    /// All of them, in order, and whether anything was there.
    pub fn paths(&self) -> BTreeMap<PathBuf, bool> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How files and folders are, as a digest.
pub struct State {
    hasher: Sha256,
    /// When the last of them changed, since 1970.
    changed: Duration,
}

impl State {
    /// A digest of some bytes to begin with.
    pub fn of(bytes: &[u8]) -> Self {
        Self { hasher: Sha256::new_with_prefix(bytes), changed: Duration::ZERO }
    }

    /// Takes in how a path is now.
    pub fn look_at(&mut self, path: &Path) {
        let metadata = path.metadata().ok();
        let numbers = metadata.as_ref().map(numbers).unwrap_or_default();
        self.hasher.update(numbers.map(i64::to_ne_bytes).as_flattened());
        if let Some(metadata) = metadata {
            let changed = Duration::new(metadata.ctime().max(0) as u64, metadata.ctime_nsec() as u32);
            self.changed = self.changed.max(changed);
        }
    }

    /// Whether nothing has changed since that moment, nor so shortly before it that times could not tell.
    pub fn settled(&self, since: SystemTime) -> bool {
        let since = since.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.changed + SETTLED < since
    }

    /// The digest.
    pub fn digest(self) -> [u8; 32] {
        self.hasher.finalize().into()
    }
}

/// What another content, or another file in its place, would change.
fn numbers(metadata: &Metadata) -> [i64; 8] {
    [
        metadata.dev() as i64,
        metadata.ino() as i64,
        metadata.mode().into(),
        metadata.size() as i64,
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    ]
}
