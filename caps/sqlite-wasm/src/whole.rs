//! A whole database as bytes.

use alloc::rc::Rc;
use alloc::string::String;
use core::ffi::{CStr, c_int};
use core::slice;

use cap_support::{OutOfMemory, Output};

use crate::bindings::{Bytes, Failure, State, Stop};
use crate::connection::Connection;
use crate::failure::c_string;
use crate::ffi::{
    SQLITE_DESERIALIZE_FREEONCLOSE, sqlite3_deserialize, sqlite3_free, sqlite3_malloc64, sqlite3_serialize,
};

/// A database as bytes; none when it has none.
pub fn serialize(connection: &Rc<Connection>, schema: String) -> Result<Option<Bytes>, Stop> {
    let schema = c_string(schema);
    Ok(connection.call(asks(connection), move |connection| take_out(connection, &schema))??)
}

/// Puts a database of bytes in the place of one.
pub fn deserialize(
    connection: &Rc<Connection>,
    schema: String,
    content: Bytes,
    flags: u32,
) -> Result<State, Stop> {
    let schema = c_string(schema);
    connection.call(asks(connection), move |connection| put_in(connection, &schema, &content, flags))??;
    Ok(State::of(connection.db))
}

/// Both compile and run a statement.
fn asks(connection: &Connection) -> bool {
    connection.compiling_asks() || connection.running_asks()
}

fn take_out(connection: &Connection, schema: &CStr) -> Result<Option<Bytes>, Failure> {
    let mut size = 0;
    // SAFETY: the connection is open, and SQLite returns memory of that size.
    unsafe {
        let data = sqlite3_serialize(connection.db, schema.as_ptr(), &mut size, 0);
        if data.is_null() {
            return Ok(None);
        }
        let copy = copy_of(slice::from_raw_parts(data, size as usize));
        sqlite3_free(data.cast());
        copy.map(Some).map_err(|_| Failure::no_memory(connection.db))
    }
}

fn copy_of(data: &[u8]) -> Result<Bytes, OutOfMemory> {
    let mut output = Output::new(data.len(), data.len())?;
    output.append(data)?;
    Ok(output.into())
}

fn put_in(connection: &Connection, schema: &CStr, content: &Bytes, flags: u32) -> Result<(), Failure> {
    let content = content.as_slice();
    // SAFETY: the memory is SQLite's from here on.
    let code = unsafe {
        let data = sqlite3_malloc64(content.len() as u64);
        if data.is_null() && !content.is_empty() {
            return Err(Failure::no_memory(connection.db));
        }
        data.cast::<u8>().copy_from_nonoverlapping(content.as_ptr(), content.len());
        let (size, flags) = (content.len() as i64, flags | SQLITE_DESERIALIZE_FREEONCLOSE);
        sqlite3_deserialize(connection.db, schema.as_ptr(), data.cast(), size, size, flags) as c_int
    };
    connection.check(code)
}
