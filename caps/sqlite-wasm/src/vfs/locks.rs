//! The databases that this instance has open, and how far its connections have locked them.
//!
//! Towards others the connections of an instance are one, so what goes for processes elsewhere is decided among them
//! here: SQLite's rules, as its VFS for unix keeps them for the connections of a process.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ffi::c_void;

use super::arbiter::Arbiter;
use super::ffi::{BUSY, IOERR_LOCK, IOERR_NOMEM, IOERR_SHMLOCK, Outcome};
use super::host::{self, Descriptor};
use super::methods::{Level, Slots};
use super::shm::{Held, Shm};
use cap_support::Global;

/// The databases that are open. A connection knows the place of its own.
static DATABASES: Global<Vec<Option<Database>>> = Global::new(Vec::new());

/// A database that connections of this instance have open.
struct Database {
    /// One of its open files, to know it by.
    file: Rc<Descriptor>,
    connections: usize,
    /// The highest level of a connection.
    level: Level,
    /// How many connections have it locked.
    readers: usize,
    arbiter: Arbiter,
    /// As long as there is one, this instance has the database alone.
    shm: Option<Shm>,
    /// Counts what may have changed the file.
    version: u64,
}

/// A connection to a database.
pub struct Connection {
    database: usize,
    level: Level,
    /// Its locks of the wal-index, when it uses one.
    held: Option<Held>,
}

/// What there is to know about an open database to lock it.
pub struct Opened<'a> {
    pub file: &'a Rc<Descriptor>,
    pub writable: bool,
    pub path: &'a str,
    /// Whether a journal that is found is taken for nobody's.
    pub abandoned: bool,
}

impl Connection {
    /// A connection that has just opened a database.
    pub fn join(opened: &Opened<'_>) -> Outcome<Self> {
        let database = DATABASES.with(|databases| match find(databases, opened.file) {
            Some((place, database)) => {
                let Opened { file, writable, abandoned, .. } = *opened;
                database.arbiter.join(file, writable, abandoned, database.level)?;
                database.connections += 1;
                Ok(place)
            }
            None => add(databases, Database::new(opened)),
        })?;
        Ok(Self { database, level: Level::None, held: None })
    }

    /// How far it has locked the database.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Locks the database that far. When a lock for writing fails, readers may be kept from coming in all the same.
    pub fn lock(&mut self, level: Level) -> Outcome {
        self.with(IOERR_LOCK, |this, database| database.lock(&mut this.level, level))
    }

    /// Unlocks it that far.
    pub fn unlock(&mut self, level: Level) -> Outcome {
        self.with(IOERR_LOCK, |this, database| database.unlock(&mut this.level, level))
    }

    /// The state that the file is in; none when it may change at any time.
    pub fn version(&self) -> Option<u64> {
        DATABASES.with(|databases| {
            let database = databases.get(self.database)?.as_ref()?;
            (self.level > Level::None).then_some(database.version)
        })
    }

    /// The file is being changed.
    pub fn change(&self) {
        DATABASES.with(|databases| {
            if let Some(Some(database)) = databases.get_mut(self.database) {
                database.version += 1;
            }
        });
    }

    /// Whether anyone is about to write.
    pub fn is_reserved(&mut self) -> Outcome<bool> {
        self.with(IOERR_LOCK, |_, database| database.is_reserved())
    }

    /// A piece of the wal-index.
    pub fn map_shm(&mut self, index: usize, size: usize, make: bool) -> Outcome<*mut c_void> {
        self.with(IOERR_SHMLOCK, |this, database| {
            let shm = database.shm()?;
            if this.held.is_none() {
                shm.users += 1;
                this.held = Some(Held::default());
            }
            shm.piece(index, size, make)
        })
    }

    /// Locks parts of the wal-index.
    pub fn lock_shm(&mut self, slots: Slots, exclusively: bool) -> Outcome {
        self.with(IOERR_SHMLOCK, |this, database| match (&mut database.shm, &mut this.held) {
            (Some(shm), Some(held)) => shm.lock(held, slots, exclusively),
            _ => Err(IOERR_SHMLOCK),
        })
    }

    /// Unlocks parts of it.
    pub fn unlock_shm(&mut self, slots: Slots) -> Outcome {
        self.with(IOERR_SHMLOCK, |this, database| {
            if let (Some(shm), Some(held)) = (&mut database.shm, &mut this.held) {
                shm.unlock(held, slots);
            }
            Ok(())
        })
    }

    /// Ends its use of the wal-index.
    pub fn unmap_shm(&mut self) -> Outcome {
        self.with(IOERR_SHMLOCK, |this, database| match this.held.take() {
            Some(held) => database.leave_shm(held),
            None => Ok(()),
        })
    }

