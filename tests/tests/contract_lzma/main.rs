//! What a provider of `lzma:component/stream` must do.

mod instance;

use pyforge_tests::component;
use pyforge_tests::contract::surface;
use pyforge_tests::samples::{self, Numbers};

use crate::instance::{
    Action, BranchOptions, Container, Expected, Failure, Filter, Instance, LzmaOptions, NO_LIMIT, Status,
    Stream,
};

const UNSUPPORTED_CHECK: i32 = 3;
const MEMLIMIT_ERROR: i32 = 6;
const FORMAT_ERROR: i32 = 7;
const OPTIONS_ERROR: i32 = 8;
const DATA_ERROR: i32 = 9;
const BUF_ERROR: i32 = 10;
const PROG_ERROR: i32 = 11;

const CRC64: u32 = 4;
/// All that liblzma knows: none, CRC-32, CRC-64 and SHA-256.
const CHECKS: [u32; 4] = [0, 1, CRC64, 10];

fn failed<T>(code: i32) -> Result<T, Failure> {
    Err(Failure { code })
}

/// Every filter that can come before another one.
fn filters_before() -> Vec<Filter> {
    let branch = |id| Filter::Branch(BranchOptions { id, start_offset: 16 * id as u32 });
    (4..=11).map(branch).chain([Filter::Delta(1), Filter::Delta(256)]).collect()
}

#[test]
fn surface_is_the_interface_alone() {
    let (imports, exports) = surface(&component("lzma"));
    assert_eq!((imports, exports), (Vec::new(), vec!["lzma:component/stream@0.1.0".to_owned()]));
}

#[test]
fn round_trips_in_steps_of_any_size() {
    let mut it = Instance::start();
    let (lzma1, lzma2) = ([Filter::Lzma1(it.options(1))], [Filter::Lzma2(it.options(1))]);
    let containers = [
        (Container::Xz(CRC64), &lzma2, Expected::Xz, CRC64),
        (Container::Alone, &lzma1, Expected::Alone, 0),
        (Container::Raw, &lzma1, Expected::Raw(lzma1.to_vec()), 0),
        (Container::Raw, &lzma2, Expected::Raw(lzma2.to_vec()), 0),
    ];
    for (container, filters, expected, check) in containers {
        for (index, sample) in samples::all().iter().enumerate() {
            let whole = it.compress(sample, container, filters).unwrap();
            assert_eq!(&it.decompress(&whole, &expected, NO_LIMIT, sample.len() as u32).unwrap(), sample);
            for (pace, max_output) in [(1 << 20, 1 << 20), (777, 1 << 20), (1 << 20, 333), (100, 10)] {
                let compressor = it.compressor(container, filters, Action::Finish);
                let (packed, _, last) = it.drive(compressor, sample, pace, max_output);
                it.close(compressor);
                assert_eq!((&packed, last.status), (&whole, Status::StreamEnd), "sample {index}, by {pace}");
                let decompressor = it.decompressor(&expected);
                let (unpacked, taken, last) = it.drive(decompressor, &whole, pace, max_output);
                it.close(decompressor);
                assert!(&unpacked == sample && taken == whole.len(), "sample {index}, by {pace}");
                assert_eq!((last.status, last.check), (Status::StreamEnd, Some(check)));
            }
        }
    }
}

#[test]
fn every_filter_match_finder_and_mode_round_trips() {
    let mut it = Instance::start();
    let sample = samples::mixture(60_000);
    let options = it.options(6);
    let mut chains: Vec<_> =
        filters_before().into_iter().map(|before| vec![before, Filter::Lzma2(options)]).collect();
    chains.push([&filters_before()[..3], &[Filter::Lzma2(options)]].concat());
    for mf in [0x03, 0x04, 0x12, 0x13, 0x14] {
        for mode in [1, 2] {
            let options = LzmaOptions { mf, mode, lc: 1, lp: 2, pb: 1, depth: 9, nice_len: 99, ..options };
            chains.extend([vec![Filter::Lzma1(options)], vec![Filter::Lzma2(options)]]);
        }
    }
    for chain in chains {
        let packed = it.compress(&sample, Container::Raw, &chain).unwrap();
        assert!(it.decompress(&packed, &Expected::Raw(chain), NO_LIMIT, 1 << 20).unwrap() == sample);
    }
}

