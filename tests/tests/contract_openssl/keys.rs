//! Pre-shared keys: who is asked what, and however the records before the questions are cut.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{
    Protocol, Quantity, Setting, Status,
};
use pyforge_tests::openssl::{Instance, Operation, Outcome, Pace, Pair, Side, Who};
use pyforge_tests::samples::Numbers;
use wasmtime::component::ResourceAny;

use crate::mutation::numbers;
use crate::shared::{COMPONENT, TLS_1_2, TLS_1_3, VERSIONS, context, file, server};

const KEY: &[u8] = b"sixteen bytes of";
const HANDSHAKE: u8 = 22;

/// What both sides answer.
#[derive(Clone, Copy)]
struct Answers<'a> {
    identity: &'a str,
    of_client: Option<&'a [u8]>,
    of_server: Option<&'a [u8]>,
}

const RIGHT: Answers<'static> = Answers { identity: "someone", of_client: Some(KEY), of_server: Some(KEY) };

type Questions = Vec<(Who, Option<String>)>;

fn contexts(instance: &mut Instance, version: u64, hint: Option<&str>) -> (ResourceAny, ResourceAny) {
    let client = context(instance, Protocol::Client, version);
    let server = context(instance, Protocol::Server, version);
    let guest = instance.tls.context();
    guest.call_set_psk_hint(&mut instance.store, server, hint).unwrap().unwrap();
    for context in [client, server] {
        guest.call_set_ciphers(&mut instance.store, context, "PSK").unwrap().unwrap();
    }
    instance.set(client, Setting::AskClientPsk, 1);
    instance.set(server, Setting::AskServerPsk, 1);
    (client, server)
}

fn answer(instance: &mut Instance, answers: Answers<'_>, who: Who, side: &Side, question: Option<&str>) {
    let (identity, key) = match who {
        Who::Client => (answers.identity, answers.of_client),
        // A ticket is an identity too, and its bytes may be a text by chance.
        Who::Server => ("", answers.of_server.filter(|_| question == Some(answers.identity))),
    };
    instance.tls.connection().call_answer_psk(&mut instance.store, side.connection, identity, key).unwrap();
}

/// Shakes hands; each flight goes through `recut` on its way. Returns whether both are done, and all questions.
fn shake(
    instance: &mut Instance,
    pair: &mut Pair,
    pace: Pace,
    answers: Answers<'_>,
    recut: &mut dyn FnMut(Vec<u8>) -> Vec<u8>,
) -> (bool, Questions) {
    let (mut questions, mut done) = (Vec::new(), [false; 2]);
    for _ in 0..8 {
        for who in [Who::Client, Who::Server] {
            let (side, peer) = pair.sides(who);
            loop {
                let Outcome { status, output, .. } = instance.run(side, Operation::Handshake, pace);
                peer.inbox.extend(recut(output));
                done[who as usize] = status == Status::Done(0);
                let Status::WantPsk(question) = status else { break };
                answer(instance, answers, who, side, question.as_deref());
                questions.push((who, question));
            }
        }
    }
    (done == [true; 2], questions)
}

fn asked(version: u64, hint: Option<&str>, pace: Pace, answers: Answers<'_>) -> (bool, Questions) {
    let mut instance = Instance::start(&COMPONENT);
    let (client, server) = contexts(&mut instance, version, hint);
    let mut pair = instance.pair(client, server);
    let result = shake(&mut instance, &mut pair, pace, answers, &mut |flight| flight);
    if result.0 {
        assert_eq!(instance.send(&mut pair, Who::Client, b"data", pace), b"data");
    }
    instance.part(pair);
    result
}

fn expected(version: u64, hint: Option<&str>) -> Questions {
    let hint = hint.filter(|_| version == TLS_1_2).map(str::to_owned);
    vec![(Who::Client, hint), (Who::Server, Some("someone".to_owned()))]
}

#[test]
fn each_side_is_asked_once_with_what_the_other_one_said() {
    for version in VERSIONS {
        for hint in [None, Some("a hint, naïve")] {
            for pace in [Pace::Whole, Pace::Wanted, Pace::Pieces(1), Pace::Pieces(50)] {
                let result = asked(version, hint, pace, RIGHT);
                assert_eq!(result, (true, expected(version, hint)), "{version:x} {pace:?}");
            }
        }
    }
}

#[test]
fn without_the_same_key_on_both_sides_there_is_no_connection() {
    for version in VERSIONS {
        for answers in [
            Answers { of_client: None, ..RIGHT },
            Answers { of_server: None, ..RIGHT },
            Answers { of_server: Some(b"another key, but"), ..RIGHT },
            Answers { of_client: Some(&[1; 1000]), ..RIGHT },
            Answers { of_client: Some(b""), ..RIGHT },
            Answers { of_server: Some(&[1; 1000]), ..RIGHT },
        ] {
            let (is_done, _) = asked(version, None, Pace::Whole, answers);
            assert!(!is_done, "{version:x}");
        }
    }
}

