//! Values in the contract's form: words, each value after one that says what it is.

use alloc::vec::Vec;
use core::ffi::{c_char, c_int, c_uchar};
use core::ptr::{null, null_mut};

use crate::ffi::{
    Code, Context, Packed, SQLITE_BLOB, SQLITE_FLOAT, SQLITE_INTEGER, SQLITE_MISUSE, SQLITE_NULL, SQLITE_OK,
    SQLITE_RANGE, SQLITE_STATIC, SQLITE_TEXT, SQLITE_TRANSIENT, SQLITE_UTF8, Stmt, Value, engine_pack,
    engine_pack_integer, engine_pack_text, free, sqlite3_bind_blob64, sqlite3_bind_double,
    sqlite3_bind_int64, sqlite3_bind_null, sqlite3_bind_parameter_count, sqlite3_bind_text64,
    sqlite3_result_blob64, sqlite3_result_double, sqlite3_result_int64, sqlite3_result_null,
    sqlite3_result_text64,
};

const WORD: usize = size_of::<u64>();

/// One value, where it lies.
pub enum Read<'a> {
    /// A number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// UTF-8, unless the consumer is wrong.
    Text(&'a [u8]),
    /// Bytes.
    Blob(&'a [u8]),
    /// Nothing.
    Null,
}

/// Takes the first value off. None when that is not one.
fn read_value<'a>(words: &mut &'a [u64]) -> Option<Read<'a>> {
    let (&heading, mut rest) = words.split_first()?;
    let size = (heading >> 32) as usize;
    let mut take = |count| {
        let (taken, left) = rest.split_at_checked(count)?;
        rest = left;
        Some(taken)
    };
    let value = match heading as u32 {
        SQLITE_INTEGER => Read::Integer(take(1)?[0] as i64),
        SQLITE_FLOAT => Read::Float(f64::from_bits(take(1)?[0])),
        SQLITE_TEXT => Read::Text(cap_support::bytes_of(take(size / WORD + 1)?, size as u32)),
        SQLITE_BLOB => Read::Blob(cap_support::bytes_of(take(size.div_ceil(WORD))?, size as u32)),
        SQLITE_NULL => Read::Null,
        _ => return None,
    };
    *words = rest;
    Some(value)
}

/// Binds values to the parameters from the first on, without a copy, and null to those that are left.
///
/// # Safety
/// The words stay where they are until the statement is bound anew or finalized.
pub unsafe fn bind(statement: *mut Stmt, mut words: &[u64]) -> Result<(), Code> {
    // SAFETY: the statement is there, and the words stay.
    let count = unsafe { sqlite3_bind_parameter_count(statement) };
    for parameter in 1..=count {
        let value = if words.is_empty() { Some(Read::Null) } else { read_value(&mut words) };
        match unsafe { bind_one(statement, parameter, &value.ok_or(SQLITE_MISUSE)?) } {
            SQLITE_OK => {}
            code => return Err(code),
        }
    }
    if words.is_empty() { Ok(()) } else { Err(SQLITE_RANGE) }
}

unsafe fn bind_one(statement: *mut Stmt, parameter: c_int, value: &Read<'_>) -> Code {
    let utf8 = SQLITE_UTF8 as c_uchar;
    unsafe {
        match *value {
            Read::Integer(value) => sqlite3_bind_int64(statement, parameter, value),
            Read::Float(value) => sqlite3_bind_double(statement, parameter, value),
            Read::Text(text) => {
                let (start, size) = (text.as_ptr().cast::<c_char>(), text.len() as u64);
                sqlite3_bind_text64(statement, parameter, start, size, SQLITE_STATIC, utf8)
            }
            Read::Blob(blob) => {
                let (start, size) = (blob.as_ptr().cast(), blob.len() as u64);
                sqlite3_bind_blob64(statement, parameter, start, size, SQLITE_STATIC)
            }
            Read::Null => sqlite3_bind_null(statement, parameter),
        }
    }
}

/// Makes one value the result of a function.
pub fn set_result(context: *mut Context, mut words: &[u64]) -> Result<(), ()> {
    let value = read_value(&mut words).ok_or(())?;
    let utf8 = SQLITE_UTF8 as c_uchar;
    // SAFETY: SQLite gave the context to the function that this is the result of.
    unsafe {
        match value {
            Read::Integer(value) => sqlite3_result_int64(context, value),
            Read::Float(value) => sqlite3_result_double(context, value),
            Read::Text(text) => {
                let (start, size) = (text.as_ptr().cast::<c_char>(), text.len() as u64);
                sqlite3_result_text64(context, start, size, SQLITE_TRANSIENT, utf8);
            }
            Read::Blob(blob) => {
                let (start, size) = (blob.as_ptr().cast(), blob.len() as u64);
                sqlite3_result_blob64(context, start, size, SQLITE_TRANSIENT);
            }
            Read::Null => sqlite3_result_null(context),
        }
    }
    Ok(())
}

impl Packed {
    /// None yet.
    pub const fn new() -> Self {
        Self { words: null_mut(), count: 0, capacity: 0 }
    }

    /// Appends arguments of a function. None when there is no memory for them, here and below.
    ///
    /// # Safety
    /// There are as many as it says.
    #[must_use]
    pub unsafe fn values(mut self, count: c_int, values: *mut *mut Value) -> Option<Self> {
        let code = unsafe { engine_pack(&mut self, count, values) };
        (code == SQLITE_OK).then_some(self)
    }

    /// Appends a number.
    #[must_use]
    pub fn integer(mut self, value: i64) -> Option<Self> {
        // SAFETY: the words are the engine's.
        let code = unsafe { engine_pack_integer(&mut self, value) };
        (code == SQLITE_OK).then_some(self)
    }

    /// Appends a text, or null.
    #[must_use]
    pub fn text(mut self, text: Option<&[u8]>) -> Option<Self> {
        let (start, size) = text.map_or((null(), 0), |text| (text.as_ptr().cast(), text.len()));
        // SAFETY: the text has that size, and the words are the engine's.
        let code = unsafe { engine_pack_text(&mut self, start, size) };
        (code == SQLITE_OK).then_some(self)
    }

    /// The words, as the bindings take them.
    pub fn into_words(self) -> Vec<u64> {
        let packed = core::mem::ManuallyDrop::new(self);
        if packed.words.is_null() {
            return Vec::new();
        }
        // SAFETY: the engine got them from malloc, as the allocator does, and filled that many.
        unsafe { Vec::from_raw_parts(packed.words, packed.count, packed.capacity) }
    }
}

impl Drop for Packed {
    fn drop(&mut self) {
        // SAFETY: malloc's, or null.
        unsafe { free(self.words.cast()) };
    }
}
