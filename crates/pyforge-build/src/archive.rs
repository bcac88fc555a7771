//! Unpacks the two kinds of archive our sources come in.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};

use liblzma::read::XzDecoder;
use miette::{IntoDiagnostic, WrapErr, miette};

use crate::Result;

/// Unpacks a `.tar.xz` into `dir`, without its first `strip` folders.
pub fn unpack_tar_xz(archive: &Path, dir: &Path, strip: usize) -> Result<()> {
    let file = File::open(archive).into_diagnostic().wrap_err_with(|| cannot_unpack(archive))?;
    unpack(BufReader::new(file), archive, dir, strip)
}

/// Unpacks the files of a Debian package into `dir`.
pub fn unpack_deb(package: &Path, dir: &Path) -> Result<()> {
    let file = File::open(package).into_diagnostic().wrap_err_with(|| cannot_unpack(package))?;
    let mut members = ar::Archive::new(BufReader::new(file));
    while let Some(member) = members.next_entry() {
        let member = member.into_diagnostic().wrap_err_with(|| cannot_unpack(package))?;
        if member.header().identifier() == b"data.tar.xz" {
            return unpack(member, package, dir, 0);
        }
    }
    Err(miette!("{} has no data.tar.xz in it", package.display()))
}

fn unpack(compressed: impl Read, archive: &Path, dir: &Path, strip: usize) -> Result<()> {
    let mut tar = tar::Archive::new(XzDecoder::new(compressed));
    tar.set_preserve_mtime(true);
    let mut entries = || {
        for entry in tar.entries()? {
            let mut entry = entry?;
            if let Some(path) = inner_path(&entry.path()?, strip) {
                let target = dir.join(path);
                std::fs::create_dir_all(target.parent().unwrap_or(dir))?;
                entry.unpack(target)?;
            }
        }
        Ok::<_, std::io::Error>(())
    };
    entries().into_diagnostic().wrap_err_with(|| cannot_unpack(archive))
}

/// The path inside the target folder; none for what would fall outside it.
fn inner_path(path: &Path, strip: usize) -> Option<PathBuf> {
    let parts: Vec<_> = path.components().filter(|part| *part != Component::CurDir).skip(strip).collect();
    let plain = parts.iter().all(|part| matches!(part, Component::Normal(_)));
    (plain && !parts.is_empty()).then(|| parts.iter().collect())
}

fn cannot_unpack(archive: &Path) -> String {
    format!("{} cannot be unpacked", archive.display())
}
