//! Every argument and result is given back: calls without number leave the memory where it was.

use pyforge_tests::openssl::bindings::exports::openssl::component::kdf::Costs;
use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{Protocol, Quantity, Setting};
use pyforge_tests::openssl::bindings::exports::openssl::component::x509::Form;
use pyforge_tests::openssl::{Instance, Operation, Pace, Who};
use pyforge_tests::scripts::long;
use wasmtime::component::ResourceAny;

use crate::certificates::PASSWORD;
use crate::pem;
use crate::shared::{COMPONENT, TLS_1_3, VERSIONS, certdata, client, file, server};

/// What calls are made on. What they leave behind on it has a limit.
struct Scene {
    client: ResourceAny,
    server: ResourceAny,
    connection: ResourceAny,
    certificate: Vec<u8>,
}

type Call = fn(&mut Instance, &Scene);

/// How many calls come before the memory is looked at, and how many between that and the second look.
struct Counts {
    warm_up: usize,
    calls: usize,
}

/// Calls that take less than a tenth of a millisecond, about; and others.
const CHEAP: [(&str, Call); 21] = [
    ("context", |instance, _| {
        let context = instance.context(Protocol::Any, &[]);
        instance.close(context);
    }),
    ("settings", |instance, scene| {
        for (setting, value) in
            [(Setting::VerifyFlags, 4), (Setting::VerifyFlags, 0), (Setting::ReportKeys, 0)]
        {
            instance.set(scene.client, setting, value);
            instance.tls.context().call_get(&mut instance.store, scene.client, setting).unwrap();
        }
    }),
    ("lists", |instance, scene| {
        let (guest, store) = (instance.tls.context(), &mut instance.store);
        guest.call_set_ciphers(&mut *store, scene.client, "ECDHE+AESGCM").unwrap().unwrap();
        guest.call_set_groups(&mut *store, scene.client, &[415]).unwrap().unwrap();
        guest.call_set_protocols(&mut *store, scene.client, b"\x02h2").unwrap().unwrap();
        guest.call_set_psk_hint(&mut *store, scene.server, Some("hint")).unwrap().unwrap();
        let _refused = guest.call_set_ciphers(&mut *store, scene.client, "NOT").unwrap();
    }),
    ("trust", |instance, scene| {
        let guest = instance.tls.context();
        let certificate = &scene.certificate;
        guest.call_add_certificate(&mut instance.store, scene.client, certificate).unwrap().unwrap();
        instance.trust(scene.client, &file("ca.pem")).unwrap();
        instance.trust(scene.client, b"nothing").unwrap_err();
        instance.tls.context().call_trusted(&mut instance.store, scene.client).unwrap();
    }),
    ("folders", |instance, scene| {
        let guest = instance.tls.context();
        for name in ["a", "b", "a"] {
            guest.call_add_hashed_file(&mut instance.store, scene.client, 1, name, &[0; 5000]).unwrap();
        }
        guest.call_forget_hashed_files(&mut instance.store, scene.client, 1).unwrap();
    }),
    ("identity", |instance, scene| {
        instance.identify(scene.server, &file("ecdsa.pem"), &file("ecdsa.key"), None);
        instance.try_key(scene.server, &file("client.key"), None).unwrap_err();
    }),
    ("statistics", |instance, scene| {
        instance.tls.context().call_statistics(&mut instance.store, scene.server).unwrap();
        instance.tls.call_version_text(&mut instance.store).unwrap();
        instance.tls.call_built_in(&mut instance.store).unwrap();
    }),
    ("connection", |instance, scene| {
        let side = instance.side(scene.client, Who::Client);
        instance.close(side.connection);
    }),
    ("first flight", |instance, scene| {
        let mut side = instance.side(scene.client, Who::Client);
        instance.run(&mut side, Operation::Handshake, Pace::Whole);
        instance.close(side.connection);
    }),
    ("names", |instance, scene| {
        let (guest, store, it) = (instance.tls.connection(), &mut instance.store, scene.connection);
        guest.call_set_server_name(&mut *store, it, "names.test").unwrap().unwrap();
        guest.call_set_host(&mut *store, it, "names.test").unwrap().unwrap();
        guest.call_set_address(&mut *store, it, &[1; 16]).unwrap().unwrap();
        guest.call_set_session_id_context(&mut *store, it, b"here").unwrap().unwrap();
        guest.call_answer_psk(&mut *store, it, "identity", Some(b"key")).unwrap();
        guest.call_answer_server_name(&mut *store, it, Some(112)).unwrap();
    }),
    ("switching", |instance, scene| {
        for context in [scene.client, scene.server] {
            instance
                .tls
                .connection()
                .call_set_context(&mut instance.store, scene.connection, context)
                .unwrap();
        }
    }),
    ("facts", |instance, scene| {
        let (guest, store, it) = (instance.tls.connection(), &mut instance.store, scene.connection);
        guest.call_get(&mut *store, it, Quantity::VerifyMode).unwrap();
        guest.call_set(&mut *store, it, Quantity::VerifyMode, 1).unwrap();
        guest.call_version(&mut *store, it).unwrap();
        guest.call_cipher(&mut *store, it).unwrap();
        guest.call_ciphers(&mut *store, it).unwrap();
        guest.call_protocol(&mut *store, it).unwrap();
        guest.call_server_name(&mut *store, it).unwrap();
        guest.call_finished_message(&mut *store, it, true).unwrap();
        guest.call_verified_chain(&mut *store, it).unwrap();
        let _refused = guest.call_request_certificate(&mut *store, it).unwrap();
    }),
    ("x509.read", |instance, _| {
        instance.x509.call_read(&mut instance.store, &file("ca.pem")[..].into(), Form::Pem).unwrap();
        instance.x509.call_read(&mut instance.store, &b"\x30\x80"[..].into(), Form::Der).unwrap();
    }),
    ("x509.describe", |instance, scene| {
        let certificate = &scene.certificate;
        instance.x509.call_describe(&mut instance.store, certificate).unwrap().unwrap();
        let _refused = instance.x509.call_describe(&mut instance.store, &certificate[1..]).unwrap();
    }),
    ("x509.to-pem", |instance, scene| {
        let certificate = &scene.certificate;
        instance.x509.call_to_pem(&mut instance.store, certificate, true).unwrap().unwrap();
        instance.x509.call_verification_text(&mut instance.store, 10).unwrap();
    }),
    ("x509.objects", |instance, _| {
        let (guest, store) = (&instance.x509, &mut instance.store);
        guest.call_object_of(&mut *store, 13).unwrap();
        guest.call_find_object(&mut *store, "1.2.3.4.5", false).unwrap().unwrap();
        let _refused = guest.call_find_object(&mut *store, "nobody", true).unwrap();
        guest.call_nid_of(&mut *store, "CN").unwrap();
    }),
    ("digest", |instance, _| {
        let (guest, store) = (&instance.digest, &mut instance.store);
        let it = guest.algorithm().call_fetch(&mut *store, "SHAKE256", None).unwrap().unwrap();
        guest.algorithm().call_describe(&mut *store, it).unwrap();
        guest.algorithm().call_compute(&mut *store, it, &[1; 99][..].into(), Some(99)).unwrap().unwrap();
        let one = guest.running().call_open(&mut *store, it, &[1; 99][..].into()).unwrap().unwrap();
        guest.running().call_update(&mut *store, one, &[1; 99][..].into()).unwrap().unwrap();
        let two = guest.running().call_copy(&mut *store, one).unwrap().unwrap();
        guest.running().call_value(&mut *store, one, &[1; 99][..].into(), Some(9)).unwrap().unwrap();
        guest.running().call_squeeze(&mut *store, two, 999).unwrap().unwrap();
        for resource in [one, it, two] {
            resource.resource_drop(&mut *store).unwrap();
        }
        let _refused = guest.algorithm().call_fetch(&mut *store, "nobody", Some("a=b")).unwrap();
    }),
    ("digests", |instance, _| {
        instance.digest.call_algorithms(&mut instance.store).unwrap();
        instance.digest.call_is_fips_default(&mut instance.store).unwrap();
    }),
    ("mac", |instance, _| {
        let (guest, store) = (&instance.mac, &mut instance.store);
        let it = guest.hmac().call_fetch(&mut *store, "SHA256", None).unwrap().unwrap();
        guest.hmac().call_compute(&mut *store, it, b"key", &[1; 99][..].into()).unwrap().unwrap();
        let one = guest.running().call_open(&mut *store, it, b"key", &[1; 99][..].into()).unwrap().unwrap();
        guest.running().call_update(&mut *store, one, &[1; 99][..].into()).unwrap().unwrap();
        let two = guest.running().call_copy(&mut *store, one).unwrap().unwrap();
        guest.running().call_value(&mut *store, two, &[1; 99][..].into()).unwrap().unwrap();
        for resource in [one, it, two] {
            resource.resource_drop(&mut *store).unwrap();
        }
        guest.call_has_room(&mut *store, 1 << 20).unwrap();
    }),
    ("kdf", |instance, _| {
        let (guest, store) = (&instance.kdf, &mut instance.store);
        let costs = Costs { n: 2, r: 1, p: 1, memory: 0 };
        guest.call_scrypt(&mut *store, b"password", b"salt", costs, 99).unwrap().unwrap();
        guest.call_check_scrypt(&mut *store, Costs { n: 3, ..costs }).unwrap().unwrap_err();
        guest.call_pbkdf2_hmac(&mut *store, "SHA256", b"password", b"salt", 2, 99).unwrap().unwrap();
        let _refused = guest.call_pbkdf2_hmac(&mut *store, "nobody", b"", b"", 2, 99).unwrap();
    }),
    ("random", |instance, _| {
        instance.random.call_generate(&mut instance.store, 9999).unwrap().unwrap();
        instance.random.call_generate(&mut instance.store, u32::MAX).unwrap().unwrap_err();
        instance.random.call_add(&mut instance.store, b"some", 1.0).unwrap();
    }),
];

