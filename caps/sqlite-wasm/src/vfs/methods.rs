//! What SQLite does with an open file, as a trait, and the C functions that lead there.

use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr;

use super::ffi::{
    FileHead, IOERR_READ, IOERR_SHMLOCK, IOERR_SHORT_READ, IOERR_TRUNCATE, IOERR_WRITE, IoMethods, NOTFOUND,
    Outcome, SHM_LOCKS, SHM_SHARED, SHM_UNLOCK, SQLITE_OK,
};
use crate::ffi::Code;

/// What is written at once, in bytes: as on other systems.
const SECTOR: c_int = 4096;

/// How far a connection has locked a file, as SQLite counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    None,
    /// It reads.
    Shared,
    /// It prepares to write, while others read on.
    Reserved,
    /// It wants to write as soon as those who read are through.
    Pending,
    /// It writes.
    Exclusive,
}

impl From<c_int> for Level {
    fn from(number: c_int) -> Self {
        match number {
            ..=0 => Self::None,
            1 => Self::Shared,
            2 => Self::Reserved,
            3 => Self::Pending,
            4.. => Self::Exclusive,
        }
    }
}

/// The locks of a wal-index that an operation is about, one bit for each.
pub type Slots = u8;

/// An open file.
pub trait File: Sized {
    /// Reads as much of the buffer as there is. Returns how many bytes that is.
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> Outcome<usize>;
    fn write(&mut self, data: &[u8], offset: u64) -> Outcome;
    /// Makes it this long.
    fn truncate(&mut self, size: u64) -> Outcome;
    fn size(&mut self) -> Outcome<u64>;
    /// Makes what was written outlive a loss of power.
    fn sync(&mut self) -> Outcome;

    fn lock(&mut self, level: Level) -> Outcome;
    fn unlock(&mut self, level: Level) -> Outcome;
    /// Whether anyone is about to write.
    fn is_reserved(&mut self) -> Outcome<bool>;

    /// One of SQLite's extras.
    ///
    /// # Safety
    /// `argument` is what SQLite gives with this number.
    unsafe fn control(&mut self, _operation: c_int, _argument: *mut c_void) -> Code {
        NOTFOUND
    }

    fn characteristics(&self) -> c_int {
        0
    }

    /// A piece of the wal-index; null when there is none and it is not to be made.
    fn map_shm(&mut self, _index: usize, _size: usize, _make: bool) -> Outcome<*mut c_void> {
        Err(IOERR_SHMLOCK)
    }

    fn lock_shm(&mut self, _slots: Slots, _exclusively: bool) -> Outcome {
        Err(IOERR_SHMLOCK)
    }

    fn unlock_shm(&mut self, _slots: Slots) -> Outcome {
        Err(IOERR_SHMLOCK)
    }

    /// Ends its use of the wal-index, which nobody needs any more if it is to be deleted.
    fn unmap_shm(&mut self, _delete: bool) -> Outcome {
        Ok(())
    }

    /// Ends its use, for good.
    fn close(self) -> Outcome {
        Ok(())
    }
}

/// A file in the memory that SQLite keeps for one.
#[repr(C)]
pub struct Slot<F> {
    head: FileHead,
    file: MaybeUninit<F>,
}

impl<F: File> Slot<F> {
    const METHODS: IoMethods = IoMethods {
        version: 2,
        close: close::<F>,
        read: read::<F>,
        write: write::<F>,
        truncate: truncate::<F>,
        sync: sync::<F>,
        size: size::<F>,
        lock: lock::<F>,
        unlock: unlock::<F>,
        check_reserved: check_reserved::<F>,
        control: control::<F>,
        sector_size,
        characteristics: characteristics::<F>,
        shm_map: shm_map::<F>,
        shm_lock: shm_lock::<F>,
        shm_barrier,
        shm_unmap: shm_unmap::<F>,
    };

    /// Puts an open file there.
    ///
    /// # Safety
    /// The memory is large enough.
    pub unsafe fn fill(place: *mut FileHead, file: F) {
        let head = FileHead { methods: const { &Self::METHODS } };
        // SAFETY: the caller's; SQLite aligns it to 8 bytes, which a `Slot` is content with.
        unsafe { place.cast::<Self>().write(Self { head, file: MaybeUninit::new(file) }) };
    }
}

/// The file in a slot.
///
/// # Safety
/// It was put there by [`Slot::fill`], and is not closed.
unsafe fn file<'a, F>(slot: *mut FileHead) -> &'a mut F {
    unsafe { (*slot.cast::<Slot<F>>()).file.assume_init_mut() }
}

pub fn code(outcome: Outcome) -> Code {
    outcome.err().unwrap_or(SQLITE_OK)
}

/// Puts a result where SQLite wants it.
///
/// # Safety
/// `place` can be written.
pub unsafe fn put<T>(outcome: Outcome<T>, place: *mut T) -> Code {
    match outcome {
        Ok(value) => {
            unsafe { place.write(value) };
            SQLITE_OK
        }
        Err(code) => code,
    }
}

