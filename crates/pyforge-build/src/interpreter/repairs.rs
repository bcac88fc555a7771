//! C functions that stand before libc's in an interpreter, where libc ends the program or does less than programs
//! count on. CPython's calls and libc's own come to them; they call libc's function as `__real_<its name>`.

use std::path::{Path, PathBuf};

use crate::Result;
use crate::digest::bytes_digest;
use crate::store::write_atomically;

const DIR: &str = "repairs";

/// A file of ours, and the functions that it stands before.
struct Repair {
    file: &'static str,
    text: &'static str,
    before: &'static [&'static str],
}

const REPAIRS: [Repair; 6] = [
    Repair { file: "accept.c", text: include_str!("repairs/accept.c"), before: &["accept4"] },
    Repair { file: "folders.c", text: include_str!("repairs/folders.c"), before: &["mkdir"] },
    Repair { file: "peers.c", text: include_str!("repairs/peers.c"), before: &["getpeername"] },
    Repair { file: "resets.c", text: include_str!("repairs/resets.c"), before: &["recv", "send"] },
    Repair {
        file: "states.c",
        text: include_str!("repairs/states.c"),
        before: &["__wasilibc_map_socket_error"],
    },
    Repair { file: "writes.c", text: include_str!("repairs/writes.c"), before: &["write", "pwrite"] },
];

/// The digest of all that is linked because of them.
pub fn digest() -> String {
    let parts = REPAIRS.iter().flat_map(|repair| [repair.text.to_owned(), flags(repair).collect()]);
    bytes_digest(parts.collect::<String>().as_bytes())
}

/// Writes the files into a folder.
pub fn write(folder: &Path) -> Result<()> {
    REPAIRS.iter().try_for_each(|repair| write_atomically(&path(folder, repair), repair.text.as_bytes()))
}

/// What compiles and links the files in a folder.
pub fn link_args(folder: &Path) -> Vec<String> {
    let files = REPAIRS.iter().map(|repair| path(folder, repair).to_string_lossy().into_owned());
    files.chain(REPAIRS.iter().flat_map(flags)).collect()
}

fn path(folder: &Path, repair: &Repair) -> PathBuf {
    folder.join(DIR).join(repair.file)
}

fn flags(repair: &Repair) -> impl Iterator<Item = String> {
    repair.before.iter().map(|function| format!("-Wl,--wrap={function}"))
}
