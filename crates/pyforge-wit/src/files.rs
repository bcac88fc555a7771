//! Folders as names and contents: read, compared, and brought in step.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::WitError;
use crate::difference::{Difference, Kind};

/// Contents of files by their path within a folder, with `/` between its parts.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Every file under a folder; one that is not there has none.
pub(crate) fn read(dir: &Path) -> Result<Files, WitError> {
    if !dir.exists() {
        return Ok(Files::new());
    }
    let entries = WalkDir::new(dir).into_iter().filter(|entry| match entry {
        Ok(entry) => !entry.file_type().is_dir(),
        Err(_) => true,
    });
    entries
        .map(|entry| {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(dir).to_owned();
                WitError::io("read", &path)(error.into())
            })?;
            let bytes = fs::read(entry.path()).map_err(WitError::io("read", entry.path()))?;
            Ok((name(dir, &entry), bytes))
        })
        .collect()
}

fn name(dir: &Path, entry: &DirEntry) -> String {
    let within = entry.path().strip_prefix(dir).unwrap_or(entry.path());
    let parts: Vec<_> = within.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// What differs in the folder the files were found in, in the order of the names.
pub(crate) fn compare(wanted: &Files, found: &Files, dir: &Path) -> Vec<Difference> {
    let names: BTreeSet<_> = wanted.keys().chain(found.keys()).collect();
    let difference = |name: &String| {
        let kind = kind(wanted.get(name), found.get(name))?;
        Some(Difference { path: dir.join(name), kind })
    };
    names.into_iter().filter_map(difference).collect()
}

fn kind(wanted: Option<&Vec<u8>>, found: Option<&Vec<u8>>) -> Option<Kind> {
    match (wanted, found) {
        (Some(wanted), Some(found)) if wanted == found => None,
        (Some(wanted), Some(found)) => Some(first_difference(wanted, found)),
        (Some(_), None) => Some(Kind::Missing),
        (None, _) => Some(Kind::Extra),
    }
}

fn first_difference(wanted: &[u8], found: &[u8]) -> Kind {
    let texts = str::from_utf8(wanted).ok().zip(str::from_utf8(found).ok());
    texts.map_or(Kind::Bytes, |(wanted, found)| {
        let same = std::iter::zip(wanted.split('\n'), found.split('\n')).take_while(|(a, b)| a == b);
        Kind::Line(1 + same.count())
    })
}

/// Writes what is missing or differs, each file whole or not at all, and removes what is extra.
///
/// A file that is as it should be keeps its time, so that nothing is rebuilt for it.
pub(crate) fn bring_in_step(wanted: &Files, found: &Files, dir: &Path) -> Result<(), WitError> {
    for name in found.keys().filter(|name| !wanted.contains_key(*name)) {
        let path = dir.join(name);
        fs::remove_file(&path).map_err(WitError::io("remove", &path))?;
    }
    for (name, bytes) in wanted.iter().filter(|(name, bytes)| found.get(*name) != Some(*bytes)) {
        let path = dir.join(name);
        replace(&path, bytes).map_err(WitError::io("write", &path))?;
    }
    Ok(())
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let partial = partial(path);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // The failure to write is the one to tell; what is left of it may not even be there.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// A name beside the file, of this process alone.
fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}
