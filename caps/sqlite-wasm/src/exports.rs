//! The exported interface: each function hands its arguments on.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::c_char;

use crate::backup;
use crate::bindings::{
    Answer, Backup as BackupResource, BackupProgress, Batch, Blob as BlobResource, Bytes,
    Connection as ConnectionResource, ConnectionBorrow, Description, Failure, FunctionKind, Guest,
    GuestBackup, GuestBlob, GuestConnection, GuestStatement, Prepared, Request, State, Stop,
};
use crate::blob::{self, Place};
use crate::connection::Connection;
use crate::failure::{c_string, message};
use crate::ffi::{
    SQLITE_OK, memory_has_room, memory_start, sqlite3_complete, sqlite3_errstr, sqlite3_initialize,
    sqlite3_libversion, sqlite3_snprintf,
};
use crate::statement::{self, Statement};
use crate::{suspension, vfs, whole, withheld};

struct Component;

crate::bindings::export!(Component with_types_in crate::bindings);

impl Guest for Component {
    type Statement = Rc<Statement>;
    type Connection = Rc<Connection>;
    type Blob = blob::Blob;
    type Backup = backup::Backup;

    fn resume(answer: Answer) -> Option<Request> {
        withheld::forget();
        suspension::resume(answer)
    }

    fn has_room(bytes: u32) -> bool {
        // SAFETY: any size will do.
        unsafe { memory_has_room(bytes as usize) != 0 }
    }

    fn take_withheld() -> Vec<u64> {
        withheld::take()
    }

    fn version() -> String {
        // SAFETY: it stays.
        unsafe { message(sqlite3_libversion()) }
    }

    fn is_complete(sql: String) -> bool {
        // SAFETY: it ends with a zero byte.
        c_string(sql).is_some_and(|sql| unsafe { sqlite3_complete(sql.as_ptr()) != 0 })
    }

    fn describe_code(code: i32) -> String {
        // SAFETY: every code has a text, which stays.
        unsafe { message(sqlite3_errstr(code)) }
    }

    fn format_float(value: f64) -> String {
        let mut buffer = [0 as c_char; 64];
        // SAFETY: the format is for one float, and what it makes is shorter.
        unsafe {
            sqlite3_snprintf(buffer.len() as i32, buffer.as_mut_ptr(), c"%!.15g".as_ptr(), value);
            message(buffer.as_ptr())
        }
    }

    fn set_directory(path: String) {
        vfs::set_directory(&path);
    }
}

impl GuestConnection for Rc<Connection> {
    fn open(name: String, open_flags: i32) -> Result<ConnectionResource, Failure> {
        // SAFETY: both may be called often.
        match unsafe { (memory_start(), sqlite3_initialize()) } {
            (SQLITE_OK, SQLITE_OK) => Ok(ConnectionResource::new(Connection::open(name, open_flags)?)),
            (SQLITE_OK, code) | (code, _) => Err(Failure::bare(code)),
        }
    }

    fn prepare(&self, sql: String) -> Result<Prepared, Stop> {
        withheld::forget();
        statement::prepare(self, sql)
    }

    fn get_state(&self) -> State {
        State::of(self.db)
    }

    fn interrupt(&self) {
        Connection::interrupt(self);
    }

    fn set_busy_timeout(&self, timeout: i32) {
        Connection::set_busy_timeout(self, timeout);
    }

    fn limit(&self, category: i32, value: i32) -> i32 {
        Connection::limit(self, category, value)
    }

    fn configure(&self, setting: i32, value: i32) -> Result<i32, Failure> {
        Connection::configure(self, setting, value)
    }

    fn create_function(
        &self,
        name: String,
        arguments: i32,
        text_flags: i32,
        kind: Option<FunctionKind>,
        id: u32,
    ) -> Result<Vec<u32>, Failure> {
        Connection::create_function(self, name, arguments, text_flags, kind, id)
    }

    fn create_collation(&self, name: String, id: Option<u32>) -> Result<Vec<u32>, Failure> {
        Connection::create_collation(self, name, id)
    }

    fn set_authorizer(&self, on: bool) {
        Connection::set_authorizer(self, on);
    }

    fn set_progress(&self, instructions: i32) {
        Connection::set_progress(self, instructions);
    }

    fn set_trace(&self, on: bool) {
        Connection::set_trace(self, on);
    }

    fn open_blob(
        &self,
        schema: String,
        table: String,
        column: String,
        row: i64,
        writable: bool,
    ) -> Result<BlobResource, Stop> {
        let (schema, table) = (self.c_string(schema)?, self.c_string(table)?);
        let column = self.c_string(column)?;
        blob::open(self, Place { schema, table, column, row, writable })
    }

    fn open_backup(
        &self,
        name: String,
        source: ConnectionBorrow<'_>,
        source_name: String,
    ) -> Result<BackupResource, Failure> {
        backup::open(self, name, source.get::<Rc<Connection>>(), source_name)
    }

    fn serialize(&self, schema: String) -> Result<Option<u32>, Stop> {
        withheld::forget();
        whole::serialize(self, schema)
    }

    fn deserialize(&self, schema: String, content: Bytes, deserialize_flags: u32) -> Result<State, Stop> {
        whole::deserialize(self, schema, content, deserialize_flags)
    }
}

impl GuestStatement for Rc<Statement> {
    fn description_size(&self) -> u32 {
        self.describer().size() as u32
    }

    fn describe(&self) -> Result<Description, Failure> {
        Statement::describe(self)
    }

    fn step(&self, parameters: Option<Vec<u64>>, max_rows: u32, max_words: u32) -> Result<Batch, Stop> {
        withheld::forget();
        Statement::step(self, parameters, max_rows, max_words)
    }

    fn reset(&self) -> Result<State, Stop> {
        withheld::forget();
        Statement::reset(self)
    }
}

impl GuestBlob for blob::Blob {
    fn size(&self) -> u32 {
        blob::Blob::size(self)
    }

    fn read(&self, offset: u32, size: u32) -> Result<Bytes, Failure> {
        blob::Blob::read(self, offset, size)
    }

    fn write(&self, offset: u32, data: Bytes) -> Result<(), Failure> {
        blob::Blob::write(self, offset, data.as_slice())
    }

    fn close(&self) -> Result<State, Failure> {
        blob::Blob::close(self)
    }
}

impl GuestBackup for backup::Backup {
    fn step(&self, pages: i32) -> BackupProgress {
        backup::Backup::step(self, pages)
    }

    fn finish(&self) -> Result<State, Failure> {
        backup::Backup::finish(self)
    }
}
