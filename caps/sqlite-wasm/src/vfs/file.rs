//! Files of the host's.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_char, c_int, c_void};

use cap_support::{check_headroom, has_room};

use super::ahead::Ahead;
use super::ffi::{
    CANTOPEN, FCNTL_CHUNK_SIZE, FCNTL_EXTERNAL_READER, FCNTL_HAS_MOVED, FCNTL_LAST_ERRNO, FCNTL_LOCKSTATE,
    FCNTL_PERSIST_WAL, FCNTL_POWERSAFE_OVERWRITE, FCNTL_SIZE_HINT, FCNTL_TEMPFILENAME, FCNTL_VFSNAME, FULL,
    IOCAP_POWERSAFE_OVERWRITE, IOCAP_SUBPAGE_READ, IOERR_DELETE, IOERR_DELETE_NOENT, IOERR_DIR_FSYNC,
    IOERR_FSTAT, IOERR_FSYNC, IOERR_NOMEM, IOERR_READ, IOERR_SHMLOCK, IOERR_TRUNCATE, IOERR_WRITE, NOMEM,
    NOTFOUND, OPEN_CREATE, OPEN_DELETEONCLOSE, OPEN_EXCLUSIVE, OPEN_MAIN_DB, OPEN_MAIN_JOURNAL,
    OPEN_READONLY, OPEN_READWRITE, OPEN_SUPER_JOURNAL, OPEN_URI, OPEN_WAL, Outcome, READONLY_DIRECTORY,
    SQLITE_OK, sqlite3_malloc64, sqlite3_uri_boolean,
};
use super::host::{self, Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags, Place};
use super::locks::{Connection, Opened};
use super::methods::{File, Level, Slots};
use crate::ffi::Code;

/// A file of the host's, open.
pub struct HostFile {
    file: Rc<Descriptor>,
    path: &'static str,
    /// The way to its directory is kept open for the files that come and go beside it.
    _dir: Option<Rc<Descriptor>>,
    /// To the database in it, if there is one to be locked.
    connection: Option<Connection>,
    /// Whether its name may not outlive a loss of power yet.
    is_new: bool,
    delete_on_close: bool,
    /// Whether a write leaves bytes beside it as they are, even when the power goes.
    powersafe: bool,
    /// Whether its log is kept when the last connection closes.
    persist_wal: bool,
    /// It grows by multiples of this, in bytes, if it is not zero.
    chunk: u64,
    ahead: Ahead,
}

impl HostFile {
    /// Opens a file; returns with it the flags as they came true.
    ///
    /// # Safety
    /// `name` is what SQLite gave, so that it stays where it is until the file is closed, and `path` is what it says.
    pub unsafe fn open(name: *const c_char, path: &'static str, flags: c_int) -> Outcome<(Self, c_int)> {
        check_headroom().map_err(|_| NOMEM)?;
        let dir = if flags & OPEN_MAIN_DB == 0 { None } else { host::open_dir_of(path) };
        let place = Place::of(path).ok_or(CANTOPEN)?;
        let (file, flags) = open(&place, flags)?;
        let mut opened = Self {
            file: Rc::new(file),
            path,
            _dir: dir,
            connection: None,
            is_new: is_new_journal(flags),
            delete_on_close: flags & OPEN_DELETEONCLOSE != 0,
            powersafe: flags & OPEN_URI == 0
                || unsafe { sqlite3_uri_boolean(name, c"psow".as_ptr(), 1) } != 0,
            persist_wal: false,
            chunk: 0,
            ahead: Ahead::default(),
        };
        if flags & OPEN_MAIN_DB != 0 {
            opened.connection = Some(Connection::join(&Opened {
                file: &opened.file,
                writable: flags & OPEN_READWRITE != 0,
                path,
                abandoned: unsafe { sqlite3_uri_boolean(name, c"recover".as_ptr(), 0) } != 0,
            })?);
        }
        Ok((opened, flags))
    }

