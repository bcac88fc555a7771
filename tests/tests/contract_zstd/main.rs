//! What a provider of `zstd:component/stream` must do.

mod instance;

use pyforge_tests::component;
use pyforge_tests::contract::surface;
use pyforge_tests::samples::{self, Numbers};

use crate::instance::{
    Bounds, DictionaryUse, Directive, Failure, FrameInfo, Instance, Progress, Side, Status,
};

const COMPRESSION_LEVEL: i32 = 100;
const WINDOW_LOG: i32 = 101;
const CHECKSUM_FLAG: i32 = 201;
const WINDOW_LOG_MAX: i32 = 100;

const PREFIX_UNKNOWN: i32 = 10;
const WINDOW_TOO_LARGE: i32 = 16;
const CHECKSUM_WRONG: i32 = 22;
const DICTIONARY_WRONG: i32 = 32;
const DICTIONARY_CREATION_FAILED: i32 = 34;
const PARAMETER_UNSUPPORTED: i32 = 40;
const PARAMETER_OUT_OF_BOUND: i32 = 42;
const STAGE_WRONG: i32 = 60;
const DST_SIZE_TOO_SMALL: i32 = 70;
const SRC_SIZE_WRONG: i32 = 72;

const USES: [DictionaryUse; 3] = [DictionaryUse::Digested, DictionaryUse::Undigested, DictionaryUse::Prefix];

/// More than the output of any test.
const PLENTY: u32 = 1 << 24;

/// The code of a refusal.
fn code<T>(result: Result<T, Failure>) -> i32 {
    let failure = result.err().expect("it is refused");
    assert!(!failure.message.is_empty());
    failure.code
}

impl Instance {
    /// `input` as one frame, in one step, with these parameters.
    fn frame(&mut self, input: &[u8], parameters: &[(i32, i32)]) -> Vec<u8> {
        let it = self.compressor(parameters);
        let step = self.compress(it, input, Directive::End, PLENTY).unwrap();
        self.close(it);
        assert_eq!(step.progress, Progress::Done);
        step.output
    }

    fn whole(&mut self, frames: &[u8], max_output: usize) -> Result<Vec<u8>, Failure> {
        self.guest.call_decompress(&mut self.store, &frames.into(), max_output as u32).unwrap().map(Vec::from)
    }

    fn header(&mut self, data: &[u8]) -> Option<FrameInfo> {
        self.guest.call_read_header(&mut self.store, data).unwrap()
    }

    fn frame_size(&mut self, data: &[u8]) -> Result<u32, Failure> {
        self.guest.call_frame_size(&mut self.store, data).unwrap()
    }

    fn bounds(&mut self, side: Side, parameter: i32) -> Result<Bounds, Failure> {
        self.guest.call_parameter_bounds(&mut self.store, side, parameter).unwrap()
    }
}

#[test]
fn surface_is_the_interface_alone() {
    let (imports, exports) = surface(&component("zstd"));
    assert_eq!((imports, exports), (Vec::new(), vec!["zstd:component/stream@0.1.0".to_owned()]));
}

#[test]
fn round_trips_at_every_level() {
    let mut it = Instance::start();
    assert!(it.guest.call_version(&mut it.store).unwrap() >= 10500);
    let levels = it.guest.call_compression_levels(&mut it.store).unwrap();
    assert!(levels.lowest < 0 && levels.default > 0 && levels.highest >= 19);
    for sample in samples::all() {
        for level in [levels.lowest, -5].into_iter().chain(0..=levels.highest) {
            let input = &sample.as_slice().into();
            let packed = Vec::from(it.guest.call_compress(&mut it.store, input, level).unwrap().unwrap());
            assert!(it.whole(&packed, sample.len()).unwrap() == sample, "level {level}");
            assert!(level == 0 || packed == it.frame(&sample, &[(COMPRESSION_LEVEL, level)]));
        }
    }
}

#[test]
fn round_trips_in_steps_of_any_size() {
    let mut it = Instance::start();
    let (compressor, decompressor) = (it.compressor(&[(CHECKSUM_FLAG, 1)]), it.decompressor());
    for (index, sample) in samples::all().iter().enumerate() {
        for (pace, max_output) in [(1 << 20, 1 << 20), (777, 1 << 20), (1 << 20, 333), (100, 10)] {
            let packed = it.pack(compressor, sample, Directive::End, pace, max_output).unwrap();
            let (unpacked, taken, status) = it.unpack(decompressor, &packed, pace, max_output);
            assert!(&unpacked == sample && taken == packed.len(), "sample {index}, steps of {pace}");
            assert_eq!(status, Status::FrameEnd);
        }
    }
}

