//! What goes in comes out: levels, strategies, step sizes, flushes, bounds, checksums.

use pyforge_tests::component;
use pyforge_tests::contract::surface;
use pyforge_tests::samples;

use crate::instance::{Compression, Flush, Instance, Pace, Status};
use crate::{CONTAINERS, Provider, RAW, ZLIB_WRAPPED, options};

pub fn surface_is_the_interface_alone(provider: &Provider) {
    let (imports, exports) = surface(&component(provider.name));
    assert_eq!(imports, [] as [&str; 0], "a compressor needs nothing of the world");
    assert_eq!(exports, ["zlib:component/stream@0.1.0"]);
    let version = provider.start().version();
    assert!(version.starts_with(|first: char| first.is_ascii_digit()), "{version}");
}

pub fn round_trips_at_every_level(provider: &Provider) {
    let mut it = provider.start();
    for sample in samples::all() {
        for window_bits in CONTAINERS {
            for level in -1..=9 {
                round_trip(&mut it, &sample, options(level, window_bits));
            }
        }
    }
}

pub fn round_trips_with_every_strategy(provider: &Provider) {
    let mut it = provider.start();
    for sample in samples::all() {
        for strategy in 0..=4 {
            for mem_level in [1, 8, 9] {
                round_trip(&mut it, &sample, Compression { strategy, mem_level, ..options(6, ZLIB_WRAPPED) });
            }
        }
    }
}

/// Through the one-shots, and through streams at a consumer's usual pace.
fn round_trip(it: &mut Instance, sample: &[u8], options: Compression) {
    let packed = it.compress(sample, options).unwrap();
    let unpacked = it.decompress(&packed, options.window_bits, sample.len() as u32).unwrap();
    assert!(unpacked == sample, "one-shot, {options:?}");

    let compressor = it.compressor(options).unwrap();
    let packed = it.compress_all(compressor, sample, Pace::BRISK, Flush::None);
    it.close(compressor);
    assert!(unpack(it, &packed, options.window_bits, Pace::BRISK) == sample, "stream, {options:?}");
}

/// The whole of a whole stream.
pub fn unpack(it: &mut Instance, packed: &[u8], window_bits: i32, pace: Pace) -> Vec<u8> {
    let decompressor = it.decompressor(window_bits).unwrap();
    let (unpacked, taken, status) = it.decompress_all(decompressor, packed, pace);
    it.close(decompressor);
    assert_eq!((taken, status), (packed.len(), Status::StreamEnd));
    unpacked
}

pub fn round_trips_in_tiny_steps(provider: &Provider) {
    let mut it = provider.start();
    let sample = samples::mixture(20_011);
    let flushes = [Flush::None, Flush::Partial, Flush::Sync, Flush::Full];
    for (input, output) in [(1, 1), (1, 1000), (2, 7), (7, 2), (997, 1), (1000, 3), (4096, 64), (20_011, 5)] {
        for window_bits in CONTAINERS {
            for flush in flushes.into_iter().filter(|flush| *flush == Flush::None || input > 500) {
                let pace = Pace { input, output };
                let compressor = it.compressor(options(6, window_bits)).unwrap();
                let packed = it.compress_all(compressor, &sample, pace, flush);
                it.close(compressor);
                assert!(
                    unpack(&mut it, &packed, window_bits, pace) == sample,
                    "{pace:?} {flush:?} {window_bits}"
                );
            }
        }
    }
}

pub fn flushes_bring_out_all_input(provider: &Provider) {
    let mut it = provider.start();
    for flush in [Flush::Partial, Flush::Sync, Flush::Full] {
        for level in [0, 1, 6, 9] {
            let compressor = it.compressor(options(level, ZLIB_WRAPPED)).unwrap();
            let decompressor = it.decompressor(ZLIB_WRAPPED).unwrap();
            for piece in samples::mixture(200_000).chunks(30_001) {
                let (packed, _) = it.feed(compressor, piece, flush, 1 << 20);
                let again = it.step_compressor(compressor, &[], flush, 1 << 20).unwrap();
                assert_eq!((again.output.len(), again.status), (0, Status::Ok), "a flush is done once");
                let (unpacked, taken, _) = it.decompress_all(decompressor, &packed, Pace::BRISK);
                assert!((unpacked.as_slice(), taken) == (piece, packed.len()), "{flush:?} at level {level}");
            }
            it.close(compressor);
            it.close(decompressor);
        }
    }
}

