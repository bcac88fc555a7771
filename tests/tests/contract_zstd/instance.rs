//! Drives one component that exports `zstd:component/stream`, whoever made it.

use pyforge_tests::component;
use pyforge_tests::contract::{Meter, Step, drive, start};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

use self::bindings::Provider;
pub use self::bindings::exports::zstd::component::stream::{
    Bounds, DictionaryUse, Directive, Failure, FrameInfo, Progress, Side, Status,
};
use self::bindings::exports::zstd::component::stream::{Bytes, Guest};

#[allow(missing_docs, reason = "the documentation is in the WIT")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/zstd",
        additional_derives: [PartialEq],
        inline: "
            package pyforge:contract;
            world provider { export zstd:component/%stream@0.1.0; }
        ",
        world: "pyforge:contract/provider",
    });
}

pyforge_tests::impl_bytes!(Bytes);

/// The outcome of one step of a compressor.
pub struct Compressed {
    pub output: Vec<u8>,
    pub consumed: u32,
    pub progress: Progress,
}

/// The outcome of one step of a decompressor.
pub struct Decompressed {
    pub output: Vec<u8>,
    pub consumed: u32,
    pub status: Status,
}

/// A running component. Every method panics when the component traps. What it opens is dropped with
/// [`Instance::close`].
pub struct Instance {
    pub store: Store<Meter>,
    pub guest: Guest,
}

impl Instance {
    pub fn start() -> Self {
        let (mut store, component, linker) = start(&component("zstd"));
        let provider = Provider::instantiate(&mut store, &component, &linker).unwrap();
        Self { guest: provider.zstd_component_stream().clone(), store }
    }

    pub fn dictionary(&mut self, content: &[u8]) -> ResourceAny {
        self.guest.dictionary().call_open(&mut self.store, content).unwrap().unwrap()
    }

    /// A compressor with these parameters.
    pub fn compressor(&mut self, parameters: &[(i32, i32)]) -> ResourceAny {
        let it = self.guest.compressor().call_open(&mut self.store).unwrap().unwrap();
        for &(parameter, value) in parameters {
            self.set_compression(it, parameter, value).unwrap();
        }
        it
    }

    pub fn decompressor(&mut self) -> ResourceAny {
        self.guest.decompressor().call_open(&mut self.store).unwrap().unwrap()
    }

    pub fn close(&mut self, resource: ResourceAny) {
        resource.resource_drop(&mut self.store).unwrap();
    }

    pub fn set_compression(&mut self, it: ResourceAny, parameter: i32, value: i32) -> Result<(), Failure> {
        self.guest.compressor().call_set_parameter(&mut self.store, it, parameter, value).unwrap()
    }

    pub fn set_decompression(&mut self, it: ResourceAny, parameter: i32, value: i32) -> Result<(), Failure> {
        self.guest.decompressor().call_set_parameter(&mut self.store, it, parameter, value).unwrap()
    }

    pub fn pledge(&mut self, it: ResourceAny, size: Option<u64>) -> Result<(), Failure> {
        self.guest.compressor().call_set_pledged_size(&mut self.store, it, size).unwrap()
    }

    /// Loads a dictionary into a compressor and a decompressor.
    pub fn load(
        &mut self,
        [compressor, decompressor]: [ResourceAny; 2],
        dictionary: ResourceAny,
        used_as: DictionaryUse,
    ) {
        self.load_compression(compressor, dictionary, used_as).unwrap();
        let it = self.guest.decompressor();
        it.call_load_dictionary(&mut self.store, decompressor, dictionary, used_as).unwrap().unwrap();
    }

    pub fn load_compression(
        &mut self,
        it: ResourceAny,
        dictionary: ResourceAny,
        used_as: DictionaryUse,
    ) -> Result<(), Failure> {
        self.guest.compressor().call_load_dictionary(&mut self.store, it, dictionary, used_as).unwrap()
    }

    /// One step of a compressor.
    pub fn compress(
        &mut self,
        it: ResourceAny,
        input: &[u8],
        directive: Directive,
        max_output: u32,
    ) -> Result<Compressed, Failure> {
        let (input, guest) = (&input.into(), self.guest.compressor());
        let step = guest.call_compress(&mut self.store, it, input, directive, max_output).unwrap()?;
        assert!(step.output.size <= max_output, "more output than asked for");
        Ok(Compressed { output: step.output.into(), consumed: step.consumed, progress: step.progress })
    }

    /// One step of a decompressor.
    pub fn decompress(&mut self, it: ResourceAny, input: &[u8], max_output: u32) -> Decompressed {
        let (input, guest) = (&input.into(), self.guest.decompressor());
        let step = guest.call_decompress(&mut self.store, it, input, max_output).unwrap();
        assert!(step.output.size <= max_output, "more output than asked for");
        Decompressed { output: step.output.into(), consumed: step.consumed, status: step.status }
    }

    /// Compresses all of `input`, `directive` at its end, in steps as small as asked.
    pub fn pack(
        &mut self,
        it: ResourceAny,
        input: &[u8],
        directive: Directive,
        pace: usize,
        max_output: u32,
    ) -> Result<Vec<u8>, Failure> {
        let (mut all, mut taken) = (Vec::new(), 0);
        loop {
            let piece = &input[taken..input.len().min(taken + pace)];
            let last = taken + piece.len() == input.len();
            let directive = if last { directive } else { Directive::Continue };
            let step = self.compress(it, piece, directive, max_output)?;
            taken += step.consumed as usize;
            all.extend(step.output);
            if last && step.progress == Progress::Done {
                assert_eq!(taken, input.len());
                return Ok(all);
            }
        }
    }

    /// Decompresses `input` in steps as small as asked. Returns the output, how much input was taken, and where the
    /// decompressor stands.
    pub fn unpack(
        &mut self,
        it: ResourceAny,
        input: &[u8],
        pace: usize,
        max_output: u32,
    ) -> (Vec<u8>, usize, Status) {
        drive(input, pace, max_output, |piece, _| {
            let Decompressed { output, consumed, status } = self.decompress(it, piece, max_output);
            Step { output, consumed, is_going: status == Status::Ok, outcome: status }
        })
    }
}