#[test]
fn matches_reach_across_steps_and_windows() {
    let mut it = Instance::start();
    let sample = samples::noise(300_000).repeat(8);
    for (window_log, fits) in [(19, true), (18, false)] {
        for level in [1, 3, 6, 13, 18] {
            let compressor = it.compressor(&[(COMPRESSION_LEVEL, level), (WINDOW_LOG, window_log)]);
            let packed = it.pack(compressor, &sample, Directive::End, 100_000, 1 << 20).unwrap();
            it.close(compressor);
            assert_eq!(packed.len() < 700_000, fits, "level {level}, {} bytes", packed.len());
            assert!(it.whole(&packed, sample.len()).unwrap() == sample, "level {level}");
        }
    }
}

#[test]
fn a_flush_brings_out_all_input_and_the_frame_goes_on() {
    let mut it = Instance::start();
    let (compressor, decompressor) = (it.compressor(&[]), it.decompressor());
    for round in 0..3 {
        let sample = samples::text(5_000 + round);
        let packed = it.pack(compressor, &sample, Directive::Flush, 1000, 100).unwrap();
        let (unpacked, _, status) = it.unpack(decompressor, &packed, 1000, 100);
        assert!(unpacked == sample && status == Status::Ok, "round {round}");
    }
    let packed = it.pack(compressor, b"", Directive::End, 1, 1).unwrap();
    assert_eq!(it.unpack(decompressor, &packed, 1, 1).2, Status::FrameEnd);
}

#[test]
fn a_reset_forgets_the_frame_that_was_begun() {
    let mut it = Instance::start();
    let (compressor, decompressor) = (it.compressor(&[(CHECKSUM_FLAG, 1)]), it.decompressor());
    let packed = it.frame(b"some words", &[(CHECKSUM_FLAG, 1)]);
    it.compress(compressor, &samples::text(9_000), Directive::Continue, 100).unwrap();
    it.guest.compressor().call_reset(&mut it.store, compressor).unwrap();
    assert_eq!(it.compress(compressor, b"some words", Directive::End, 100).unwrap().output, packed);
    it.decompress(decompressor, &packed[..8], 100);
    it.guest.decompressor().call_reset(&mut it.store, decompressor).unwrap();
    assert_eq!(it.unpack(decompressor, &packed, 100, 100).0, b"some words");
}

#[test]
fn frames_follow_one_another_and_what_follows_is_left() {
    let mut it = Instance::start();
    let sample = samples::text(10_000);
    let mut packed = it.frame(&sample, &[(CHECKSUM_FLAG, 1)]);
    let size = packed.len();
    assert_eq!(it.whole(&packed.repeat(3), 30_000).unwrap(), sample.repeat(3));
    packed.extend(b"behind");
    assert_eq!(it.frame_size(&packed).unwrap() as usize, size);
    let decompressor = it.decompressor();
    let first = it.decompress(decompressor, &packed[..size - 4], 10_000);
    assert_eq!((&first.output, first.status), (&sample, Status::Ok));
    let rest = it.decompress(decompressor, &packed[first.consumed as usize..], 0);
    assert_eq!((rest.output.len(), rest.status), (0, Status::FrameEnd));
    assert_eq!((first.consumed + rest.consumed) as usize, size);
    assert_eq!(it.unpack(decompressor, &packed, 77, 77), (sample, size, Status::FrameEnd));
    assert_eq!(code(it.whole(&packed, 10_000)), PREFIX_UNKNOWN);
}

#[test]
fn pledged_sizes_are_in_the_header_and_are_kept_to() {
    let mut it = Instance::start();
    let compressor = it.compressor(&[]);
    let info = |content_size| Some(FrameInfo { content_size, dictionary_id: 0 });
    for pledged in [Some(5), None] {
        it.pledge(compressor, pledged).unwrap();
        let packed = it.pack(compressor, b"hello", Directive::Continue, 2, 100).unwrap();
        assert_eq!(code(it.pledge(compressor, Some(1))), STAGE_WRONG);
        let packed = [packed, it.pack(compressor, b"", Directive::End, 1, 100).unwrap()].concat();
        assert_eq!(it.header(&packed), info(pledged));
    }
    it.pledge(compressor, Some(7)).unwrap();
    it.compress(compressor, b"hello", Directive::Flush, 100).unwrap();
    for _ in 0..2 {
        assert_eq!(code(it.compress(compressor, b"", Directive::End, 100)), SRC_SIZE_WRONG);
    }
    it.guest.compressor().call_reset(&mut it.store, compressor).unwrap();
    let packed = it.compress(compressor, b"hello again", Directive::End, 100).unwrap().output;
    assert_eq!(it.header(&packed), info(Some(11)), "a whole frame in one step is told of without a pledge");
    assert_eq!((it.header(&packed[..4]), it.header(b"hello, world")), (None, None));
}

