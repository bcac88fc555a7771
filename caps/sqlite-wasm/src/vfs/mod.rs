//! SQLite's files, clock and random numbers, on WASI 0.2 directly: the library's VFS `wasi`.
//!
//! A file is where the directories that the host has opened say. How databases are locked is told in `arbiter`.

mod ahead;
mod arbiter;
mod ffi;
mod file;
mod host;
mod locks;
mod memory;
mod methods;
mod paths;
mod shm;

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;

use ffi::{
    ACCESS_EXISTS, CANTOPEN, FileHead, IOERR_ACCESS, MAX_PATH, OK_SYMLINK, OPEN_SUBJOURNAL, OPEN_TEMP_DB,
    OPEN_TEMP_JOURNAL, OPEN_TRANSIENT_DB, Outcome, SQLITE_OK, Vfs, sqlite3_vfs_register,
};
use file::HostFile;
use host::{DescriptorFlags, DescriptorType, OpenFlags, Place};
use memory::MemoryFile;
use methods::{Slot, code, put};
pub use paths::set_directory;

use crate::ffi::Code;

/// The VFS's name.
const NAME: &CStr = c"wasi";

/// 1970 on SQLite's calendar, in milliseconds.
const EPOCH: i64 = 24_405_875 * 8_640_000;
const MS_PER_DAY: f64 = 86_400_000.0;

struct Registered(UnsafeCell<Vfs>);

// SAFETY: SQLite changes it while it is registered, and there is one thread.
unsafe impl Sync for Registered {}

static VFS: Registered = Registered(UnsafeCell::new(Vfs {
    version: 2,
    file_size: if size_of::<Slot<HostFile>>() > size_of::<Slot<MemoryFile>>() {
        size_of::<Slot<HostFile>>() as c_int
    } else {
        size_of::<Slot<MemoryFile>>() as c_int
    },
    max_path: MAX_PATH as c_int,
    next: ptr::null_mut(),
    name: NAME.as_ptr(),
    data: ptr::null_mut(),
    open,
    delete,
    access,
    full_path,
    libraries: [ptr::null(); 4],
    random,
    sleep,
    time,
    last_error,
    time_in_ms,
}));

/// Makes this SQLite's VFS. SQLite calls for it by itself before it opens anything.
pub fn register() -> Code {
    // SAFETY: it stays where it is.
    unsafe { sqlite3_vfs_register(VFS.0.get(), 1) }
}

#[unsafe(no_mangle)]
extern "C" fn sqlite3_os_init() -> Code {
    register()
}

#[unsafe(no_mangle)]
extern "C" fn sqlite3_os_end() -> Code {
    SQLITE_OK
}

/// A name of SQLite's.
///
/// # Safety
/// It ends with zero, and stays for as long as the result is used.
unsafe fn text<'a>(name: *const c_char) -> Outcome<&'a str> {
    // WASI's paths are Unicode, as SQLite's are supposed to be.
    unsafe { CStr::from_ptr(name) }.to_str().map_err(|_| CANTOPEN)
}

unsafe extern "C" fn open(
    _: *mut Vfs,
    name: *const c_char,
    slot: *mut FileHead,
    flags: c_int,
    out_flags: *mut c_int,
) -> Code {
    // SAFETY: the slot has the size that the VFS asks for, and the name stays until the file is closed.
    unsafe {
        (*slot).methods = ptr::null();
        let is_temporary =
            flags & (OPEN_TEMP_DB | OPEN_TRANSIENT_DB | OPEN_TEMP_JOURNAL | OPEN_SUBJOURNAL) != 0;
        let opened = if name.is_null() || is_temporary {
            Slot::fill(slot, MemoryFile::default());
            Ok(flags)
        } else {
            text(name).and_then(|path| HostFile::open(name, path, flags)).map(|(file, flags)| {
                Slot::fill(slot, file);
                flags
            })
        };
        if out_flags.is_null() { code(opened.map(|_| ())) } else { put(opened, out_flags) }
    }
}

unsafe extern "C" fn delete(_: *mut Vfs, name: *const c_char, sync_dir: c_int) -> Code {
    let path = unsafe { text(name) };
    let place = path.and_then(|path| Place::of(path).ok_or(CANTOPEN));
    code(place.and_then(|place| file::delete(&place, sync_dir & 1 != 0)))
}

unsafe extern "C" fn access(_: *mut Vfs, name: *const c_char, kind: c_int, result: *mut c_int) -> Code {
    let path = unsafe { text(name) };
    let is_there = match path.ok().and_then(Place::of) {
        None => Ok(false),
        Some(place) if kind == ACCESS_EXISTS => exists(&place),
        Some(place) => {
            Ok(place.open(OpenFlags::empty(), DescriptorFlags::READ | DescriptorFlags::WRITE).is_ok())
        }
    };
    unsafe { put(is_there.map(c_int::from), result) }
}

/// To SQLite an empty file is as good as none.
fn exists(place: &Place<'_>) -> Outcome<bool> {
    match place.look() {
        Ok(found) => Ok(found.is_some_and(|(kind, size)| kind != DescriptorType::RegularFile || size > 0)),
        Err(error) if host::is_forbidden(error) => Ok(false),
        Err(error) => {
            host::note(error);
            Err(IOERR_ACCESS)
        }
    }
}

unsafe extern "C" fn full_path(_: *mut Vfs, name: *const c_char, room: c_int, place: *mut c_char) -> Code {
    let path = unsafe { text(name) };
    match path.and_then(paths::full_path) {
        Ok((path, had_links)) if path.len() < usize::try_from(room).unwrap_or(0) => {
            // SAFETY: that much room is there, and one byte more.
            unsafe {
                place.copy_from_nonoverlapping(path.as_ptr().cast(), path.len());
                place.add(path.len()).write(0);
            }
            if had_links { OK_SYMLINK } else { SQLITE_OK }
        }
        Ok(_) => CANTOPEN,
        Err(code) => code,
    }
}

unsafe extern "C" fn random(_: *mut Vfs, size: c_int, buffer: *mut c_char) -> c_int {
    let Ok(size) = usize::try_from(size) else { return 0 };
    // SAFETY: the buffer is that long. What is in there is of no account, so it may be taken for bytes.
    let buffer = unsafe { core::slice::from_raw_parts_mut(buffer.cast::<u8>(), size) };
    host::random(buffer) as c_int
}

unsafe extern "C" fn sleep(_: *mut Vfs, time: c_int) -> c_int {
    host::sleep(u64::try_from(time).unwrap_or(0));
    time
}

fn julian_ms() -> i64 {
    EPOCH.saturating_add(i64::try_from(host::now()).unwrap_or(i64::MAX))
}

unsafe extern "C" fn time(_: *mut Vfs, days: *mut f64) -> Code {
    unsafe { days.write(julian_ms() as f64 / MS_PER_DAY) };
    SQLITE_OK
}

unsafe extern "C" fn time_in_ms(_: *mut Vfs, ms: *mut i64) -> Code {
    unsafe { ms.write(julian_ms()) };
    SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut Vfs, _: c_int, _: *mut c_char) -> c_int {
    host::last_error()
}
