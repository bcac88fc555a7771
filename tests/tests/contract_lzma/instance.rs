//! Drives one component that exports `lzma:component/stream`.

use pyforge_tests::component;
use pyforge_tests::contract::{Meter, Step, drive, start};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

use self::bindings::Provider;
use self::bindings::exports::lzma::component::stream::{self, Bytes, Guest};
pub use self::bindings::exports::lzma::component::stream::{
    Action, BranchOptions, Container, Expected, Failure, Filter, LzmaOptions, Status,
};

#[allow(missing_docs, reason = "the documentation is in the WIT")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/lzma",
        additional_derives: [PartialEq],
        inline: "
            package pyforge:contract;
            world provider { export lzma:component/%stream@0.1.0; }
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
    pub check: Option<u32>,
}

impl From<stream::Chunk> for Chunk {
    fn from(chunk: stream::Chunk) -> Self {
        let stream::Chunk { output, consumed, status, check } = chunk;
        Self { output: output.into(), consumed, status, check }
    }
}

/// No limit of memory.
pub const NO_LIMIT: u64 = u64::MAX;

/// A running component. Every method panics when the component traps.
pub struct Instance {
    pub store: Store<Meter>,
    pub guest: Guest,
}

/// A stream in an [`Instance`]; drop it with [`Instance::close`].
#[derive(Clone, Copy)]
pub enum Stream {
    /// With what it does when its input has ended.
    Compressor(ResourceAny, Action),
    Decompressor(ResourceAny),
}

impl Instance {
    /// Starts it.
    pub fn start() -> Self {
        let (mut store, component, linker) = start(&component("lzma"));
        let provider = Provider::instantiate(&mut store, &component, &linker).unwrap();
        Self { guest: provider.lzma_component_stream().clone(), store }
    }

    /// A preset's options, with a dictionary that is set up quickly.
    pub fn options(&mut self, preset: u32) -> LzmaOptions {
        let options = self.guest.call_preset(&mut self.store, preset).unwrap().unwrap();
        LzmaOptions { dict_size: 1 << 16, ..options }
    }

    /// `compressor.open`
    pub fn compressor(&mut self, container: Container, filters: &[Filter], last: Action) -> Stream {
        let opened = self.guest.compressor().call_open(&mut self.store, container, filters).unwrap();
        Stream::Compressor(opened.unwrap(), last)
    }

    /// `decompressor.open`, without a limit of memory.
    pub fn decompressor(&mut self, expected: &Expected) -> Stream {
        let opened = self.guest.decompressor().call_open(&mut self.store, expected, NO_LIMIT).unwrap();
        Stream::Decompressor(opened.unwrap())
    }

    /// Drops a stream.
    pub fn close(&mut self, stream: Stream) {
        let (Stream::Compressor(resource, _) | Stream::Decompressor(resource)) = stream;
        resource.resource_drop(&mut self.store).unwrap();
    }

    /// One step; `last` says that no more input follows.
    pub fn step(&mut self, stream: Stream, input: &[u8], last: bool, max_output: u32) -> Chunk {
        let input = &Bytes::from(input);
        let chunk = match stream {
            Stream::Compressor(resource, at_end) => {
                let action = if last { at_end } else { Action::Run };
                self.guest.compressor().call_compress(&mut self.store, resource, input, action, max_output)
            }
            Stream::Decompressor(resource) => {
                self.guest.decompressor().call_decompress(&mut self.store, resource, input, max_output)
            }
        }
        .unwrap();
        let chunk = Chunk::from(chunk);
        assert!(chunk.output.len() <= max_output as usize, "more output than asked for");
        chunk
    }

    /// Drives a stream through `input` in steps as small as asked. Returns the output, how much input was
    /// taken, and the last step.
    pub fn drive(
        &mut self,
        it: Stream,
        input: &[u8],
        pace: usize,
        max_output: u32,
    ) -> (Vec<u8>, usize, Chunk) {
        drive(input, pace, max_output, |piece, last| {
            let mut chunk = self.step(it, piece, last, max_output);
            let output = std::mem::take(&mut chunk.output);
            Step { output, consumed: chunk.consumed, is_going: chunk.status == Status::Ok, outcome: chunk }
        })
    }

    /// `compress`
    pub fn compress(
        &mut self,
        input: &[u8],
        container: Container,
        filters: &[Filter],
    ) -> Result<Vec<u8>, Failure> {
        self.guest.call_compress(&mut self.store, &input.into(), container, filters).unwrap().map(Vec::from)
    }

    /// `decompress`
    pub fn decompress(
        &mut self,
        input: &[u8],
        expected: &Expected,
        memory_limit: u64,
        max_output: u32,
    ) -> Result<Vec<u8>, Failure> {
        let input = &input.into();
        let unpacked =
            self.guest.call_decompress(&mut self.store, input, expected, memory_limit, max_output).unwrap();
        unpacked.map(Vec::from)
    }
}