#[test]
fn parameters_keep_to_their_bounds() {
    let mut it = Instance::start();
    let (compressor, decompressor) = (it.compressor(&[]), it.decompressor());
    for parameter in [WINDOW_LOG, 102, 103, 104, 105, 106, 107, 160, 161, 162, 163, 164] {
        let Bounds { lower, upper } = it.bounds(Side::Compression, parameter).unwrap();
        for value in [lower, upper] {
            it.set_compression(compressor, parameter, value).unwrap();
        }
        for value in [lower - 1, upper + 1].into_iter().filter(|&value| value != 0) {
            let refused = it.set_compression(compressor, parameter, value);
            assert_eq!(code(refused), PARAMETER_OUT_OF_BOUND, "{parameter} as {value}");
        }
    }
    let Bounds { lower, upper } = it.bounds(Side::Decompression, WINDOW_LOG_MAX).unwrap();
    assert!(it.set_decompression(decompressor, WINDOW_LOG_MAX, lower).is_ok());
    assert_eq!(code(it.set_decompression(decompressor, WINDOW_LOG_MAX, upper + 1)), PARAMETER_OUT_OF_BOUND);
    assert_eq!(code(it.set_compression(compressor, 999, 0)), PARAMETER_UNSUPPORTED);
    assert_eq!(code(it.set_decompression(decompressor, 999, 0)), PARAMETER_UNSUPPORTED);
    assert_eq!(code(it.bounds(Side::Compression, 999)), PARAMETER_UNSUPPORTED);
    // What they would promise, to keep memory where it is between calls, nobody can keep.
    for parameter in [1006, 1007] {
        assert_eq!(code(it.set_compression(compressor, parameter, 1)), PARAMETER_UNSUPPORTED);
    }
    for parameter in [1001, 1003] {
        assert_eq!(code(it.set_decompression(decompressor, parameter, 1)), PARAMETER_UNSUPPORTED);
    }
    let packed = it.frame(&samples::text(200_000), &[(WINDOW_LOG, 17)]);
    let Status::Failed(failure) = it.unpack(decompressor, &packed, 1000, 1000).2 else { panic!() };
    assert_eq!(failure.code, WINDOW_TOO_LARGE);
}

#[test]
fn all_that_parameters_can_ask_for_is_no_more_than_there_are_addresses() {
    let mut it = Instance::start();
    let mut largest = |parameter, entry: u64| {
        let Bounds { upper, .. } = it.bounds(Side::Compression, parameter).unwrap();
        entry << upper
    };
    // The window; the tables of hashes (with tags) and of chains, and that of long distances.
    let sum = largest(WINDOW_LOG, 1) + largest(102, 5) + largest(103, 4) + largest(161, 8);
    assert!(sum < 7 << 29, "{sum} bytes");
}

/// A dictionary in the library's format, made of samples.
fn trained(it: &mut Instance) -> Vec<u8> {
    let text = samples::text(60_000);
    let mut numbers = Numbers::new(5);
    let sizes: Vec<u32> = (0..200).map(|_| 100 + numbers.below(150) as u32).collect();
    let samples = &text[..sizes.iter().sum::<u32>() as usize];
    let made = it.guest.call_train_dictionary(&mut it.store, samples, &sizes, 3_000).unwrap().unwrap();
    assert!(made.len() <= 3_000);
    let finalized = it.guest.call_finalize_dictionary(&mut it.store, &text[..500], samples, &sizes, 2_000, 5);
    assert!(finalized.unwrap().unwrap().len() <= 2_000);
    let short = it.guest.call_train_dictionary(&mut it.store, &samples[1..], &sizes, 3_000).unwrap();
    assert_eq!(code(short), SRC_SIZE_WRONG);
    let small = it.guest.call_train_dictionary(&mut it.store, samples, &sizes, 10).unwrap();
    assert_eq!(code(small), DST_SIZE_TOO_SMALL);
    made
}

#[test]
fn dictionaries_in_every_use() {
    let mut it = Instance::start();
    let sample = samples::text(300);
    let (formatted, any) = (trained(&mut it), samples::text(5_000));
    let plain = it.frame(&sample, &[]).len();
    for (content, used_as) in
        [&formatted, &any].into_iter().flat_map(|content| USES.map(|used_as| (content, used_as)))
    {
        let dictionary = it.dictionary(content);
        let id = it.guest.dictionary().call_id(&mut it.store, dictionary).unwrap();
        assert_eq!(id != 0, content == &formatted);
        let (compressor, decompressor) = (it.compressor(&[]), it.decompressor());
        it.load([compressor, decompressor], dictionary, used_as);
        let is_prefix = used_as == DictionaryUse::Prefix;
        for round in 0..2 {
            let packed = it.pack(compressor, &sample, Directive::End, 1000, 1000).unwrap();
            assert_eq!(packed.len() < plain, round == 0 || !is_prefix, "a prefix is for one frame");
            let named = it.header(&packed).unwrap().dictionary_id;
            assert_eq!(named, if is_prefix { 0 } else { id });
            assert!(named == 0 || code(it.whole(&packed, 300)) == DICTIONARY_WRONG);
            let unpacked = it.unpack(decompressor, &packed, 100, 100);
            assert_eq!(unpacked, (sample.clone(), packed.len(), Status::FrameEnd));
        }
    }
}

