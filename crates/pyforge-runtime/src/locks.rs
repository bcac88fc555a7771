//! Locks on files, so that a database in WebAssembly and native SQLite keep out of each other's way. WASI has none.
//!
//! A guest asks for them through `advise` of `wasi:filesystem/types`, which to any other host is a hint that changes
//! nothing. What it says of bytes among those that SQLite locks (512 of them from 0x40000000 on) is a request:
//!
//! | advice | what it asks for | answer |
//! |---|---|---|
//! | `sequential` | whether this host has locks | the error `already` |
//! | `will-need` | a shared lock on these bytes, in place of one that the descriptor has there | success, or the error `would-block` |
//! | `no-reuse` | an exclusive lock likewise; the file has to be open for writing | the same |
//! | `dont-need` | no lock on them | success |
//! | `random` | nothing | `would-block` if `no-reuse` would not be granted, otherwise success |
//!
//! Nothing waits. The locks are the system's, of the kind that belongs to the open file: two descriptors that were
//! opened apart are two parties, also within one guest; and dropping the descriptor unlocks, as does the end of the
//! process in whatever way. They are on the very bytes where native SQLite has its own. A guest can lock what it can
//! open, no more, and exclusively only what it can write.
//!
//! On a system without such locks, and for files that it cannot lock, this is an ordinary `advise`.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::types::{Advice, ErrorCode, Host, HostDescriptor};

/// The interface, in the version that wasmtime's own functions are registered with: the linker hands it out for every
/// compatible one.
const TYPES: &str = "wasi:filesystem/types@0.2.12";

/// The bytes that SQLite locks.
const BYTES: Range<u64> = 0x4000_0000..0x4000_0200;

/// Puts locks into the `advise` that is in the linker, which must allow shadowing.
pub(crate) fn add_to_linker<T: WasiView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    linker
        .instance(TYPES)?
        .func_wrap_async("[method]descriptor.advise", |store, (file, offset, length, advice)| {
            Box::new(advise(store, file, offset, length, advice))
        })
}

type Answer = Result<(), ErrorCode>;

