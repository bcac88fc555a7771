//! What the tests here share: the component, compiled once, and a folder of certificates.

use std::path::PathBuf;
use std::sync::LazyLock;

use pyforge_build::{CPython, Choice};
use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{Protocol, Setting};
use pyforge_tests::openssl::{Instance, Pair, compile};
use pyforge_tests::{component, distribution};
use tempfile::TempDir;
use wasmtime::component::{Component, ResourceAny};

use crate::certificates;

/// OpenSSL's numbers of versions.
pub const TLS_1_2: u64 = 0x303;
pub const TLS_1_3: u64 = 0x304;
pub const VERSIONS: [u64; 2] = [TLS_1_2, TLS_1_3];

/// `SSL_VERIFY_PEER`, and that with `SSL_VERIFY_FAIL_IF_NO_PEER_CERT`.
pub const VERIFY: u64 = 1;
pub const REQUIRE: u64 = 3;

pub static COMPONENT: LazyLock<Component> = LazyLock::new(|| compile(&component("openssl")));

/// The native one, and its source.
pub static CPYTHON: LazyLock<CPython> = LazyLock::new(|| {
    distribution(&Choice { only: Some(vec!["zlib".to_owned()]), ..Choice::default() }).cpython
});

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    certificates::make(folder.path());
    folder
});

/// A file of the folder of certificates.
pub fn file(name: &str) -> Vec<u8> {
    std::fs::read(FOLDER.path().join(name)).unwrap()
}

/// A context of one version.
pub fn context(instance: &mut Instance, protocol: Protocol, version: u64) -> ResourceAny {
    let settings = [(Setting::MinimumVersion, version), (Setting::MaximumVersion, version)];
    instance.context(protocol, &settings)
}

/// A server's context with a certificate of the authority.
pub fn server(instance: &mut Instance, version: u64, name: &str) -> ResourceAny {
    let context = context(instance, Protocol::Server, version);
    instance.identify(context, &file(&format!("{name}.pem")), &file(&format!("{name}.key")), None);
    context
}

/// A client's context that trusts the authority.
pub fn client(instance: &mut Instance, version: u64) -> ResourceAny {
    let context = context(instance, Protocol::Client, version);
    instance.set(context, Setting::VerifyMode, VERIFY);
    instance.trust(context, &file("ca.pem")).unwrap();
    context
}

/// An instance and two sides that have not begun.
pub fn pair(version: u64) -> (Instance, Pair) {
    let mut instance = Instance::start(&COMPONENT);
    let (client, server) = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
    let pair = instance.pair(client, server);
    (instance, pair)
}

/// Two sides that have shaken hands.
pub fn connected(version: u64) -> (Instance, Pair) {
    let (mut instance, mut pair) = pair(version);
    instance.connect(&mut pair);
    (instance, pair)
}

/// A file of the certificates that come with CPython's tests.
pub fn certdata(name: &str) -> Vec<u8> {
    std::fs::read(certdata_folder().join(name)).unwrap()
}

/// Where these are.
pub fn certdata_folder() -> PathBuf {
    CPYTHON.source.join("Lib/test/certdata")
}
