//! SHA-256 digests of bytes, files and folders, as lower-case hexadecimal.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

/// The digest of some bytes.
pub fn bytes_digest(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

/// The digest of a file's content.
pub fn file_digest(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut HashWriter(&mut hasher))?;
    Ok(hex(hasher.finalize()))
}

/// The digest of every file below `dir` that is `kept`, names and contents; a folder that is not is left out whole.
pub fn tree_digest(dir: &Path, kept: impl Fn(&DirEntry) -> bool) -> io::Result<String> {
    let mut hasher = Sha256::new();
    for entry in
        WalkDir::new(dir).follow_links(true).min_depth(1).sort_by_file_name().into_iter().filter_entry(kept)
    {
        let entry = entry?;
        // Through a symbolic link as well: what it leads to is what is read.
        if entry.path().is_file() {
            let name = entry.path().strip_prefix(dir).unwrap_or(entry.path());
            hasher.update(format!("{} {}\n", file_digest(entry.path())?, name.display()));
        }
    }
    Ok(hex(hasher.finalize()))
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