const DEAR: [(&str, Call); 3] = [
    ("whole connections", |instance, scene| {
        let mut pair = instance.pair(scene.client, scene.server);
        instance.connect(&mut pair);
        assert_eq!(instance.send(&mut pair, Who::Server, &[1; 999], Pace::Pieces(500)).len(), 999);
        let it = pair.client.connection;
        let session = instance.tls.connection().call_session(&mut instance.store, it).unwrap().unwrap();
        instance.tls.session().call_id(&mut instance.store, session).unwrap();
        instance.tls.connection().call_peer_chain(&mut instance.store, it).unwrap().unwrap();
        instance.close(session);
        instance.finish(pair);
    }),
    ("encrypted keys", |instance, _| {
        let context = instance.context(Protocol::Client, &[]);
        instance.try_key(context, &file("client.key"), Some(PASSWORD.as_bytes())).unwrap();
        let parameters = certdata("ffdh3072.pem");
        let guest = instance.tls.context();
        guest.call_set_dh_parameters(&mut instance.store, context, &parameters).unwrap().unwrap();
        instance.close(context);
    }),
    ("built-in roots", |instance, _| {
        let context = instance.context(Protocol::Client, &[]);
        instance.tls.context().call_add_built_in(&mut instance.store, context).unwrap().unwrap();
        instance.close(context);
    }),
];

