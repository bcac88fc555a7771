//! Certificates and keys of one's own: encrypted, of somebody else, of clients, at the handshake and later.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{
    Protocol, Quantity, Refusal, Setting, Status,
};
use pyforge_tests::openssl::{Instance, Operation, Pace, Pair, Who, reasons};
use wasmtime::component::ResourceAny;

use crate::certificates::PASSWORD;
use crate::pem;
use crate::shared::{COMPONENT, REQUIRE, TLS_1_2, TLS_1_3, VERSIONS, client, context, file, server};

/// `PEM_BUFSIZE`
const MOST_PASSWORD: u32 = 1024;

#[test]
fn an_encrypted_key_wants_its_password() {
    let mut instance = Instance::start(&COMPONENT);
    let context = context(&mut instance, Protocol::Client, TLS_1_2);
    let guest = instance.tls.context();
    guest.call_use_certificates(&mut instance.store, context, &file("client.pem"), None).unwrap().unwrap();
    let key = file("client.key");
    assert_eq!(instance.try_key(context, &key, None), Err(Refusal::PasswordWanted(MOST_PASSWORD)));
    for wrong in [&b"wrong"[..], b"", &[b'a'; 1024], &[b'a'; 1025], &[b'a'; 100_000]] {
        let refused = instance.try_key(context, &key, Some(wrong));
        assert!(matches!(&refused, Err(Refusal::Failed(failure)) if !failure.is_empty()), "{refused:?}");
    }
    let check = |instance: &mut Instance| {
        instance.tls.context().call_check_private_key(&mut instance.store, context).unwrap()
    };
    assert!(check(&mut instance).is_err(), "there is no key yet");
    instance.try_key(context, &key, Some(PASSWORD.as_bytes())).unwrap();
    check(&mut instance).unwrap();
}

#[test]
fn a_key_of_somebody_else_is_refused() {
    let mut instance = Instance::start(&COMPONENT);
    let context = context(&mut instance, Protocol::Server, TLS_1_2);
    let guest = instance.tls.context();
    guest.call_use_certificates(&mut instance.store, context, &file("ecdsa.pem"), None).unwrap().unwrap();
    let Err(Refusal::Failed(failure)) = instance.try_key(context, &file("second.key"), None) else {
        panic!()
    };
    assert!(failure.iter().any(|problem| problem.reason.contains("key values mismatch")), "{failure:?}");
    // The other way round, the key goes, as OpenSSL has it.
    instance.try_key(context, &file("ecdsa.key"), None).unwrap();
    let guest = instance.tls.context();
    guest.call_use_certificates(&mut instance.store, context, &file("second.pem"), None).unwrap().unwrap();
    assert!(guest.call_check_private_key(&mut instance.store, context).unwrap().is_err());
}

#[test]
fn files_without_what_is_wanted_are_refused() {
    let mut instance = Instance::start(&COMPONENT);
    let context = context(&mut instance, Protocol::Server, TLS_1_2);
    for nothing in [&b""[..], b"text", &file("ecdsa.pem"), b"-----BEGIN PRIVATE KEY-----\n!\n"] {
        let Err(Refusal::Failed(failure)) = instance.try_key(context, nothing, None) else { panic!() };
        assert!(!failure.is_empty());
    }
    for nothing in [&b""[..], b"text", &file("ecdsa.key"), b"-----BEGIN CERTIFICATE-----\n!\n"] {
        let guest = instance.tls.context();
        let used = guest.call_use_certificates(&mut instance.store, context, nothing, None).unwrap();
        assert!(matches!(used, Err(Refusal::Failed(failure)) if !failure.is_empty()));
    }
}

#[test]
fn a_server_without_a_certificate_has_nothing_to_say() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let contexts = (client(&mut instance, version), context(&mut instance, Protocol::Server, version));
        let mut pair = instance.pair(contexts.0, contexts.1);
        let shaken = instance.handshake(&mut pair, Pace::Whole, &mut |_, _, _, _| false);
        let server = shaken.server.unwrap();
        // TLS 1.3 is no version that such a server has.
        let why = if version == TLS_1_3 { "unsupported protocol" } else { "no shared cipher" };
        assert_eq!(reasons(&server), [why]);
    }
}

