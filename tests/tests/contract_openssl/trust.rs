//! Whom a client trusts: roots, hosts, dates, revocations, files named by hashes.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{
    Protocol, Quantity, Setting, Status,
};
use pyforge_tests::openssl::{Instance, Pace, Pair, Shaken, reasons};
use wasmtime::component::ResourceAny;

use crate::pem;
use crate::shared::{COMPONENT, TLS_1_2, VERIFY, VERSIONS, client, context, file, server};

/// `X509_V_ERR_*`
const UNABLE_TO_GET_CRL: i64 = 3;
const HAS_EXPIRED: i64 = 10;
const SELF_SIGNED: i64 = 18;
const NO_LOCAL_ISSUER: i64 = 20;
const REVOKED: i64 = 23;
const HOSTNAME_MISMATCH: i64 = 62;
const IP_ADDRESS_MISMATCH: i64 = 64;

/// `X509_V_FLAG_CRL_CHECK`
const CRL_CHECK: u64 = 4;

/// A connection of a client to a server that has a certificate.
fn meet(
    instance: &mut Instance,
    version: u64,
    client: ResourceAny,
    name: &str,
    host: Option<&str>,
) -> (Pair, Shaken) {
    let server = server(instance, version, name);
    let mut pair = instance.pair(client, server);
    if let Some(host) = host {
        let it = pair.client.connection;
        instance.tls.connection().call_set_host(&mut instance.store, it, host).unwrap().unwrap();
    }
    let shaken = instance.handshake(&mut pair, Pace::Whole, &mut |_, _, _, _| false);
    (pair, shaken)
}

fn refuses(
    instance: &mut Instance,
    version: u64,
    client: ResourceAny,
    name: &str,
    host: Option<&str>,
    why: i64,
) {
    let (pair, shaken) = meet(instance, version, client, name, host);
    assert_eq!(instance.quantity(&pair.client, Quantity::VerifyResult), why, "{name}");
    let status = shaken.client.unwrap();
    assert_eq!(reasons(&status), ["certificate verify failed"], "{name}");
    // The server is told of it.
    assert!(matches!(shaken.server, Some(Status::Failed(_))), "{name}: {:?}", shaken.server);
    instance.part(pair);
}

fn accepts(instance: &mut Instance, version: u64, client: ResourceAny, name: &str, host: Option<&str>) {
    let (pair, shaken) = meet(instance, version, client, name, host);
    assert!(shaken.is_done(), "{name}: {shaken:?}");
    assert_eq!(instance.quantity(&pair.client, Quantity::VerifyResult), 0);
    instance.part(pair);
}

#[test]
fn each_kind_of_certificate_is_taken() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let client = client(&mut instance, version);
        for name in ["ecdsa", "rsa", "ed25519"] {
            accepts(&mut instance, version, client, name, Some("localhost"));
        }
        accepts(&mut instance, version, client, "wrong-host", Some("other.test"));
        accepts(&mut instance, version, client, "wrong-host", Some("www.other.test"));
        accepts(&mut instance, version, client, "wrong-host", None);
        accepts(&mut instance, version, client, "ecdsa", Some(""));
    }
}

#[test]
fn certificates_are_refused_for_what_is_wrong_with_them() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let client = client(&mut instance, version);
        refuses(&mut instance, version, client, "expired", Some("localhost"), HAS_EXPIRED);
        refuses(&mut instance, version, client, "self-signed", Some("localhost"), SELF_SIGNED);
        refuses(&mut instance, version, client, "wrong-host", Some("localhost"), HOSTNAME_MISMATCH);
        refuses(&mut instance, version, client, "wrong-host", Some("a.b.other.test"), HOSTNAME_MISMATCH);
        let stranger = context(&mut instance, Protocol::Client, version);
        instance.set(stranger, Setting::VerifyMode, VERIFY);
        refuses(&mut instance, version, stranger, "ecdsa", None, NO_LOCAL_ISSUER);
    }
}

