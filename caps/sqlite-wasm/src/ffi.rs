//! SQLite's C functions, as its manual documents them, and what `c/` adds to them.

use core::ffi::{c_char, c_int, c_uchar, c_uint, c_void};

/// A result code, extended or not.
pub type Code = c_int;

pub const SQLITE_OK: Code = 0;
pub const SQLITE_ERROR: Code = 1;
pub const SQLITE_NOMEM: Code = 7;
pub const SQLITE_SCHEMA: Code = 17;
pub const SQLITE_TOOBIG: Code = 18;
pub const SQLITE_MISUSE: Code = 21;
pub const SQLITE_RANGE: Code = 25;
pub const SQLITE_ROW: Code = 100;
pub const SQLITE_DONE: Code = 101;

pub const SQLITE_INTEGER: u32 = 1;
pub const SQLITE_FLOAT: u32 = 2;
pub const SQLITE_TEXT: u32 = 3;
pub const SQLITE_BLOB: u32 = 4;
pub const SQLITE_NULL: u32 = 5;

pub const SQLITE_UTF8: c_int = 1;

pub const SQLITE_TRACE_STMT: c_uint = 1;

pub const SQLITE_DESERIALIZE_FREEONCLOSE: c_uint = 1;

/// The destructor that makes SQLite copy what it is given.
pub const SQLITE_TRANSIENT: isize = -1;
/// The destructor of what stays where it is.
pub const SQLITE_STATIC: isize = 0;

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])* #[repr(C)] pub struct $name { _private: [u8; 0] })*
    };
}

opaque! {
    /// `sqlite3`
    Db
    /// `sqlite3_stmt`
    Stmt
    /// `sqlite3_context`
    Context
    /// `sqlite3_value`
    Value
    /// `sqlite3_blob`
    BlobHandle
    /// `sqlite3_backup`
    BackupHandle
}

/// The engine's `Values`.
#[repr(C)]
pub struct Packed {
    pub words: *mut u64,
    pub count: usize,
    pub capacity: usize,
}

/// The engine's `State`.
#[repr(C)]
#[derive(Default)]
pub struct EngineState {
    pub last_insert_rowid: i64,
    pub changes: i64,
    pub total_changes: i64,
    pub autocommit: i32,
}

/// The engine's `Callers`.
#[repr(C)]
pub struct Callers {
    pub scalar: *const c_void,
    pub step: *const c_void,
    pub compare: *const c_void,
}

/// The engine's answer when a function's value is waited for.
pub const ENGINE_ASKS: Code = -1;

/// The engine's degrees of calling the consumer.
pub const CALLS_NOTHING: c_int = 0;
pub const CALLS_FUNCTIONS: c_int = 1;
pub const CALLS_ANYTHING: c_int = 2;

/// The engine's ways to run a statement.
pub const RUN_FREELY: c_int = 0;
pub const RUN_AS_COMPILED: c_int = 1;

pub type Scalar = unsafe extern "C" fn(*mut Context, c_int, *mut *mut Value);
pub type Final = unsafe extern "C" fn(*mut Context);
pub type Destroy = unsafe extern "C" fn(*mut c_void);
pub type Compare = unsafe extern "C" fn(*mut c_void, c_int, *const c_void, c_int, *const c_void) -> c_int;
pub type Authorize = unsafe extern "C" fn(
    *mut c_void,
    c_int,
    *const c_char,
    *const c_char,
    *const c_char,
    *const c_char,
) -> c_int;
pub type Progress = unsafe extern "C" fn(*mut c_void) -> c_int;
pub type Trace = unsafe extern "C" fn(c_uint, *mut c_void, *mut c_void, *mut c_void) -> c_int;

