//! What a provider of `bzip2:component/stream` must do.

use pyforge_tests::component;
use pyforge_tests::contract::{Meter, Step, drive, start, surface};
use pyforge_tests::samples::{self, Numbers};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

use self::bindings::Provider;
use self::bindings::exports::bzip2::component::stream::{self, Action, Bytes, Failure, Guest, Status};

#[allow(missing_docs, reason = "the documentation is in the WIT")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/bzip2",
        additional_derives: [PartialEq],
        inline: "
            package pyforge:contract;
            world provider { export bzip2:component/%stream@0.1.0; }
        ",
        world: "pyforge:contract/provider",
    });
}

pyforge_tests::impl_bytes!(Bytes);

/// The outcome of one step, with its output as bytes.
struct Chunk {
    output: Vec<u8>,
    consumed: u32,
    status: Status,
}

impl From<stream::Chunk> for Chunk {
    fn from(chunk: stream::Chunk) -> Self {
        let stream::Chunk { output, consumed, status } = chunk;
        Self { output: output.into(), consumed, status }
    }
}

const PARAM_ERROR: i32 = -2;
const DATA_ERROR: i32 = -4;
const DATA_ERROR_MAGIC: i32 = -5;
const UNEXPECTED_EOF: i32 = -7;
const OUTBUFF_FULL: i32 = -8;

/// A running component. Every method panics when the component traps.
struct Instance {
    store: Store<Meter>,
    guest: Guest,
}

/// A stream in an [`Instance`]; drop it with [`Instance::close`].
#[derive(Clone, Copy)]
enum Stream {
    /// With what it does when its input has ended.
    Compressor(ResourceAny, Action),
    Decompressor(ResourceAny),
}

impl Instance {
    fn start() -> Self {
        let (mut store, component, linker) = start(&component("bzip2"));
        let provider = Provider::instantiate(&mut store, &component, &linker).unwrap();
        Self { guest: provider.bzip2_component_stream().clone(), store }
    }

    fn compressor(&mut self, block_size: i32, last: Action) -> Stream {
        let opened = self.guest.compressor().call_open(&mut self.store, block_size, 0).unwrap();
        Stream::Compressor(opened.unwrap(), last)
    }

    fn decompressor(&mut self) -> Stream {
        Stream::Decompressor(self.guest.decompressor().call_open(&mut self.store).unwrap().unwrap())
    }

    fn close(&mut self, stream: Stream) {
        let (Stream::Compressor(resource, _) | Stream::Decompressor(resource)) = stream;
        resource.resource_drop(&mut self.store).unwrap();
    }

