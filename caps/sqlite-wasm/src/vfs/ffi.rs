//! What `sqlite3.h` says of a VFS: its structures, as the library reads them, and its numbers.

use core::ffi::{c_char, c_int, c_void};

use crate::ffi::Code;

/// What an operation comes to; a failure is SQLite's extended result code.
pub type Outcome<T = ()> = Result<T, Code>;

pub use crate::ffi::SQLITE_OK;

/// `SQLITE_OK`, for a path in which a symbolic link was followed.
pub const OK_SYMLINK: Code = 2 << 8;
pub const BUSY: Code = 5;
/// A lock that SQLite should ask its busy handler about, where it takes plain `BUSY` for a moment's matter.
pub const BUSY_TIMEOUT: Code = BUSY | 3 << 8;
pub const NOMEM: Code = 7;
const READONLY: Code = 8;
pub const READONLY_DIRECTORY: Code = READONLY | 6 << 8;
const IOERR: Code = 10;
pub const IOERR_READ: Code = IOERR | 1 << 8;
pub const IOERR_SHORT_READ: Code = IOERR | 2 << 8;
pub const IOERR_WRITE: Code = IOERR | 3 << 8;
pub const IOERR_FSYNC: Code = IOERR | 4 << 8;
pub const IOERR_DIR_FSYNC: Code = IOERR | 5 << 8;
pub const IOERR_TRUNCATE: Code = IOERR | 6 << 8;
pub const IOERR_FSTAT: Code = IOERR | 7 << 8;
pub const IOERR_UNLOCK: Code = IOERR | 8 << 8;
pub const IOERR_RDLOCK: Code = IOERR | 9 << 8;
pub const IOERR_DELETE: Code = IOERR | 10 << 8;
pub const IOERR_NOMEM: Code = IOERR | 12 << 8;
pub const IOERR_ACCESS: Code = IOERR | 13 << 8;
pub const IOERR_CHECKRESERVEDLOCK: Code = IOERR | 14 << 8;
pub const IOERR_LOCK: Code = IOERR | 15 << 8;
pub const IOERR_SHMLOCK: Code = IOERR | 20 << 8;
pub const IOERR_DELETE_NOENT: Code = IOERR | 23 << 8;
pub const NOTFOUND: Code = 12;
pub const FULL: Code = 13;
pub const CANTOPEN: Code = 14;

pub const OPEN_READONLY: c_int = 0x1;
pub const OPEN_READWRITE: c_int = 0x2;
pub const OPEN_CREATE: c_int = 0x4;
pub const OPEN_DELETEONCLOSE: c_int = 0x8;
pub const OPEN_EXCLUSIVE: c_int = 0x10;
pub const OPEN_URI: c_int = 0x40;
pub const OPEN_MAIN_DB: c_int = 0x100;
pub const OPEN_TEMP_DB: c_int = 0x200;
pub const OPEN_TRANSIENT_DB: c_int = 0x400;
pub const OPEN_MAIN_JOURNAL: c_int = 0x800;
pub const OPEN_TEMP_JOURNAL: c_int = 0x1000;
pub const OPEN_SUBJOURNAL: c_int = 0x2000;
pub const OPEN_SUPER_JOURNAL: c_int = 0x4000;
pub const OPEN_WAL: c_int = 0x80000;

pub const ACCESS_EXISTS: c_int = 0;

pub const IOCAP_POWERSAFE_OVERWRITE: c_int = 0x1000;
pub const IOCAP_SUBPAGE_READ: c_int = 0x8000;

pub const FCNTL_LOCKSTATE: c_int = 1;
pub const FCNTL_LAST_ERRNO: c_int = 4;
pub const FCNTL_SIZE_HINT: c_int = 5;
pub const FCNTL_CHUNK_SIZE: c_int = 6;
pub const FCNTL_PERSIST_WAL: c_int = 10;
pub const FCNTL_VFSNAME: c_int = 12;
pub const FCNTL_POWERSAFE_OVERWRITE: c_int = 13;
pub const FCNTL_TEMPFILENAME: c_int = 16;
pub const FCNTL_HAS_MOVED: c_int = 20;
pub const FCNTL_EXTERNAL_READER: c_int = 40;