#[test]
fn checks_are_told_apart_and_reported() {
    let mut it = Instance::start();
    let lzma2 = [Filter::Lzma2(it.options(0))];
    for check in CHECKS {
        assert!(it.guest.call_is_check_supported(&mut it.store, check).unwrap());
        let packed = it.compress(b"some words", Container::Xz(check), &lzma2).unwrap();
        let decompressor = it.decompressor(&Expected::Auto);
        assert_eq!(it.step(decompressor, &packed[..11], false, 100).check, None);
        let chunk = it.step(decompressor, &packed[11..], true, 100);
        assert_eq!((chunk.check, chunk.status), (Some(check), Status::StreamEnd));
        it.close(decompressor);
    }
    assert!(!it.guest.call_is_check_supported(&mut it.store, 77).unwrap());
    assert_eq!(it.compress(b"", Container::Xz(2), &lzma2), failed(UNSUPPORTED_CHECK));
    assert_eq!(it.compress(b"", Container::Xz(16), &lzma2), failed(PROG_ERROR));
}

#[test]
fn a_flush_brings_out_all_input_and_the_stream_goes_on() {
    let mut it = Instance::start();
    let lzma2 = [Filter::Lzma2(it.options(6))];
    let compressor = it.compressor(Container::Xz(1), &lzma2, Action::SyncFlush);
    let decompressor = it.decompressor(&Expected::Xz);
    for round in 0..3 {
        let sample = samples::text(5_000 + round);
        let (packed, _, last) = it.drive(compressor, &sample, 1000, 100);
        assert_eq!(last.status, Status::Ok);
        assert!(it.drive(decompressor, &packed, 1000, 100).0 == sample, "round {round}");
    }
    it.close(compressor);
    it.close(decompressor);
}

#[test]
fn trailing_data_is_left() {
    let mut it = Instance::start();
    let lzma2 = [Filter::Lzma2(it.options(0))];
    let mut packed = it.compress(b"some words", Container::Xz(CRC64), &lzma2).unwrap();
    let size = packed.len();
    packed.extend(b"behind");
    let decompressor = it.decompressor(&Expected::Auto);
    let (output, taken, last) = it.drive(decompressor, &packed, 5, 3);
    assert_eq!((output.as_slice(), taken, last.status), (&b"some words"[..], size, Status::StreamEnd));
    assert_eq!(it.step(decompressor, b"more", true, 10).status, Status::StreamEnd);
    it.close(decompressor);
}

#[test]
fn what_is_not_sensible_is_refused() {
    let mut it = Instance::start();
    let options = it.options(6);
    let (lzma1, lzma2) = (Filter::Lzma1(options), Filter::Lzma2(options));
    let delta = Filter::Delta(1);
    let wrong_branch = Filter::Branch(BranchOptions { id: 0x21, start_offset: 0 });
    let mut refused = |container, filters: &[Filter]| it.compress(b"", container, filters).unwrap_err().code;
    assert_eq!(refused(Container::Alone, &[lzma2]), OPTIONS_ERROR);
    assert_eq!(refused(Container::Xz(CRC64), &[lzma1]), PROG_ERROR);
    assert_eq!(refused(Container::Raw, &[]), PROG_ERROR);
    assert_eq!(refused(Container::Raw, &[delta]), OPTIONS_ERROR);
    assert_eq!(refused(Container::Raw, &[Filter::Delta(257), lzma2]), OPTIONS_ERROR);
    assert_eq!(refused(Container::Raw, &[wrong_branch, lzma2]), OPTIONS_ERROR);
    assert_eq!(refused(Container::Raw, &[delta, delta, delta, delta, lzma2]), OPTIONS_ERROR);
    let (large, mode) = (LzmaOptions { dict_size: u32::MAX, ..options }, LzmaOptions { mode: 77, ..options });
    let (mf, nice_len) = (LzmaOptions { mf: 77, ..options }, LzmaOptions { nice_len: 274, ..options });
    for wrong in [large, mode, mf, nice_len] {
        assert_eq!(refused(Container::Raw, &[Filter::Lzma2(wrong)]), OPTIONS_ERROR);
    }
    for preset in [10, 31, 1 << 30, u32::MAX] {
        assert_eq!(it.guest.call_preset(&mut it.store, preset).unwrap(), None);
    }
}

