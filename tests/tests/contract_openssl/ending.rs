//! How connections end: in order from either side, half of them, cut off anywhere, and dropped in any order.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{Protocol, Quantity, Status};
use pyforge_tests::openssl::{Instance, Operation, Outcome, Pace, Pair, Who};
use pyforge_tests::scripts::long;

use crate::shared::{COMPONENT, TLS_1_2, VERSIONS, client, connected, context, pair, server};

/// `SSL_SENT_SHUTDOWN` and `SSL_RECEIVED_SHUTDOWN`
const SENT: i64 = 1;
const RECEIVED: i64 = 2;

/// Does something with a side, and sends what comes of it.
fn step(instance: &mut Instance, pair: &mut Pair, who: Who, operation: Operation<'_>) -> Outcome {
    let (side, peer) = pair.sides(who);
    let outcome = instance.run(side, operation, Pace::Whole);
    peer.inbox.extend(&outcome.output);
    outcome
}

fn other(who: Who) -> Who {
    if who == Who::Client { Who::Server } else { Who::Client }
}

fn end(instance: &mut Instance, pair: &mut Pair, who: Who) {
    let (side, _) = pair.sides(who);
    instance.tls.connection().call_end_input(&mut instance.store, side.connection).unwrap();
}

#[test]
fn either_side_closes_first() {
    for (version, who) in
        VERSIONS.into_iter().flat_map(|version| [(version, Who::Client), (version, Who::Server)])
    {
        let (mut instance, mut pair) = connected(version);
        assert_eq!(step(&mut instance, &mut pair, who, Operation::Shutdown).status, Status::Done(0));
        let peer = other(who);
        assert_eq!(step(&mut instance, &mut pair, peer, Operation::Read(10)).status, Status::Closed);
        assert_eq!(step(&mut instance, &mut pair, peer, Operation::Shutdown).status, Status::Done(1));
        assert_eq!(step(&mut instance, &mut pair, who, Operation::Shutdown).status, Status::Done(1));
        for side in [&pair.client, &pair.server] {
            assert_eq!(instance.quantity(side, Quantity::Shutdown), SENT | RECEIVED);
        }
    }
}

#[test]
fn half_a_connection_goes_on_for_as_long_as_it_is_open() {
    for version in VERSIONS {
        let (mut instance, mut pair) = connected(version);
        step(&mut instance, &mut pair, Who::Client, Operation::Shutdown);
        assert_eq!(step(&mut instance, &mut pair, Who::Server, Operation::Read(10)).status, Status::Closed);
        let sent = step(&mut instance, &mut pair, Who::Server, Operation::Write(b"the rest"));
        assert_eq!(sent.status, Status::Done(8));
        let read = step(&mut instance, &mut pair, Who::Client, Operation::Read(10));
        assert_eq!((read.status, read.data), (Status::Done(8), b"the rest".to_vec()));
        let refused = step(&mut instance, &mut pair, Who::Client, Operation::Write(b"too late")).status;
        assert!(matches!(refused, Status::Failed(_)), "{refused:?}");
    }
}

#[test]
fn an_end_without_a_word_is_told_from_one_with_it() {
    for version in VERSIONS {
        let (mut instance, mut pair) = connected(version);
        // What a server sends behind the handshake is not the end.
        step(&mut instance, &mut pair, Who::Client, Operation::Read(10));
        end(&mut instance, &mut pair, Who::Client);
        let status = step(&mut instance, &mut pair, Who::Client, Operation::Read(10)).status;
        assert!(is_explained(&status), "{status:?}");
        assert_eq!(instance.quantity(&pair.client, Quantity::Shutdown) & RECEIVED, 0);
    }
}

fn is_explained(status: &Status) -> bool {
    match status {
        Status::Failed(failure) => !failure.is_empty(),
        Status::Ended(_) => true,
        _ => false,
    }
}

/// Who reads the flight of each stage, and what for.
const STAGES: [(Who, bool); 4] =
    [(Who::Server, true), (Who::Client, true), (Who::Server, true), (Who::Client, false)];

#[test]
fn a_handshake_that_is_cut_off_anywhere_fails() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let contexts = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
        for stage in 0..STAGES.len() {
            let step = if long() { 1 } else { 7 };
            let mut at = 0;
            while cut(&mut instance, contexts, stage, at) {
                at += step;
            }
            assert!(at > 0, "no flight");
        }
    }
}

/// Ends one flight at a byte. False when it has no such byte.
fn cut(
    instance: &mut Instance,
    (client, server): (wasmtime::component::ResourceAny, wasmtime::component::ResourceAny),
    stage: usize,
    at: usize,
) -> bool {
    let mut pair = instance.pair(client, server);
    for (before, _) in STAGES[..=stage].iter().enumerate() {
        let sender = if before % 2 == 0 { Who::Client } else { Who::Server };
        step(instance, &mut pair, sender, Operation::Handshake);
    }
    let (who, is_handshake) = STAGES[stage];
    let (side, _) = pair.sides(who);
    let is_there = at < side.inbox.len();
    if is_there {
        side.inbox.truncate(at);
        end(instance, &mut pair, who);
        let operation = if is_handshake { Operation::Handshake } else { Operation::Read(10) };
        let status = step(instance, &mut pair, who, operation).status;
        assert!(is_explained(&status), "stage {stage}, byte {at}: {status:?}");
    }
    instance.part(pair);
    is_there
}

#[test]
fn what_belongs_together_is_dropped_in_any_order() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let (client, server) = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
        let mut pair = instance.pair(client, server);
        instance.close(client);
        instance.close(server);
        instance.connect(&mut pair);
        let data = instance.send(&mut pair, Who::Server, b"data", Pace::Whole);
        assert_eq!(data, b"data");
        let guest = instance.tls.connection();
        let session = guest.call_session(&mut instance.store, pair.client.connection).unwrap().unwrap();
        instance.part(pair);
        let id = instance.tls.session().call_id(&mut instance.store, session).unwrap();
        assert_eq!(id.len(), 32);
        instance.close(session);
    }
}

#[test]
fn contexts_that_a_connection_had_are_dropped_before_it() {
    let (mut instance, mut pair) = pair(TLS_1_2);
    for _ in 0..3 {
        let other = server(&mut instance, TLS_1_2, "second");
        let guest = instance.tls.connection();
        guest.call_set_context(&mut instance.store, pair.server.connection, other).unwrap();
        instance.close(other);
    }
    instance.connect(&mut pair);
    instance.part(pair);
}

#[test]
fn a_side_that_never_began_is_dropped_and_can_be_asked() {
    let mut instance = Instance::start(&COMPONENT);
    let context = context(&mut instance, Protocol::Any, TLS_1_2);
    let connection = instance.tls.connection().call_open(&mut instance.store, context).unwrap().unwrap();
    for operation in [Operation::Handshake, Operation::Read(1), Operation::Write(b"a"), Operation::Shutdown] {
        let status = instance.operate(connection, operation, b"").unwrap().status;
        assert!(is_explained(&status), "{status:?}");
    }
    let guest = instance.tls.connection();
    guest.call_version(&mut instance.store, connection).unwrap();
    assert!(guest.call_cipher(&mut instance.store, connection).unwrap().is_none());
    assert!(guest.call_session(&mut instance.store, connection).unwrap().is_none());
    assert!(guest.call_peer_chain(&mut instance.store, connection).unwrap().is_none());
    assert!(guest.call_request_certificate(&mut instance.store, connection).unwrap().is_err());
    instance.close(connection);
}
