//! What a provider may lack, and how it must be when it is there.

use pyforge_tests::samples;

use crate::behaviour::unpack;
use crate::instance::{Error, Flush, Instance, Pace, Status};
use crate::{CONTAINERS, GZIP, Provider, RAW, ZLIB, ZLIB_WRAPPED, options};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Preset dictionaries, when compressing.
    CompressorDictionary,
    /// Preset dictionaries, when decompressing.
    DecompressorDictionary,
    CompressorCopy,
    DecompressorCopy,
    /// The flush mode `block`.
    BlockFlush,
    /// Compressing with a window of less than 32 KiB.
    SmallWindow,
}

const ALL: [Feature; 6] = [
    Feature::CompressorDictionary,
    Feature::DecompressorDictionary,
    Feature::CompressorCopy,
    Feature::DecompressorCopy,
    Feature::BlockFlush,
    Feature::SmallWindow,
];

pub fn lacks_exactly_what_it_says(provider: &Provider) {
    let mut it = provider.start();
    for feature in ALL {
        match probe(&mut it, feature) {
            Ok(()) => assert!(provider.has(feature), "{feature:?} is there"),
            Err(Error::Unsupported(text)) => {
                assert!(!provider.has(feature) && !text.is_empty(), "{feature:?}")
            }
            Err(error) => panic!("{feature:?}: {error:?}"),
        }
    }
}

fn probe(it: &mut Instance, feature: Feature) -> Result<(), Error> {
    let compressor = it.compressor(options(6, ZLIB_WRAPPED))?;
    let decompressor = it.decompressor(RAW)?;
    match feature {
        Feature::CompressorDictionary => it.set_compressor_dictionary(compressor, b"words"),
        Feature::DecompressorDictionary => it.set_decompressor_dictionary(decompressor, b"words"),
        Feature::CompressorCopy => it.copy_compressor(compressor).map(|_| ()),
        Feature::DecompressorCopy => it.copy_decompressor(decompressor).map(|_| ()),
        Feature::BlockFlush => it.step_compressor(compressor, b"words", Flush::Block, 100).map(|_| ()),
        Feature::SmallWindow => it.compressor(options(6, 9)).map(|_| ()),
    }
}

/// A stream that can only be read with the sample as its dictionary; made by zlib.
fn with_dictionary(sample: &[u8], window_bits: i32) -> Vec<u8> {
    let mut zlib = ZLIB.start();
    let compressor = zlib.compressor(options(6, window_bits)).unwrap();
    zlib.set_compressor_dictionary(compressor, sample).unwrap();
    zlib.compress_all(compressor, sample, Pace::BRISK, Flush::None)
}

pub fn dictionaries(provider: &Provider) {
    let mut it = provider.start();
    let sample = samples::noise(2000);
    let (wrapped, raw) = (with_dictionary(&sample, ZLIB_WRAPPED), with_dictionary(&sample, RAW));
    assert!(wrapped.len() < 200 && raw.len() < 200);
    if !provider.has(Feature::DecompressorDictionary) {
        let answer = it.decompress(&wrapped, ZLIB_WRAPPED, 4000);
        assert!(matches!(answer, Err(Error::Unsupported(_))), "{answer:?}");
        return;
    }
    let decompressor = it.decompressor(ZLIB_WRAPPED).unwrap();
    let (nothing, taken, status) = it.decompress_all(decompressor, &wrapped, Pace::BRISK);
    assert_eq!((nothing.len(), status), (0, Status::NeedsDictionary));
    refuse(it.set_decompressor_dictionary(decompressor, b"another"), -3);
    it.set_decompressor_dictionary(decompressor, &sample).unwrap();
    let (unpacked, _, status) = it.decompress_all(decompressor, &wrapped[taken..], Pace::BRISK);
    assert!((unpacked.as_slice(), status) == (&sample, Status::StreamEnd));
    refuse(it.decompress(&wrapped, ZLIB_WRAPPED, 4000), 2);

    let decompressor = it.decompressor(RAW).unwrap();
    it.set_decompressor_dictionary(decompressor, &sample).unwrap();
    let (unpacked, _, status) = it.decompress_all(decompressor, &raw, Pace::BRISK);
    assert!((unpacked.as_slice(), status) == (&sample, Status::StreamEnd));

    let early = it.decompressor(ZLIB_WRAPPED).unwrap();
    refuse(it.set_decompressor_dictionary(early, &sample), -2);
    let gzip = it.compressor(options(6, GZIP)).unwrap();
    refuse(it.set_compressor_dictionary(gzip, &sample), -2);
    let late = it.compressor(options(6, ZLIB_WRAPPED)).unwrap();
    it.feed(late, &sample, Flush::None, 1 << 20);
    refuse(it.set_compressor_dictionary(late, &sample), -2);
}

/// The library refuses with `code`.
fn refuse<T>(answer: Result<T, Error>, code: i32) {
    assert_eq!(crate::refusals::refusal(answer).0, code);
}

pub fn copies_are_independent(provider: &Provider) {
    let mut it = provider.start();
    let (head, one, other) = (samples::mixture(90_001), samples::text(40_003), samples::noise(30_001));
    if provider.has(Feature::CompressorCopy) {
        for window_bits in CONTAINERS {
            let first = it.compressor(options(6, window_bits)).unwrap();
            let (before, _) = it.feed(first, &head, Flush::None, 1 << 20);
            let second = it.copy_compressor(first).unwrap();
            let packed = it.compress_all(first, &one, Pace::BRISK, Flush::None);
            it.close(first);
            let copied = it.compress_all(second, &other, Pace::BRISK, Flush::None);
            it.close(second);
            for (tail, packed) in [(&one, packed), (&other, copied)] {
                let unpacked = unpack(&mut it, &[&before[..], &packed].concat(), window_bits, Pace::BRISK);
                assert!(unpacked == [&head[..], tail].concat());
            }
        }
    }
    if provider.has(Feature::DecompressorCopy) {
        let packed = it.compress(&head, options(6, GZIP)).unwrap();
        let (early, late) = packed.split_at(packed.len() / 2);
        let first = it.decompressor(GZIP).unwrap();
        let (before, _, _) = it.decompress_all(first, early, Pace::BRISK);
        let second = it.copy_decompressor(first).unwrap();
        for decompressor in [first, second] {
            let (after, _, status) = it.decompress_all(decompressor, late, Pace { input: 100, output: 1000 });
            it.close(decompressor);
            assert!(status == Status::StreamEnd && [&before[..], &after].concat() == head);
        }
    }
}

pub fn small_windows(provider: &Provider) {
    let (mut it, mut zlib) = (provider.start(), ZLIB.start());
    let sample = samples::text(100_000);
    for size in 9..=14 {
        for window_bits in [-size, size, size + 16] {
            let packed = zlib.compress(&sample, options(6, window_bits)).unwrap();
            assert!(it.decompress(&packed, window_bits, 1 << 20).unwrap() == sample, "{window_bits}");
            if provider.has(Feature::SmallWindow) {
                let own = it.compress(&sample, options(6, window_bits)).unwrap();
                assert!(zlib.decompress(&own, window_bits, 1 << 20).unwrap() == sample, "{window_bits}");
            }
        }
    }
}
