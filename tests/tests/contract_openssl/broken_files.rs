//! Broken certificates, revocation lists and keys, through all that reads them.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{Protocol, Setting};
use pyforge_tests::openssl::bindings::exports::openssl::component::x509::Form;
use pyforge_tests::openssl::{Instance, Operation, Pace};
use pyforge_tests::samples::Numbers;
use wasmtime::component::ResourceAny;

use crate::certificates::PASSWORD;
use crate::fuzzing;
use crate::mutation::{mutate, numbers};
use crate::pem;
use crate::shared::{TLS_1_2, VERIFY, certdata, file, server};

/// `X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL`
const CHECK_REVOCATION: u64 = 0x4 | 0x8;

/// What is broken, and with what it is tried.
struct Samples {
    /// Label and DER.
    items: Vec<(String, Vec<u8>)>,
    server: ResourceAny,
    /// The name of the authority's certificate in a folder, without its number.
    hash: String,
}

#[test]
fn broken_files_are_refused_or_taken_and_leave_the_memory_where_it_was() {
    fuzzing::run(prepare, |instance, samples, case| {
        let mut numbers = numbers(case);
        let (label, der) = &samples.items[case % samples.items.len()];
        let mut der = der.clone();
        mutate(&mut der, &mut numbers);
        let mut pem = pem::encode(label, &der);
        if numbers.below(4) == 0 {
            mutate(&mut pem, &mut numbers);
        }
        match numbers.below(5) {
            0 | 1 => look(instance, &der, &pem),
            2 => trust(instance, &der, &pem),
            3 => identify(instance, &pem),
            _ => look_up(instance, samples, label, &pem, &mut numbers),
        }
    });
}

fn prepare(instance: &mut Instance) -> Samples {
    let ours =
        ["ca.pem", "rsa.pem", "ed25519.pem", "client.pem", "rsa.key", "ecdsa.key", "client.key", "crl.pem"];
    let theirs = ["allsans.pem", "talos-2019-0758.pem", "nokia.pem", "keycert.passwd.pem", "ffdh3072.pem"];
    let files = ours.map(file).into_iter().chain(theirs.map(certdata));
    let items = files.flat_map(|file| pem::decode(&file)).collect();
    let authority = pem::first(&file("ca.pem"));
    let described = instance.x509.call_describe(&mut instance.store, &authority).unwrap().unwrap();
    let server = server(instance, TLS_1_2, "ecdsa");
    Samples { items, server, hash: format!("{:08x}", described.subject_hash) }
}

fn look(instance: &mut Instance, der: &[u8], pem: &[u8]) {
    let (guest, store) = (&instance.x509, &mut instance.store);
    let _described = guest.call_describe(&mut *store, der).unwrap();
    for (data, form) in [(der, Form::Der), (pem, Form::Pem)] {
        let readout = guest.call_read(&mut *store, &data.into(), form).unwrap();
        for certificate in readout.certificates {
            guest.call_describe(&mut *store, &certificate).unwrap().unwrap();
        }
    }
    for with_trust in [false, true] {
        let _written = guest.call_to_pem(&mut *store, der, with_trust).unwrap();
    }
}

fn trust(instance: &mut Instance, der: &[u8], pem: &[u8]) {
    let context = instance.context(Protocol::Client, &[]);
    let _added = instance.tls.context().call_add_certificate(&mut instance.store, context, der).unwrap();
    let _added = instance.trust(context, pem);
    instance.tls.context().call_trusted(&mut instance.store, context).unwrap();
    let _set = instance.tls.context().call_set_dh_parameters(&mut instance.store, context, pem).unwrap();
    instance.close(context);
}

fn identify(instance: &mut Instance, pem: &[u8]) {
    let context = instance.context(Protocol::Server, &[]);
    let guest = instance.tls.context();
    let _used = guest.call_use_certificates(&mut instance.store, context, pem, None).unwrap();
    for password in [None, Some(PASSWORD), Some("somepass")] {
        let password = password.map(str::as_bytes);
        let _used = instance.try_key(context, pem, password);
    }
    let _fits = instance.tls.context().call_check_private_key(&mut instance.store, context).unwrap();
    instance.close(context);
}

/// As a file of a folder, which a handshake needs.
fn look_up(instance: &mut Instance, samples: &Samples, label: &str, pem: &[u8], numbers: &mut Numbers) {
    let settings = [(Setting::VerifyMode, VERIFY), (Setting::VerifyFlags, CHECK_REVOCATION)];
    let context = instance.context(Protocol::Client, &settings);
    let guest = instance.tls.context();
    let mut add = |name: String, pem: &[u8]| {
        guest.call_add_hashed_file(&mut instance.store, context, 0, &name, pem).unwrap();
    };
    let hash = &samples.hash;
    if label.contains("CRL") || numbers.below(4) == 0 {
        add(format!("{hash}.0"), &file("ca.pem"));
        add(format!("{hash}.r0"), pem);
    } else {
        add(format!("{hash}.0"), pem);
        add(format!("{hash}.1"), &file("ca.pem"));
        add(format!("{hash}.r0"), &file("crl.pem"));
    }
    let mut pair = instance.pair(context, samples.server);
    for _ in 0..2 {
        let sent = instance.try_run(&mut pair.client, Operation::Handshake, Pace::Whole).unwrap();
        pair.server.inbox.extend(sent.output);
        let sent = instance.try_run(&mut pair.server, Operation::Handshake, Pace::Whole).unwrap();
        pair.client.inbox.extend(sent.output);
    }
    instance.close(context);
    instance.part(pair);
}
