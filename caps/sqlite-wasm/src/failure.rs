//! What SQLite says when it refuses, and what a connection tells about itself.

use alloc::ffi::CString;
use alloc::string::String;
use core::ffi::{CStr, c_char};

use crate::bindings::{Failure, State, Stop};
use crate::ffi::{
    Code, Db, EngineState, SQLITE_NOMEM, engine_state, sqlite3_errmsg, sqlite3_errstr,
    sqlite3_extended_errcode,
};

impl Failure {
    /// What the connection says of the last call, which returned that code.
    pub fn of(db: *mut Db, code: Code) -> Self {
        // SAFETY: the connection is open.
        let (said, message) = unsafe { (sqlite3_extended_errcode(db), message(sqlite3_errmsg(db))) };
        // Some calls fail without telling the connection.
        if said & 0xff == code & 0xff {
            Self { code: said, message, state: State::of(db) }
        } else {
            Self::with_code(db, code)
        }
    }

    /// A code that the connection does not know of.
    pub fn with_code(db: *mut Db, code: Code) -> Self {
        Self { state: State::of(db), ..Self::bare(code) }
    }

    /// A code where there is no connection to ask.
    pub fn bare(code: Code) -> Self {
        // SAFETY: every number has a text, which stays.
        let message = unsafe { message(sqlite3_errstr(code)) };
        let state = State { autocommit: true, last_insert_rowid: 0, changes: 0, total_changes: 0 };
        Self { code, message, state }
    }

    /// There was no memory.
    pub fn no_memory(db: *mut Db) -> Self {
        Self::with_code(db, SQLITE_NOMEM)
    }
}

impl State {
    /// The connection's as it is now.
    pub fn of(db: *mut Db) -> Self {
        let mut state = EngineState::default();
        // SAFETY: the connection is open.
        unsafe { engine_state(db, &mut state) };
        Self {
            autocommit: state.autocommit != 0,
            last_insert_rowid: state.last_insert_rowid,
            changes: state.changes,
            total_changes: state.total_changes,
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What is passed of a message, in bytes: SQL as long as one likes can be part of one.
const MOST_MESSAGE: usize = 64 << 10;

/// A message of SQLite's, copied.
///
/// # Safety
/// It ends with a zero byte, or is not there at all.
pub unsafe fn message(from: *const c_char) -> String {
    if from.is_null() {
        return String::new();
    }
    // SAFETY: the caller's.
    let all = unsafe { CStr::from_ptr(from) }.to_bytes();
    let mut end = all.len().min(MOST_MESSAGE);
    // Not within a character.
    while end < all.len() && end > 0 && all[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    String::from_utf8_lossy(&all[..end]).into_owned()
}

/// A text for SQLite; of one with a zero byte in it, what is before that. None when there is no memory.
pub fn c_string(text: String) -> Option<CString> {
    let mut bytes = text.into_bytes();
    if let Some(end) = bytes.iter().position(|&byte| byte == 0) {
        bytes.truncate(end);
    }
    bytes.try_reserve_exact(1).ok()?;
    // SAFETY: no zero byte is left.
    Some(unsafe { CString::from_vec_unchecked(bytes) })
}