#[test]
fn identities_have_the_sizes_that_openssl_takes() {
    for version in VERSIONS {
        // An identity of TLS 1.3 has at least one byte.
        let none = version == TLS_1_2;
        for (size, fits) in [(0, none), (1, true), (127, true), (255, true), (256, false), (5000, false)] {
            let identity = "i".repeat(size);
            let answers = Answers { identity: &identity, ..RIGHT };
            assert_eq!(asked(version, None, Pace::Whole, answers).0, fits, "{version:x}, {size} bytes");
        }
    }
}

/// Cuts the handshake's records that are in the clear anew: into pieces of any size, messages together or apart.
fn recut(flight: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let records = crate::mutation::records(flight);
    let clear = records.iter().take_while(|record| record[0] == HANDSHAKE).count();
    let Some(first) = records.first().filter(|_| clear > 0) else { return flight.to_vec() };
    let messages: Vec<u8> = records[..clear].iter().flat_map(|record| record[5..].to_vec()).collect();
    let (mut rest, mut all) = (&messages[..], Vec::new());
    while !rest.is_empty() {
        let most = [3, 40, 4000][numbers.below(3)];
        let (piece, behind) = rest.split_at(rest.len().min(1 + numbers.below(most)));
        all.extend([&first[..3], &(piece.len() as u16).to_be_bytes(), piece].concat());
        rest = behind;
    }
    all.extend(records[clear..].concat());
    all
}

#[test]
fn records_before_the_questions_are_cut_in_odd_places() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let (client, server) = contexts(&mut instance, version, Some("a hint"));
        for case in 0..100 {
            let mut numbers = numbers(case);
            let mut pair = instance.pair(client, server);
            let pace = [Pace::Whole, Pace::Pieces(3), Pace::Wanted][case % 3];
            let mut recut = |flight: Vec<u8>| recut(&flight, &mut numbers);
            let result = shake(&mut instance, &mut pair, pace, RIGHT, &mut recut);
            assert_eq!(result, (true, expected(version, Some("a hint"))), "{version:x}, case {case}");
            instance.part(pair);
        }
    }
}

#[test]
fn a_ticket_and_a_key_are_two_identities() {
    let mut instance = Instance::start(&COMPONENT);
    let (client, server) = contexts(&mut instance, TLS_1_3, None);
    let mut first = instance.pair(client, server);
    assert!(shake(&mut instance, &mut first, Pace::Whole, RIGHT, &mut |flight| flight).0);
    instance.run(&mut first.client, Operation::Read(1), Pace::Whole);
    let guest = instance.tls.connection();
    let session = guest.call_session(&mut instance.store, first.client.connection).unwrap().unwrap();
    for key in [None, Some(KEY)] {
        let mut pair = instance.pair(client, server);
        let it = pair.client.connection;
        instance.tls.connection().call_set_session(&mut instance.store, it, session).unwrap().unwrap();
        let answers = Answers { of_server: key, ..RIGHT };
        let (is_done, questions) =
            shake(&mut instance, &mut pair, Pace::Whole, answers, &mut |flight| flight);
        assert!(is_done, "the ticket is enough");
        assert_eq!(questions.last(), Some(&(Who::Server, Some("someone".to_owned()))));
        assert_eq!(instance.quantity(&pair.client, Quantity::Reused), 1);
        instance.finish(pair);
    }
}

#[test]
fn a_server_with_a_certificate_goes_on_with_that() {
    let mut instance = Instance::start(&COMPONENT);
    let client = context(&mut instance, Protocol::Client, TLS_1_3);
    instance.set(client, Setting::AskClientPsk, 1);
    instance.trust(client, &file("ca.pem")).unwrap();
    let server = server(&mut instance, TLS_1_3, "ecdsa");
    instance.set(server, Setting::AskServerPsk, 1);
    // With a key too: OpenSSL only looks for a cipher suite that fits it where there is no certificate.
    for key in [None, Some(KEY)] {
        let mut pair = instance.pair(client, server);
        let answers = Answers { of_server: key, ..RIGHT };
        assert!(shake(&mut instance, &mut pair, Pace::Whole, answers, &mut |flight| flight).0);
        let it = pair.client.connection;
        let certificate = instance.tls.connection().call_peer_certificate(&mut instance.store, it).unwrap();
        assert!(certificate.is_some());
        instance.part(pair);
    }
}
