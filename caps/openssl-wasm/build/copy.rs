//! A copy of the source, for a build that writes beside it.

use std::fs;
use std::path::Path;

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap_or_else(|error| panic!("{} cannot be made: {error}", to.display()));
    let entries =
        fs::read_dir(from).unwrap_or_else(|error| panic!("{} cannot be read: {error}", from.display()));
    for entry in entries {
        let entry = entry.unwrap_or_else(|error| panic!("{} cannot be read: {error}", from.display()));
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            // Not `fs::copy`, which also copies that a file must not be written to.
            let bytes =
                fs::read(&from).unwrap_or_else(|error| panic!("{} cannot be read: {error}", from.display()));
            fs::write(&to, bytes)
                .unwrap_or_else(|error| panic!("{} cannot be written: {error}", to.display()));
        }
    }
}