async fn advise<T: WasiView>(
    mut store: StoreContextMut<'_, T>,
    file: Resource<Descriptor>,
    offset: u64,
    length: u64,
    advice: Advice,
) -> wasmtime::Result<(Answer,)> {
    let mut wasi = store.data_mut().filesystem();
    if let Some(request) = request(offset, length, advice)
        && let Descriptor::File(file) = wasi.table.get(&file)?
        && let Some(answer) = answer(&file.file, &request, offset, length)
    {
        return Ok((answer,));
    }
    let advised: FsResult<()> = wasi.advise(file, offset, length, advice).await;
    match advised {
        Ok(()) => Ok((Ok(()),)),
        Err(error) => Ok((Err(wasi.convert_error_code(error)?),)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    None,
    Shared,
    Exclusive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    /// Whether there are locks.
    Ask,
    /// Whether an exclusive lock could be had.
    Probe,
    Set(Lock),
}

/// What is asked for, if anything is.
fn request(offset: u64, length: u64, advice: Advice) -> Option<Request> {
    let end = offset.checked_add(length)?;
    if length == 0 || offset < BYTES.start || end > BYTES.end {
        return None;
    }
    match advice {
        Advice::Normal => None,
        Advice::Sequential => Some(Request::Ask),
        Advice::Random => Some(Request::Probe),
        Advice::WillNeed => Some(Request::Set(Lock::Shared)),
        Advice::NoReuse => Some(Request::Set(Lock::Exclusive)),
        Advice::DontNeed => Some(Request::Set(Lock::None)),
    }
}

/// Does it. None when the system has no locks, or not on this file.
fn answer(file: &Arc<File>, request: &Request, offset: u64, length: u64) -> Option<Answer> {
    let outcome = match request {
        Request::Ask => {
            return system::is_free(file, offset, length).is_ok().then_some(Err(ErrorCode::Already));
        }
        Request::Probe => system::is_free(file, offset, length),
        Request::Set(lock) => system::set(file, *lock, offset, length),
    };
    match outcome {
        Ok(true) => Some(Ok(())),
        Ok(false) => Some(Err(ErrorCode::WouldBlock)),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
        Err(error) => Some(Err(error.into())),
    }
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
mod system {
    //! `fcntl`'s locks of open files.

    use super::Lock;
    use std::fs::File;
    use std::io::{Error, Result};
    use std::os::fd::AsRawFd;

    fn flock(lock: Lock, offset: u64, length: u64) -> Result<libc::flock> {
        // SAFETY: it consists of numbers.
        let mut flock: libc::flock = unsafe { std::mem::zeroed() };
        flock.l_type = match lock {
            Lock::None => libc::F_UNLCK,
            Lock::Shared => libc::F_RDLCK,
            Lock::Exclusive => libc::F_WRLCK,
        } as _;
        flock.l_whence = libc::SEEK_SET as _;
        flock.l_start = offset.try_into().map_err(Error::other)?;
        flock.l_len = length.try_into().map_err(Error::other)?;
        Ok(flock)
    }

    /// Sets a lock, or removes it. False when somebody else's is in the way.
    pub(super) fn set(file: &File, lock: Lock, offset: u64, length: u64) -> Result<bool> {
        let flock = flock(lock, offset, length)?;
        // SAFETY: the descriptor is open, and the structure what the operation reads.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &flock) } != -1 {
            return Ok(true);
        }
        let error = Error::last_os_error();
        if matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)) { Ok(false) } else { Err(error) }
    }

    /// Whether an exclusive lock could be set.
    pub(super) fn is_free(file: &File, offset: u64, length: u64) -> Result<bool> {
        let mut flock = flock(Lock::Exclusive, offset, length)?;
        // SAFETY: as above; the operation also writes the structure.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_GETLK, &mut flock) } == -1 {
            return Err(Error::last_os_error());
        }
        Ok(libc::c_int::from(flock.l_type) == libc::c_int::from(libc::F_UNLCK))
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
mod system {
    //! No locks of open files.

    use super::Lock;
    use std::fs::File;
    use std::io::{ErrorKind, Result};

    pub(super) fn set(_: &File, _: Lock, _: u64, _: u64) -> Result<bool> {
        Err(ErrorKind::Unsupported.into())
    }

    pub(super) fn is_free(_: &File, _: u64, _: u64) -> Result<bool> {
        Err(ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bytes_that_sqlite_locks_are_a_request() {
        let start = BYTES.start;
        assert_eq!(request(start, 512, Advice::NoReuse), Some(Request::Set(Lock::Exclusive)));
        assert_eq!(request(start + 511, 1, Advice::DontNeed), Some(Request::Set(Lock::None)));
        for (offset, length) in
            [(0, 0), (0, start + 1), (start, 513), (start - 1, 2), (start, 0), (start, u64::MAX)]
        {
            assert_eq!(request(offset, length, Advice::WillNeed), None, "{offset} {length}");
        }
        assert_eq!(request(start, 1, Advice::Normal), None);
    }

    /// A file, opened as often as wanted, and what is done with it.
    fn opened() -> (tempfile::NamedTempFile, Vec<Arc<File>>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let open = || Arc::new(File::options().read(true).write(true).open(file.path()).unwrap());
        let opened = vec![open(), open()];
        (file, opened)
    }

    fn ask(file: &Arc<File>, request: Request) -> Option<Answer> {
        answer(file, &request, BYTES.start, 1)
    }

    #[test]
    fn two_descriptors_are_two_parties() {
        let (_file, mut opened) = opened();
        let refused = Some(Err(ErrorCode::WouldBlock));
        assert_eq!(ask(&opened[0], Request::Ask), Some(Err(ErrorCode::Already)));
        assert_eq!(ask(&opened[0], Request::Set(Lock::Shared)), Some(Ok(())));
        assert_eq!(ask(&opened[1], Request::Set(Lock::Shared)), Some(Ok(())));
        assert_eq!(ask(&opened[0], Request::Set(Lock::Exclusive)), refused);
        assert_eq!(ask(&opened[0], Request::Probe), refused);
        assert_eq!(ask(&opened[1], Request::Set(Lock::None)), Some(Ok(())));
        assert_eq!(ask(&opened[0], Request::Set(Lock::Exclusive)), Some(Ok(())));
        assert_eq!(ask(&opened[0], Request::Probe), Some(Ok(())));
        assert_eq!(ask(&opened[1], Request::Probe), refused);
        assert_eq!(ask(&opened[1], Request::Set(Lock::Shared)), refused);
        drop(opened.remove(0));
        assert_eq!(ask(&opened[0], Request::Set(Lock::Exclusive)), Some(Ok(())));
    }
}
