//! Broken records: a peer in the middle breaks one flight of a live connection, during the handshake or after it.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{
    Protocol, Quantity, Setting, Status,
};
use pyforge_tests::openssl::{Instance, Operation, Outcome, Pace, Pair, Side, Who, is_question};
use pyforge_tests::samples::Numbers;
use wasmtime::component::ResourceAny;

use crate::certificates::PASSWORD;
use crate::fuzzing;
use crate::mutation::{mutate_records, numbers};
use crate::shared::{REQUIRE, TLS_1_2, TLS_1_3, VERIFY, file};

/// More rounds than any handshake takes.
const MOST_ROUNDS: usize = 12;

#[derive(Clone, Copy)]
struct Plan {
    version: u64,
    certificate: &'static str,
    /// Whether the server wants one of the client, later if it can.
    of_client: bool,
    psk: bool,
    is_asked: bool,
}

const PLAIN: Plan =
    Plan { version: TLS_1_2, certificate: "ecdsa", of_client: false, psk: false, is_asked: false };

const PLANS: [Plan; 9] = [
    PLAIN,
    Plan { version: TLS_1_3, ..PLAIN },
    Plan { of_client: true, ..PLAIN },
    Plan { version: TLS_1_3, of_client: true, ..PLAIN },
    Plan { is_asked: true, ..PLAIN },
    Plan { version: TLS_1_3, is_asked: true, certificate: "ed25519", ..PLAIN },
    Plan { psk: true, ..PLAIN },
    Plan { version: TLS_1_3, psk: true, ..PLAIN },
    Plan { certificate: "rsa", ..PLAIN },
];

/// The contexts of a plan, and how many flights its connections have.
struct Scene {
    plan: Plan,
    client: ResourceAny,
    server: ResourceAny,
    flights: usize,
}

/// Breaks a flight when it comes by, and keeps some others to put in its place.
struct Peer<'a> {
    numbers: &'a mut Numbers,
    /// How many flights come before that one; none is broken without.
    left: Option<usize>,
    seen: Vec<Vec<u8>>,
}

impl Peer<'_> {
    fn carry(&mut self, mut flight: Vec<u8>, to: &mut Side) {
        if flight.is_empty() {
            return;
        }
        self.seen.push(flight.clone());
        if let Some(left) = self.left {
            if left == 0 {
                self.break_it(&mut flight);
            }
            self.left = left.checked_sub(1);
        }
        to.inbox.extend(flight);
    }

    fn break_it(&mut self, flight: &mut Vec<u8>) {
        if self.numbers.below(16) == 0 {
            *flight = self.seen[self.numbers.below(self.seen.len())].clone();
        }
        mutate_records(flight, self.numbers);
    }
}

#[test]
fn broken_records_end_in_a_status_and_leave_the_memory_where_it_was() {
    fuzzing::run(prepare, |instance, scenes, case| {
        let mut numbers = numbers(case);
        let scene = &scenes[case % PLANS.len()];
        let left = Some(numbers.below(scene.flights));
        let mut peer = Peer { numbers: &mut numbers, left, seen: Vec::new() };
        live(instance, scene, &mut peer);
    });
}

fn prepare(instance: &mut Instance) -> Vec<Scene> {
    PLANS.iter().map(|&plan| scene(instance, plan)).collect()
}

fn scene(instance: &mut Instance, plan: Plan) -> Scene {
    let versions = [(Setting::MinimumVersion, plan.version), (Setting::MaximumVersion, plan.version)];
    let client = instance.context(Protocol::Client, &versions);
    let server = instance.context(Protocol::Server, &versions);
    identify(instance, plan, client, server);
    if plan.psk {
        share_keys(instance, client, server);
    }
    instance.set(server, Setting::AskServerName, plan.is_asked.into());
    for context in [client, server] {
        instance.set(context, Setting::ReportMessages, plan.is_asked.into());
        instance.set(context, Setting::ReportKeys, plan.is_asked.into());
    }
    let mut scene = Scene { plan, client, server, flights: 0 };
    let mut peer = Peer { numbers: &mut numbers(0), left: None, seen: Vec::new() };
    live(instance, &scene, &mut peer);
    scene.flights = peer.seen.len();
    scene
}

fn identify(instance: &mut Instance, plan: Plan, client: ResourceAny, server: ResourceAny) {
    let name = plan.certificate;
    instance.identify(server, &file(&format!("{name}.pem")), &file(&format!("{name}.key")), None);
    instance.trust(client, &file("ca.pem")).unwrap();
    instance.set(client, Setting::VerifyMode, if plan.psk { 0 } else { VERIFY });
    if plan.of_client {
        let password = Some(PASSWORD.as_bytes());
        instance.identify(client, &file("client.pem"), &file("client.key"), password);
        instance.trust(server, &file("ca.pem")).unwrap();
        instance.set(client, Setting::PostHandshakeAuth, 1);
        if plan.version == TLS_1_2 {
            instance.set(server, Setting::VerifyMode, REQUIRE);
        }
    }
}

fn share_keys(instance: &mut Instance, client: ResourceAny, server: ResourceAny) {
    let guest = instance.tls.context();
    for context in [client, server] {
        guest.call_set_ciphers(&mut instance.store, context, "PSK").unwrap().unwrap();
    }
    guest.call_set_psk_hint(&mut instance.store, server, Some("a hint")).unwrap().unwrap();
    instance.set(client, Setting::AskClientPsk, 1);
    instance.set(server, Setting::AskServerPsk, 1);
}

