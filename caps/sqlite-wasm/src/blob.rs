//! A value of a table, open to be read and written in place.

use alloc::ffi::CString;
use alloc::rc::Rc;
use core::cell::Cell;
use core::ffi::c_int;
use core::ptr::null_mut;

use cap_support::Output;

use crate::bindings::{Blob as Handle, Bytes, Failure, State, Stop};
use crate::connection::Connection;
use crate::ffi::{
    BlobHandle, Code, SQLITE_ERROR, SQLITE_MISUSE, memory_account, sqlite3_blob_bytes, sqlite3_blob_close,
    sqlite3_blob_open, sqlite3_blob_read, sqlite3_blob_write,
};

/// An open value; null once it is closed.
pub struct Blob {
    connection: Rc<Connection>,
    raw: Cell<*mut BlobHandle>,
}

/// Which value.
pub struct Place {
    pub schema: CString,
    pub table: CString,
    pub column: CString,
    pub row: i64,
    pub writable: bool,
}

/// What opening came to.
struct Opened {
    raw: *mut BlobHandle,
    failure: Option<Failure>,
}

/// Opens a value.
pub fn open(connection: &Rc<Connection>, place: Place) -> Result<Handle, Stop> {
    let opened =
        connection.call(connection.running_asks(), move |connection| open_raw(connection, &place))?;
    match opened.failure {
        Some(failure) => Err(failure.into()),
        None => Ok(Handle::new(Blob { connection: connection.clone(), raw: Cell::new(opened.raw) })),
    }
}

fn open_raw(connection: &Connection, place: &Place) -> Opened {
    let Place { schema, table, column, row, writable } = place;
    let mut raw = null_mut();
    // SAFETY: the arguments are as SQLite wants them.
    let code = unsafe {
        let (schema, table, column) = (schema.as_ptr(), table.as_ptr(), column.as_ptr());
        sqlite3_blob_open(connection.db, schema, table, column, *row, (*writable).into(), &mut raw)
    };
    Opened { raw, failure: connection.check(code).err() }
}

impl Blob {
    pub fn size(&self) -> u32 {
        if self.raw.get().is_null() {
            return 0;
        }
        // SAFETY: it is open, here and below.
        unsafe { sqlite3_blob_bytes(self.raw.get()) as u32 }
    }

    pub fn read(&self, offset: u32, size: u32) -> Result<Bytes, Failure> {
        let (offset, size) = self.piece(offset, size as usize)?;
        let mut output =
            Output::new(size as usize, size as usize).map_err(|_| Failure::no_memory(self.connection.db))?;
        // SAFETY: any size will do.
        if unsafe { memory_account(size as usize) } == 0 {
            return Err(Failure::no_memory(self.connection.db));
        }
        if size > 0 {
            let room = output.room().map_err(|_| Failure::no_memory(self.connection.db))?;
            // What is expected may be more than there is room for.
            if room.len() < size as usize {
                return Err(Failure::no_memory(self.connection.db));
            }
            let code = unsafe { sqlite3_blob_read(self.raw.get(), room.as_mut_ptr().cast(), size, offset) };
            self.connection.check(code)?;
            // SAFETY: SQLite read that many.
            unsafe { output.advance(size as usize) };
        }
        Ok(output.into())
    }

    pub fn write(&self, offset: u32, data: &[u8]) -> Result<(), Failure> {
        let (offset, size) = self.piece(offset, data.len())?;
        let code = unsafe { sqlite3_blob_write(self.raw.get(), data.as_ptr().cast(), size, offset) };
        self.connection.check(code)
    }

    /// A piece within the value, as SQLite takes it.
    fn piece(&self, offset: u32, size: usize) -> Result<(c_int, c_int), Failure> {
        if self.raw.get().is_null() {
            return Err(Failure::with_code(self.connection.db, SQLITE_MISUSE));
        }
        let end = (offset as usize).checked_add(size).filter(|&end| end <= self.size() as usize);
        end.map(|_| (offset as c_int, size as c_int))
            .ok_or_else(|| Failure::with_code(self.connection.db, SQLITE_ERROR))
    }

    pub fn close(&self) -> Result<State, Failure> {
        let code = self.close_raw();
        self.connection.check(code).map(|()| State::of(self.connection.db))
    }

    fn close_raw(&self) -> Code {
        // SAFETY: it is open, or null.
        unsafe { sqlite3_blob_close(self.raw.replace(null_mut())) }
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        self.close_raw();
    }
}
