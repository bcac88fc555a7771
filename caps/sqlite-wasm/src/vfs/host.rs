//! WASI, as far as this needs it: where a path leads, and what hosts say when something fails.

use alloc::rc::{Rc, Weak};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Deref;

pub use crate::bindings::wasi::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};
use crate::bindings::wasi::{clocks, filesystem, random};
use cap_support::Global;

/// The directories that the host has opened for us, and their names without slashes at either end.
static PREOPENS: Global<Option<&'static [(Descriptor, &'static str)]>> = Global::new(None);

/// What the host last said when it refused something: 0 for nothing, otherwise the error code's number from 1 on.
static LAST_ERROR: Global<i32> = Global::new(0);

/// Remembers why something failed.
pub fn note(error: ErrorCode) {
    LAST_ERROR.with(|last| *last = error as i32 + 1);
}

/// What was last noted.
pub fn last_error() -> i32 {
    LAST_ERROR.with(|last| *last)
}

/// The directories that databases are open in, by their paths.
static DIRS: Global<Vec<(String, Weak<Descriptor>)>> = Global::new(Vec::new());

/// Where a path leads: a directory of the host, and the way from there.
pub struct Place<'a> {
    pub dir: Dir,
    /// Relative, and not empty.
    pub path: &'a str,
}

/// A directory.
pub enum Dir {
    /// One that the host has opened.
    Preopen(&'static Descriptor),
    /// One that a database is open in.
    Opened(Rc<Descriptor>),
}

impl Deref for Dir {
    type Target = Descriptor;

    fn deref(&self) -> &Descriptor {
        match self {
            Self::Preopen(dir) => dir,
            Self::Opened(dir) => dir,
        }
    }
}

impl<'a> Place<'a> {
    /// Finds the nearest directory that `path`, which is absolute and without links, is in.
    pub fn of(path: &'a str) -> Option<Self> {
        Self::beside_database(path).or_else(|| Self::in_preopen(path))
    }

    /// In a directory that a database is open in.
    fn beside_database(path: &'a str) -> Option<Self> {
        let (parent, name) = path.rsplit_once('/')?;
        DIRS.with(|dirs| {
            let (_, dir) = dirs.iter().find(|(known, _)| known == parent)?;
            Some(Self { dir: Dir::Opened(dir.upgrade()?), path: name })
        })
    }

    /// In the directory of the host whose name is the longest.
    fn in_preopen(path: &'a str) -> Option<Self> {
        let path = path.trim_start_matches('/');
        let mut found: Option<(usize, Self)> = None;
        for (dir, name) in preopens() {
            let Some(rest) = within(path, name) else { continue };
            if found.as_ref().is_none_or(|(length, _)| name.len() >= *length) {
                let path = if rest.is_empty() { "." } else { rest };
                found = Some((name.len(), Self { dir: Dir::Preopen(dir), path }));
            }
        }
        found.map(|(_, place)| place)
    }

    /// Opens what is there.
    pub fn open(&self, how: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
        self.dir.open_at(PathFlags::empty(), self.path, how, flags)
    }

