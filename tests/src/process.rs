//! What this process holds, as Linux tells it.

use std::fs;

/// Memory, open files and threads of this process.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Resident memory, in bytes.
    pub memory: u64,
    /// Open files.
    pub files: usize,
    /// Threads.
    pub threads: usize,
}

impl Held {
    /// What is held now.
    pub fn now() -> Self {
        let count = |folder: &str| fs::read_dir(folder).unwrap().count();
        Self { memory: resident(), files: count("/proc/self/fd"), threads: count("/proc/self/task") }
    }
}

fn resident() -> u64 {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let line = rollup.lines().find(|line| line.starts_with("Rss:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}