fn stays(name: &str, call: Call, counts: &Counts) {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let (client, server) = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
        let connection = instance.side(client, Who::Client).connection;
        let scene =
            Scene { client, server, connection, certificate: pem::certificate(&certdata("allsans.pem")) };
        for _ in 0..counts.warm_up {
            call(&mut instance, &scene);
        }
        let before = instance.memory();
        for _ in 0..counts.calls {
            call(&mut instance, &scene);
        }
        assert_eq!(instance.memory(), before, "{name}, {version:x}");
        if !name.contains("connection") {
            return;
        }
    }
}

#[test]
fn calls_leave_the_memory_where_it_was() {
    let counts = if long() {
        Counts { warm_up: 10_000, calls: 100_000 }
    } else {
        Counts { warm_up: 100, calls: 1_000 }
    };
    for (name, call) in CHEAP {
        stays(name, call, &counts);
    }
}

#[test]
fn calls_that_take_longer_leave_it_there_too() {
    let counts =
        if long() { Counts { warm_up: 1_000, calls: 3_000 } } else { Counts { warm_up: 50, calls: 150 } };
    for (name, call) in DEAR {
        stays(name, call, &counts);
    }
}

#[test]
fn a_connection_that_carries_much_does_not_grow() {
    let mut instance = Instance::start(&COMPONENT);
    let (client, server) = (client(&mut instance, TLS_1_3), server(&mut instance, TLS_1_3, "ecdsa"));
    let mut pair = instance.pair(client, server);
    instance.connect(&mut pair);
    let mut sizes = Vec::new();
    for _ in 0..20 {
        for who in [Who::Client, Who::Server] {
            instance.send(&mut pair, who, &[7; 1 << 18], Pace::Pieces(10_000));
        }
        sizes.push(instance.memory());
    }
    assert_eq!(sizes[2], sizes[19], "{sizes:?}");
}
