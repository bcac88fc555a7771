//! The exported interface: each function hands its arguments to the library.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::bindings::{
    self, Action, Bytes, Chunk, Compressor, Container, Decompressor, Expected, Failure, Filter, Guest,
    GuestCompressor, GuestDecompressor, LzmaOptions,
};
use crate::coder::{Decoder, Encoder};
use crate::ffi::{self, LZMA_FINISH, LZMA_RUN, LZMA_SYNC_FLUSH};
use crate::filters;

struct Component;

bindings::export!(Component with_types_in crate::bindings);

impl Guest for Component {
    type Compressor = RefCell<Encoder>;
    type Decompressor = RefCell<Decoder>;

    fn compress(input: Bytes, container: Container, filters: Vec<Filter>) -> Result<Bytes, Failure> {
        Encoder::whole(input.as_slice(), container, &filters)
    }

    fn decompress(
        input: Bytes,
        expected: Expected,
        memory_limit: u64,
        max_output: u32,
    ) -> Result<Bytes, Failure> {
        Decoder::whole(input.as_slice(), &expected, memory_limit, max_output as usize)
    }

    fn preset(preset: u32) -> Option<LzmaOptions> {
        filters::preset(preset)
    }

    fn is_check_supported(check: u32) -> bool {
        ffi::is_check_supported(check)
    }

    fn encode_properties(filter: Filter) -> Result<Vec<u8>, Failure> {
        filters::encode_properties(&filter)
    }

    fn decode_properties(id: u64, properties: Vec<u8>) -> Result<Filter, Failure> {
        filters::decode_properties(id, &properties)
    }

    fn version() -> String {
        ffi::version().to_string_lossy().to_string()
    }
}

impl GuestCompressor for RefCell<Encoder> {
    fn open(container: Container, filters: Vec<Filter>) -> Result<Compressor, Failure> {
        Ok(Compressor::new(RefCell::new(Encoder::open(container, &filters)?)))
    }

    fn compress(&self, input: Bytes, action: Action, max_output: u32) -> Chunk {
        let action = match action {
            Action::Run => LZMA_RUN,
            Action::SyncFlush => LZMA_SYNC_FLUSH,
            Action::Finish => LZMA_FINISH,
        };
        self.borrow_mut().step(input.as_slice(), action, max_output as usize)
    }
}

impl GuestDecompressor for RefCell<Decoder> {
    fn open(expected: Expected, memory_limit: u64) -> Result<Decompressor, Failure> {
        Ok(Decompressor::new(RefCell::new(Decoder::open(&expected, memory_limit)?)))
    }

    fn decompress(&self, input: Bytes, max_output: u32) -> Chunk {
        self.borrow_mut().step(input.as_slice(), max_output as usize)
    }
}
