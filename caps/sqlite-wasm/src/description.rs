//! What is known of a statement before it runs.

use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};

use crate::bindings::{Column, Description};
use crate::ffi::{
    Stmt, sqlite3_bind_parameter_count, sqlite3_bind_parameter_name, sqlite3_column_count,
    sqlite3_column_decltype, sqlite3_column_name, sqlite3_stmt_isexplain, sqlite3_stmt_readonly,
};

/// What an allocation takes besides what was asked for, in bytes, at most.
const ALLOCATION: usize = 24;

/// Describes a statement, as long as that takes no more memory than it may.
pub struct Describer {
    statement: *mut Stmt,
    /// How many bytes it may still take.
    left: usize,
}

impl Describer {
    /// # Safety
    /// The statement is compiled, and used by nothing else meanwhile.
    pub unsafe fn new(statement: *mut Stmt, most: usize) -> Self {
        Self { statement, left: most }
    }

    /// The bytes that it takes.
    pub fn size(&self) -> usize {
        // SAFETY: the statement is compiled, here and below.
        let (columns, parameters) = unsafe { self.counts() };
        let names = (0..columns).map(|column| unsafe { sqlite3_column_name(self.statement, column) });
        let types = (0..columns).map(|column| unsafe { sqlite3_column_decltype(self.statement, column) });
        let parameter_names = (1..=parameters)
            .map(|parameter| unsafe { sqlite3_bind_parameter_name(self.statement, parameter) });
        let texts: usize = names
            .chain(types)
            .chain(parameter_names)
            .map(|text| unsafe { bytes(text) }.map_or(0, cost))
            .sum();
        texts + list_cost::<Column>(columns) + list_cost::<Option<String>>(parameters)
    }

    /// None when it takes more, or SQLite had no memory for a name.
    pub fn describe(mut self) -> Option<Description> {
        // SAFETY: the texts stay while they are copied.
        unsafe {
            let (column_count, parameter_count) = self.counts();
            let mut columns = self.list(column_count)?;
            for column in 0..column_count {
                let name = self.text(sqlite3_column_name(self.statement, column))??;
                let declared = self.text(sqlite3_column_decltype(self.statement, column))?;
                columns.push(Column { name, declared });
            }
            let mut parameters = self.list(parameter_count)?;
            for parameter in 1..=parameter_count {
                parameters.push(self.text(sqlite3_bind_parameter_name(self.statement, parameter))?);
            }
            let read_only = sqlite3_stmt_readonly(self.statement) != 0;
            let explain = sqlite3_stmt_isexplain(self.statement) as u8;
            Some(Description { columns, parameters, read_only, explain })
        }
    }

    /// Columns and parameters.
    unsafe fn counts(&self) -> (c_int, c_int) {
        unsafe { (sqlite3_column_count(self.statement), sqlite3_bind_parameter_count(self.statement)) }
    }

    fn list<T>(&mut self, count: c_int) -> Option<Vec<T>> {
        self.left = self.left.checked_sub(list_cost::<T>(count))?;
        Some(Vec::with_capacity(count as usize))
    }

    /// A text, if it is there; none when it takes too much.
    unsafe fn text(&mut self, from: *const c_char) -> Option<Option<String>> {
        let Some(bytes) = (unsafe { bytes(from) }) else { return Some(None) };
        self.left = self.left.checked_sub(cost(bytes))?;
        Some(Some(String::from_utf8_lossy(bytes).into_owned()))
    }
}

fn list_cost<T>(count: c_int) -> usize {
    size_of::<T>() * count as usize + ALLOCATION
}

/// What does not belong to UTF-8 is replaced by something longer.
fn cost(text: &[u8]) -> usize {
    ALLOCATION + str::from_utf8(text).map_or(text.len() * 3, str::len)
}

unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: SQLite's texts end with a zero byte.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}