#[test]
fn broken_input_is_refused_with_the_library_s_code_and_stays_refused() {
    let mut it = Instance::start();
    let sample = samples::mixture(100_000);
    let lzma2 = [Filter::Lzma2(it.options(1))];
    let packed = it.compress(&sample, Container::Xz(CRC64), &lzma2).unwrap();
    assert_eq!(it.decompress(b"hello, world", &Expected::Auto, NO_LIMIT, 10), failed(FORMAT_ERROR));
    assert_eq!(
        it.decompress(&packed[..packed.len() - 1], &Expected::Xz, NO_LIMIT, 1 << 20),
        failed(BUF_ERROR)
    );
    assert_eq!(it.decompress(&packed, &Expected::Xz, NO_LIMIT, 99_999), failed(BUF_ERROR));
    assert_eq!(it.decompress(&packed, &Expected::Xz, 10_000, 1 << 20), failed(MEMLIMIT_ERROR));
    let mut numbers = Numbers::new(3);
    for _ in 0..300 {
        let mut broken = packed.clone();
        broken[numbers.below(packed.len())] ^= 1 << numbers.below(8);
        let decompressor = it.decompressor(&Expected::Xz);
        let (_, _, last) = it.drive(decompressor, &broken, 4096, 4096);
        let Status::Failed(Failure { code }) = last.status else { panic!("not refused") };
        assert!([FORMAT_ERROR, OPTIONS_ERROR, DATA_ERROR].contains(&code), "{code}");
        let again = it.step(decompressor, &packed, true, 4096).status;
        assert_eq!(again, Status::Failed(Failure { code: PROG_ERROR }));
        it.close(decompressor);
    }
}

#[test]
fn what_is_over_stays_over() {
    let mut it = Instance::start();
    let lzma2 = [Filter::Lzma2(it.options(0))];
    let compressor = it.compressor(Container::Xz(CRC64), &lzma2, Action::Finish);
    let packed = it.drive(compressor, b"some words", 100, 1 << 20).0;
    let limited = it.guest.decompressor().call_open(&mut it.store, &Expected::Auto, 10_000).unwrap().unwrap();
    let limited = Stream::Decompressor(limited);
    for round in 0..3 {
        let ended = it.step(compressor, b"more", false, 100);
        assert_eq!((ended.status, ended.consumed, ended.output), (Status::StreamEnd, 0, Vec::new()));
        let refused = it.step(limited, &packed, true, 100);
        assert_eq!(refused.status, Status::Failed(Failure { code: MEMLIMIT_ERROR }), "round {round}");
    }
    it.close(compressor);
    it.close(limited);
}

#[test]
fn properties_are_read_as_they_were_written() {
    let mut it = Instance::start();
    let options = it.options(6);
    let mut through = |filter, id| {
        let properties = it.guest.call_encode_properties(&mut it.store, filter).unwrap()?;
        it.guest.call_decode_properties(&mut it.store, id, &properties).unwrap()
    };
    for filter in filters_before() {
        let id = if let Filter::Branch(options) = filter { options.id } else { 3 };
        assert_eq!(through(filter, id), Ok(filter));
    }
    let Ok(Filter::Lzma2(read)) = through(Filter::Lzma2(options), 0x21) else { panic!("not read") };
    assert_eq!(read.dict_size, 1 << 16);
    assert_eq!(through(Filter::Delta(0), 3), failed(PROG_ERROR));
    assert_eq!(
        it.guest.call_decode_properties(&mut it.store, 3, b"too long").unwrap(),
        failed(OPTIONS_ERROR)
    );
    assert_eq!(it.guest.call_decode_properties(&mut it.store, 77, b"").unwrap(), failed(OPTIONS_ERROR));
}

#[test]
fn memory_stays_where_it_was() {
    let mut it = Instance::start();
    let sample = samples::text(2_000);
    let lzma2 = [Filter::Lzma2(it.options(6))];
    let mut before = 0;
    for round in 0..1_000 {
        let packed = it.compress(&sample, Container::Xz(CRC64), &lzma2).unwrap();
        assert_eq!(it.decompress(&packed, &Expected::Auto, NO_LIMIT, 2_000).unwrap(), sample);
        let compressor = it.compressor(Container::Raw, &lzma2, Action::Finish);
        let decompressor = it.decompressor(&Expected::Auto);
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