/// A client with its certificate, and a server that trusts the authority.
fn with_certificate(instance: &mut Instance, version: u64) -> (ResourceAny, ResourceAny) {
    let contexts = (client(instance, version), server(instance, version, "ecdsa"));
    let password = Some(PASSWORD.as_bytes());
    instance.identify(contexts.0, &file("client.pem"), &file("client.key"), password);
    instance.trust(contexts.1, &file("ca.pem")).unwrap();
    contexts
}

fn certificate_of_client(instance: &mut Instance, pair: &Pair) -> Option<Vec<u8>> {
    let it = pair.server.connection;
    instance.tls.connection().call_peer_certificate(&mut instance.store, it).unwrap()
}

#[test]
fn a_client_shows_its_certificate_when_it_is_asked() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let contexts = with_certificate(&mut instance, version);
        instance.set(contexts.1, Setting::VerifyMode, REQUIRE);
        let mut pair = instance.pair(contexts.0, contexts.1);
        instance.connect(&mut pair);
        let shown = certificate_of_client(&mut instance, &pair);
        assert_eq!(shown, Some(pem::first(&file("client.pem"))));
        instance.part(pair);
    }
}

#[test]
fn a_server_that_requires_a_certificate_refuses_a_client_without() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let contexts = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
        instance.set(contexts.1, Setting::VerifyMode, REQUIRE);
        let mut pair = instance.pair(contexts.0, contexts.1);
        let shaken = instance.handshake(&mut pair, Pace::Whole, &mut |_, _, _, _| false);
        let server = shaken.server.unwrap();
        assert_eq!(reasons(&server), ["peer did not return a certificate"]);
        instance.part(pair);
    }
}

/// Asks for the certificate with some data.
fn ask_later(instance: &mut Instance, pair: &mut Pair) -> bool {
    let it = pair.server.connection;
    let guest = instance.tls.connection();
    guest.call_set(&mut instance.store, it, Quantity::VerifyMode, REQUIRE as i64).unwrap();
    guest.call_request_certificate(&mut instance.store, it).unwrap().is_ok()
}

#[test]
fn a_client_shows_its_certificate_later() {
    let mut instance = Instance::start(&COMPONENT);
    let contexts = with_certificate(&mut instance, TLS_1_3);
    instance.set(contexts.0, Setting::PostHandshakeAuth, 1);
    let mut pair = instance.pair(contexts.0, contexts.1);
    instance.connect(&mut pair);
    assert_eq!(certificate_of_client(&mut instance, &pair), None);
    assert!(ask_later(&mut instance, &mut pair));
    for who in [Who::Server, Who::Client, Who::Server] {
        assert_eq!(instance.send(&mut pair, who, b"data", Pace::Pieces(7)), b"data");
    }
    let shown = certificate_of_client(&mut instance, &pair);
    assert_eq!(shown, Some(pem::first(&file("client.pem"))));
}

#[test]
fn a_question_without_data_goes_with_an_empty_write() {
    let mut instance = Instance::start(&COMPONENT);
    let contexts = with_certificate(&mut instance, TLS_1_3);
    instance.set(contexts.0, Setting::PostHandshakeAuth, 1);
    let mut pair = instance.pair(contexts.0, contexts.1);
    instance.connect(&mut pair);
    assert!(ask_later(&mut instance, &mut pair));
    let asked = instance.run(&mut pair.server, Operation::Write(b""), Pace::Whole);
    assert_eq!(asked.status, Status::Done(0));
    assert!(!asked.output.is_empty());
}

#[test]
fn clients_that_do_not_offer_it_and_older_versions_are_not_asked_later() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let contexts = with_certificate(&mut instance, version);
        let mut pair = instance.pair(contexts.0, contexts.1);
        instance.connect(&mut pair);
        assert!(!ask_later(&mut instance, &mut pair), "{version:x}");
        instance.part(pair);
    }
}