#[test]
fn addresses_are_compared_with_those_in_the_certificate() {
    let mut instance = Instance::start(&COMPONENT);
    let contexts = (client(&mut instance, TLS_1_2), server(&mut instance, TLS_1_2, "ecdsa"));
    for (address, result) in [([127, 0, 0, 1], 0), ([127, 0, 0, 2], IP_ADDRESS_MISMATCH)] {
        let mut pair = instance.pair(contexts.0, contexts.1);
        let it = pair.client.connection;
        instance.tls.connection().call_set_address(&mut instance.store, it, &address).unwrap().unwrap();
        instance.handshake(&mut pair, Pace::Whole, &mut |_, _, _, _| false);
        assert_eq!(instance.quantity(&pair.client, Quantity::VerifyResult), result, "{address:?}");
        instance.part(pair);
    }
    let side = instance.pair(contexts.0, contexts.1).client;
    for nothing in [&b""[..], &[1, 2, 3], &[1; 17]] {
        let it = side.connection;
        let set = instance.tls.connection().call_set_address(&mut instance.store, it, nothing).unwrap();
        assert!(set.is_err(), "{nothing:?}");
    }
}

#[test]
fn revoked_certificates_are_refused_where_revocations_are_looked_at() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let client = client(&mut instance, version);
        accepts(&mut instance, version, client, "revoked", None);
        instance.set(client, Setting::VerifyFlags, CRL_CHECK);
        refuses(&mut instance, version, client, "ecdsa", None, UNABLE_TO_GET_CRL);
        assert_eq!(instance.trust(client, &file("crl.pem")), Ok(1));
        refuses(&mut instance, version, client, "revoked", None, REVOKED);
        accepts(&mut instance, version, client, "ecdsa", None);
    }
}

fn hash(instance: &mut Instance) -> String {
    let der = pem::first(&file("ca.pem"));
    let described = instance.x509.call_describe(&mut instance.store, &der).unwrap().unwrap();
    format!("{:08x}", described.subject_hash)
}

fn add_hashed(instance: &mut Instance, context: ResourceAny, name: &str, pem: &[u8]) {
    add_hashed_in(instance, context, 0, name, pem);
}

fn add_hashed_in(instance: &mut Instance, context: ResourceAny, folder: u32, name: &str, pem: &[u8]) {
    instance.tls.context().call_add_hashed_file(&mut instance.store, context, folder, name, pem).unwrap();
}

fn trusted(instance: &mut Instance, context: ResourceAny) -> Vec<(bool, u32)> {
    let trusted = instance.tls.context().call_trusted(&mut instance.store, context).unwrap();
    trusted.into_iter().map(|trusted| (trusted.is_crl, trusted.ca)).collect()
}

#[test]
fn files_named_by_hashes_are_looked_into_when_they_are_needed() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let client = context(&mut instance, Protocol::Client, version);
        instance.set(client, Setting::VerifyMode, VERIFY);
        let hash = hash(&mut instance);
        add_hashed(&mut instance, client, "00000000.0", &file("self-signed.pem"));
        add_hashed(&mut instance, client, &format!("{hash}.0"), b"replaced");
        add_hashed(&mut instance, client, &format!("{hash}.0"), &file("self-signed.pem"));
        add_hashed(&mut instance, client, &format!("{hash}.1"), &file("ca.pem"));
        add_hashed(&mut instance, client, &format!("{hash}.2"), b"broken");
        assert_eq!(trusted(&mut instance, client), []);
        accepts(&mut instance, version, client, "ecdsa", Some("localhost"));
        assert_eq!(trusted(&mut instance, client).len(), 2, "one is of somebody else");
        accepts(&mut instance, version, client, "ecdsa", Some("localhost"));
        instance.set(client, Setting::VerifyFlags, CRL_CHECK);
        refuses(&mut instance, version, client, "ecdsa", None, UNABLE_TO_GET_CRL);
        add_hashed(&mut instance, client, &format!("{hash}.r0"), &file("crl.pem"));
        refuses(&mut instance, version, client, "revoked", None, REVOKED);
        assert_eq!(trusted(&mut instance, client).len(), 3);
        accepts(&mut instance, version, client, "ecdsa", None);
    }
}

