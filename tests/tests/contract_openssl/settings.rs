//! Settings of contexts, and what connections report.

use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{
    Event, Protocol, Quantity, Setting,
};
use pyforge_tests::openssl::{Instance, Pace, Who};

use crate::shared::{COMPONENT, TLS_1_2, TLS_1_3, VERSIONS, client, context, file, server};

/// Settings that can be read, and a value for each that is not the default.
const VALUES: [(Setting, u64); 12] = [
    (Setting::Options, 1 << 14 | 1 << 22),
    (Setting::VerifyMode, 3),
    (Setting::VerifyFlags, 0x8000 | 0x4),
    (Setting::HostFlags, 0x4),
    (Setting::MinimumVersion, TLS_1_2),
    (Setting::MaximumVersion, TLS_1_2),
    (Setting::SecurityLevel, 1),
    (Setting::Tickets, 5),
    (Setting::AskServerName, 1),
    (Setting::AskClientPsk, 1),
    (Setting::AskServerPsk, 1),
    (Setting::Tickets, 0),
];

const ONLY_SET: [Setting; 4] =
    [Setting::PostHandshakeAuth, Setting::ReportKeys, Setting::ReportMessages, Setting::SelectProtocol];

#[test]
fn settings_are_what_they_were_set_to() {
    let mut instance = Instance::start(&COMPONENT);
    let context = instance.context(Protocol::Any, &[]);
    for (setting, value) in VALUES {
        instance.set(context, setting, value);
        let got = instance.tls.context().call_get(&mut instance.store, context, setting).unwrap();
        assert_eq!(got, value, "{setting:?}");
    }
    for setting in ONLY_SET {
        for value in [1, 0] {
            instance.set(context, setting, value);
        }
        assert_eq!(instance.tls.context().call_get(&mut instance.store, context, setting).unwrap(), 0);
    }
    let mode = instance.tls.context().call_get(&mut instance.store, context, Setting::Mode).unwrap();
    instance.set(context, Setting::Mode, 1);
    let more = instance.tls.context().call_get(&mut instance.store, context, Setting::Mode).unwrap();
    assert_eq!(more, mode | 1, "bits to add");
}

#[test]
fn values_of_any_size_are_taken_or_refused() {
    let mut instance = Instance::start(&COMPONENT);
    for protocol in
        [Protocol::Any, Protocol::Client, Protocol::Server, Protocol::Tls1, Protocol::Tls11, Protocol::Tls12]
    {
        let context = instance.context(protocol, &[]);
        for setting in VALUES.map(|(setting, _)| setting).into_iter().chain(ONLY_SET).chain([Setting::Mode]) {
            for value in [u64::MAX, 1 << 63, 1 << 32, 0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 0xffff, 0] {
                let _set =
                    instance.tls.context().call_set(&mut instance.store, context, setting, value).unwrap();
                instance.tls.context().call_get(&mut instance.store, context, setting).unwrap();
            }
        }
        // What became of it can still be used, or says that it cannot.
        if let Ok(it) = instance.tls.connection().call_open(&mut instance.store, context).unwrap() {
            instance.close(it);
        }
        instance.close(context);
    }
}

#[test]
fn lists_that_openssl_does_not_know_are_refused() {
    let mut instance = Instance::start(&COMPONENT);
    let context = context(&mut instance, Protocol::Any, TLS_1_2);
    let guest = instance.tls.context();
    let store = &mut instance.store;
    assert!(guest.call_set_ciphers(&mut *store, context, "NO-SUCH-CIPHER").unwrap().is_err());
    guest.call_set_ciphers(&mut *store, context, "ECDHE+AESGCM:!aNULL").unwrap().unwrap();
    for groups in [&[][..], &[-1], &[0], &[i32::MAX, i32::MIN], &[415; 1000]] {
        assert!(guest.call_set_groups(&mut *store, context, groups).unwrap().is_err(), "{groups:?}");
    }
    guest.call_set_groups(&mut *store, context, &[415]).unwrap().unwrap();
    for pem in [&b""[..], b"text", &file("ecdsa.pem")] {
        assert!(guest.call_set_dh_parameters(&mut *store, context, pem).unwrap().is_err());
    }
    let parameters = crate::shared::certdata("ffdh3072.pem");
    guest.call_set_dh_parameters(&mut *store, context, &parameters).unwrap().unwrap();
    assert!(guest.call_set_psk_hint(&mut *store, context, Some(&"a".repeat(1000))).unwrap().is_err());
    guest.call_set_psk_hint(&mut *store, context, None).unwrap().unwrap();
}

