//! The content-addressed store: what has been built, from what, and what must be built again.
//!
//! An entry is a folder `store/<name>-<key>`, where the key is the digest of everything the result depends
//! on. It is complete when it holds `stamp.json`, which is written last and lists those inputs; a folder
//! without it is a build that was interrupted, and the next one goes on in it. A lock file beside each
//! entry keeps two processes from building the same thing at once.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use miette::{IntoDiagnostic, WrapErr};
use serde::{Deserialize, Serialize};

use crate::digest::bytes_digest;
use crate::witness::Witnesses;
use crate::{Progress, Result};

const STAMP: &str = "stamp.json";

/// How many digits of the key an entry's name carries.
const KEY_DIGITS: usize = 16;

/// Everything pyforge has built on this machine for this user.
#[derive(Debug, Clone)]
pub struct Store {
    home: PathBuf,
    witnesses: Witnesses,
}

/// What an entry is made from: a name for people, and the inputs that decide its content.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Recipe {
    name: String,
    inputs: BTreeMap<String, String>,
}

impl Recipe {
    /// A recipe with no inputs yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), inputs: BTreeMap::new() }
    }

    /// Adds an input: the result is made again when its value changes.
    #[must_use]
    pub fn input(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let earlier = self.inputs.insert(name.into(), value.into());
        debug_assert!(earlier.is_none(), "two inputs of one name");
        self
    }

    fn folder(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        format!("{}-{}", self.name, &bytes_digest(&text)[..KEY_DIGITS])
    }
}

impl Store {
    /// The store in that folder, which is made when first needed.
    pub fn new(home: &Path) -> Self {
        Self { home: home.to_owned(), witnesses: Witnesses::default() }
    }

    /// What has been looked at to decide what is up to date: the entries found, and what others add.
    pub fn witnesses(&self) -> &Witnesses {
        &self.witnesses
    }

    /// A folder of the store that is not content-addressed, such as `distfiles` or `logs`.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// The complete entry of a recipe, if there is one.
    pub fn find(&self, recipe: &Recipe) -> Option<PathBuf> {
        let dir = self.entry(recipe);
        self.witnesses.add(&dir);
        dir.join(STAMP).is_file().then_some(dir)
    }

    /// The entry of a recipe, made by `build` in the folder it is given unless it is there already.
    ///
    /// An interrupted `build` is called again with the folder as it was left.
    pub fn get(
        &self,
        recipe: &Recipe,
        progress: &dyn Progress,
        build: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        if let Some(dir) = self.find(recipe) {
            return Ok(dir);
        }
        let dir = self.entry(recipe);
        let _lock = self.lock(&recipe.folder(), progress)?;
        if self.find(recipe).is_some() {
            return Ok(dir);
        }
        tracing::info!("building {}: {}", recipe.name, self.reason(recipe, &dir));
        std::fs::create_dir_all(&dir).into_diagnostic().wrap_err_with(|| cannot_write(&dir))?;
        build(&dir)?;
        let stamp = serde_json::to_vec_pretty(recipe).into_diagnostic()?;
        write_atomically(&dir.join(STAMP), &stamp)?;
        Ok(dir)
    }

    /// Holds a named lock until the file is dropped, waiting for whoever has it.
    pub fn lock(&self, name: &str, progress: &dyn Progress) -> Result<File> {
        let path = self.folder("locks").join(name);
        std::fs::create_dir_all(self.folder("locks"))
            .into_diagnostic()
            .wrap_err_with(|| cannot_write(&path))?;
        let file = File::create(&path).into_diagnostic().wrap_err_with(|| cannot_write(&path))?;
        if file.try_lock().is_err() {
            let task = progress.start(&format!("waiting for another pyforge, which is making {name}"));
            file.lock().into_diagnostic().wrap_err_with(|| cannot_write(&path))?;
            task.finish();
        }
        Ok(file)
    }

    fn entry(&self, recipe: &Recipe) -> PathBuf {
        self.folder("store").join(recipe.folder())
    }

    /// Why the entry is not there: interrupted, never made, or what differs from the newest one made.
    fn reason(&self, recipe: &Recipe, dir: &Path) -> String {
        if dir.exists() {
            return "an earlier build of it was interrupted".to_owned();
        }
        match self.newest(&recipe.name) {
            Some(earlier) => differences(&earlier, recipe),
            None => "it has never been built here".to_owned(),
        }
    }

