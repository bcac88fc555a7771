//! What is compressed: 64 MiB, half of it text and half binary, all of it real.

use std::io::Write;
use std::path::Path;

use miette::IntoDiagnostic;
use pyforge_build::Built;
use tempfile::NamedTempFile;
use walkdir::WalkDir;

/// Bytes of each half.
const HALF: usize = 32 << 20;

/// Writes CPython's own sources and, after them, the objects and libraries of its native build, in a folder
/// of its own.
pub fn write(built: &Built) -> miette::Result<NamedTempFile> {
    let dir = std::env::temp_dir().join("pyforge-bench");
    std::fs::create_dir_all(&dir).into_diagnostic()?;
    let mut file = NamedTempFile::new_in(dir).into_diagnostic()?;
    append(&mut file, &built.cpython.source, &["py", "c", "h", "rst", "txt"])?;
    append(&mut file, &built.cpython.host, &["so", "o", "a"])?;
    Ok(file)
}

/// Appends files of these kinds, in the order of their names, up to half the corpus.
fn append(to: &mut NamedTempFile, dir: &Path, kinds: &[&str]) -> miette::Result<()> {
    let mut left = HALF;
    for entry in WalkDir::new(dir).sort_by_file_name() {
        let entry = entry.into_diagnostic()?;
        let kind = entry.path().extension().unwrap_or_default();
        if left == 0 || !entry.file_type().is_file() || !kinds.iter().any(|wanted| kind == *wanted) {
            continue;
        }
        let bytes = std::fs::read(entry.path()).into_diagnostic()?;
        let taken = bytes.len().min(left);
        to.write_all(&bytes[..taken]).into_diagnostic()?;
        left -= taken;
    }
    Ok(())
}
