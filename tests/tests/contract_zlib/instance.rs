//! Drives one component that exports `zlib:component/stream`, whoever made it.

use std::path::PathBuf;

use pyforge_tests::contract::{Meter, start};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

use self::bindings::Provider;
use self::bindings::exports::zlib::component::stream::{self, Bytes, Guest};
pub use self::bindings::exports::zlib::component::stream::{Compression, Error, Failure, Flush, Status};

#[allow(missing_docs, reason = "the documentation is in the WIT")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/zlib",
        additional_derives: [PartialEq],
        inline: "
            package pyforge:contract;
            world provider { export zlib:component/%stream@0.1.0; }
        ",
        world: "pyforge:contract/provider",
    });
}

pyforge_tests::impl_bytes!(Bytes);

/// The outcome of one step, with its output as bytes.
pub struct Chunk {
    pub output: Vec<u8>,
    pub consumed: u32,
    pub status: Status,
}

impl From<stream::Chunk> for Chunk {
    fn from(chunk: stream::Chunk) -> Self {
        let stream::Chunk { output, consumed, status } = chunk;
        Self { output: output.into(), consumed, status }
    }
}

/// A running component. Every method panics when the component traps.
pub struct Instance {
    store: Store<Meter>,
    guest: Guest,
}

/// A compressor in an [`Instance`]; drop it with [`Instance::close`].
#[derive(Clone, Copy)]
pub struct Compressor(ResourceAny);

/// A decompressor in an [`Instance`]; drop it with [`Instance::close`].
#[derive(Clone, Copy)]
pub struct Decompressor(ResourceAny);

impl From<Compressor> for ResourceAny {
    fn from(compressor: Compressor) -> Self {
        compressor.0
    }
}

impl From<Decompressor> for ResourceAny {
    fn from(decompressor: Decompressor) -> Self {
        decompressor.0
    }
}

impl Instance {
    /// Starts the component in `file`, which may import nothing.
    pub fn start(file: PathBuf) -> Self {
        let (mut store, component, linker) = start(&file);
        let provider = Provider::instantiate(&mut store, &component, &linker).unwrap();
        Self { guest: provider.zlib_component_stream().clone(), store }
    }

    /// The linear memory that the component has, in bytes.
    pub fn memory(&self) -> usize {
        self.store.data().memory()
    }

    /// `compressor.open`
    pub fn compressor(&mut self, options: Compression) -> Result<Compressor, Error> {
        self.guest.compressor().call_open(&mut self.store, options).unwrap().map(Compressor)
    }

    /// `compressor.set-dictionary`
    pub fn set_compressor_dictionary(&mut self, it: Compressor, dictionary: &[u8]) -> Result<(), Error> {
        self.guest.compressor().call_set_dictionary(&mut self.store, it.0, dictionary).unwrap()
    }

    /// `compressor.compress`
    pub fn step_compressor(
        &mut self,
        it: Compressor,
        input: &[u8],
        flush: Flush,
        max_output: u32,
    ) -> Result<Chunk, Error> {
        let input = &input.into();
        let guest = self.guest.compressor();
        guest.call_compress(&mut self.store, it.0, input, flush, max_output).unwrap().map(Chunk::from)
    }

    /// `compressor.copy`
    pub fn copy_compressor(&mut self, it: Compressor) -> Result<Compressor, Error> {
        self.guest.compressor().call_copy(&mut self.store, it.0).unwrap().map(Compressor)
    }

    /// `decompressor.open`
    pub fn decompressor(&mut self, window_bits: i32) -> Result<Decompressor, Error> {
        self.guest.decompressor().call_open(&mut self.store, window_bits).unwrap().map(Decompressor)
    }

    /// `decompressor.set-dictionary`
    pub fn set_decompressor_dictionary(&mut self, it: Decompressor, dictionary: &[u8]) -> Result<(), Error> {
        self.guest.decompressor().call_set_dictionary(&mut self.store, it.0, dictionary).unwrap()
    }

    /// `decompressor.decompress`, with a status of failure as an error.
    pub fn step_decompressor(
        &mut self,
        it: Decompressor,
        input: &[u8],
        max_output: u32,
    ) -> Result<Chunk, Error> {
        let chunk = self.try_decompressor(it, input, max_output)?;
        if let Status::Failed(failure) = chunk.status { Err(Error::Library(failure)) } else { Ok(chunk) }
    }