    fn newest(&self, name: &str) -> Option<Recipe> {
        let stamps = std::fs::read_dir(self.folder("store")).ok()?.flatten().filter(|entry| {
            let folder = entry.file_name();
            folder.to_str().and_then(|folder| folder.rsplit_once('-')).is_some_and(|(stem, _)| stem == name)
        });
        let (_, stamp) = stamps
            .map(|entry| entry.path().join(STAMP))
            .filter_map(|stamp| Some((modified(&stamp)?, stamp)))
            .max()?;
        serde_json::from_slice(&std::fs::read(stamp).ok()?).ok()
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

fn differences(earlier: &Recipe, now: &Recipe) -> String {
    let names: std::collections::BTreeSet<_> = earlier.inputs.keys().chain(now.inputs.keys()).collect();
    let changed: Vec<_> = names
        .into_iter()
        .filter_map(|name| match (earlier.inputs.get(name), now.inputs.get(name)) {
            (Some(a), Some(b)) if a == b => None,
            (Some(a), Some(b)) => Some(format!("{name} changed from {} to {}", brief(a), brief(b))),
            (None, Some(b)) => Some(format!("{name} is new: {}", brief(b))),
            (_, None) => Some(format!("{name} is gone")),
        })
        .collect();
    changed.join("; ")
}

/// Digests are told apart by their beginnings; anything else is shown whole.
fn brief(value: &str) -> &str {
    let is_digest = value.len() > KEY_DIGITS && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { &value[..KEY_DIGITS] } else { value }
}

/// Writes a file so that it is there whole or not at all.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let dir = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(dir)?;
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        std::io::Write::write_all(&mut file, bytes)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        file.persist(path)?;
        Ok::<_, std::io::Error>(())
    };
    write().into_diagnostic().wrap_err_with(|| cannot_write(path))
}

/// The start of a message about a path that cannot be written.
pub fn cannot_write(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}

/// The start of a message about a path that cannot be read.
pub fn cannot_read(path: &Path) -> String {
    format!("{} cannot be read", path.display())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use miette::miette;

    use super::*;
    use crate::Silent;

    fn store() -> (tempfile::TempDir, Store) {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(home.path());
        (home, store)
    }

    fn recipe(flags: &str) -> Recipe {
        Recipe::new("thing").input("flags", flags).input("source", "1")
    }

    #[test]
    fn what_is_there_is_not_built_again_and_what_differs_is() {
        let (_home, store) = store();
        let built = AtomicUsize::new(0);
        let get = |flags: &str| {
            let build = |dir: &Path| {
                built.fetch_add(1, Ordering::Relaxed);
                write_atomically(&dir.join("out"), flags.as_bytes())
            };
            std::fs::read_to_string(store.get(&recipe(flags), &Silent, build).unwrap().join("out")).unwrap()
        };
        assert_eq!((get("-O2"), get("-O2"), get("-O3")), ("-O2".into(), "-O2".into(), "-O3".into()));
        assert_eq!(built.into_inner(), 2);
    }

    #[test]
    fn an_interrupted_build_is_not_taken_for_a_result_and_goes_on_where_it_stopped() {
        let (_home, store) = store();
        let failed = store.get(&recipe("-O2"), &Silent, |dir| {
            write_atomically(&dir.join("half"), b"1")?;
            Err(miette!("the power went out"))
        });
        assert!(failed.is_err() && store.find(&recipe("-O2")).is_none());
        store
            .get(&recipe("-O2"), &Silent, |dir| {
                assert!(dir.join("half").is_file());
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn two_builds_at_once_make_one_result() {
        let (_home, store) = store();
        let built = AtomicUsize::new(0);
        let get = || {
            let build = |_: &Path| {
                built.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(std::time::Duration::from_millis(50));
                Ok(())
            };
            store.get(&recipe("-O2"), &Silent, build).unwrap();
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(get))));
        assert_eq!(built.into_inner(), 1);
    }

    #[test]
    fn the_reason_names_the_input_that_changed() {
        let (_home, store) = store();
        let reason = |recipe: &Recipe| store.reason(recipe, &store.entry(recipe));
        assert_eq!(reason(&recipe("-O2")), "it has never been built here");
        store.get(&recipe("-O2"), &Silent, |_| Ok(())).unwrap();
        assert_eq!(reason(&recipe("-O3")), "flags changed from -O2 to -O3");
        let digest = |digit: &str| recipe("-O2").input("python", digit.repeat(64));
        assert_eq!(reason(&digest("a")), format!("python is new: {}", "a".repeat(KEY_DIGITS)));
        assert_eq!(reason(&Recipe::new("thing").input("flags", "-O2")), "source is gone");
    }
}
