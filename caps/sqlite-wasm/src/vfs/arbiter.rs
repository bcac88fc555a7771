//! Locks between this instance and the rest of the world. WASI has none, so there are two ways.
//!
//! **Locks of the host.** A host may take `advise` on the bytes that SQLite locks, from 0x40000000 on, for a request to
//! lock them, as `pyforge run` does: `will-need` locks them shared, `no-reuse` exclusively, and `dont-need` unlocks them.
//! Nothing waits; where another open file has a lock, the error is `would-block`. `random` locks nothing, but fails like
//! that where an exclusive lock would. `sequential` asks whether the host does this at all, which the error `already`
//! says; to any other host each of these is a hint that changes nothing. The locks are those of the system, on the bytes
//! that SQLite itself locks everywhere, so native processes respect them, and they end with the process.
//!
//! **A lock file** elsewhere, or a directory rather: `<database>.lock`, as SQLite's own VFS `unix-dotfile` makes it.
//! Whoever has it has the database alone, to read as to write. Three things follow, and the manual of a program that
//! uses this should say so:
//!
//! - A process that is killed leaves it behind. It must be removed by hand, when nobody uses the database any more.
//! - A native process does not respect it, unless it opens the database with `vfs=unix-dotfile`; nor does an instance on
//!   a host with locks. A database belongs to one kind of them at a time.
//! - So when there is a journal that has to be played back, or a write-ahead log, and the lock file was not there, these
//!   are taken for somebody's whose locks cannot be seen, and the database is busy. If it is known that there is nobody,
//!   any SQLite on a host with locks recovers it, and so does this one with the URI parameter `recover=1`.
//!
//! Where a lock file may not be made, the database can be read only, and is not locked.

use alloc::rc::Rc;
use alloc::string::String;

use super::ffi::{
    BUSY, BUSY_TIMEOUT, CANTOPEN, IOERR_CHECKRESERVEDLOCK, IOERR_LOCK, IOERR_RDLOCK, IOERR_UNLOCK, Outcome,
    READONLY_DIRECTORY,
};
use super::host::{self, Advice, Descriptor, DescriptorFlags, ErrorCode, OpenFlags, Place};
use super::methods::Level;
use crate::ffi::Code;

/// Bytes of a file: the first, and how many.
type Range = (u64, u64);

const PENDING: Range = (0x4000_0000, 1);
const RESERVED: Range = (0x4000_0001, 1);
const PENDING_AND_RESERVED: Range = (0x4000_0000, 2);
const SHARED: Range = (0x4000_0002, 510);
const ALL: Range = (0x4000_0000, 512);

/// Whoever decides between instances.
pub enum Arbiter {
    Host(HostLocks),
    File(LockFile),
}

impl Arbiter {
    /// The one for a database that was just opened. `abandoned` says that a journal that is found is nobody's.
    pub fn of(file: &Rc<Descriptor>, writable: bool, path: &str, abandoned: bool) -> Self {
        match ask(file, ALL, Advice::Sequential) {
            Err(ErrorCode::Already) => {
                Self::Host(HostLocks { file: Rc::clone(file), path: path.into(), writable })
            }
            _ => Self::File(LockFile { path: path.into(), state: Free, wrote: false, abandoned }),
        }
    }

    /// Another connection has opened the database, which this instance has locked that far.
    pub fn join(&mut self, file: &Rc<Descriptor>, writable: bool, abandoned: bool, level: Level) -> Outcome {
        match self {
            Self::Host(locks) if writable && !locks.writable => locks.move_to(Rc::clone(file), level),
            Self::Host(_) => Ok(()),
            Self::File(lock) => {
                lock.abandoned |= abandoned;
                Ok(())
            }
        }
    }

    /// Goes from one level to the next, of which SQLite skips [`Level::Pending`] now and then.
    pub fn raise(&mut self, to: Level) -> Outcome {
        match self {
            Self::Host(locks) => locks.raise(to),
            Self::File(lock) => lock.raise(to),
        }
    }

    /// Goes back to [`Level::Shared`], or to none.
    pub fn lower(&mut self, to: Level) -> Outcome {
        match self {
            Self::Host(locks) => locks.lower(to),
            Self::File(lock) => lock.lower(to),
        }
    }

    /// Takes the database for this instance alone, whatever the level is.
    pub fn seize(&mut self, level: Level) -> Outcome {
        match self {
            Self::Host(locks) => locks.seize(level),
            Self::File(lock) => lock.seize(),
        }
    }