    /// Ends it.
    pub fn leave(mut self) -> Outcome {
        let unmapped = self.unmap_shm();
        let unlocked = self.unlock(Level::None);
        let ended = DATABASES.with(|databases| match databases.get_mut(self.database) {
            Some(place) => Database::leave(place),
            None => Ok(()),
        });
        unmapped.and(unlocked).and(ended)
    }

    /// Hands out the database, which is there as long as the connection is.
    fn with<T>(
        &mut self,
        absent: crate::ffi::Code,
        act: impl FnOnce(&mut Self, &mut Database) -> Outcome<T>,
    ) -> Outcome<T> {
        DATABASES.with(|databases| match databases.get_mut(self.database) {
            Some(Some(database)) => act(self, database),
            _ => Err(absent),
        })
    }
}

fn find<'a>(databases: &'a mut [Option<Database>], file: &Descriptor) -> Option<(usize, &'a mut Database)> {
    let mut known =
        databases.iter_mut().enumerate().filter_map(|(place, known)| Some((place, known.as_mut()?)));
    known.find(|(_, known)| host::is_same(&known.file, file))
}

/// Puts a database where there is none, and tells where that is.
fn add(databases: &mut Vec<Option<Database>>, database: Database) -> Outcome<usize> {
    if let Some(place) = databases.iter().position(Option::is_none) {
        databases[place] = Some(database);
        return Ok(place);
    }
    databases.try_reserve(1).map_err(|_| IOERR_NOMEM)?;
    databases.push(Some(database));
    Ok(databases.len() - 1)
}

impl Database {
    fn new(opened: &Opened<'_>) -> Self {
        Self {
            file: Rc::clone(opened.file),
            connections: 1,
            level: Level::None,
            readers: 0,
            arbiter: Arbiter::of(opened.file, opened.writable, opened.path, opened.abandoned),
            shm: None,
            version: 0,
        }
    }

    /// Raises a connection from its own level.
    fn lock(&mut self, mine: &mut Level, wanted: Level) -> Outcome {
        if *mine >= wanted {
            return Ok(());
        }
        let others_write = *mine != self.level && (self.level >= Level::Pending || wanted > Level::Shared);
        if others_write {
            return Err(BUSY);
        }
        if wanted == Level::Shared && self.level > Level::None {
            self.readers += 1;
            *mine = wanted;
            return Ok(());
        }
        if wanted == Level::Exclusive && *mine == Level::Reserved {
            self.raise(mine, Level::Pending)?;
        }
        if wanted == Level::Exclusive && self.readers > 1 {
            return Err(BUSY);
        }
        self.raise(mine, wanted)
    }

    /// Raises the only connection that is at the highest level.
    fn raise(&mut self, mine: &mut Level, to: Level) -> Outcome {
        if self.shm.is_none() {
            self.arbiter.raise(to)?;
        }
        if to == Level::Shared {
            self.readers = 1;
        }
        (*mine, self.level) = (to, to);
        Ok(())
    }

    fn unlock(&mut self, mine: &mut Level, to: Level) -> Outcome {
        if *mine <= to {
            return Ok(());
        }
        let was_highest = *mine > Level::Shared;
        *mine = to;
        if to == Level::None {
            self.readers = self.readers.saturating_sub(1);
        }
        let left = if self.readers == 0 { Level::None } else { Level::Shared };
        if left != Level::None && !was_highest {
            return Ok(());
        }
        self.level = left;
        self.version += 1;
        if self.shm.is_some() { Ok(()) } else { self.arbiter.lower(left) }
    }

    fn is_reserved(&self) -> Outcome<bool> {
        Ok(self.level > Level::Shared || self.shm.is_none() && self.arbiter.is_reserved()?)
    }

    /// The wal-index; with it this instance gets the database for itself.
    fn shm(&mut self) -> Outcome<&mut Shm> {
        if self.shm.is_none() {
            self.arbiter.seize(self.level)?;
        }
        Ok(self.shm.get_or_insert_with(Shm::new))
    }

    fn leave_shm(&mut self, mut held: Held) -> Outcome {
        let Some(shm) = &mut self.shm else { return Ok(()) };
        shm.unlock(&mut held, Slots::MAX);
        shm.users = shm.users.saturating_sub(1);
        if shm.users > 0 {
            return Ok(());
        }
        self.shm = None;
        self.arbiter.yield_to(self.level)
    }

    /// Takes one connection away, and with the last the database.
    fn leave(place: &mut Option<Self>) -> Outcome {
        let Some(database) = place else { return Ok(()) };
        database.connections = database.connections.saturating_sub(1);
        if database.connections > 0 {
            return Ok(());
        }
        place.take().map_or(Ok(()), |database| database.arbiter.end())
    }
}
