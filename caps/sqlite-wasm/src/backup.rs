//! A copy of one database over another, some pages at a time.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;
use core::ffi::c_int;
use core::ptr::null_mut;

use crate::bindings::{Backup as Handle, BackupProgress, Failure, State};
use crate::connection::Connection;
use crate::ffi::{
    BackupHandle, Code, SQLITE_ERROR, SQLITE_MISUSE, sqlite3_backup_finish, sqlite3_backup_init,
    sqlite3_backup_pagecount, sqlite3_backup_remaining, sqlite3_backup_step,
};

/// A copy under way; null once it is finished.
pub struct Backup {
    to: Rc<Connection>,
    /// It has to stay open as long.
    _from: Rc<Connection>,
    raw: Cell<*mut BackupHandle>,
}

/// Starts to copy a database of `from` over one of `to`.
pub fn open(
    to: &Rc<Connection>,
    to_name: String,
    from: &Rc<Connection>,
    from_name: String,
) -> Result<Handle, Failure> {
    let (to_name, from_name) = (to.c_string(to_name)?, to.c_string(from_name)?);
    // SAFETY: both are open.
    let raw = unsafe { sqlite3_backup_init(to.db, to_name.as_ptr(), from.db, from_name.as_ptr()) };
    if raw.is_null() {
        return Err(Failure::of(to.db, SQLITE_ERROR));
    }
    Ok(Handle::new(Backup { to: to.clone(), _from: from.clone(), raw: Cell::new(raw) }))
}

impl Backup {
    pub fn step(&self, pages: c_int) -> BackupProgress {
        let raw = self.raw.get();
        if raw.is_null() {
            return BackupProgress { code: SQLITE_MISUSE, remaining: 0, page_count: 0 };
        }
        // SAFETY: it is not finished.
        unsafe {
            BackupProgress {
                code: sqlite3_backup_step(raw, pages),
                remaining: sqlite3_backup_remaining(raw),
                page_count: sqlite3_backup_pagecount(raw),
            }
        }
    }

    pub fn finish(&self) -> Result<State, Failure> {
        let code = self.finish_raw();
        self.to.check(code).map(|()| State::of(self.to.db))
    }

    fn finish_raw(&self) -> Code {
        // SAFETY: it is not finished, or null.
        unsafe { sqlite3_backup_finish(self.raw.replace(null_mut())) }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        self.finish_raw();
    }
}