pub const SHM_UNLOCK: c_int = 1;
pub const SHM_SHARED: c_int = 4;
/// How many locks a wal-index has.
pub const SHM_LOCKS: usize = 8;

/// The longest path. Not longer: when a journal is played back, SQLite reads names of other journals into memory of a
/// page's size, and a page can be this small.
pub const MAX_PATH: usize = 512;

/// `sqlite3_file`, as far as SQLite knows it.
#[repr(C)]
pub struct FileHead {
    /// Null when there is nothing to close.
    pub methods: *const IoMethods,
}

/// `sqlite3_io_methods`.
#[repr(C)]
pub struct IoMethods {
    pub version: c_int,
    pub close: unsafe extern "C" fn(*mut FileHead) -> Code,
    pub read: unsafe extern "C" fn(*mut FileHead, *mut c_void, c_int, i64) -> Code,
    pub write: unsafe extern "C" fn(*mut FileHead, *const c_void, c_int, i64) -> Code,
    pub truncate: unsafe extern "C" fn(*mut FileHead, i64) -> Code,
    pub sync: unsafe extern "C" fn(*mut FileHead, c_int) -> Code,
    pub size: unsafe extern "C" fn(*mut FileHead, *mut i64) -> Code,
    pub lock: unsafe extern "C" fn(*mut FileHead, c_int) -> Code,
    pub unlock: unsafe extern "C" fn(*mut FileHead, c_int) -> Code,
    pub check_reserved: unsafe extern "C" fn(*mut FileHead, *mut c_int) -> Code,
    pub control: unsafe extern "C" fn(*mut FileHead, c_int, *mut c_void) -> Code,
    pub sector_size: unsafe extern "C" fn(*mut FileHead) -> c_int,
    pub characteristics: unsafe extern "C" fn(*mut FileHead) -> c_int,
    pub shm_map: unsafe extern "C" fn(*mut FileHead, c_int, c_int, c_int, *mut *mut c_void) -> Code,
    pub shm_lock: unsafe extern "C" fn(*mut FileHead, c_int, c_int, c_int) -> Code,
    pub shm_barrier: unsafe extern "C" fn(*mut FileHead),
    pub shm_unmap: unsafe extern "C" fn(*mut FileHead, c_int) -> Code,
}

/// `sqlite3_vfs`, of the second version.
#[repr(C)]
pub struct Vfs {
    pub version: c_int,
    pub file_size: c_int,
    pub max_path: c_int,
    pub next: *mut Vfs,
    pub name: *const c_char,
    pub data: *mut c_void,
    pub open: unsafe extern "C" fn(*mut Vfs, *const c_char, *mut FileHead, c_int, *mut c_int) -> Code,
    pub delete: unsafe extern "C" fn(*mut Vfs, *const c_char, c_int) -> Code,
    pub access: unsafe extern "C" fn(*mut Vfs, *const c_char, c_int, *mut c_int) -> Code,
    pub full_path: unsafe extern "C" fn(*mut Vfs, *const c_char, c_int, *mut c_char) -> Code,
    /// Loading libraries: SQLite is compiled without.
    pub libraries: [*const c_void; 4],
    pub random: unsafe extern "C" fn(*mut Vfs, c_int, *mut c_char) -> c_int,
    pub sleep: unsafe extern "C" fn(*mut Vfs, c_int) -> c_int,
    pub time: unsafe extern "C" fn(*mut Vfs, *mut f64) -> Code,
    pub last_error: unsafe extern "C" fn(*mut Vfs, c_int, *mut c_char) -> c_int,
    pub time_in_ms: unsafe extern "C" fn(*mut Vfs, *mut i64) -> Code,
}

unsafe extern "C" {
    pub fn sqlite3_vfs_register(vfs: *mut Vfs, make_default: c_int) -> Code;
    pub fn sqlite3_malloc64(size: u64) -> *mut c_void;
    pub fn sqlite3_uri_boolean(name: *const c_char, parameter: *const c_char, default: c_int) -> c_int;
}
