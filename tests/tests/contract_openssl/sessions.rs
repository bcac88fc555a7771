//! Going on from sessions, and what contexts count.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{Quantity, Setting};
use pyforge_tests::openssl::{Instance, Operation, Pace, Pair, Who};
use wasmtime::component::ResourceAny;

use crate::shared::{COMPONENT, TLS_1_2, TLS_1_3, VERSIONS, client, server};

/// `SSL_OP_NO_TICKET`
const NO_TICKET: u64 = 1 << 14;

/// A connection, perhaps from a session, and the session that comes of it.
fn visit(
    instance: &mut Instance,
    (client, server): (ResourceAny, ResourceAny),
    from: Option<ResourceAny>,
) -> (Pair, ResourceAny) {
    let mut pair = instance.pair(client, server);
    let guest = instance.tls.connection();
    let (ours, theirs) = (pair.client.connection, pair.server.connection);
    guest.call_set_session_id_context(&mut instance.store, theirs, b"here").unwrap().unwrap();
    if let Some(session) = from {
        guest.call_set_session(&mut instance.store, ours, session).unwrap().unwrap();
    }
    instance.connect(&mut pair);
    // Tickets of TLS 1.3 follow the handshake.
    instance.run(&mut pair.client, Operation::Read(1), Pace::Whole);
    let session = instance.tls.connection().call_session(&mut instance.store, ours).unwrap().unwrap();
    (pair, session)
}

fn revisits(instance: &mut Instance, version: u64, options: u64) -> (ResourceAny, ResourceAny) {
    let contexts = (client(instance, version), server(instance, version, "ecdsa"));
    let default = instance.tls.context().call_get(&mut instance.store, contexts.1, Setting::Options).unwrap();
    instance.set(contexts.1, Setting::Options, default | options);
    let (first, session) = visit(instance, contexts, None);
    assert_eq!(instance.quantity(&first.client, Quantity::Reused), 0);
    instance.finish(first);
    for _ in 0..2 {
        let (again, new) = visit(instance, contexts, Some(session));
        for side in [&again.client, &again.server] {
            assert_eq!(instance.quantity(side, Quantity::Reused), 1);
            assert_eq!(instance.quantity(side, Quantity::VerifyResult), 0);
        }
        instance.finish(again);
        instance.close(new);
    }
    (session, contexts.1)
}

#[test]
fn sessions_with_tickets_are_gone_on_from() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let (session, server) = revisits(&mut instance, version, 0);
        let guest = instance.tls.session();
        let lifetime = guest.call_ticket_lifetime(&mut instance.store, session).unwrap();
        assert_eq!(lifetime, Some(7200));
        assert!(guest.call_timeout(&mut instance.store, session).unwrap() > 0);
        assert!(guest.call_time(&mut instance.store, session).unwrap() > 1_700_000_000);
        let statistics = instance.tls.context().call_statistics(&mut instance.store, server).unwrap();
        assert_eq!((statistics.accept, statistics.accept_good, statistics.hits), (3, 3, 2));
        assert_eq!((statistics.connect, statistics.misses, statistics.cache_full), (0, 0, 0));
    }
}

#[test]
fn sessions_that_the_server_keeps_are_gone_on_from() {
    let mut instance = Instance::start(&COMPONENT);
    let (session, server) = revisits(&mut instance, TLS_1_2, NO_TICKET);
    assert_eq!(instance.tls.session().call_ticket_lifetime(&mut instance.store, session).unwrap(), None);
    let statistics = instance.tls.context().call_statistics(&mut instance.store, server).unwrap();
    assert_eq!((statistics.number, statistics.hits), (1, 2));
}

#[test]
fn a_server_that_does_not_know_the_session_begins_anew() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let contexts = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
        let (first, session) = visit(&mut instance, contexts, None);
        let other = server(&mut instance, version, "second");
        let (second, _) = visit(&mut instance, (contexts.0, other), Some(session));
        assert_eq!(instance.quantity(&second.client, Quantity::Reused), 0);
        instance.part(first);
        instance.part(second);
    }
}

#[test]
fn as_many_tickets_as_are_set_are_sent() {
    let mut instance = Instance::start(&COMPONENT);
    let contexts = (client(&mut instance, TLS_1_3), server(&mut instance, TLS_1_3, "ecdsa"));
    let mut sizes = Vec::new();
    for count in [0, 1, 2, 20] {
        instance.set(contexts.1, Setting::Tickets, count);
        let mut pair = instance.pair(contexts.0, contexts.1);
        // The last output of the server.
        let mut size = 0;
        for who in [Who::Client, Who::Server, Who::Client, Who::Server] {
            let (side, peer) = pair.sides(who);
            let outcome = instance.run(side, Operation::Handshake, Pace::Whole);
            size = outcome.output.len();
            peer.inbox.extend(outcome.output);
        }
        sizes.push(size);
        instance.run(&mut pair.client, Operation::Read(1), Pace::Whole);
        instance.part(pair);
    }
    assert_eq!(sizes[0], 0);
    assert!(sizes.is_sorted() && sizes[3] >= 20 * (sizes[1] - 1), "{sizes:?}");
}
