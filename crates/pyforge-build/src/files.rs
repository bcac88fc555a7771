//! Folders copied with all that is in them.

use std::io;
use std::path::Path;

use miette::{IntoDiagnostic, WrapErr};
use walkdir::{DirEntry, WalkDir};

use crate::Result;
use crate::store::{cannot_read, cannot_write, write_atomically};

/// Copies a file, whole or not at all.
pub fn copy_file(from: &Path, to: &Path) -> Result<()> {
    let bytes = std::fs::read(from).into_diagnostic().wrap_err_with(|| cannot_read(from))?;
    write_atomically(to, &bytes)
}

/// Copies a folder's files, to be changed as their new owner likes.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    place_tree(from, to, |_| true, |from, to| std::fs::copy(from, to).map(|_| ()))
}

/// Empties a folder, for a build that cannot go on with what an interrupted one left: `make` takes files that were cut
/// short for done.
pub(crate) fn empty(dir: &Path) -> Result<()> {
    let empty = || {
        std::fs::remove_dir_all(dir)?;
        std::fs::create_dir(dir)
    };
    empty().into_diagnostic().wrap_err_with(|| cannot_write(dir))
}

/// Makes the wanted files of a folder appear in another, as hard links where it can: neither side may change them.
pub(crate) fn link_tree(from: &Path, to: &Path, wanted: impl Fn(&DirEntry) -> bool) -> Result<()> {
    place_tree(from, to, wanted, |from, to| {
        let _ = std::fs::remove_file(to);
        std::fs::hard_link(from, to).or_else(|_| std::fs::copy(from, to).map(|_| ()))
    })
}

fn place_tree(
    from: &Path,
    to: &Path,
    wanted: impl Fn(&DirEntry) -> bool,
    place: impl Fn(&Path, &Path) -> io::Result<()>,
) -> Result<()> {
    for entry in WalkDir::new(from).follow_links(true).into_iter().filter_entry(wanted) {
        let entry = entry.into_diagnostic().wrap_err_with(|| cannot_read(from))?;
        let target = to.join(entry.path().strip_prefix(from).into_diagnostic()?);
        let placed = if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target)
        } else {
            place(entry.path(), &target)
        };
        placed.into_diagnostic().wrap_err_with(|| cannot_write(&target))?;
    }
    Ok(())
}
