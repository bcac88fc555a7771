//! Names that clients give, and protocols that are agreed on.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{Setting, Status};
use pyforge_tests::openssl::{Instance, Pace, Pair, Shaken, Who, reasons};

use crate::pem;
use crate::shared::{COMPONENT, VERSIONS, client, file, server};

/// `SSL_AD_UNRECOGNIZED_NAME`
const UNRECOGNIZED_NAME: u8 = 112;

enum Answer {
    GoOn,
    Switch,
    Alert,
}

fn ask(version: u64, name: Option<&str>, answer: &Answer) -> (Instance, Pair, Shaken, Vec<Option<String>>) {
    let mut instance = Instance::start(&COMPONENT);
    let contexts = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
    instance.set(contexts.1, Setting::AskServerName, 1);
    let other = server(&mut instance, version, "second");
    let mut pair = instance.pair(contexts.0, contexts.1);
    if let Some(name) = name {
        let it = pair.client.connection;
        instance.tls.connection().call_set_server_name(&mut instance.store, it, name).unwrap().unwrap();
    }
    let mut asked = Vec::new();
    let shaken = instance.handshake(&mut pair, Pace::Pieces(50), &mut |instance, who, side, status| {
        let Status::WantServerNameAnswer(name) = status else { panic!("{status:?}") };
        assert_eq!(who, Who::Server);
        asked.push(name.clone());
        let (guest, it) = (instance.tls.connection(), side.connection);
        if let Answer::Switch = answer {
            guest.call_set_context(&mut instance.store, it, other).unwrap();
        }
        let alert = matches!(answer, Answer::Alert).then_some(UNRECOGNIZED_NAME);
        guest.call_answer_server_name(&mut instance.store, it, alert).unwrap();
        true
    });
    (instance, pair, shaken, asked)
}

fn peer_certificate(instance: &mut Instance, pair: &Pair) -> Vec<u8> {
    let it = pair.client.connection;
    instance.tls.connection().call_peer_certificate(&mut instance.store, it).unwrap().unwrap()
}

#[test]
fn a_server_is_asked_about_the_name_and_goes_on() {
    for version in VERSIONS {
        for name in [Some("localhost"), None] {
            let (mut instance, pair, shaken, asked) = ask(version, name, &Answer::GoOn);
            assert!(shaken.is_done(), "{shaken:?}");
            assert_eq!(asked, [name.map(str::to_owned)]);
            assert_eq!(peer_certificate(&mut instance, &pair), pem::first(&file("ecdsa.pem")));
            let it = pair.server.connection;
            let given = instance.tls.connection().call_server_name(&mut instance.store, it).unwrap();
            assert_eq!(given.as_deref(), name);
        }
    }
}

#[test]
fn a_server_goes_on_with_another_certificate() {
    for version in VERSIONS {
        let (mut instance, pair, shaken, _) = ask(version, Some("other.test"), &Answer::Switch);
        assert!(shaken.is_done(), "{shaken:?}");
        assert_eq!(peer_certificate(&mut instance, &pair), pem::first(&file("second.pem")));
    }
}

#[test]
fn a_server_ends_the_handshake_with_an_alert() {
    for version in VERSIONS {
        let (_, _, shaken, _) = ask(version, Some("nobody.test"), &Answer::Alert);
        let (client, server) = (shaken.client.unwrap(), shaken.server.unwrap());
        assert!(matches!(server, Status::Failed(_)), "{server:?}");
        assert!(reasons(&client).iter().any(|reason| reason.contains("unrecognized name")), "{client:?}");
    }
}

#[test]
fn names_that_cannot_be_given_are_refused() {
    let mut instance = Instance::start(&COMPONENT);
    let context = client(&mut instance, VERSIONS[0]);
    let side = instance.side(context, Who::Client);
    for name in [String::new(), "a".repeat(256)] {
        let set = instance.tls.connection().call_set_server_name(&mut instance.store, side.connection, &name);
        assert!(set.unwrap().is_err(), "{name}");
    }
}

/// What is agreed on.
fn agree(version: u64, offered: &[u8], selectable: &[u8]) -> Vec<u8> {
    let mut instance = Instance::start(&COMPONENT);
    let contexts = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
    let guest = instance.tls.context();
    for (context, protocols) in [(contexts.0, offered), (contexts.1, selectable)] {
        guest.call_set_protocols(&mut instance.store, context, protocols).unwrap().unwrap();
    }
    instance.set(contexts.1, Setting::SelectProtocol, 1);
    let mut pair = instance.pair(contexts.0, contexts.1);
    instance.connect(&mut pair);
    let mut agreed = [pair.client.connection, pair.server.connection]
        .map(|it| instance.tls.connection().call_protocol(&mut instance.store, it).unwrap());
    assert_eq!(agreed[0], agreed[1]);
    std::mem::take(&mut agreed[0])
}

#[test]
fn the_first_protocol_of_the_server_that_the_client_has_is_agreed_on() {
    for version in VERSIONS {
        assert_eq!(agree(version, b"\x02h2\x08http/1.1", b"\x08http/1.1\x02h2"), b"http/1.1");
        assert_eq!(agree(version, b"\x02h2", b"\x03foo"), b"");
        assert_eq!(agree(version, b"", b"\x03foo"), b"");
        assert_eq!(agree(version, b"\x03foo", b""), b"");
    }
}

#[test]
fn protocols_that_are_no_list_are_refused() {
    let mut instance = Instance::start(&COMPONENT);
    let context = client(&mut instance, VERSIONS[0]);
    for protocols in [&b"\x05h2"[..], b"\x00", b"\x02h2\x00"] {
        let set = instance.tls.context().call_set_protocols(&mut instance.store, context, protocols).unwrap();
        assert!(set.is_err(), "{protocols:?}");
    }
}