    /// What is there, and its size in bytes; nothing is no error.
    pub fn look(&self) -> Result<Option<(DescriptorType, u64)>, ErrorCode> {
        match self.dir.stat_at(PathFlags::empty(), self.path) {
            Ok(stat) => Ok(Some((stat.type_, stat.size))),
            Err(error) if is_absent(error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the names in the directory that this is in outlive a loss of power.
    pub fn sync_dir(&self) -> Result<(), ErrorCode> {
        let synced = match self.path.rsplit_once('/') {
            None => self.dir.sync(),
            // SQLite does without where a directory cannot be opened, and so does everyone else.
            Some((parent, _)) => open_dir(&self.dir, parent).map_or(Ok(()), |dir| dir.sync()),
        };
        synced.or_else(|error| if cannot_sync_dirs(error) { Ok(()) } else { Err(error) })
    }
}

/// Opens the directory of a file, so that the way to what is in there is short as long as it is open: for most hosts a
/// name is much less work than a path. None when it is short anyhow, or when there is no such directory.
pub fn open_dir_of(path: &str) -> Option<Rc<Descriptor>> {
    let place = Place::in_preopen(path)?;
    let (parent, _) = place.path.rsplit_once('/')?;
    let dir = Rc::new(open_dir(&place.dir, parent)?);
    let (parent, _) = path.rsplit_once('/')?;
    DIRS.with(|dirs| {
        // The path may lead elsewhere than the last time.
        dirs.retain(|(known, dir)| known != parent && dir.strong_count() > 0);
        dirs.push((parent.into(), Rc::downgrade(&dir)));
    });
    Some(dir)
}

fn open_dir(from: &Descriptor, path: &str) -> Option<Descriptor> {
    let open = |flags| from.open_at(PathFlags::empty(), path, OpenFlags::DIRECTORY, flags);
    open(DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY)
        .or_else(|_| open(DescriptorFlags::READ))
        .ok()
}

/// What is left of a path behind the name of a directory, if it is in there. Neither begins with a slash.
fn within<'a>(path: &'a str, dir: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(dir)?;
    if dir.is_empty() || rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

fn preopens() -> &'static [(Descriptor, &'static str)] {
    PREOPENS.with(|known| {
        *known.get_or_insert_with(|| {
            let dirs = filesystem::preopens::get_directories();
            let dirs: Vec<_> = dirs.into_iter().map(|(dir, name)| (dir, plain(name.leak()))).collect();
            dirs.leak()
        })
    })
}

/// The name of a directory without slashes at its ends. Where programs start is the root, as libc takes it.
fn plain(name: &'static str) -> &'static str {
    let name = name.strip_prefix("./").unwrap_or(name).trim_matches('/');
    if name == "." { "" } else { name }
}

/// Whether both are the same file. Some hosts know by one of the ways only.
pub fn is_same(one: &Descriptor, other: &Descriptor) -> bool {
    one.is_same_object(other) || have_same_hash(one, other)
}

/// Asks both now: the hash may change when the file does.
fn have_same_hash(one: &Descriptor, other: &Descriptor) -> bool {
    match (one.metadata_hash(), other.metadata_hash()) {
        (Ok(one), Ok(other)) => (one.lower, one.upper) == (other.lower, other.upper),
        _ => false,
    }
}

/// Whether it says that there is no such file.
pub fn is_absent(error: ErrorCode) -> bool {
    matches!(error, ErrorCode::NoEntry | ErrorCode::NotDirectory)
}

/// Whether it says that one may not do that, whatever is there.
pub fn is_forbidden(error: ErrorCode) -> bool {
    matches!(error, ErrorCode::Access | ErrorCode::NotPermitted | ErrorCode::ReadOnly)
}

/// Whether it says that the medium is full.
pub fn is_full(error: ErrorCode) -> bool {
    matches!(error, ErrorCode::InsufficientSpace | ErrorCode::Quota)
}

fn cannot_sync_dirs(error: ErrorCode) -> bool {
    let unable = matches!(
        error,
        ErrorCode::BadDescriptor | ErrorCode::Invalid | ErrorCode::IsDirectory | ErrorCode::Unsupported
    );
    unable || is_forbidden(error)
}

/// Waits, in microseconds.
pub fn sleep(time: u64) {
    clocks::monotonic_clock::subscribe_duration(time.saturating_mul(1000)).block();
}

/// Milliseconds since 1970.
pub fn now() -> u64 {
    let now = clocks::wall_clock::now();
    now.seconds.saturating_mul(1000).saturating_add(u64::from(now.nanoseconds / 1_000_000))
}

/// Fills a buffer with random bytes, as far as the host has some.
pub fn random(buffer: &mut [u8]) -> usize {
    let bytes = random::random::get_random_bytes(buffer.len() as u64);
    let count = bytes.len().min(buffer.len());
    buffer[..count].copy_from_slice(&bytes[..count]);
    count
}
