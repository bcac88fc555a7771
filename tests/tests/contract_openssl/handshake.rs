//! Handshakes in memory, and data, however the ciphertext is cut.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{Quantity, Status};
use pyforge_tests::openssl::{Operation, Pace, Who};
use pyforge_tests::samples;

use crate::shared::{VERSIONS, connected, pair};

const PACES: [Pace; 7] = [
    Pace::Whole,
    Pace::Wanted,
    Pace::Pieces(1),
    Pace::Pieces(2),
    Pace::Pieces(5),
    Pace::Pieces(97),
    Pace::Pieces(4096),
];

#[test]
fn hands_are_shaken_and_data_goes_both_ways_however_the_ciphertext_is_cut() {
    for version in VERSIONS {
        for pace in PACES {
            let (mut instance, mut pair) = pair(version);
            let shaken = instance.handshake(&mut pair, pace, &mut |_, _, _, _| false);
            assert!(shaken.is_done(), "{shaken:?}");
            assert_eq!(instance.quantity(&pair.client, Quantity::Finished), 1);
            for who in [Who::Client, Who::Server] {
                for size in [1, 100, 16384, 16385, 40_000] {
                    let data = samples::noise(size);
                    assert_eq!(instance.send(&mut pair, who, &data, pace), data);
                }
            }
        }
    }
}

#[test]
fn a_mebibyte_is_written_at_once() {
    for version in VERSIONS {
        let (mut instance, mut pair) = connected(version);
        let data = samples::noise(1 << 20);
        assert_eq!(instance.send(&mut pair, Who::Client, &data, Pace::Whole), data);
    }
}

#[test]
fn nothing_is_written_and_nothing_is_read() {
    for version in VERSIONS {
        let (mut instance, mut pair) = connected(version);
        let nothing = instance.run(&mut pair.client, Operation::Write(b""), Pace::Whole);
        assert_eq!((nothing.status, nothing.output), (Status::Done(0), Vec::new()));
        let sent = instance.run(&mut pair.client, Operation::Write(b"data"), Pace::Whole);
        pair.server.inbox.extend(sent.output);
        for _ in 0..2 {
            let read = instance.run(&mut pair.server, Operation::Read(0), Pace::Whole);
            assert_eq!((read.status, read.data), (Status::Done(0), Vec::new()));
        }
        let read = instance.run(&mut pair.server, Operation::Read(3), Pace::Whole);
        assert_eq!((read.status, read.data), (Status::Done(3), b"dat".to_vec()));
        assert_eq!(instance.quantity(&pair.server, Quantity::Pending), 1);
        let read = instance.run(&mut pair.server, Operation::Read(u32::MAX), Pace::Whole);
        assert_eq!((read.status, read.data), (Status::Done(1), b"a".to_vec()));
    }
}