    fn place(&self) -> Outcome<Place<'static>> {
        Place::of(self.path).ok_or(CANTOPEN)
    }

    /// Some bytes of the file, and whether it ends there.
    fn fetch(&self, length: u64, offset: u64) -> Outcome<(Vec<u8>, bool)> {
        // Where a binding has no memory for a result, it ends the instance.
        if !has_room(usize::try_from(length).unwrap_or(usize::MAX)) {
            return Err(IOERR_NOMEM);
        }
        loop {
            match self.file.read(length, offset) {
                Ok(read) => return Ok(read),
                Err(ErrorCode::Interrupted) => {}
                Err(error) => return Err(failure(error, IOERR_READ)),
            }
        }
    }

    /// Reads a page along with some that are likely to be next. False when it was not to be, or did not work out.
    fn read_ahead(&mut self, buffer: &mut [u8], offset: u64, version: u64) -> bool {
        let Some(length) = self.ahead.wanted(buffer.len(), offset) else { return false };
        let Ok((data, _)) = self.fetch(length, offset) else { return false };
        self.ahead.keep(data, offset);
        self.ahead.read(buffer, offset, version)
    }

    /// What was read of the database before is no longer what is there.
    fn change(&mut self) {
        if let Some(connection) = &self.connection {
            connection.change();
        }
    }

    /// Removes the wal-index that a native process may have left behind when it ended with its log.
    fn delete_shm(&self) {
        let mut path = String::from(self.path);
        path.push_str("-shm");
        if let Some(place) = Place::of(&path) {
            // There rarely is one.
            let _ = place.dir.unlink_file_at(place.path);
        }
    }

    /// Whether its name is another file's by now, or nobody's.
    fn has_moved(&self) -> bool {
        let Ok(place) = self.place() else { return true };
        let Ok(named) = place.dir.metadata_hash_at(PathFlags::empty(), place.path) else { return true };
        let own = self.file.metadata_hash();
        !own.is_ok_and(|own| (own.lower, own.upper) == (named.lower, named.upper))
    }

    /// Makes it as large as it is going to be.
    fn reserve(&mut self, size: i64) -> Outcome {
        let size = u64::try_from(size).unwrap_or(0);
        if self.chunk == 0 || size <= self.size()? {
            return Ok(());
        }
        self.file.set_size(self.rounded(size)).map_err(|error| failure(error, IOERR_WRITE))
    }

    fn rounded(&self, size: u64) -> u64 {
        if self.chunk == 0 { size } else { size.checked_next_multiple_of(self.chunk).unwrap_or(size) }
    }

    fn level(&self) -> Level {
        self.connection.as_ref().map_or(Level::None, Connection::level)
    }
}

/// Opens what is there, for reading only where there is no way to write.
fn open(place: &Place<'_>, flags: c_int) -> Outcome<(Descriptor, c_int)> {
    let how = |flag, how| if flags & flag != 0 { how } else { OpenFlags::empty() };
    let how = how(OPEN_CREATE, OpenFlags::CREATE) | how(OPEN_EXCLUSIVE, OpenFlags::EXCLUSIVE);
    let writes = flags & OPEN_READWRITE != 0;
    let wanted = if writes { DescriptorFlags::READ | DescriptorFlags::WRITE } else { DescriptorFlags::READ };
    match place.open(how, wanted) {
        Ok(file) => Ok((file, flags)),
        Err(error) if writes && error != ErrorCode::IsDirectory => {
            if is_new_journal(flags) && host::is_forbidden(error) && matches!(place.look(), Ok(None)) {
                return Err(READONLY_DIRECTORY);
            }
            let file = place.open(OpenFlags::empty(), DescriptorFlags::READ);
            let file = file.map_err(|_| failure(error, CANTOPEN))?;
            Ok((file, flags & !(OPEN_READWRITE | OPEN_CREATE) | OPEN_READONLY))
        }
        Err(error) => Err(failure(error, CANTOPEN)),
    }
}

fn is_new_journal(flags: c_int) -> bool {
    flags & OPEN_CREATE != 0 && flags & (OPEN_MAIN_JOURNAL | OPEN_SUPER_JOURNAL | OPEN_WAL) != 0
}

/// SQLite's code for an error, whose reason is noted.
fn failure(error: ErrorCode, otherwise: Code) -> Code {
    host::note(error);
    otherwise
}

/// Removes a file.
pub fn delete(place: &Place<'_>, sync_dir: bool) -> Outcome {
    place.dir.unlink_file_at(place.path).map_err(|error| match error {
        ErrorCode::NoEntry => IOERR_DELETE_NOENT,
        error => failure(error, IOERR_DELETE),
    })?;
    if sync_dir { place.sync_dir().map_err(|error| failure(error, IOERR_DIR_FSYNC)) } else { Ok(()) }
}

impl File for HostFile {
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> Outcome<usize> {
        if let Some(version) = self.connection.as_ref().and_then(Connection::version)
            && (self.ahead.read(buffer, offset, version) || self.read_ahead(buffer, offset, version))
        {
            return Ok(buffer.len());
        }
        let mut count = 0;
        while count < buffer.len() {
            let rest = &mut buffer[count..];
            let (data, is_end) = self.fetch(rest.len() as u64, offset.saturating_add(count as u64))?;
            let length = data.len().min(rest.len());
            rest[..length].copy_from_slice(&data[..length]);
            count += length;
            if is_end {
                break;
            }
            if length == 0 {
                return Err(failure(ErrorCode::Io, IOERR_READ));
            }
        }
        Ok(count)
    }

