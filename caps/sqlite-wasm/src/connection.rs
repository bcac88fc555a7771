//! A connection, and what can be set on it.

use alloc::ffi::CString;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ptr::{null, null_mut};

use crate::bindings::{Failure, FunctionKind, Stop};
use crate::callbacks::{
    Registration, call_authorize, call_compare, call_final, call_inverse, call_progress, call_scalar,
    call_step, call_trace, call_value, release, take_released,
};
use crate::failure::c_string;
use crate::ffi::{
    Code, Db, SQLITE_ERROR, SQLITE_NOMEM, SQLITE_OK, SQLITE_TRACE_STMT, SQLITE_UTF8, sqlite3_busy_timeout,
    sqlite3_close_v2, sqlite3_create_collation_v2, sqlite3_create_function_v2,
    sqlite3_create_window_function, sqlite3_db_config, sqlite3_interrupt, sqlite3_limit, sqlite3_open_v2,
    sqlite3_progress_handler, sqlite3_set_authorizer, sqlite3_trace_v2,
};
use crate::suspension::{Progress, Way, finished, start};

/// The settings of `sqlite3_db_config` that are on or off; others take pointers.
const SWITCHES: core::ops::RangeInclusive<c_int> = 1002..=1022;

/// An open connection. It is closed when nothing that came from it is left.
pub struct Connection {
    pub(crate) db: *mut Db,
    /// Whether there ever was a function or collation of the consumer's.
    pub(crate) has_functions: Cell<bool>,
    pub(crate) has_authorizer: Cell<bool>,
    has_progress: Cell<bool>,
    has_trace: Cell<bool>,
}

impl Connection {
    /// Opens a database.
    pub fn open(name: String, flags: c_int) -> Result<Rc<Self>, Failure> {
        let name = c_string(name).ok_or_else(|| Failure::bare(SQLITE_NOMEM))?;
        let mut db = null_mut();
        // SAFETY: the arguments are as SQLite wants them.
        let code = unsafe { sqlite3_open_v2(name.as_ptr(), &mut db, flags, null()) };
        if db.is_null() {
            return Err(Failure::bare(SQLITE_NOMEM));
        }
        let connection = Self {
            db,
            has_functions: Cell::new(false),
            has_authorizer: Cell::new(false),
            has_progress: Cell::new(false),
            has_trace: Cell::new(false),
        };
        connection.check(code).map(|()| Rc::new(connection))
    }

    /// What a call on this connection came to.
    pub fn check(&self, code: Code) -> Result<(), Failure> {
        if code == SQLITE_OK { Ok(()) } else { Err(Failure::of(self.db, code)) }
    }

    /// A text for SQLite.
    pub fn c_string(&self, text: String) -> Result<CString, Failure> {
        c_string(text).ok_or_else(|| Failure::no_memory(self.db))
    }

    /// Whether compiling a statement may ask the consumer.
    pub fn compiling_asks(&self) -> bool {
        // A virtual table may run statements when it is first used.
        self.has_authorizer.get() || self.has_progress.get() || self.has_trace.get()
    }

    /// Whether running any statement may ask the consumer.
    pub fn running_asks(&self) -> bool {
        self.has_progress.get() || self.has_trace.get()
    }

