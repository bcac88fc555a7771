//! Memory: every argument, result and resource is given back.

use pyforge_tests::samples;

use crate::features::Feature;
use crate::instance::{Flush, Instance};
use crate::{GZIP, Provider, RAW, ZLIB_WRAPPED, options};

/// Enough calls for a heap to find its size.
const WARM_UP: usize = 1_000;
const CALLS: usize = 100_000;

/// Makes the same call again and again, which must leave the memory where it was.
fn repeat(it: &mut Instance, what: &str, mut call: impl FnMut(&mut Instance)) {
    (0..WARM_UP).for_each(|_| call(it));
    let before = it.memory();
    (0..CALLS).for_each(|_| call(it));
    assert_eq!(it.memory(), before, "{what}");
}

pub fn stays_where_it_was(provider: &Provider) {
    let mut it = provider.start();
    let sample = samples::text(500);
    one_shots(&mut it, &sample);
    streams(&mut it, &sample);
    failures(&mut it, &sample);
    if provider.has(Feature::CompressorCopy) {
        copies(&mut it, &sample);
    }
    if provider.has(Feature::CompressorDictionary) {
        dictionaries(&mut it, &sample);
    }
}

fn one_shots(it: &mut Instance, sample: &[u8]) {
    let packed = it.compress(sample, options(1, ZLIB_WRAPPED)).unwrap();
    repeat(it, "compress", |it| assert!(it.compress(sample, options(1, ZLIB_WRAPPED)).is_ok()));
    repeat(it, "decompress", |it| assert!(it.decompress(&packed, ZLIB_WRAPPED, 1000).is_ok()));
    repeat(it, "crc32", |it| assert_ne!(it.crc32(sample, 0), 0));
    repeat(it, "adler32", |it| assert_ne!(it.adler32(sample, 1), 0));
    repeat(it, "version", |it| assert_ne!(it.version(), ""));
}

fn streams(it: &mut Instance, sample: &[u8]) {
    let compressor = it.compressor(options(1, ZLIB_WRAPPED)).unwrap();
    repeat(it, "compressor.compress", |it| {
        it.feed(compressor, sample, Flush::Sync, 100);
    });
    it.close(compressor);

    let packed = it.compress(sample, options(1, GZIP)).unwrap();
    repeat(it, "decompressor.open, decompress, drop", |it| {
        let decompressor = it.decompressor(GZIP).unwrap();
        assert_eq!(it.step_decompressor(decompressor, &packed, 1000).unwrap().output, sample);
        it.close(decompressor);
    });
    repeat(it, "compressor.open, drop in mid-stream", |it| {
        let compressor = it.compressor(options(1, RAW)).unwrap();
        it.step_compressor(compressor, sample, Flush::None, 10).unwrap();
        it.close(compressor);
    });
}

fn failures(it: &mut Instance, sample: &[u8]) {
    repeat(it, "compressor.open refused", |it| assert!(it.compressor(options(77, RAW)).is_err()));
    repeat(it, "decompressor.open refused", |it| assert!(it.decompressor(77).is_err()));
    repeat(it, "decompress refused", |it| assert!(it.decompress(sample, GZIP, 1 << 20).is_err()));
}

fn copies(it: &mut Instance, sample: &[u8]) {
    let compressor = it.compressor(options(1, RAW)).unwrap();
    it.feed(compressor, sample, Flush::None, 1000);
    repeat(it, "compressor.copy", |it| {
        let copy = it.copy_compressor(compressor).unwrap();
        it.close(copy);
    });
    let decompressor = it.decompressor(ZLIB_WRAPPED).unwrap();
    let packed = it.compress(sample, options(1, ZLIB_WRAPPED)).unwrap();
    it.step_decompressor(decompressor, &packed[..packed.len() / 2], 1000).unwrap();
    repeat(it, "decompressor.copy", |it| {
        let copy = it.copy_decompressor(decompressor).unwrap();
        it.close(copy);
    });
}

fn dictionaries(it: &mut Instance, sample: &[u8]) {
    repeat(it, "compressor.set-dictionary", |it| {
        let compressor = it.compressor(options(1, RAW)).unwrap();
        it.set_compressor_dictionary(compressor, sample).unwrap();
        it.close(compressor);
    });
    repeat(it, "decompressor.set-dictionary", |it| {
        let decompressor = it.decompressor(RAW).unwrap();
        it.set_decompressor_dictionary(decompressor, sample).unwrap();
        it.close(decompressor);
    });
}

pub fn is_not_taken_in_advance(provider: &Provider) {
    let mut it = provider.start();
    let packed = it.compress(b"small", options(6, ZLIB_WRAPPED)).unwrap();
    let before = it.memory();
    assert_eq!(it.decompress(&packed, ZLIB_WRAPPED, u32::MAX).unwrap(), b"small");
    let decompressor = it.decompressor(ZLIB_WRAPPED).unwrap();
    assert_eq!(it.step_decompressor(decompressor, &packed, u32::MAX).unwrap().output, b"small");
    let compressor = it.compressor(options(6, ZLIB_WRAPPED)).unwrap();
    it.step_compressor(compressor, b"small", Flush::Sync, u32::MAX).unwrap();
    assert!(it.memory() - before < 1 << 20, "{} bytes more", it.memory() - before);
}
