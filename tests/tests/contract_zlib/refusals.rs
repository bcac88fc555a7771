//! What a provider must refuse, in zlib's numbers and words, and never by a trap.

use pyforge_tests::samples::{self, Numbers};

use crate::containers::gzip;
use crate::instance::{Compression, Error, Failure, Flush, Instance, Pace, Status};
use crate::{CONTAINERS, GZIP, Provider, RAW, ZLIB_WRAPPED, options};

const STREAM_ERROR: i32 = -2;
const DATA_ERROR: i32 = -3;
const BUF_ERROR: i32 = -5;

/// The code and message of a call that the library must refuse.
pub fn refusal<T>(answer: Result<T, Error>) -> (i32, Option<String>) {
    match answer {
        Err(Error::Library(Failure { code, message })) => (code, message),
        Err(Error::Unsupported(feature)) => panic!("{feature} is unsupported, but should be refused"),
        Ok(_) => panic!("accepted"),
    }
}

pub fn illegal_options(provider: &Provider) {
    let mut it = provider.start();
    let legal = options(6, ZLIB_WRAPPED);
    let levels = [-2, 10, i32::MIN, i32::MAX].map(|level| Compression { level, ..legal });
    let methods = [0, 7, 9].map(|method| Compression { method, ..legal });
    let memory = [0, 10, -1].map(|mem_level| Compression { mem_level, ..legal });
    let strategies = [-1, 5, i32::MAX].map(|strategy| Compression { strategy, ..legal });
    let windows = [0, 7, 16, 23, 32, 47, -7, -8, -16, i32::MIN, i32::MAX];
    let windows = windows.map(|window_bits| Compression { window_bits, ..legal });
    for options in [&levels[..], &methods, &memory, &strategies, &windows].concat() {
        assert_eq!(refusal(it.compressor(options)).0, STREAM_ERROR, "{options:?}");
        assert_eq!(refusal(it.compress(b"", options)).0, STREAM_ERROR, "{options:?}");
    }
    for window_bits in [1, 7, 17, 23, 39, 48, -1, -7, -16, i32::MIN, i32::MAX] {
        assert_eq!(refusal(it.decompressor(window_bits)).0, STREAM_ERROR, "{window_bits}");
        assert_eq!(refusal(it.decompress(b"", window_bits, 10)).0, STREAM_ERROR, "{window_bits}");
    }
}

pub fn truncated_input(provider: &Provider) {
    let mut it = provider.start();
    let sample = samples::mixture(9000);
    for window_bits in CONTAINERS {
        let packed = it.compress(&sample, options(6, window_bits)).unwrap();
        for missing in [1, 3, 4, 5, 8, 9, 100, packed.len() - 5, packed.len() - 1, packed.len()] {
            let part = &packed[..packed.len() - missing];
            let decompressor = it.decompressor(window_bits).unwrap();
            let (unpacked, taken, status) = it.decompress_all(decompressor, part, Pace::BRISK);
            it.close(decompressor);
            assert!(
                sample.starts_with(&unpacked) && (taken, status) == (part.len(), Status::Ok),
                "-{missing}"
            );
            assert_eq!(refusal(it.decompress(part, window_bits, 1 << 20)).0, BUF_ERROR, "-{missing}");
        }
        assert_eq!(refusal(it.decompress(&packed, window_bits, 8999)).0, BUF_ERROR, "one byte too few");
        assert_eq!(refusal(it.decompress(&packed, window_bits, 0)).0, BUF_ERROR, "no bytes");
    }
}

/// A broken stream.
struct Broken {
    window_bits: i32,
    bytes: Vec<u8>,
    message: &'static str,
    /// Whether the break is inside the deflate stream, not in its container.
    inside: bool,
}

fn broken_streams(it: &mut Instance) -> Vec<Broken> {
    let sample = samples::text(2000);
    let zlib = it.compress(&sample, options(6, ZLIB_WRAPPED)).unwrap();
    let wrapped = gzip(it, &sample, 2, 0);
    let (zlib_end, gzip_end) = (zlib.len() - 1, wrapped.len() - 1);
    let case = |window_bits, bytes: &[u8], at: usize, message| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 0x10;
        Broken { window_bits, bytes, message, inside: false }
    };
    let inside =
        |bytes: &[u8], message| Broken { window_bits: RAW, bytes: bytes.to_vec(), message, inside: true };
    vec![
        case(ZLIB_WRAPPED, &zlib, 0, "incorrect header check"),
        case(ZLIB_WRAPPED, &[0x67, 0x09], 0, "unknown compression method"),
        case(ZLIB_WRAPPED, &[0x98, 0x1c], 0, "invalid window size"),
        case(ZLIB_WRAPPED, &zlib, zlib_end, "incorrect data check"),
        case(GZIP, &wrapped, 0, "incorrect header check"),
        case(GZIP, &wrapped, 1, "incorrect header check"),
        case(GZIP, &wrapped, 2, "unknown compression method"),
        case(GZIP, &[0x1f, 0x8b, 8, 0xf0], 3, "unknown header flags set"),
        case(GZIP, &wrapped, 10, "header crc mismatch"),
        case(GZIP, &wrapped, gzip_end - 4, "incorrect data check"),
        case(GZIP, &wrapped, gzip_end, "incorrect length check"),
        inside(&[0x07, 0, 0, 0], "invalid block type"),
        inside(&[0x01, 5, 0, 5, 0, 1, 2], "invalid stored block lengths"),
    ]
}