    /// Does what may ask the consumer, if `asks` says so; or returns what it came to, when it was through after it had
    /// asked.
    pub fn call<T: 'static>(
        self: &Rc<Self>,
        asks: bool,
        mut work: impl FnMut(&Self) -> T + 'static,
    ) -> Result<T, Stop> {
        if let Some(result) = finished() {
            return Ok(result);
        }
        if !asks {
            return Ok(work(self));
        }
        let owner = self.clone();
        self.through(start(Way::Unwinding(null_mut()), move || Some(work(&owner))))
    }

    /// What a call came to that could ask.
    pub fn through<T>(&self, progress: Progress<T>) -> Result<T, Stop> {
        match progress {
            Progress::Done(result) => Ok(result),
            Progress::Asks(request) => Err(Stop::Suspended(request)),
            Progress::NoRoom => Err(Failure::no_memory(self.db).into()),
        }
    }

    pub fn interrupt(&self) {
        // SAFETY: the connection is open, here and below.
        unsafe { sqlite3_interrupt(self.db) };
    }

    pub fn set_busy_timeout(&self, timeout: c_int) {
        unsafe { sqlite3_busy_timeout(self.db, timeout) };
    }

    pub fn limit(&self, category: c_int, value: c_int) -> c_int {
        unsafe { sqlite3_limit(self.db, category, value) }
    }

    pub fn configure(&self, setting: c_int, value: c_int) -> Result<c_int, Failure> {
        if !SWITCHES.contains(&setting) {
            return Err(Failure::with_code(self.db, SQLITE_ERROR));
        }
        let mut now: c_int = 0;
        let code = unsafe { sqlite3_db_config(self.db, setting, value, &raw mut now) };
        self.check(code).map(|()| now)
    }

    pub fn create_function(
        &self,
        name: String,
        arguments: c_int,
        flags: c_int,
        kind: Option<FunctionKind>,
        id: u32,
    ) -> Result<Vec<u32>, Failure> {
        let name = self.c_string(name)?;
        let (db, name) = (self.db, name.as_ptr());
        let app = if kind.is_some() { Registration::new(db, id) } else { null_mut() };
        let destroy = kind.map(|_| release as unsafe extern "C" fn(*mut c_void));
        let (scalar, step, end) = match kind {
            Some(FunctionKind::Scalar) => (Some(call_scalar as _), None, None),
            Some(_) => (None, Some(call_step as _), Some(call_final as _)),
            None => (None, None, None),
        };
        // SAFETY: the functions are for this registration.
        let code = unsafe {
            if kind == Some(FunctionKind::Window) {
                let (value, inverse) = (Some(call_value as _), Some(call_inverse as _));
                sqlite3_create_window_function(
                    db, name, arguments, flags, app, step, end, value, inverse, destroy,
                )
            } else {
                sqlite3_create_function_v2(db, name, arguments, flags, app, scalar, step, end, destroy)
            }
        };
        self.has_functions.set(true);
        let released = take_released();
        self.check(code).map(|()| released)
    }

    pub fn create_collation(&self, name: String, id: Option<u32>) -> Result<Vec<u32>, Failure> {
        let name = self.c_string(name)?;
        let app = id.map_or(null_mut(), |id| Registration::new(self.db, id));
        let compare = id.map(|_| call_compare as _);
        let destroy = id.map(|_| release as unsafe extern "C" fn(*mut c_void));
        // SAFETY: the function is for this registration.
        let code = unsafe {
            sqlite3_create_collation_v2(self.db, name.as_ptr(), SQLITE_UTF8, app, compare, destroy)
        };
        if code != SQLITE_OK && !app.is_null() {
            // SQLite has not taken it.
            unsafe { release(app) };
        }
        self.has_functions.set(true);
        let released = take_released();
        self.check(code).map(|()| released)
    }

    pub fn set_authorizer(&self, on: bool) {
        self.has_authorizer.set(on);
        unsafe { sqlite3_set_authorizer(self.db, on.then_some(call_authorize as _), self.db.cast()) };
    }

    pub fn set_progress(&self, instructions: c_int) {
        let on = instructions > 0;
        self.has_progress.set(on);
        let progress = on.then_some(call_progress as _);
        unsafe { sqlite3_progress_handler(self.db, instructions, progress, null_mut()) };
    }

    pub fn set_trace(&self, on: bool) {
        self.has_trace.set(on);
        let mask = if on { SQLITE_TRACE_STMT } else { 0 };
        unsafe { sqlite3_trace_v2(self.db, mask, on.then_some(call_trace as _), null_mut()) };
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: nothing that came from it is left.
        unsafe { sqlite3_close_v2(self.db) };
        // The consumer knows that none of its functions is used any longer.
        take_released();
    }
}