#[test]
fn a_dictionary_outlives_its_resource_where_it_is_in_use() {
    let mut it = Instance::start();
    let (sample, content) = (samples::text(300), samples::text(5_000));
    for used_as in USES {
        let dictionary = it.dictionary(&content);
        let (compressor, decompressor) = (it.compressor(&[]), it.decompressor());
        it.load([compressor, decompressor], dictionary, used_as);
        it.close(dictionary);
        it.dictionary(&samples::noise(5_000));
        let packed = it.pack(compressor, &sample, Directive::End, 1000, 1000).unwrap();
        assert_eq!(it.unpack(decompressor, &packed, 1000, 1000).0, sample);
    }
}

#[test]
fn broken_dictionaries_are_refused() {
    let mut it = Instance::start();
    let mut content = trained(&mut it);
    content[8..100].fill(0xff);
    let (dictionary, compressor) = (it.dictionary(&content), it.compressor(&[]));
    let digested = it.load_compression(compressor, dictionary, DictionaryUse::Digested);
    assert_eq!(code(digested), DICTIONARY_CREATION_FAILED);
    it.load_compression(compressor, dictionary, DictionaryUse::Undigested).unwrap();
    assert!(it.compress(compressor, b"", Directive::End, 100).is_err());
    it.guest.compressor().call_reset(&mut it.store, compressor).unwrap();
    it.load_compression(compressor, dictionary, DictionaryUse::Prefix).unwrap();
    assert!(it.compress(compressor, b"", Directive::End, 100).is_ok());
}

#[test]
fn broken_input_is_refused_with_the_library_s_code_and_stays_refused() {
    let mut it = Instance::start();
    let sample = samples::mixture(150_000);
    let packed = it.frame(&sample, &[(CHECKSUM_FLAG, 1)]);
    let mut mended = packed.clone();
    *mended.last_mut().unwrap() ^= 1;
    assert_eq!(code(it.whole(&mended, 150_000)), CHECKSUM_WRONG);
    for cut in [1, 5, 17, 1000, packed.len() - 1] {
        assert_eq!(code(it.whole(&packed[..cut], 150_000)), SRC_SIZE_WRONG);
        assert_eq!(code(it.frame_size(&packed[..cut])), SRC_SIZE_WRONG);
    }
    assert_eq!(code(it.whole(&packed, 149_999)), DST_SIZE_TOO_SMALL);
    assert_eq!(code(it.frame_size(b"hello, world")), PREFIX_UNKNOWN);
    let mut numbers = Numbers::new(3);
    let decompressor = it.decompressor();
    for _ in 0..300 {
        let mut broken = packed.clone();
        broken[numbers.below(packed.len())] ^= 1 << numbers.below(8);
        let (unpacked, _, status) = it.unpack(decompressor, &broken, 4096, 4096);
        assert!(status != Status::FrameEnd || unpacked == sample, "a flag that does not matter, at most");
        if let Status::Failed(_) = status {
            assert_eq!(it.decompress(decompressor, &packed, 4096).status, status);
        }
        it.guest.decompressor().call_reset(&mut it.store, decompressor).unwrap();
    }
    assert_eq!(it.unpack(decompressor, &packed, 4096, 4096).0, sample);
}

#[test]
fn memory_stays_where_it_was_and_is_asked_for() {
    let mut it = Instance::start();
    assert!(it.guest.call_has_room(&mut it.store, 1 << 20).unwrap());
    assert!(!it.guest.call_has_room(&mut it.store, u32::MAX).unwrap());
    let sample = samples::text(2_000);
    let packed = it.frame(&sample, &[]);
    let mut before = 0;
    for round in 0..1_000 {
        let dictionary = it.dictionary(&sample);
        let (compressor, decompressor) = (it.compressor(&[(COMPRESSION_LEVEL, 1)]), it.decompressor());
        it.load([compressor, decompressor], dictionary, USES[round % 3]);
        it.compress(compressor, &sample, Directive::Continue, 100).unwrap();
        it.decompress(decompressor, &packed[..30], 100);
        it.decompress(decompressor, b"no more of it", 100);
        for resource in [dictionary, compressor, decompressor] {
            it.close(resource);
        }
        if round == 100 {
            before = it.store.data().memory();
        }
    }
    assert_eq!(it.store.data().memory(), before);
}
