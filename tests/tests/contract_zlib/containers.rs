//! The containers: which of them a decompressor takes, and everything that a gzip header may carry.

use pyforge_tests::samples;

use crate::behaviour::unpack;
use crate::instance::{Instance, Pace};
use crate::{GZIP, Provider, RAW, ZLIB_WRAPPED, options};

pub fn decompressor_finds_the_container(provider: &Provider) {
    let mut it = provider.start();
    let sample = samples::text(10_000);
    for (made_as, read_as) in [(ZLIB_WRAPPED, [0, 15, 32, 47]), (GZIP, [16, 31, 32, 47])] {
        let packed = it.compress(&sample, options(6, made_as)).unwrap();
        for window_bits in read_as {
            for pace in [Pace::BRISK, Pace { input: 1, output: 50 }] {
                assert!(unpack(&mut it, &packed, window_bits, pace) == sample, "{made_as} as {window_bits}");
            }
        }
    }
}

/// The flags of a gzip header, as RFC 1952 numbers them.
const HEADER_CRC: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

pub fn gzip_headers_may_carry_anything(provider: &Provider) {
    let mut it = provider.start();
    let sample = samples::text(3000);
    for flags in 0..32 {
        for extra in [0, 1, 300] {
            let packed = gzip(&mut it, &sample, flags, extra);
            assert!(
                unpack(&mut it, &packed, GZIP, Pace::BRISK) == sample,
                "flags {flags}, {extra} bytes extra"
            );
            assert!(unpack(&mut it, &packed, 47, Pace { input: 1, output: 1000 }) == sample, "flags {flags}");
        }
    }
}

/// A gzip stream with the parts that `flags` say in its header.
pub fn gzip(it: &mut Instance, sample: &[u8], flags: u8, extra: u16) -> Vec<u8> {
    let mut stream = vec![0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3];
    if flags & EXTRA != 0 {
        stream.extend(extra.to_le_bytes());
        stream.extend(vec![b'x'; extra.into()]);
    }
    if flags & NAME != 0 {
        stream.extend(b"name\0");
    }
    if flags & COMMENT != 0 {
        stream.extend(b"\0");
    }
    if flags & HEADER_CRC != 0 {
        let crc = it.crc32(&stream, 0) as u16;
        stream.extend(crc.to_le_bytes());
    }
    stream.extend(it.compress(sample, options(6, RAW)).unwrap());
    stream.extend(it.crc32(sample, 0).to_le_bytes());
    stream.extend((sample.len() as u32).to_le_bytes());
    stream
}