    /// Gives up what was seized, as far as the level does not need it.
    pub fn yield_to(&mut self, level: Level) -> Outcome {
        match self {
            Self::Host(locks) => locks.yield_to(level),
            Self::File(lock) if level == Level::None => lock.lower(level),
            Self::File(_) => Ok(()),
        }
    }

    /// Whether someone else is about to write.
    pub fn is_reserved(&self) -> Outcome<bool> {
        match self {
            Self::Host(locks) => locks.is_reserved(),
            Self::File(_) => Ok(false),
        }
    }

    /// The last connection is closed.
    pub fn end(self) -> Outcome {
        match self {
            // The locks go with the file.
            Self::Host(_) => Ok(()),
            Self::File(mut lock) => lock.remove(),
        }
    }
}

fn ask(file: &Descriptor, range: Range, advice: Advice) -> Result<(), ErrorCode> {
    file.advise(range.0, range.1, advice)
}

/// The host's locks, through one of the database's open files.
pub struct HostLocks {
    file: Rc<Descriptor>,
    /// The database's.
    path: String,
    /// Whether exclusive locks can be had through the open file.
    writable: bool,
}

impl HostLocks {
    fn lock(&self, range: Range, exclusively: bool, failure: Code) -> Outcome {
        let advice = if exclusively { Advice::NoReuse } else { Advice::WillNeed };
        ask(&self.file, range, advice).map_err(|error| refusal(error, failure))
    }

    fn unlock(&self, range: Range) -> Outcome {
        ask(&self.file, range, Advice::DontNeed).map_err(|error| {
            host::note(error);
            IOERR_UNLOCK
        })
    }

    fn raise(&self, to: Level) -> Outcome {
        match to {
            Level::None => Ok(()),
            Level::Shared => self.share(),
            Level::Reserved => self.lock(RESERVED, true, IOERR_LOCK),
            Level::Pending => self.lock(PENDING, true, IOERR_LOCK),
            Level::Exclusive => self.lock(SHARED, true, IOERR_LOCK),
        }
    }

    /// Whoever waits to write has the pending byte, and lets nobody in any more.
    fn share(&self) -> Outcome {
        self.lock(PENDING, false, IOERR_LOCK)?;
        let shared = self.lock(SHARED, false, IOERR_LOCK);
        let unlocked = self.unlock(PENDING);
        shared.and(unlocked)
    }

    fn lower(&self, to: Level) -> Outcome {
        if to == Level::None {
            return self.unlock(ALL);
        }
        self.lock(SHARED, false, IOERR_RDLOCK)?;
        self.unlock(PENDING_AND_RESERVED)
    }

    fn seize(&mut self, level: Level) -> Outcome {
        if !self.writable {
            // A connection that only reads uses a log that it may have to play back.
            let file = self.open_to_write().ok_or(CANTOPEN)?;
            self.move_to(Rc::new(file), level)?;
        }
        // SQLite takes plain `BUSY` for a moment's matter here and tries again for ten seconds by itself.
        self.lock(ALL, true, IOERR_LOCK).map_err(|code| if code == BUSY { BUSY_TIMEOUT } else { code })
    }

    fn yield_to(&self, level: Level) -> Outcome {
        match level {
            Level::None | Level::Shared => self.lower(level),
            Level::Reserved => {
                self.lock(SHARED, false, IOERR_RDLOCK)?;
                self.unlock(PENDING)
            }
            Level::Pending => self.lock(SHARED, false, IOERR_RDLOCK),
            Level::Exclusive => Ok(()),
        }
    }

    fn is_reserved(&self) -> Outcome<bool> {
        match ask(&self.file, RESERVED, Advice::Random) {
            Ok(()) => Ok(false),
            Err(ErrorCode::WouldBlock) => Ok(true),
            Err(error) => Err(refusal(error, IOERR_CHECKRESERVEDLOCK)),
        }
    }

    /// Opens the database once more.
    fn open_to_write(&self) -> Option<Descriptor> {
        let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
        let file = Place::of(&self.path)?.open(OpenFlags::empty(), flags).ok()?;
        host::is_same(&file, &self.file).then_some(file)
    }

    /// Locks through another open file from now on, which can be written. Nothing can be locked so far but
    /// [`Level::Shared`].
    fn move_to(&mut self, file: Rc<Descriptor>, level: Level) -> Outcome {
        let old = core::mem::replace(&mut self.file, file);
        if level > Level::None {
            // There may be a writer waiting, but we are in.
            if let Err(code) = self.lock(SHARED, false, IOERR_LOCK) {
                self.file = old;
                return Err(code);
            }
            ask(&old, ALL, Advice::DontNeed).map_err(|error| refusal(error, IOERR_UNLOCK))?;
        }
        self.writable = true;
        Ok(())
    }
}