pub fn corrupt_input(provider: &Provider) {
    let mut it = provider.start();
    for Broken { window_bits, bytes, message, inside } in broken_streams(&mut it) {
        let expected = (DATA_ERROR, (provider.explains || !inside).then(|| message.to_owned()));
        let decompressor = it.decompressor(window_bits).unwrap();
        for attempt in ["first", "second"] {
            let found = refusal(it.step_decompressor(decompressor, &bytes, 1 << 20));
            assert_eq!(found, expected, "{attempt} attempt, {window_bits}");
        }
        it.close(decompressor);
        assert_eq!(refusal(it.decompress(&bytes, window_bits, 1 << 20)), expected);
    }
    bent_streams_never_pass(&mut it);
}

/// What came before a break is given with the failure, and how much of the input was good.
pub fn broken_input_yields_what_came_before(provider: &Provider) {
    let mut it = provider.start();
    let sample = samples::mixture(200_000);
    let mut packed = it.compress(&sample, options(6, ZLIB_WRAPPED)).unwrap();
    *packed.last_mut().unwrap() ^= 1;
    let decompressor = it.decompressor(ZLIB_WRAPPED).unwrap();
    let chunk = it.try_decompressor(decompressor, &packed, 1 << 20).unwrap();
    assert!(chunk.output == sample);
    assert!(packed.len() - chunk.consumed as usize <= 4, "the break is in the trailer");
    let failure = Failure { code: DATA_ERROR, message: Some("incorrect data check".to_owned()) };
    assert_eq!(chunk.status, Status::Failed(failure));
    let again = it.try_decompressor(decompressor, &packed, 1 << 20).unwrap();
    assert_eq!((again.output.len(), again.consumed, again.status), (0, 0, chunk.status));
}

/// A distance that reaches before the beginning, found in the midst of much data, is told as what it is.
pub fn lost_messages_are_found(provider: &Provider) {
    if !provider.explains {
        return;
    }
    let mut it = provider.start();
    let sample = samples::text(100_000);
    let packed = it.compress(&sample, options(6, RAW)).unwrap();
    let mut messages = std::collections::BTreeSet::new();
    for at in 0..600 {
        let mut bent = packed.clone();
        bent[at] ^= 1 << (at % 8);
        let decompressor = it.decompressor(RAW).unwrap();
        let chunk = it.try_decompressor(decompressor, &bent, 1 << 20).unwrap();
        it.close(decompressor);
        if let Status::Failed(failure) = chunk.status {
            let whole = refusal(it.decompress(&bent, RAW, 1 << 20));
            assert_eq!(whole, (failure.code, failure.message.clone()));
            messages.extend(failure.message);
        }
    }
    assert!(messages.contains("invalid distance too far back"), "{messages:?}");
    assert!(!messages.contains("repeated call with bad state"), "{messages:?}");
}

/// A block whose code has next to no symbols must not become output without end.
pub fn an_empty_code_ends(provider: &Provider) {
    let mut it = provider.start();
    let decompressor = it.decompressor(ZLIB_WRAPPED).unwrap();
    let bytes = [0x78, 0xda, 0xf5, 0, 0, 0, 0, 1];
    let mut produced = 0;
    for _ in 0..1000 {
        let chunk =
            it.try_decompressor(decompressor, if produced == 0 { &bytes } else { &[] }, 1 << 16).unwrap();
        produced += chunk.output.len();
        if chunk.status != Status::Ok || chunk.output.is_empty() {
            break;
        }
    }
    assert!(produced < 1 << 20, "{produced} bytes out of {}", bytes.len());
}

/// Changes one byte at a time, anywhere behind the header.
fn bent_streams_never_pass(it: &mut Instance) {
    let sample = samples::mixture(30_000);
    let packed = it.compress(&sample, options(6, ZLIB_WRAPPED)).unwrap();
    let mut numbers = Numbers::new(3);
    for _ in 0..1000 {
        let mut bent = packed.clone();
        bent[2 + numbers.below(packed.len() - 2)] ^= 1 + numbers.below(255) as u8;
        match it.decompress(&bent, ZLIB_WRAPPED, 1 << 20) {
            // Some bits before the checksum are only there to fill a byte.
            Ok(unpacked) => assert!(unpacked == sample),
            Err(Error::Library(Failure { code: DATA_ERROR | BUF_ERROR, .. })) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

pub fn calls_out_of_place(provider: &Provider) {
    let mut it = provider.start();
    for window_bits in CONTAINERS {
        let ended = it.compressor(options(6, window_bits)).unwrap();
        assert_eq!(refusal(it.step_compressor(ended, b"x", Flush::Trees, 10)).0, STREAM_ERROR);
        it.feed(ended, b"all there is", Flush::Finish, 100);
        for flush in [Flush::None, Flush::Sync, Flush::Full] {
            assert_eq!(refusal(it.step_compressor(ended, b"more", flush, 100)).0, STREAM_ERROR, "{flush:?}");
            assert_eq!(refusal(it.step_compressor(ended, b"", flush, 100)).0, STREAM_ERROR, "{flush:?}");
        }
        assert_eq!(refusal(it.step_compressor(ended, b"more", Flush::Finish, 100)).0, BUF_ERROR);
        let again = it.step_compressor(ended, b"", Flush::Finish, 100).unwrap();
        assert_eq!((again.output.len(), again.status), (0, Status::StreamEnd));
        it.close(ended);
    }
}
