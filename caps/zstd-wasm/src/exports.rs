//! The exported interface: each function hands its arguments on.

use alloc::vec::Vec;
use core::cell::RefCell;

use crate::bindings::{
    self, Bounds, Bytes, Compressed, Decompressed, DictionaryBorrow, DictionaryUse, Directive, Failure,
    FrameInfo, Guest, GuestCompressor, GuestDecompressor, GuestDictionary, Levels, Side,
};
use crate::compressor::{self, Compressor};
use crate::decompressor::{self, Decompressor};
use crate::dictionary::Dictionary;
use crate::failure::check;
use crate::ffi::{
    ZSTD_cParam_getBounds, ZSTD_dParam_getBounds, ZSTD_defaultCLevel, ZSTD_maxCLevel, ZSTD_minCLevel,
    ZSTD_versionNumber,
};
use crate::{frame, training};

struct Component;

bindings::export!(Component with_types_in crate::bindings);

impl Guest for Component {
    type Dictionary = Dictionary;
    type Compressor = RefCell<Compressor>;
    type Decompressor = RefCell<Decompressor>;

    fn has_room(bytes: u32) -> bool {
        // As one block and with some to spare: between blocks there is room that none of them can have.
        cap_support::has_room((bytes as usize).saturating_add(1 << 20))
    }

    fn compress(input: Bytes, level: i32) -> Result<Bytes, Failure> {
        compressor::compress(input.as_slice(), level)
    }

    fn decompress(input: Bytes, max_output: u32) -> Result<Bytes, Failure> {
        decompressor::decompress(input.as_slice(), max_output as usize)
    }

    fn parameter_bounds(side: Side, parameter: i32) -> Result<Bounds, Failure> {
        // SAFETY: these look at the number only.
        let bounds = unsafe {
            match side {
                Side::Compression => ZSTD_cParam_getBounds(parameter),
                Side::Decompression => ZSTD_dParam_getBounds(parameter),
            }
        };
        check(bounds.error)?;
        Ok(Bounds { lower: bounds.lower, upper: bounds.upper })
    }

    fn read_header(header: Vec<u8>) -> Option<FrameInfo> {
        frame::read_header(&header)
    }

    fn frame_size(data: Vec<u8>) -> Result<u32, Failure> {
        frame::frame_size(&data)
    }

    fn train_dictionary(samples: Vec<u8>, sizes: Vec<u32>, capacity: u32) -> Result<Vec<u8>, Failure> {
        training::train(&samples, &sizes, capacity as usize)
    }

    fn finalize_dictionary(
        content: Vec<u8>,
        samples: Vec<u8>,
        sizes: Vec<u32>,
        capacity: u32,
        level: i32,
    ) -> Result<Vec<u8>, Failure> {
        training::finalize(&content, &samples, &sizes, capacity as usize, level)
    }

    fn compression_levels() -> Levels {
        // SAFETY: these are constants of the library.
        unsafe {
            Levels { lowest: ZSTD_minCLevel(), highest: ZSTD_maxCLevel(), default: ZSTD_defaultCLevel() }
        }
    }

    fn version() -> u32 {
        // SAFETY: a constant of the library.
        unsafe { ZSTD_versionNumber() }
    }
}

impl GuestDictionary for Dictionary {
    fn open(content: Vec<u8>) -> Result<bindings::Dictionary, Failure> {
        Ok(bindings::Dictionary::new(Self::open(content)?))
    }

    fn id(&self) -> u32 {
        self.id()
    }
}

impl GuestCompressor for RefCell<Compressor> {
    fn open() -> Result<bindings::Compressor, Failure> {
        Ok(bindings::Compressor::new(RefCell::new(Compressor::open()?)))
    }

    fn set_parameter(&self, parameter: i32, value: i32) -> Result<(), Failure> {
        self.borrow_mut().set_parameter(parameter, value)
    }

    fn load_dictionary(
        &self,
        dictionary: DictionaryBorrow<'_>,
        used_as: DictionaryUse,
    ) -> Result<(), Failure> {
        self.borrow_mut().load_dictionary(dictionary.get(), used_as)
    }

    fn set_pledged_size(&self, size: Option<u64>) -> Result<(), Failure> {
        self.borrow_mut().set_pledged_size(size)
    }

    fn compress(&self, input: Bytes, directive: Directive, max_output: u32) -> Result<Compressed, Failure> {
        self.borrow_mut().step(input.as_slice(), directive, max_output as usize)
    }

    fn reset(&self) {
        self.borrow_mut().reset();
    }
}

impl GuestDecompressor for RefCell<Decompressor> {
    fn open() -> Result<bindings::Decompressor, Failure> {
        Ok(bindings::Decompressor::new(RefCell::new(Decompressor::open()?)))
    }

    fn set_parameter(&self, parameter: i32, value: i32) -> Result<(), Failure> {
        self.borrow_mut().set_parameter(parameter, value)
    }

    fn load_dictionary(
        &self,
        dictionary: DictionaryBorrow<'_>,
        used_as: DictionaryUse,
    ) -> Result<(), Failure> {
        self.borrow_mut().load_dictionary(dictionary.get(), used_as)
    }

    fn decompress(&self, input: Bytes, max_output: u32) -> Decompressed {
        self.borrow_mut().step(input.as_slice(), max_output as usize)
    }

    fn reset(&self) {
        self.borrow_mut().reset();
    }
}