    /// `decompressor.decompress`
    pub fn try_decompressor(
        &mut self,
        it: Decompressor,
        input: &[u8],
        max_output: u32,
    ) -> Result<Chunk, Error> {
        let input = &input.into();
        let guest = self.guest.decompressor();
        guest.call_decompress(&mut self.store, it.0, input, max_output).unwrap().map(Chunk::from)
    }

    /// `decompressor.copy`
    pub fn copy_decompressor(&mut self, it: Decompressor) -> Result<Decompressor, Error> {
        self.guest.decompressor().call_copy(&mut self.store, it.0).unwrap().map(Decompressor)
    }

    /// Drops a resource.
    pub fn close(&mut self, it: impl Into<ResourceAny>) {
        it.into().resource_drop(&mut self.store).unwrap();
    }

    /// `compress`
    pub fn compress(&mut self, input: &[u8], options: Compression) -> Result<Vec<u8>, Error> {
        self.guest.call_compress(&mut self.store, &input.into(), options).unwrap().map(Vec::from)
    }

    /// `decompress`
    pub fn decompress(&mut self, input: &[u8], window_bits: i32, max_output: u32) -> Result<Vec<u8>, Error> {
        let input = &input.into();
        self.guest.call_decompress(&mut self.store, input, window_bits, max_output).unwrap().map(Vec::from)
    }

    /// `crc32`
    pub fn crc32(&mut self, data: &[u8], value: u32) -> u32 {
        self.guest.call_crc32(&mut self.store, &data.into(), value).unwrap()
    }

    /// `adler32`
    pub fn adler32(&mut self, data: &[u8], value: u32) -> u32 {
        self.guest.call_adler32(&mut self.store, &data.into(), value).unwrap()
    }

    /// `version`
    pub fn version(&mut self) -> String {
        self.guest.call_version(&mut self.store).unwrap()
    }
}

impl Instance {
    /// Compresses `input` in steps as small as asked, each brought to `flush` and the last one to the end.
    pub fn compress_all(&mut self, it: Compressor, input: &[u8], pace: Pace, flush: Flush) -> Vec<u8> {
        let mut all = Vec::new();
        for piece in input.chunks(pace.input) {
            all.extend(self.feed(it, piece, flush, pace.output).0);
        }
        let (rest, status) = self.feed(it, &[], Flush::Finish, pace.output);
        assert_eq!(status, Status::StreamEnd);
        all.extend(rest);
        all
    }

    /// Compresses all of `input`, asking until there is no more output.
    pub fn feed(&mut self, it: Compressor, input: &[u8], flush: Flush, max_output: u32) -> (Vec<u8>, Status) {
        let (mut all, mut rest) = (Vec::new(), input);
        loop {
            let chunk = self.step_compressor(it, rest, flush, max_output).unwrap();
            rest = &rest[chunk.consumed as usize..];
            all.extend(&chunk.output);
            let full = is_full(&chunk, max_output);
            assert!(full || rest.is_empty(), "input is left, and room for output too");
            if !full || chunk.status == Status::StreamEnd {
                return (all, chunk.status);
            }
        }
    }

    /// Decompresses `input` in steps as small as asked. Returns the output, how much input was taken, and where the
    /// stream stands.
    pub fn decompress_all(&mut self, it: Decompressor, input: &[u8], pace: Pace) -> (Vec<u8>, usize, Status) {
        let (mut all, mut taken, mut status) = (Vec::new(), 0, Status::Ok);
        for piece in input.chunks(pace.input) {
            let mut rest = piece;
            loop {
                let chunk = self.step_decompressor(it, rest, pace.output).unwrap();
                rest = &rest[chunk.consumed as usize..];
                taken += chunk.consumed as usize;
                status = chunk.status.clone();
                all.extend(&chunk.output);
                let full = is_full(&chunk, pace.output);
                assert!(
                    full || rest.is_empty() || status != Status::Ok,
                    "input is left, and room for output too"
                );
                if !full || status != Status::Ok {
                    break;
                }
            }
            if status != Status::Ok {
                break;
            }
        }
        (all, taken, status)
    }
}

fn is_full(chunk: &Chunk, max_output: u32) -> bool {
    assert!(chunk.output.len() <= max_output as usize, "more output than asked for");
    chunk.output.len() == max_output as usize
}

/// The sizes of the steps in which a stream is driven.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Input bytes per step.
    pub input: usize,
    /// Most output bytes per step.
    pub output: u32,
}

impl Pace {
    /// What a consumer in a hurry takes.
    pub const BRISK: Self = Self { input: 256 * 1024, output: 1024 * 1024 };
}