unsafe extern "C" {
    pub fn free(block: *mut c_void);

    pub fn stack_pointer() -> *mut c_void;
    pub fn set_stack_pointer(pointer: *mut c_void);

    pub fn engine_run(
        statement: *mut Stmt,
        how: c_int,
        continues: c_int,
        max_rows: u32,
        max_words: usize,
        values: *mut Packed,
        rows: *mut u32,
    ) -> Code;
    pub fn engine_pack(values: *mut Packed, count: c_int, from: *mut *mut Value) -> Code;
    pub fn engine_pack_integer(values: *mut Packed, number: i64) -> Code;
    pub fn engine_pack_text(values: *mut Packed, text: *const c_char, size: usize) -> Code;
    pub fn engine_calls(statement: *mut Stmt, callers: *const Callers) -> c_int;
    pub fn engine_caller(context: *mut Context) -> *mut Stmt;
    pub fn engine_ask(context: *mut Context);
    pub fn engine_is_watched(context: *mut Context) -> c_int;
    pub fn engine_fail_without_memory(db: *mut Db);
    pub fn engine_state(db: *mut Db, state: *mut EngineState);
    pub fn engine_recompiled(statement: *mut Stmt) -> c_int;

    pub fn memory_start() -> Code;
    pub fn memory_has_room(size: usize) -> c_int;
    pub fn memory_account(size: usize) -> c_int;
    pub fn memory_resize(block: *mut c_void, size: usize) -> *mut c_void;

    pub fn sqlite3_initialize() -> Code;
    pub fn sqlite3_libversion() -> *const c_char;
    pub fn sqlite3_complete(sql: *const c_char) -> c_int;
    pub fn sqlite3_errstr(code: Code) -> *const c_char;
    pub fn sqlite3_snprintf(size: c_int, buffer: *mut c_char, format: *const c_char, ...) -> *mut c_char;
    pub fn sqlite3_free(block: *mut c_void);

    pub fn sqlite3_open_v2(name: *const c_char, db: *mut *mut Db, flags: c_int, vfs: *const c_char) -> Code;
    pub fn sqlite3_close_v2(db: *mut Db) -> Code;
    pub fn sqlite3_extended_errcode(db: *mut Db) -> Code;
    pub fn sqlite3_errmsg(db: *mut Db) -> *const c_char;
    pub fn sqlite3_interrupt(db: *mut Db);
    pub fn sqlite3_busy_timeout(db: *mut Db, milliseconds: c_int) -> Code;
    pub fn sqlite3_limit(db: *mut Db, category: c_int, value: c_int) -> c_int;
    pub fn sqlite3_db_config(db: *mut Db, setting: c_int, ...) -> Code;

    pub fn sqlite3_create_function_v2(
        db: *mut Db,
        name: *const c_char,
        arguments: c_int,
        flags: c_int,
        app: *mut c_void,
        scalar: Option<Scalar>,
        step: Option<Scalar>,
        end: Option<Final>,
        destroy: Option<Destroy>,
    ) -> Code;
    pub fn sqlite3_create_window_function(
        db: *mut Db,
        name: *const c_char,
        arguments: c_int,
        flags: c_int,
        app: *mut c_void,
        step: Option<Scalar>,
        end: Option<Final>,
        value: Option<Final>,
        inverse: Option<Scalar>,
        destroy: Option<Destroy>,
    ) -> Code;
    pub fn sqlite3_create_collation_v2(
        db: *mut Db,
        name: *const c_char,
        flags: c_int,
        app: *mut c_void,
        compare: Option<Compare>,
        destroy: Option<Destroy>,
    ) -> Code;
    pub fn sqlite3_set_authorizer(db: *mut Db, authorize: Option<Authorize>, app: *mut c_void) -> Code;
    pub fn sqlite3_progress_handler(
        db: *mut Db,
        instructions: c_int,
        progress: Option<Progress>,
        app: *mut c_void,
    );
    pub fn sqlite3_trace_v2(db: *mut Db, mask: c_uint, trace: Option<Trace>, app: *mut c_void) -> Code;

    pub fn sqlite3_user_data(context: *mut Context) -> *mut c_void;
    pub fn sqlite3_aggregate_context(context: *mut Context, size: c_int) -> *mut c_void;
    pub fn sqlite3_result_null(context: *mut Context);
    pub fn sqlite3_result_int64(context: *mut Context, value: i64);
    pub fn sqlite3_result_double(context: *mut Context, value: f64);
    pub fn sqlite3_result_text64(
        context: *mut Context,
        text: *const c_char,
        size: u64,
        destroy: isize,
        encoding: c_uchar,
    );
    pub fn sqlite3_result_blob64(context: *mut Context, blob: *const c_void, size: u64, destroy: isize);
    pub fn sqlite3_result_error(context: *mut Context, message: *const c_char, size: c_int);
    pub fn sqlite3_result_error_toobig(context: *mut Context);
    pub fn sqlite3_result_error_nomem(context: *mut Context);

    pub fn sqlite3_prepare_v2(
        db: *mut Db,
        sql: *const c_char,
        size: c_int,
        statement: *mut *mut Stmt,
        tail: *mut *const c_char,
    ) -> Code;
    pub fn sqlite3_finalize(statement: *mut Stmt) -> Code;
    pub fn sqlite3_reset(statement: *mut Stmt) -> Code;
    pub fn sqlite3_expanded_sql(statement: *mut Stmt) -> *mut c_char;
    pub fn sqlite3_stmt_readonly(statement: *mut Stmt) -> c_int;
    pub fn sqlite3_stmt_isexplain(statement: *mut Stmt) -> c_int;
    pub fn sqlite3_column_count(statement: *mut Stmt) -> c_int;
    pub fn sqlite3_column_name(statement: *mut Stmt, column: c_int) -> *const c_char;
    pub fn sqlite3_column_decltype(statement: *mut Stmt, column: c_int) -> *const c_char;
    pub fn sqlite3_bind_parameter_count(statement: *mut Stmt) -> c_int;
    pub fn sqlite3_bind_parameter_name(statement: *mut Stmt, parameter: c_int) -> *const c_char;
    pub fn sqlite3_bind_null(statement: *mut Stmt, parameter: c_int) -> Code;
    pub fn sqlite3_bind_int64(statement: *mut Stmt, parameter: c_int, value: i64) -> Code;
    pub fn sqlite3_bind_double(statement: *mut Stmt, parameter: c_int, value: f64) -> Code;
    pub fn sqlite3_bind_text64(
        statement: *mut Stmt,
        parameter: c_int,
        text: *const c_char,
        size: u64,
        destroy: isize,
        encoding: c_uchar,
    ) -> Code;
    pub fn sqlite3_bind_blob64(
        statement: *mut Stmt,
        parameter: c_int,
        blob: *const c_void,
        size: u64,
        destroy: isize,
    ) -> Code;

    pub fn sqlite3_blob_open(
        db: *mut Db,
        schema: *const c_char,
        table: *const c_char,
        column: *const c_char,
        row: i64,
        writable: c_int,
        blob: *mut *mut BlobHandle,
    ) -> Code;
    pub fn sqlite3_blob_close(blob: *mut BlobHandle) -> Code;
    pub fn sqlite3_blob_bytes(blob: *mut BlobHandle) -> c_int;
    pub fn sqlite3_blob_read(blob: *mut BlobHandle, to: *mut c_void, size: c_int, offset: c_int) -> Code;
    pub fn sqlite3_blob_write(blob: *mut BlobHandle, from: *const c_void, size: c_int, offset: c_int)
    -> Code;

    pub fn sqlite3_backup_init(
        to: *mut Db,
        to_name: *const c_char,
        from: *mut Db,
        from_name: *const c_char,
    ) -> *mut BackupHandle;
    pub fn sqlite3_backup_step(backup: *mut BackupHandle, pages: c_int) -> Code;
    pub fn sqlite3_backup_finish(backup: *mut BackupHandle) -> Code;
    pub fn sqlite3_backup_remaining(backup: *mut BackupHandle) -> c_int;
    pub fn sqlite3_backup_pagecount(backup: *mut BackupHandle) -> c_int;

    pub fn sqlite3_serialize(
        db: *mut Db,
        schema: *const c_char,
        size: *mut i64,
        flags: c_uint,
    ) -> *mut c_uchar;
    pub fn sqlite3_deserialize(
        db: *mut Db,
        schema: *const c_char,
        data: *mut c_uchar,
        size: i64,
        room: i64,
        flags: c_uint,
    ) -> Code;
}

#[link(wasm_import_module = "asyncify")]
unsafe extern "C" {
    #[link_name = "start_unwind"]
    pub fn asyncify_start_unwind(buffer: *mut c_void);
    #[link_name = "stop_unwind"]
    pub fn asyncify_stop_unwind();
    #[link_name = "start_rewind"]
    pub fn asyncify_start_rewind(buffer: *mut c_void);
    #[link_name = "stop_rewind"]
    pub fn asyncify_stop_rewind();
    #[link_name = "get_state"]
    pub fn asyncify_get_state() -> c_int;
}

#[link(wasm_import_module = "suspendable")]
unsafe extern "C" {
    /// [`crate::suspension::operate`] in the copy of the code that can suspend.
    #[link_name = "operate"]
    pub fn suspendable_operate(operation: *mut c_void);
}
