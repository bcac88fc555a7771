//! The exported interface: each function hands its arguments to the engine.

use core::cell::RefCell;

use crate::bindings::{
    Action, Bytes, Chunk, Compressor, Decompressor, Failure, Guest, GuestCompressor, GuestDecompressor,
    Status,
};
use crate::engine::{Packer, Unpacker};
use crate::ffi::{BZ_OUTBUFF_FULL, BZ_UNEXPECTED_EOF};

struct Component;

crate::bindings::export!(Component with_types_in crate::bindings);

impl Guest for Component {
    type Compressor = RefCell<Packer>;
    type Decompressor = RefCell<Unpacker>;

    fn compress(input: Bytes, block_size: i32, work_factor: i32) -> Result<Bytes, Failure> {
        let all = u32::MAX as usize;
        whole(Packer::open(block_size, work_factor)?.step(input.as_slice(), Action::Finish, all), all)
    }

    fn decompress(input: Bytes, max_output: u32) -> Result<Bytes, Failure> {
        let limit = max_output as usize;
        whole(Unpacker::open()?.step(input.as_slice(), limit), limit)
    }
}

impl GuestCompressor for RefCell<Packer> {
    fn open(block_size: i32, work_factor: i32) -> Result<Compressor, Failure> {
        Ok(Compressor::new(RefCell::new(Packer::open(block_size, work_factor)?)))
    }

    fn compress(&self, input: Bytes, action: Action, max_output: u32) -> Chunk {
        self.borrow_mut().step(input.as_slice(), action, max_output as usize)
    }
}

impl GuestDecompressor for RefCell<Unpacker> {
    fn open() -> Result<Decompressor, Failure> {
        Ok(Decompressor::new(RefCell::new(Unpacker::open()?)))
    }

    fn decompress(&self, input: Bytes, max_output: u32) -> Chunk {
        self.borrow_mut().step(input.as_slice(), max_output as usize)
    }
}

/// The output of a step that should have been a whole stream, of at most `limit` bytes.
fn whole(chunk: Chunk, limit: usize) -> Result<Bytes, Failure> {
    match chunk.status {
        Status::StreamEnd => Ok(chunk.output),
        Status::Failed(failure) => Err(failure),
        Status::Ok if chunk.output.size as usize == limit => Err(Failure { code: BZ_OUTBUFF_FULL }),
        Status::Ok => Err(Failure { code: BZ_UNEXPECTED_EOF }),
    }
}