unsafe extern "C" fn close<F: File>(slot: *mut FileHead) -> Code {
    // SAFETY: SQLite closes a file once, and does not use it afterwards.
    let file = unsafe {
        (*slot).methods = ptr::null();
        (*slot.cast::<Slot<F>>()).file.assume_init_read()
    };
    code(file.close())
}

unsafe extern "C" fn read<F: File>(
    slot: *mut FileHead,
    buffer: *mut c_void,
    length: c_int,
    offset: i64,
) -> Code {
    let (Ok(length), Ok(offset)) = (usize::try_from(length), u64::try_from(offset)) else {
        return IOERR_READ;
    };
    // SAFETY: the buffer is that long. What is in there is of no account, so it may be taken for bytes.
    let buffer = unsafe { core::slice::from_raw_parts_mut(buffer.cast::<u8>(), length) };
    match unsafe { file::<F>(slot) }.read(buffer, offset) {
        Ok(count) if count == length => SQLITE_OK,
        Ok(count) => {
            // SQLite relies on it.
            buffer[count.min(length)..].fill(0);
            IOERR_SHORT_READ
        }
        Err(code) => code,
    }
}

unsafe extern "C" fn write<F: File>(
    slot: *mut FileHead,
    data: *const c_void,
    length: c_int,
    offset: i64,
) -> Code {
    let (Ok(length), Ok(offset)) = (usize::try_from(length), u64::try_from(offset)) else {
        return IOERR_WRITE;
    };
    // SAFETY: there is that much data.
    let data = unsafe { core::slice::from_raw_parts(data.cast::<u8>(), length) };
    code(unsafe { file::<F>(slot) }.write(data, offset))
}

unsafe extern "C" fn truncate<F: File>(slot: *mut FileHead, size: i64) -> Code {
    match u64::try_from(size) {
        Ok(size) => code(unsafe { file::<F>(slot) }.truncate(size)),
        Err(_) => IOERR_TRUNCATE,
    }
}

unsafe extern "C" fn sync<F: File>(slot: *mut FileHead, _: c_int) -> Code {
    code(unsafe { file::<F>(slot) }.sync())
}

unsafe extern "C" fn size<F: File>(slot: *mut FileHead, size: *mut i64) -> Code {
    let outcome = unsafe { file::<F>(slot) }.size();
    unsafe { put(outcome.map(|size| size.try_into().unwrap_or(i64::MAX)), size) }
}

unsafe extern "C" fn lock<F: File>(slot: *mut FileHead, level: c_int) -> Code {
    code(unsafe { file::<F>(slot) }.lock(level.into()))
}

unsafe extern "C" fn unlock<F: File>(slot: *mut FileHead, level: c_int) -> Code {
    code(unsafe { file::<F>(slot) }.unlock(level.into()))
}

unsafe extern "C" fn check_reserved<F: File>(slot: *mut FileHead, reserved: *mut c_int) -> Code {
    let outcome = unsafe { file::<F>(slot) }.is_reserved();
    unsafe { put(outcome.map(c_int::from), reserved) }
}

unsafe extern "C" fn control<F: File>(slot: *mut FileHead, operation: c_int, argument: *mut c_void) -> Code {
    unsafe { file::<F>(slot).control(operation, argument) }
}

unsafe extern "C" fn sector_size(_: *mut FileHead) -> c_int {
    SECTOR
}

unsafe extern "C" fn characteristics<F: File>(slot: *mut FileHead) -> c_int {
    unsafe { file::<F>(slot) }.characteristics()
}

unsafe extern "C" fn shm_map<F: File>(
    slot: *mut FileHead,
    index: c_int,
    size: c_int,
    make: c_int,
    piece: *mut *mut c_void,
) -> Code {
    let (Ok(index), Ok(size)) = (usize::try_from(index), usize::try_from(size)) else {
        return IOERR_SHMLOCK;
    };
    let outcome = unsafe { file::<F>(slot) }.map_shm(index, size, make != 0);
    unsafe { piece.write(ptr::null_mut()) };
    unsafe { put(outcome, piece) }
}

/// The `count` slots from `first` on.
fn slots(first: c_int, count: c_int) -> Outcome<Slots> {
    let (first, count) = (usize::try_from(first), usize::try_from(count));
    let (Ok(first), Ok(count)) = (first, count) else { return Err(IOERR_SHMLOCK) };
    match first.checked_add(count) {
        Some(end) if end <= SHM_LOCKS => Ok(((1u16 << end) - (1u16 << first)) as Slots),
        _ => Err(IOERR_SHMLOCK),
    }
}

unsafe extern "C" fn shm_lock<F: File>(
    slot: *mut FileHead,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> Code {
    let file = unsafe { file::<F>(slot) };
    code(slots(first, count).and_then(|slots| {
        if flags & SHM_UNLOCK == 0 {
            file.lock_shm(slots, flags & SHM_SHARED == 0)
        } else {
            file.unlock_shm(slots)
        }
    }))
}

/// Nothing runs beside us that could see memory change.
unsafe extern "C" fn shm_barrier(_: *mut FileHead) {}

unsafe extern "C" fn shm_unmap<F: File>(slot: *mut FileHead, delete: c_int) -> Code {
    code(unsafe { file::<F>(slot) }.unmap_shm(delete != 0))
}