pub fn a_full_flush_is_a_place_to_start(provider: &Provider) {
    let mut it = provider.start();
    let sample = samples::text(50_000);
    let compressor = it.compressor(options(6, RAW)).unwrap();
    it.feed(compressor, &sample, Flush::Full, 1 << 20);
    let (packed, _) = it.feed(compressor, &sample, Flush::Finish, 1 << 20);
    it.close(compressor);
    assert!(unpack(&mut it, &packed, RAW, Pace::BRISK) == sample);
}

pub fn trailing_data_is_left(provider: &Provider) {
    let mut it = provider.start();
    for sample in samples::all() {
        for window_bits in CONTAINERS {
            let packed = it.compress(&sample, options(6, window_bits)).unwrap();
            let followed = [&packed[..], b"what follows"].concat();
            for pace in [Pace::BRISK, Pace { input: 13, output: 4000 }] {
                let decompressor = it.decompressor(window_bits).unwrap();
                let (unpacked, taken, status) = it.decompress_all(decompressor, &followed, pace);
                assert!((unpacked, taken, status) == (sample.clone(), packed.len(), Status::StreamEnd));
                let after = it.step_decompressor(decompressor, b"more", 100).unwrap();
                assert_eq!((after.output.len(), after.consumed, after.status), (0, 0, Status::StreamEnd));
                it.close(decompressor);
            }
            let unpacked = it.decompress(&followed, window_bits, 1 << 20).unwrap();
            assert!(unpacked == sample);
        }
    }
}

pub fn output_keeps_to_its_bound(provider: &Provider) {
    let mut it = provider.start();
    let compressor = it.compressor(options(9, ZLIB_WRAPPED)).unwrap();
    let (megabyte, mut bomb) = (vec![0; 1 << 20], Vec::new());
    for _ in 0..64 {
        bomb.extend(it.feed(compressor, &megabyte, Flush::None, 1 << 20).0);
    }
    bomb.extend(it.feed(compressor, &[], Flush::Finish, 1 << 20).0);
    it.close(compressor);

    let before = it.memory();
    let decompressor = it.decompressor(ZLIB_WRAPPED).unwrap();
    let (unpacked, _, status) = it.decompress_all(decompressor, &bomb, Pace { input: 4096, output: 65_536 });
    it.close(decompressor);
    assert_eq!((unpacked.len(), status), (64 << 20, Status::StreamEnd));
    assert!(it.memory() - before < 1 << 20, "the bound bounds the memory");

    let none = it.decompressor(ZLIB_WRAPPED).and_then(|new| it.step_decompressor(new, &bomb, 0)).unwrap();
    assert_eq!((none.output.len(), none.status), (0, Status::Ok));
}

pub fn checksums_are_the_known_ones(provider: &Provider) {
    let mut it = provider.start();
    // The check values of the CRC catalogue and of RFC 1950's algorithm.
    assert_eq!((it.crc32(b"123456789", 0), it.adler32(b"Wikipedia", 1)), (0xcbf4_3926, 0x11e6_0398));
    assert_eq!((it.crc32(b"", 0), it.adler32(b"", 1)), (0, 1));
    assert_eq!((it.crc32(b"", 77), it.adler32(b"", 78)), (77, 78));
    let sample = samples::mixture(100_000);
    let whole = (it.crc32(&sample, 0), it.adler32(&sample, 1));
    let parts =
        sample.chunks(997).fold((0, 1), |(crc, adler), part| (it.crc32(part, crc), it.adler32(part, adler)));
    assert_eq!(parts, whole);
    let mut other = crate::ZLIB.start();
    assert_eq!((other.crc32(&sample, 0), other.adler32(&sample, 1)), whole);
}

pub fn interchange(from: &Provider, to: &Provider) {
    let (mut from, mut to) = (from.start(), to.start());
    for sample in samples::all() {
        for window_bits in CONTAINERS {
            for level in [0, 1, 6, 9] {
                let packed = from.compress(&sample, options(level, window_bits)).unwrap();
                assert!(unpack(&mut to, &packed, window_bits, Pace::BRISK) == sample);
            }
        }
    }
}
