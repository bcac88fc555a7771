//! Reading certificates from files, writing them, and the names of objects.

use pyforge_tests::openssl::Instance;
use pyforge_tests::openssl::bindings::exports::openssl::component::x509::{Form, Object, Readout};

use crate::pem;
use crate::shared::{COMPONENT, certdata, file};

fn read(data: &[u8], form: Form) -> Readout {
    let mut instance = Instance::start(&COMPONENT);
    instance.x509.call_read(&mut instance.store, &data.into(), form).unwrap()
}

fn reasons(readout: &Readout) -> Vec<&str> {
    readout.failure.iter().map(|problem| problem.reason.as_str()).collect()
}

#[test]
fn a_file_in_der_has_any_number_of_certificates_until_something_else_follows() {
    let (one, two) = (pem::first(&file("ca.pem")), pem::first(&file("rsa.pem")));
    assert_eq!(read(b"", Form::Der), Readout { certificates: Vec::new(), failure: Vec::new() });
    assert_eq!(read(&one, Form::Der), Readout { certificates: vec![one.clone()], failure: Vec::new() });
    let both = [&one[..], &two].concat();
    assert_eq!(read(&both, Form::Der).certificates, [one.clone(), two.clone()]);
    for behind in [&b"x"[..], &two[..100], &[0; 10], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]] {
        let readout = read(&[&one[..], behind].concat(), Form::Der);
        assert_eq!(readout.certificates.len(), 1);
        assert_eq!(readout.certificates[0], one);
        assert!(!readout.failure.is_empty(), "{behind:?}");
    }
    let readout = read(&file("ca.pem"), Form::Der);
    assert!(readout.certificates.is_empty() && !readout.failure.is_empty());
}

#[test]
fn a_file_in_pem_has_any_number_of_certificates_among_other_things() {
    let (one, two) = (pem::first(&file("ca.pem")), pem::first(&file("rsa.pem")));
    for nothing in [&b""[..], b"text\n\n", &file("ecdsa.key"), &one] {
        let readout = read(nothing, Form::Pem);
        assert!(readout.certificates.is_empty());
        assert_eq!(reasons(&readout), ["no start line"]);
    }
    let all = [b"text\n".to_vec(), file("ca.pem"), file("ecdsa.key"), file("rsa.pem")].concat();
    let readout = read(&all, Form::Pem);
    assert_eq!(readout.certificates, [one.clone(), two]);
    assert_eq!(reasons(&readout), ["no start line"]);
    let broken =
        [&file("ca.pem")[..], b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"].concat();
    let readout = read(&broken, Form::Pem);
    assert_eq!(readout.certificates, [one]);
    assert!(reasons(&readout).contains(&"bad base64 decode"), "{readout:?}");
    let cut = read(&file("ca.pem")[..200], Form::Pem);
    assert!(cut.certificates.is_empty() && reasons(&cut) != ["no start line"], "{cut:?}");
    assert!(!read(&certdata("badcert.pem"), Form::Pem).failure.is_empty());
}

#[test]
fn many_certificates_are_read() {
    let many = file("ca.pem").repeat(500);
    assert_eq!(read(&many, Form::Pem).certificates.len(), 500);
}

#[test]
fn certificates_are_written() {
    let mut instance = Instance::start(&COMPONENT);
    let der = pem::first(&file("ca.pem"));
    let written = instance.x509.call_to_pem(&mut instance.store, &der, false).unwrap().unwrap();
    assert_eq!(written.as_bytes(), pem::encode("CERTIFICATE", &der));
    let written = instance.x509.call_to_pem(&mut instance.store, &der, true).unwrap().unwrap();
    assert_eq!(written.as_bytes(), pem::encode("TRUSTED CERTIFICATE", &der));
    for broken in [&b""[..], &der[1..], &der[..der.len() - 1]] {
        assert!(instance.x509.call_to_pem(&mut instance.store, broken, false).unwrap().is_err());
        let refused = instance.x509.call_describe(&mut instance.store, broken).unwrap();
        assert!(!refused.unwrap_err().is_empty());
    }
}

#[test]
fn results_of_verifications_have_words() {
    let mut instance = Instance::start(&COMPONENT);
    for (code, words) in [(0, "ok"), (10, "certificate has expired"), (62, "hostname mismatch")] {
        assert_eq!(instance.x509.call_verification_text(&mut instance.store, code).unwrap(), words);
    }
    for code in [-1, i32::MIN, i32::MAX, 1000] {
        assert!(!instance.x509.call_verification_text(&mut instance.store, code).unwrap().is_empty());
    }
}

fn common_name() -> Object {
    Object { nid: 13, short_name: "CN".into(), long_name: "commonName".into(), oid: "2.5.4.3".into() }
}

#[test]
fn objects_are_found_by_numbers_and_by_names() {
    let mut instance = Instance::start(&COMPONENT);
    let (guest, store) = (instance.x509.clone(), &mut instance.store);
    assert_eq!(guest.call_object_of(&mut *store, 13).unwrap(), Some(common_name()));
    for unknown in [u32::MAX, 1 << 31, 1_000_000] {
        assert_eq!(guest.call_object_of(&mut *store, unknown).unwrap(), None);
    }
    guest.call_object_of(&mut *store, 0).unwrap();
    for (text, by_name) in [("2.5.4.3", false), ("2.5.4.3", true), ("CN", true), ("commonName", true)] {
        let found = guest.call_find_object(&mut *store, text, by_name).unwrap();
        assert_eq!(found, Ok(common_name()), "{text}");
    }
    let unknown = guest.call_find_object(&mut *store, "1.2.3.4.5.6.7", false).unwrap().unwrap();
    assert_eq!((unknown.nid, unknown.oid.as_str()), (0, "1.2.3.4.5.6.7"));
    let long = format!("1.2{}", ".4294967295".repeat(100));
    assert_eq!(guest.call_find_object(&mut *store, &long, false).unwrap().unwrap().oid, long);
    for (text, by_name) in
        [("", false), ("CN", false), ("no such", true), ("3.1", false), ("1.40", false), ("1.x", false)]
    {
        let found = guest.call_find_object(&mut *store, text, by_name).unwrap();
        assert!(matches!(found, Err(failure) if !failure.is_empty()), "{text}");
    }
    let endless = format!("1.2{}", ".4294967295".repeat(1000));
    let _found = guest.call_find_object(&mut *store, &endless, false).unwrap();
    for (name, nid) in [("CN", 13), ("commonName", 0), ("", 0), ("no such", 0)] {
        assert_eq!(guest.call_nid_of(&mut *store, name).unwrap(), nid, "{name}");
    }
}