#[test]
fn of_several_folders_those_are_looked_into_that_come_first_and_those_not_that_are_forgotten() {
    let mut instance = Instance::start(&COMPONENT);
    let hash = hash(&mut instance);
    for (folders, forgotten, is_found) in [
        (&[0, u32::MAX][..], None, true),
        (&[7], None, true),
        (&[7], Some(7), false),
        (&[7, 3], Some(7), true),
        (&[7], Some(8), true),
        (&[], Some(0), false),
    ] {
        let client = context(&mut instance, Protocol::Client, TLS_1_2);
        instance.set(client, Setting::VerifyMode, VERIFY);
        for folder in folders {
            add_hashed_in(&mut instance, client, *folder, &format!("{hash}.0"), &file("ca.pem"));
        }
        if let Some(folder) = forgotten {
            instance.tls.context().call_forget_hashed_files(&mut instance.store, client, folder).unwrap();
        }
        let (pair, shaken) = meet(&mut instance, TLS_1_2, client, "ecdsa", None);
        assert_eq!(shaken.is_done(), is_found, "{folders:?} without {forgotten:?}");
        instance.part(pair);
    }
}

#[test]
fn the_roots_that_came_with_it_are_many_and_do_not_trust_everybody() {
    let mut instance = Instance::start(&COMPONENT);
    let whose = instance.tls.call_built_in(&mut instance.store).unwrap();
    assert!(whose.contains("Mozilla"), "{whose}");
    for _ in 0..2 {
        let client = context(&mut instance, Protocol::Client, TLS_1_2);
        instance.set(client, Setting::VerifyMode, VERIFY);
        let guest = instance.tls.context();
        let count = guest.call_add_built_in(&mut instance.store, client).unwrap().unwrap();
        assert!(count > 100, "{count}");
        assert_eq!(guest.call_add_built_in(&mut instance.store, client).unwrap(), Ok(count));
        let trusted = trusted(&mut instance, client);
        assert_eq!(trusted.len(), count as usize);
        refuses(&mut instance, TLS_1_2, client, "ecdsa", None, NO_LOCAL_ISSUER);
    }
}

#[test]
fn a_file_is_trusted_as_far_as_there_is_anything_in_it() {
    let mut instance = Instance::start(&COMPONENT);
    let context = context(&mut instance, Protocol::Client, TLS_1_2);
    let both = [file("ca.pem"), file("crl.pem"), b"a comment\n".to_vec(), file("ecdsa.pem")].concat();
    assert_eq!(instance.trust(context, &both), Ok(3));
    assert_eq!(trusted(&mut instance, context), [(false, 1), (true, 0), (false, 0)]);
    for (nothing, why) in [
        (&b""[..], "no certificate or crl found"),
        (b"nothing of use", "no certificate or crl found"),
        (b"-----BEGIN CERTIFICATE-----\nbroken!\n-----END CERTIFICATE-----\n", "bad base64 decode"),
        (&file("ecdsa.key"), "no certificate or crl found"),
    ] {
        let refused = instance.trust(context, nothing).unwrap_err();
        assert!(refused.iter().any(|problem| problem.reason == why), "{refused:?}");
    }
    let authority = pem::first(&file("ca.pem"));
    let guest = instance.tls.context();
    guest.call_add_certificate(&mut instance.store, context, &authority).unwrap().unwrap();
    assert_eq!(trusted(&mut instance, context).len(), 3, "it is there already");
    let guest = instance.tls.context();
    let refused = guest.call_add_certificate(&mut instance.store, context, &authority[1..]).unwrap();
    assert!(!refused.unwrap_err().is_empty());
}

#[test]
fn chains_are_as_the_peer_sent_them_and_as_they_were_verified() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let client = client(&mut instance, version);
        let (pair, _) = meet(&mut instance, version, client, "ecdsa", None);
        let (leaf, authority) = (pem::first(&file("ecdsa.pem")), pem::first(&file("ca.pem")));
        let guest = instance.tls.connection();
        let it = pair.client.connection;
        assert_eq!(guest.call_peer_chain(&mut instance.store, it).unwrap(), Some(vec![leaf.clone()]));
        let verified = guest.call_verified_chain(&mut instance.store, it).unwrap();
        assert_eq!(verified, Some(vec![leaf, authority]));
        assert_eq!(guest.call_peer_chain(&mut instance.store, pair.server.connection).unwrap(), None);
        instance.part(pair);
    }
}
