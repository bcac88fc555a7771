//! The exported interface: each function hands its arguments to the compressor or decompressor.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::bindings::{
    self, Bytes, Chunk, Compression, Error, Flush, Guest, GuestCompressor, GuestDecompressor, Status,
};
use crate::compressor::Compressor;
use crate::decompressor::Decompressor;
use crate::failure::{BUF_ERROR, refused, unsupported};
use crate::ffi;

struct Component;

bindings::export!(Component with_types_in crate::bindings);

impl Guest for Component {
    type Compressor = RefCell<Compressor>;
    type Decompressor = RefCell<Decompressor>;

    fn compress(input: Bytes, options: Compression) -> Result<Bytes, Error> {
        Ok(Compressor::open(&options)?.compress(input.as_slice(), Flush::Finish, u32::MAX as usize)?.output)
    }

    fn decompress(input: Bytes, window_bits: i32, max_output: u32) -> Result<Bytes, Error> {
        let chunk = Decompressor::open(window_bits)?.decompress(input.as_slice(), max_output as usize)?;
        match chunk.status {
            Status::StreamEnd => Ok(chunk.output),
            Status::Failed(failure) => Err(Error::Library(failure)),
            Status::Ok | Status::NeedsDictionary => Err(refused(BUF_ERROR)),
        }
    }

    fn crc32(data: Bytes, value: u32) -> u32 {
        ffi::crc32(data.as_slice(), value)
    }

    fn adler32(data: Bytes, value: u32) -> u32 {
        ffi::adler32(data.as_slice(), value)
    }

    fn version() -> String {
        ffi::version().to_string_lossy().to_string()
    }
}

impl GuestCompressor for RefCell<Compressor> {
    fn open(options: Compression) -> Result<bindings::Compressor, Error> {
        Ok(bindings::Compressor::new(RefCell::new(Compressor::open(&options)?)))
    }

    fn set_dictionary(&self, _: Vec<u8>) -> Result<(), Error> {
        Err(unsupported("preset dictionaries"))
    }

    fn compress(&self, input: Bytes, flush: Flush, max_output: u32) -> Result<Chunk, Error> {
        self.borrow_mut().compress(input.as_slice(), flush, max_output as usize)
    }

    fn copy(&self) -> Result<bindings::Compressor, Error> {
        Err(unsupported("copying a compressor"))
    }
}

impl GuestDecompressor for RefCell<Decompressor> {
    fn open(window_bits: i32) -> Result<bindings::Decompressor, Error> {
        Ok(bindings::Decompressor::new(RefCell::new(Decompressor::open(window_bits)?)))
    }

    fn set_dictionary(&self, _: Vec<u8>) -> Result<(), Error> {
        Err(unsupported("preset dictionaries"))
    }

    fn decompress(&self, input: Bytes, max_output: u32) -> Result<Chunk, Error> {
        self.borrow_mut().decompress(input.as_slice(), max_output as usize)
    }

    fn copy(&self) -> Result<bindings::Decompressor, Error> {
        Err(unsupported("copying a decompressor"))
    }
}
