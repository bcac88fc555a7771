//! A whole database as bytes.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;
use core::mem::ManuallyDrop;
use core::ptr::null_mut;

use crate::bindings::{Bytes, Failure, State, Stop};
use crate::connection::Connection;
use crate::ffi::{
    SQLITE_DESERIALIZE_FREEONCLOSE, memory_resize, sqlite3_deserialize, sqlite3_free, sqlite3_serialize,
};
use crate::withheld;

const WORD: usize = size_of::<u64>();

/// A database as bytes, which are withheld, and how many there are; none when it has none.
pub fn serialize(connection: &Rc<Connection>, schema: String) -> Result<Option<u32>, Stop> {
    let schema = connection.c_string(schema)?;
    let bytes = connection.call(asks(connection), move |connection| take_out(connection, &schema))??;
    Ok(bytes.map(|Bytes { words, size }| {
        withheld::keep(words);
        size
    }))
}

/// Puts a database of bytes in the place of one.
pub fn deserialize(
    connection: &Rc<Connection>,
    schema: String,
    content: Bytes,
    flags: u32,
) -> Result<State, Stop> {
    let schema = connection.c_string(schema)?;
    let mut content = Some(content);
    connection.call(asks(connection), move |connection| {
        put_in(connection, &schema, content.take().unwrap_or_default(), flags)
    })??;
    Ok(State::of(connection.db))
}

/// Both compile and run a statement.
fn asks(connection: &Connection) -> bool {
    connection.compiling_asks() || connection.running_asks()
}

fn take_out(connection: &Connection, schema: &CStr) -> Result<Option<Bytes>, Failure> {
    let mut size = 0;
    // SAFETY: the connection is open, and SQLite returns memory of that size, or none.
    unsafe {
        let data = sqlite3_serialize(connection.db, schema.as_ptr(), &mut size, 0);
        if data.is_null() {
            return Ok(None);
        }
        let size = size as usize;
        let count = size.div_ceil(WORD);
        // SQLite's memory is the allocator's (`c/memory.c`), so it can be handed on.
        let words = memory_resize(data.cast(), count * WORD);
        if words.is_null() {
            sqlite3_free(data.cast());
            return Err(Failure::no_memory(connection.db));
        }
        words.cast::<u8>().add(size).write_bytes(0, count * WORD - size);
        Ok(Some(Bytes { words: Vec::from_raw_parts(words.cast(), count, count), size: size as u32 }))
    }
}

fn put_in(connection: &Connection, schema: &CStr, content: Bytes, flags: u32) -> Result<(), Failure> {
    let (size, capacity) = (content.as_slice().len() as i64, content.words.capacity());
    // SQLite frees it, whatever happens: the allocator's memory is its own (`c/memory.c`).
    let mut words = ManuallyDrop::new(content.words);
    let data = if capacity == 0 { null_mut() } else { words.as_mut_ptr().cast() };
    let flags = flags | SQLITE_DESERIALIZE_FREEONCLOSE;
    // SAFETY: the memory has that size.
    let code = unsafe { sqlite3_deserialize(connection.db, schema.as_ptr(), data, size, size, flags) };
    connection.check(code)
}