    fn write(&mut self, data: &[u8], offset: u64) -> Outcome {
        self.change();
        let mut count = 0;
        while count < data.len() {
            match self.file.write(&data[count..], offset.saturating_add(count as u64)) {
                // Nothing is wrong, but there is no room: as SQLite's own VFS takes it.
                Ok(0) => return Err(FULL),
                Ok(written) => {
                    count = count.saturating_add(usize::try_from(written).unwrap_or(usize::MAX));
                }
                Err(ErrorCode::Interrupted) => {}
                Err(error) if host::is_full(error) => return Err(failure(error, FULL)),
                Err(error) => return Err(failure(error, IOERR_WRITE)),
            }
        }
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> Outcome {
        self.change();
        self.file.set_size(self.rounded(size)).map_err(|error| failure(error, IOERR_TRUNCATE))
    }

    fn size(&mut self) -> Outcome<u64> {
        self.file.stat().map(|stat| stat.size).map_err(|error| failure(error, IOERR_FSTAT))
    }

    /// Data and what it takes to read them back, which is all that SQLite needs, however thorough it is to be: as on
    /// Linux.
    fn sync(&mut self) -> Outcome {
        self.file.sync_data().map_err(|error| failure(error, IOERR_FSYNC))?;
        if core::mem::take(&mut self.is_new) {
            return self.place()?.sync_dir().map_err(|error| failure(error, IOERR_DIR_FSYNC));
        }
        Ok(())
    }

    fn lock(&mut self, level: Level) -> Outcome {
        self.connection.as_mut().map_or(Ok(()), |connection| connection.lock(level))
    }

    fn unlock(&mut self, level: Level) -> Outcome {
        self.connection.as_mut().map_or(Ok(()), |connection| connection.unlock(level))
    }

    fn is_reserved(&mut self) -> Outcome<bool> {
        self.connection.as_mut().map_or(Ok(false), Connection::is_reserved)
    }

    unsafe fn control(&mut self, operation: c_int, argument: *mut c_void) -> Code {
        // SAFETY: SQLite gives a pointer to what belongs to the operation.
        unsafe {
            let number = argument.cast::<c_int>();
            match operation {
                FCNTL_LOCKSTATE => number.write(self.level() as c_int),
                FCNTL_LAST_ERRNO => number.write(host::last_error()),
                FCNTL_SIZE_HINT => return self.reserve(*argument.cast::<i64>()).err().unwrap_or(SQLITE_OK),
                FCNTL_CHUNK_SIZE => self.chunk = u64::try_from(*number).unwrap_or(0),
                FCNTL_PERSIST_WAL => switch(&mut self.persist_wal, number),
                FCNTL_POWERSAFE_OVERWRITE => switch(&mut self.powersafe, number),
                FCNTL_VFSNAME => argument.cast::<*mut c_char>().write(text(super::NAME.to_bytes_with_nul())),
                FCNTL_TEMPFILENAME => argument.cast::<*mut c_char>().write(text(b"\0")),
                FCNTL_HAS_MOVED => number.write(c_int::from(self.has_moved())),
                // Nobody else can read a database in WAL mode.
                FCNTL_EXTERNAL_READER => number.write(0),
                _ => return NOTFOUND,
            }
        }
        SQLITE_OK
    }

    fn characteristics(&self) -> c_int {
        IOCAP_SUBPAGE_READ | if self.powersafe { IOCAP_POWERSAFE_OVERWRITE } else { 0 }
    }

    fn map_shm(&mut self, index: usize, size: usize, make: bool) -> Outcome<*mut c_void> {
        self.connection.as_mut().ok_or(IOERR_SHMLOCK)?.map_shm(index, size, make)
    }

    fn lock_shm(&mut self, slots: Slots, exclusively: bool) -> Outcome {
        self.connection.as_mut().ok_or(IOERR_SHMLOCK)?.lock_shm(slots, exclusively)
    }

    fn unlock_shm(&mut self, slots: Slots) -> Outcome {
        self.connection.as_mut().ok_or(IOERR_SHMLOCK)?.unlock_shm(slots)
    }

    fn unmap_shm(&mut self, delete: bool) -> Outcome {
        if delete {
            self.delete_shm();
        }
        self.connection.as_mut().map_or(Ok(()), Connection::unmap_shm)
    }

    fn close(mut self) -> Outcome {
        let left = self.connection.take().map_or(Ok(()), Connection::leave);
        let (place, delete_on_close) = (self.place(), self.delete_on_close);
        drop(self.file);
        if delete_on_close { left.and(place.and_then(|place| delete(&place, false))) } else { left }
    }
}

/// Sets a switch unless the number is negative, and says how it is set.
///
/// # Safety
/// The number can be read and written.
unsafe fn switch(switch: &mut bool, number: *mut c_int) {
    unsafe {
        match *number {
            ..0 => number.write(c_int::from(*switch)),
            value => *switch = value != 0,
        }
    }
}

/// A copy of a text, which ends with zero, for SQLite to free; null when there is no memory.
fn text(text: &[u8]) -> *mut c_char {
    // SAFETY: the copy is as long as the text.
    unsafe {
        let copy = sqlite3_malloc64(text.len() as u64).cast::<u8>();
        if !copy.is_null() {
            copy.copy_from_nonoverlapping(text.as_ptr(), text.len());
        }
        copy.cast()
    }
}
