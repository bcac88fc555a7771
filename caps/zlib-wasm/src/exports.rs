//! The exported interface: each function hands its arguments to the engine.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ffi::{CStr, c_int};

use libz_rs_sys::{
    Z_BLOCK, Z_BUF_ERROR, Z_FINISH, Z_FULL_FLUSH, Z_NEED_DICT, Z_NO_FLUSH, Z_PARTIAL_FLUSH, Z_SYNC_FLUSH,
    Z_TREES, zlibVersion,
};

use crate::bindings::{
    Bytes, Chunk, Compression, Compressor, Decompressor, Error, Failure, Flush, Guest, GuestCompressor,
    GuestDecompressor, Status,
};
use crate::checksum;
use crate::engine::{Deflate, Inflate};

struct Component;

crate::bindings::export!(Component with_types_in crate::bindings);

impl Guest for Component {
    type Compressor = RefCell<Deflate>;
    type Decompressor = RefCell<Inflate>;

    fn compress(input: Bytes, options: Compression) -> Result<Bytes, Error> {
        whole(Deflate::open(&options)?.step(input.as_slice(), Z_FINISH, u32::MAX as usize)?)
    }

    fn decompress(input: Bytes, window_bits: i32, max_output: u32) -> Result<Bytes, Error> {
        whole(Inflate::whole(input.as_slice(), window_bits, max_output as usize)?)
    }

    fn crc32(data: Bytes, value: u32) -> u32 {
        checksum::crc32(data.as_slice(), value)
    }

    fn adler32(data: Bytes, value: u32) -> u32 {
        checksum::adler32(data.as_slice(), value)
    }

    fn version() -> String {
        // SAFETY: the library's version is a constant of its own.
        unsafe { CStr::from_ptr(zlibVersion()) }.to_string_lossy().to_string()
    }
}

impl GuestCompressor for RefCell<Deflate> {
    fn open(options: Compression) -> Result<Compressor, Error> {
        Ok(Compressor::new(RefCell::new(Deflate::open(&options)?)))
    }

    fn set_dictionary(&self, dictionary: Vec<u8>) -> Result<(), Error> {
        self.borrow_mut().set_dictionary(&dictionary)
    }

    fn compress(&self, input: Bytes, flush: Flush, max_output: u32) -> Result<Chunk, Error> {
        self.borrow_mut().step(input.as_slice(), flush_code(flush), max_output as usize)
    }

    fn copy(&self) -> Result<Compressor, Error> {
        Ok(Compressor::new(RefCell::new(self.borrow_mut().copy()?)))
    }
}

impl GuestDecompressor for RefCell<Inflate> {
    fn open(window_bits: i32) -> Result<Decompressor, Error> {
        Ok(Decompressor::new(RefCell::new(Inflate::open(window_bits)?)))
    }

    fn set_dictionary(&self, dictionary: Vec<u8>) -> Result<(), Error> {
        self.borrow_mut().set_dictionary(&dictionary)
    }

    fn decompress(&self, input: Bytes, max_output: u32) -> Result<Chunk, Error> {
        self.borrow_mut().step(input.as_slice(), max_output as usize)
    }

    fn copy(&self) -> Result<Decompressor, Error> {
        Ok(Decompressor::new(RefCell::new(self.borrow().copy()?)))
    }
}

/// The output of a step that should have been a whole stream.
fn whole(chunk: Chunk) -> Result<Bytes, Error> {
    let failure = match chunk.status {
        Status::StreamEnd => return Ok(chunk.output),
        Status::Failed(failure) => failure,
        Status::NeedsDictionary => Failure { code: Z_NEED_DICT, message: None },
        Status::Ok => Failure { code: Z_BUF_ERROR, message: None },
    };
    Err(Error::Library(failure))
}

/// zlib's number for a flush mode.
fn flush_code(flush: Flush) -> c_int {
    match flush {
        Flush::None => Z_NO_FLUSH,
        Flush::Partial => Z_PARTIAL_FLUSH,
        Flush::Sync => Z_SYNC_FLUSH,
        Flush::Full => Z_FULL_FLUSH,
        Flush::Finish => Z_FINISH,
        Flush::Block => Z_BLOCK,
        Flush::Trees => Z_TREES,
    }
}