#[test]
fn versions_that_do_not_meet_make_no_connection() {
    let mut instance = Instance::start(&COMPONENT);
    let contexts = (client(&mut instance, TLS_1_3), server(&mut instance, TLS_1_2, "ecdsa"));
    let mut pair = instance.pair(contexts.0, contexts.1);
    let shaken = instance.handshake(&mut pair, Pace::Whole, &mut |_, _, _, _| false);
    assert!(!shaken.is_done());
}

#[test]
fn what_is_agreed_on_is_the_same_on_both_sides() {
    for (version, name) in std::iter::zip(VERSIONS, ["TLSv1.2", "TLSv1.3"]) {
        let (mut instance, pair) = crate::shared::connected(version);
        let guest = instance.tls.connection();
        let store = &mut instance.store;
        let [ours, theirs] = [pair.client.connection, pair.server.connection];
        assert_eq!(guest.call_version(&mut *store, ours).unwrap(), name);
        let cipher = guest.call_cipher(&mut *store, ours).unwrap().unwrap();
        assert_eq!(guest.call_cipher(&mut *store, theirs).unwrap().unwrap(), cipher);
        assert_eq!((cipher.bits, cipher.strength, cipher.aead), (256, 256, true));
        assert!(cipher.description.starts_with(&cipher.name), "{cipher:?}");
        let offered = guest.call_client_ciphers(&mut *store, theirs).unwrap().unwrap();
        assert!(offered.contains(&cipher));
        assert!(guest.call_ciphers(&mut *store, ours).unwrap().contains(&cipher));
        assert_eq!(guest.call_client_ciphers(&mut *store, ours).unwrap(), None);
        for of_peer in [false, true] {
            let mine = guest.call_finished_message(&mut *store, ours, of_peer).unwrap();
            assert_eq!(guest.call_finished_message(&mut *store, theirs, !of_peer).unwrap(), mine);
            assert!(mine.len() >= 12);
        }
    }
}

#[test]
fn secrets_and_messages_are_reported_where_they_are_wanted() {
    for version in VERSIONS {
        let mut instance = Instance::start(&COMPONENT);
        let contexts = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
        for setting in [Setting::ReportKeys, Setting::ReportMessages] {
            instance.set(contexts.0, setting, 1);
        }
        let mut pair = instance.pair(contexts.0, contexts.1);
        let it = pair.server.connection;
        let guest = instance.tls.connection();
        guest.call_set(&mut instance.store, it, Quantity::ReportMessages, 1).unwrap();
        let shaken = instance.handshake(&mut pair, Pace::Whole, &mut |_, _, _, _| false);
        let events =
            |of: Who| shaken.events.iter().filter(move |(who, _)| *who == of).map(|(_, event)| event);
        let keys: Vec<_> = events(Who::Client)
            .filter_map(|event| if let Event::Key(line) = event { Some(line) } else { None })
            .collect();
        let label = if version == TLS_1_3 { "CLIENT_HANDSHAKE_TRAFFIC_SECRET " } else { "CLIENT_RANDOM " };
        assert!(keys.iter().any(|line| line.starts_with(label)), "{keys:?}");
        for (who, is_sent) in [(Who::Client, true), (Who::Server, false)] {
            let is_hello = |event: &Event| match event {
                Event::Message(message) => {
                    message.content_type == 22
                        && message.content.first() == Some(&1)
                        && message.sent == is_sent
                }
                Event::Key(_) => false,
            };
            assert_eq!(events(who).filter(|event| is_hello(event)).count(), 1, "{who:?}");
        }
        assert!(!events(Who::Server).any(|event| matches!(event, Event::Key(_))));
    }
}

#[test]
fn the_version_is_openssls() {
    let mut instance = Instance::start(&COMPONENT);
    let text = instance.tls.call_version_text(&mut instance.store).unwrap();
    assert!(text.starts_with("OpenSSL 3."), "{text}");
    assert_eq!(instance.tls.call_version_number(&mut instance.store).unwrap() >> 28, 3);
}