    fn step(&mut self, stream: Stream, input: &[u8], last: bool, max_output: u32) -> Chunk {
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

    /// Drives a stream through `input` in steps as small as asked. Returns the output, how much input was taken, and
    /// where the stream stands.
    fn drive(
        &mut self,
        stream: Stream,
        input: &[u8],
        pace: usize,
        max_output: u32,
    ) -> (Vec<u8>, usize, Status) {
        drive(input, pace, max_output, |piece, last| {
            let Chunk { output, consumed, status } = self.step(stream, piece, last, max_output);
            Step { output, consumed, is_going: status == Status::Ok, outcome: status }
        })
    }

    fn compress(&mut self, input: &[u8], block_size: i32) -> Result<Vec<u8>, Failure> {
        self.guest.call_compress(&mut self.store, &input.into(), block_size, 0).unwrap().map(Vec::from)
    }

    fn decompress(&mut self, input: &[u8], max_output: u32) -> Result<Vec<u8>, Failure> {
        self.guest.call_decompress(&mut self.store, &input.into(), max_output).unwrap().map(Vec::from)
    }
}

fn failed(code: i32) -> Status {
    Status::Failed(Failure { code })
}

#[test]
fn surface_is_the_interface_alone() {
    let (imports, exports) = surface(&component("bzip2"));
    assert_eq!((imports, exports), (Vec::new(), vec!["bzip2:component/stream@0.1.0".to_owned()]));
}

#[test]
fn round_trips_in_steps_of_any_size() {
    let mut it = Instance::start();
    for (index, sample) in samples::all().iter().enumerate() {
        let whole = it.compress(sample, 1).unwrap();
        assert_eq!(&it.decompress(&whole, sample.len() as u32 + 1).unwrap(), sample);
        for (pace, max_output) in [(1 << 20, 1 << 20), (777, 1 << 20), (1 << 20, 333), (100, 10)] {
            let compressor = it.compressor(1, Action::Finish);
            let (packed, _, status) = it.drive(compressor, sample, pace, max_output);
            it.close(compressor);
            assert_eq!((&packed, status), (&whole, Status::StreamEnd), "sample {index}, steps of {pace}");
            let decompressor = it.decompressor();
            let (unpacked, taken, status) = it.drive(decompressor, &whole, pace, max_output);
            it.close(decompressor);
            assert!(&unpacked == sample && taken == whole.len(), "sample {index}, steps of {pace}");
            assert_eq!(status, Status::StreamEnd);
        }
    }
}

#[test]
fn every_block_size_makes_a_stream_that_says_so() {
    let mut it = Instance::start();
    for block_size in 1..=9 {
        let packed = it.compress(b"some words", block_size).unwrap();
        assert_eq!(packed[..4], [b'B', b'Z', b'h', b'0' + block_size as u8]);
    }
    for block_size in [i32::MIN, -1, 0, 10, i32::MAX] {
        assert_eq!(it.compress(b"", block_size), Err(Failure { code: PARAM_ERROR }));
    }
}

#[test]
fn a_flush_brings_out_all_input_and_the_stream_goes_on() {
    let mut it = Instance::start();
    let compressor = it.compressor(9, Action::Flush);
    let decompressor = it.decompressor();
    let (mut given, mut seen) = (Vec::new(), Vec::new());
    for round in 0..3 {
        let before = given.len();
        let sample = samples::text(5_000 + round);
        let (packed, _, status) = it.drive(compressor, &sample, 1000, 100);
        assert_eq!(status, Status::Ok);
        given.extend(sample);
        seen.extend(it.drive(decompressor, &packed, 1000, 100).0);
        // Of a block's last byte some bits may come with the next block.
        assert!(given.starts_with(&seen) && seen.len() >= before, "round {round}");
    }
    it.close(compressor);
    it.close(decompressor);
}

#[test]
fn trailing_data_is_left_and_the_end_can_be_read_without_room() {
    let mut it = Instance::start();
    let sample = samples::text(10_000);
    let mut packed = it.compress(&sample, 1).unwrap();
    let size = packed.len();
    packed.extend(b"behind");
    let decompressor = it.decompressor();
    let first = it.step(decompressor, &packed, true, 10_000);
    assert_eq!(first.output, sample);
    let rest = it.step(decompressor, &packed[first.consumed as usize..], true, 0);
    assert_eq!((first.consumed + rest.consumed) as usize, size);
    assert_eq!(rest.status, Status::StreamEnd);
    assert_eq!(it.step(decompressor, b"more", true, 10).status, Status::StreamEnd);
    it.close(decompressor);
}

#[test]
fn broken_input_is_refused_with_the_library_s_code_and_stays_refused() {
    let mut it = Instance::start();
    let sample = samples::mixture(150_000);
    let packed = it.compress(&sample, 1).unwrap();
    assert_eq!(it.decompress(b"hello, world", 10), Err(Failure { code: DATA_ERROR_MAGIC }));
    assert_eq!(it.decompress(&packed[..packed.len() - 1], 1 << 20), Err(Failure { code: UNEXPECTED_EOF }));
    assert_eq!(it.decompress(&packed, 149_999), Err(Failure { code: OUTBUFF_FULL }));
    let mut numbers = Numbers::new(3);
    for _ in 0..300 {
        let mut broken = packed.clone();
        broken[numbers.below(packed.len())] ^= 1 << numbers.below(8);
        let decompressor = it.decompressor();
        let (_, _, status) = it.drive(decompressor, &broken, 4096, 4096);
        assert!(status == failed(DATA_ERROR) || status == failed(DATA_ERROR_MAGIC) || status == Status::Ok);
        if status != Status::Ok {
            assert_eq!(it.step(decompressor, &packed, true, 4096).status, status);
        }
        it.close(decompressor);
    }
    assert_eq!(it.decompress(&packed, 1 << 20).unwrap(), sample);
}

#[test]
fn memory_stays_where_it_was() {
    let mut it = Instance::start();
    let sample = samples::text(2_000);
    let mut before = 0;
    for round in 0..1_000 {
        let packed = it.compress(&sample, 9).unwrap();
        assert_eq!(it.decompress(&packed, 2_000).unwrap(), sample);
        let (compressor, decompressor) = (it.compressor(9, Action::Finish), it.decompressor());
        it.step(compressor, &sample, false, 100);
        it.step(decompressor, &packed[..30], false, 100);
        it.step(decompressor, b"no more of it", false, 100);
        it.close(compressor);
        it.close(decompressor);
        if round == 100 {
            before = it.store.data().memory();
        }
    }
    assert_eq!(it.store.data().memory(), before);
}