/// A connection from its beginning to its end.
fn live(instance: &mut Instance, scene: &Scene, peer: &mut Peer<'_>) {
    let mut pair = instance.pair(scene.client, scene.server);
    let guest = instance.tls.connection();
    guest.call_set_server_name(&mut instance.store, pair.client.connection, "localhost").unwrap().unwrap();
    if shake(instance, &mut pair, peer) {
        talk(instance, &mut pair, scene.plan, peer);
    }
    look_around(instance, &pair, peer.numbers);
    end(instance, pair, peer.numbers);
}

/// Whether both sides are done.
fn shake(instance: &mut Instance, pair: &mut Pair, peer: &mut Peer<'_>) -> bool {
    let mut done = [false; 2];
    for _ in 0..MOST_ROUNDS {
        let mut goes_on = false;
        for who in [Who::Client, Who::Server] {
            let (side, other) = pair.sides(who);
            let Outcome { status, output, .. } =
                instance.try_run(side, Operation::Handshake, Pace::Whole).unwrap();
            goes_on |= !output.is_empty() || answer(instance, side, who, &status);
            peer.carry(output, other);
            done[who as usize] = matches!(status, Status::Done(_));
        }
        if !goes_on {
            break;
        }
    }
    done == [true; 2]
}

fn answer(instance: &mut Instance, side: &Side, who: Who, status: &Status) -> bool {
    let guest = instance.tls.connection();
    let (store, connection) = (&mut instance.store, side.connection);
    match status {
        Status::WantPsk(_) if who == Who::Client => {
            guest.call_answer_psk(store, connection, "someone", Some(b"a key of 16 byte")).unwrap();
        }
        Status::WantPsk(identity) => {
            let key = (identity.as_deref() == Some("someone")).then_some(&b"a key of 16 byte"[..]);
            guest.call_answer_psk(store, connection, "", key).unwrap();
        }
        Status::WantServerNameAnswer(_) => {
            guest.call_answer_server_name(store, connection, None).unwrap();
        }
        _ => {}
    }
    is_question(status)
}

/// Data both ways, perhaps a certificate of the client in between, and the end.
fn talk(instance: &mut Instance, pair: &mut Pair, plan: Plan, peer: &mut Peer<'_>) {
    if plan.of_client && plan.version == TLS_1_3 {
        let guest = instance.tls.connection();
        guest
            .call_set(&mut instance.store, pair.server.connection, Quantity::VerifyMode, REQUIRE as i64)
            .unwrap();
        let _asked = guest.call_request_certificate(&mut instance.store, pair.server.connection).unwrap();
    }
    for (who, operation) in [
        (Who::Server, Operation::Write(b"from the server")),
        (Who::Client, Operation::Read(100)),
        (Who::Client, Operation::Write(&[7; 20_000])),
        (Who::Server, Operation::Read(16_384)),
        (Who::Server, Operation::Read(16_384)),
        (Who::Client, Operation::Shutdown),
        (Who::Server, Operation::Read(100)),
        (Who::Server, Operation::Shutdown),
        (Who::Client, Operation::Shutdown),
    ] {
        let (side, other) = pair.sides(who);
        let outcome = instance.try_run(side, operation, Pace::Whole).unwrap();
        peer.carry(outcome.output, other);
    }
}

/// Asks for all there is to know.
fn look_around(instance: &mut Instance, pair: &Pair, numbers: &mut Numbers) {
    let guest = instance.tls.connection();
    let store = &mut instance.store;
    for side in [&pair.client, &pair.server] {
        let it = side.connection;
        for quantity in [Quantity::Finished, Quantity::Shutdown, Quantity::VerifyResult, Quantity::Pending] {
            guest.call_get(&mut *store, it, quantity).unwrap();
        }
        guest.call_version(&mut *store, it).unwrap();
        guest.call_cipher(&mut *store, it).unwrap();
        guest.call_protocol(&mut *store, it).unwrap();
        guest.call_server_name(&mut *store, it).unwrap();
        guest.call_finished_message(&mut *store, it, numbers.below(2) == 0).unwrap();
        guest.call_peer_certificate(&mut *store, it).unwrap();
        guest.call_peer_chain(&mut *store, it).unwrap();
        guest.call_verified_chain(&mut *store, it).unwrap();
        if numbers.below(8) == 0 {
            guest.call_client_ciphers(&mut *store, it).unwrap();
        }
        if let Some(session) = guest.call_session(&mut *store, it).unwrap() {
            session.resource_drop(&mut *store).unwrap();
        }
    }
}

/// The input ends, in the middle or not, and the sides go in any order.
fn end(instance: &mut Instance, mut pair: Pair, numbers: &mut Numbers) {
    for who in [Who::Client, Who::Server] {
        let (side, _) = pair.sides(who);
        instance.tls.connection().call_end_input(&mut instance.store, side.connection).unwrap();
        let operation = [Operation::Handshake, Operation::Read(10), Operation::Shutdown][numbers.below(3)];
        let outcome = instance.try_run(side, operation, Pace::Whole).unwrap();
        assert!(!matches!(outcome.status, Status::WantInput(_)), "the input has ended");
    }
    let (first, second) = pair.sides([Who::Client, Who::Server][numbers.below(2)]);
    instance.close(first.connection);
    instance.close(second.connection);
}