/// What it is to SQLite that a lock cannot be had.
fn refusal(error: ErrorCode, otherwise: Code) -> Code {
    if matches!(error, ErrorCode::WouldBlock | ErrorCode::Busy | ErrorCode::NoLock) {
        return BUSY;
    }
    host::note(error);
    otherwise
}

/// A lock file.
pub struct LockFile {
    /// The database's.
    path: String,
    state: State,
    /// Whether the database may have been changed since it was locked.
    wrote: bool,
    /// Whether a journal that is found is taken for nobody's, the next time.
    abandoned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    /// The lock file is ours.
    Ours,
    /// There can be no lock file, so nobody can write either.
    Impossible,
}
use State::{Free, Impossible, Ours};

impl LockFile {
    fn raise(&mut self, to: Level) -> Outcome {
        if to <= Level::Shared {
            return self.take();
        }
        if self.state != Ours {
            return Err(READONLY_DIRECTORY);
        }
        self.wrote = true;
        Ok(())
    }

    fn take(&mut self) -> Outcome {
        if self.state == Ours {
            return Ok(());
        }
        self.state = self.make()?;
        self.wrote = false;
        match self.is_in_use() {
            Ok(false) => {
                self.abandoned = false;
                Ok(())
            }
            in_use => {
                self.remove()?;
                in_use.and(Err(BUSY))
            }
        }
    }

    fn make(&self) -> Outcome<State> {
        let path = self.beside(".lock");
        let place = Place::of(&path).ok_or(CANTOPEN)?;
        match place.dir.create_directory_at(place.path) {
            Ok(()) => Ok(Ours),
            Err(ErrorCode::Exist) => Err(BUSY),
            Err(error) if host::is_forbidden(error) => Ok(Impossible),
            Err(error) => Err(refusal(error, IOERR_LOCK)),
        }
    }

    fn remove(&mut self) -> Outcome {
        if core::mem::replace(&mut self.state, Free) != Ours {
            return Ok(());
        }
        let path = self.beside(".lock");
        let place = Place::of(&path).ok_or(CANTOPEN)?;
        match place.dir.remove_directory_at(place.path) {
            Ok(()) | Err(ErrorCode::NoEntry) => Ok(()),
            Err(error) => {
                host::note(error);
                Err(IOERR_UNLOCK)
            }
        }
    }

    fn lower(&mut self, to: Level) -> Outcome {
        // What a failed transaction of ours left behind is for us to undo: until then, nobody else comes in.
        if to > Level::None || self.wrote && self.is_journal_hot()? {
            return Ok(());
        }
        self.remove()
    }

    fn seize(&self) -> Outcome {
        if self.state == Ours { Ok(()) } else { Err(CANTOPEN) }
    }

    /// Whether somebody may be using the database, or have been when the power went.
    fn is_in_use(&self) -> Outcome<bool> {
        if self.abandoned {
            return Ok(false);
        }
        let log = self.size_beside("-wal")?.is_some_and(|size| size > 0);
        Ok(log || self.size_beside("-shm")?.is_some() || self.is_journal_hot()?)
    }

    /// Whether there is a journal to play back: the first byte of one that is done with is zero.
    fn is_journal_hot(&self) -> Outcome<bool> {
        if self.size_beside("-journal")?.is_none_or(|size| size == 0) {
            return Ok(false);
        }
        let path = self.beside("-journal");
        let place = Place::of(&path).ok_or(CANTOPEN)?;
        let byte = place
            .open(OpenFlags::empty(), DescriptorFlags::READ)
            .and_then(|journal| journal.read(1, 0))
            .map_err(|error| refusal(error, IOERR_LOCK))?;
        Ok(byte.0.first().is_some_and(|byte| *byte != 0))
    }

    /// The size of a file that belongs to the database.
    fn size_beside(&self, suffix: &str) -> Outcome<Option<u64>> {
        let path = self.beside(suffix);
        let place = Place::of(&path).ok_or(CANTOPEN)?;
        let found = place.look().map_err(|error| refusal(error, IOERR_LOCK))?;
        Ok(found.map(|(_, size)| size))
    }

    fn beside(&self, suffix: &str) -> String {
        let mut path = String::with_capacity(self.path.len() + suffix.len());
        path.push_str(&self.path);
        path.push_str(suffix);
        path
    }
}
