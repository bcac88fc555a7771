//! Dictionaries, and what is prepared from them for many streams to share.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::RefCell;
use core::ffi::c_int;
use core::ptr::NonNull;

use cap_support::check_headroom;

use crate::bindings::Failure;
use crate::failure::failure;
use crate::ffi::{
    CDict, DDict, DICTIONARY_CREATION_FAILED, ZSTD_createCDict_byReference, ZSTD_createDDict_byReference,
    ZSTD_freeCDict, ZSTD_freeDDict, ZSTD_getDictID_fromDict,
};

/// The bytes of a dictionary, for as long as anything refers to them.
pub type Content = Rc<Vec<u8>>;

/// What a stream refers to: a dictionary's content, or what was prepared from it.
pub type Kept = Rc<dyn Any>;

/// A dictionary, with what was prepared from it so far.
pub struct Dictionary {
    content: Content,
    compression: RefCell<BTreeMap<c_int, Rc<Prepared<CDict>>>>,
    decompression: RefCell<Option<Rc<Prepared<DDict>>>>,
}

impl Dictionary {
    /// Takes any bytes; what is wrong with them is found when they are used.
    pub fn open(content: Vec<u8>) -> Result<Self, Failure> {
        check_headroom()?;
        let content = Rc::new(content);
        Ok(Self { content, compression: RefCell::default(), decompression: RefCell::default() })
    }

    /// The number that frames name it by, or 0.
    pub fn id(&self) -> u32 {
        // SAFETY: the pointer and length are those of a slice.
        unsafe { ZSTD_getDictID_fromDict(self.content.as_ptr().cast(), self.content.len()) }
    }

    /// The bytes themselves.
    pub fn content(&self) -> Content {
        self.content.clone()
    }

    /// Prepared for compression at a level.
    pub fn for_compression(&self, level: c_int) -> Result<Rc<Prepared<CDict>>, Failure> {
        if let Some(prepared) = self.compression.borrow().get(&level) {
            return Ok(prepared.clone());
        }
        // SAFETY: the pointer and length are those of the content, which `Prepared` keeps.
        let made =
            unsafe { ZSTD_createCDict_byReference(self.content.as_ptr().cast(), self.content.len(), level) };
        let prepared = Prepared::new(made, &self.content)?;
        self.compression.borrow_mut().insert(level, prepared.clone());
        Ok(prepared)
    }

    /// Prepared for decompression.
    pub fn for_decompression(&self) -> Result<Rc<Prepared<DDict>>, Failure> {
        if let Some(prepared) = &*self.decompression.borrow() {
            return Ok(prepared.clone());
        }
        // SAFETY: the pointer and length are those of the content, which `Prepared` keeps.
        let made = unsafe { ZSTD_createDDict_byReference(self.content.as_ptr().cast(), self.content.len()) };
        let prepared = Prepared::new(made, &self.content)?;
        *self.decompression.borrow_mut() = Some(prepared.clone());
        Ok(prepared)
    }
}

/// A `CDict` or `DDict`, with the bytes that it refers to.
pub struct Prepared<T: Prepare> {
    made: NonNull<T>,
    _content: Content,
}

/// What the two kinds differ in.
pub trait Prepare {
    /// Frees one.
    ///
    /// # Safety
    /// The library made it, and nothing uses it any more.
    unsafe fn free(made: *mut Self);
}

impl Prepare for CDict {
    unsafe fn free(made: *mut Self) {
        unsafe { ZSTD_freeCDict(made) };
    }
}

impl Prepare for DDict {
    unsafe fn free(made: *mut Self) {
        unsafe { ZSTD_freeDDict(made) };
    }
}

impl<T: Prepare> Prepared<T> {
    fn new(made: *mut T, content: &Content) -> Result<Rc<Self>, Failure> {
        let made = NonNull::new(made).ok_or_else(|| failure(DICTIONARY_CREATION_FAILED))?;
        let prepared = Self { made, _content: content.clone() };
        check_headroom()?;
        Ok(Rc::new(prepared))
    }

    /// For the library's functions, while this is alive.
    pub fn as_ptr(&self) -> *const T {
        self.made.as_ptr()
    }
}

impl<T: Prepare> Drop for Prepared<T> {
    fn drop(&mut self) {
        // SAFETY: streams that use it keep it alive; there are none.
        unsafe { T::free(self.made.as_ptr()) };
    }
}
