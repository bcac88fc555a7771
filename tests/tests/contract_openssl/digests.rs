//! Digests, codes, keys from passwords and random numbers, against published values.

use pyforge_tests::openssl::Instance;
use pyforge_tests::openssl::bindings::exports::openssl::component::kdf::Costs;
use pyforge_tests::samples;

use crate::shared::COMPONENT;

/// Of "abc": FIPS 180-4 and 202, RFC 1321, 7693, and the Chinese and European standards of SM3 and RIPEMD-160.
const OF_ABC: [(&str, &str); 14] = [
    ("MD5", "900150983cd24fb0d6963f7d28e17f72"),
    ("SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("SHA224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
    ("SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
        "SHA384",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
         8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        "SHA512",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
    ("SHA512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
    ("SHA3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
    ("SHA3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
    (
        "SHA3-512",
        "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e\
         10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
    ),
    (
        "BLAKE2B-512",
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
         7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    ),
    ("BLAKE2S-256", "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"),
    ("SM3", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    ("RIPEMD160", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
];

/// Of nothing, so many bytes: FIPS 202.
const SHAKES: [(&str, &str); 2] = [
    ("SHAKE128", "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"),
    ("SHAKE256", "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn start() -> Instance {
    Instance::start(&COMPONENT)
}

#[test]
fn digests_are_those_that_were_published() {
    let mut instance = start();
    let guest = instance.digest.clone();
    let store = &mut instance.store;
    for (name, expected) in OF_ABC {
        let it = guest.algorithm().call_fetch(&mut *store, name, None).unwrap().unwrap();
        let described = guest.algorithm().call_describe(&mut *store, it).unwrap();
        assert_eq!(described.size as usize * 2, expected.len(), "{name}");
        let value: Vec<u8> = guest
            .algorithm()
            .call_compute(&mut *store, it, &b"abc"[..].into(), None)
            .unwrap()
            .unwrap()
            .into();
        assert_eq!(hex(&value), expected, "{name}");
        // With the right size, and with a wrong one.
        let sized = guest.algorithm().call_compute(&mut *store, it, &b"abc"[..].into(), Some(described.size));
        assert_eq!(Vec::from(sized.unwrap().unwrap()), value);
        let refused = guest.algorithm().call_compute(&mut *store, it, &b"abc"[..].into(), Some(1)).unwrap();
        assert!(!refused.unwrap_err().is_empty(), "{name}");
        it.resource_drop(&mut *store).unwrap();
    }
}

#[test]
fn a_message_in_pieces_and_its_copies_come_to_the_same() {
    let mut instance = start();
    let guest = instance.digest.clone();
    let store = &mut instance.store;
    let data = samples::noise(10_000);
    for (name, _) in OF_ABC.into_iter().chain(SHAKES) {
        let it = guest.algorithm().call_fetch(&mut *store, name, None).unwrap().unwrap();
        let size = name.starts_with("SHAKE").then_some(99);
        let whole = guest.algorithm().call_compute(&mut *store, it, &data[..].into(), size).unwrap().unwrap();
        for step in [1, 7, 64, 1000] {
            let (head, rest) = data.split_at(step);
            let running = guest.running().call_open(&mut *store, it, &head.into()).unwrap().unwrap();
            let (body, tail) = rest.split_at(rest.len() / 2);
            let most = if step == 1 { 50 } else { usize::MAX };
            let (few, body) = body.split_at(body.len().min(most));
            for piece in few.chunks(step).chain([body]) {
                guest.running().call_update(&mut *store, running, &piece.into()).unwrap().unwrap();
            }
            let copy = guest.running().call_copy(&mut *store, running).unwrap().unwrap();
            guest.running().call_update(&mut *store, running, &b"else"[..].into()).unwrap().unwrap();
            running.resource_drop(&mut *store).unwrap();
            for _ in 0..2 {
                let value = guest.running().call_value(&mut *store, copy, &tail.into(), size).unwrap();
                assert_eq!(value.unwrap(), whole, "{name}");
            }
            copy.resource_drop(&mut *store).unwrap();
        }
        it.resource_drop(&mut *store).unwrap();
    }
}

#[test]
fn values_of_any_size_are_squeezed_out() {
    let mut instance = start();
    let guest = instance.digest.clone();
    let store = &mut instance.store;
    for (name, expected) in SHAKES {
        let it = guest.algorithm().call_fetch(&mut *store, name, None).unwrap().unwrap();
        let all: Vec<u8> = guest
            .algorithm()
            .call_compute(&mut *store, it, &b""[..].into(), Some(5000))
            .unwrap()
            .unwrap()
            .into();
        assert_eq!(hex(&all[..32]), expected);
        let running = guest.running().call_open(&mut *store, it, &b""[..].into()).unwrap().unwrap();
        let mut squeezed = Vec::new();
        for size in [1, 0, 2, 165, 168, 3000, 1664] {
            let more = guest.running().call_squeeze(&mut *store, running, size).unwrap().unwrap();
            squeezed.extend(Vec::from(more));
        }
        assert_eq!(squeezed, all, "{name}");
        // The message is at its end, which OpenSSL only notices when a block is full.
        let _late = guest.running().call_update(&mut *store, running, &[0; 1000][..].into()).unwrap();
        running.resource_drop(&mut *store).unwrap();
        // More than half of 4 GiB is no block of.
        for size in [u32::MAX, 1 << 31] {
            let refused =
                guest.algorithm().call_compute(&mut *store, it, &b""[..].into(), Some(size)).unwrap();
            assert!(refused.is_err(), "{size}");
        }
    }
    let it = guest.algorithm().call_fetch(&mut *store, "SHA256", None).unwrap().unwrap();
    let running = guest.running().call_open(&mut *store, it, &b""[..].into()).unwrap().unwrap();
    assert!(guest.running().call_squeeze(&mut *store, running, 10).unwrap().is_err());
}

#[test]
fn what_nobody_knows_is_refused_with_a_reason() {
    let mut instance = start();
    let store = &mut instance.store;
    for (name, properties) in [
        ("no-such", None),
        ("", None),
        ("SHA256\0x", None),
        ("SHA256", Some("fips=yes")),
        ("SHA256", Some("a\0b")),
    ] {
        let digest = instance.digest.algorithm().call_fetch(&mut *store, name, properties).unwrap();
        assert!(matches!(digest, Err(failure) if !failure.is_empty()), "{name:?} {properties:?}");
        let hmac = instance.mac.hmac().call_fetch(&mut *store, name, properties).unwrap();
        assert!(matches!(hmac, Err(failure) if !failure.is_empty()), "{name:?} {properties:?}");
    }
    let all = instance.digest.call_algorithms(&mut *store).unwrap();
    for known in ["SHA256", "SHA512", "SHA3-256", "SHAKE128", "BLAKE2b512"] {
        assert!(all.iter().any(|one| one.short_name == known), "{known}");
    }
    assert!(!instance.digest.call_is_fips_default(&mut *store).unwrap());
}

/// RFC 2202 and 4231, the second cases: the key "Jefe".
const HMACS: [(&str, &str); 4] = [
    ("MD5", "750c783e6ab0b503eaa86e310a5db738"),
    ("SHA1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    ("SHA256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        "SHA512",
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
         9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ),
];

#[test]
fn codes_are_those_that_were_published_in_pieces_too() {
    let mut instance = start();
    let guest = instance.mac.clone();
    let store = &mut instance.store;
    let (key, data) = (b"Jefe", b"what do ya want for nothing?");
    for (name, expected) in HMACS {
        let it = guest.hmac().call_fetch(&mut *store, name, None).unwrap().unwrap();
        let whole: Vec<u8> =
            guest.hmac().call_compute(&mut *store, it, key, &data[..].into()).unwrap().unwrap().into();
        assert_eq!(hex(&whole), expected);
        let running = guest.running().call_open(&mut *store, it, key, &data[..1].into()).unwrap().unwrap();
        for byte in &data[1..20] {
            guest.running().call_update(&mut *store, running, &[*byte][..].into()).unwrap().unwrap();
        }
        let copy = guest.running().call_copy(&mut *store, running).unwrap().unwrap();
        running.resource_drop(&mut *store).unwrap();
        it.resource_drop(&mut *store).unwrap();
        for _ in 0..2 {
            let value = guest.running().call_value(&mut *store, copy, &data[20..].into()).unwrap().unwrap();
            assert_eq!(Vec::from(value), whole);
        }
        copy.resource_drop(&mut *store).unwrap();
    }
    let it = guest.hmac().call_fetch(&mut *store, "SHA256", None).unwrap().unwrap();
    let empty: Vec<u8> =
        guest.hmac().call_compute(&mut *store, it, b"", &b""[..].into()).unwrap().unwrap().into();
    assert_eq!(hex(&empty), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    let it = guest.hmac().call_fetch(&mut *store, "SHAKE128", None).unwrap();
    let computed = it.map(|it| guest.hmac().call_compute(&mut *store, it, b"k", &b""[..].into()).unwrap());
    assert!(!matches!(computed, Ok(Ok(_))), "no HMAC with values of any size");
}

/// Digest, password, salt, iterations, and the key in hexadecimal digits.
type Derivation = (&'static str, &'static [u8], &'static [u8], u32, &'static str);

/// RFC 6070, and of RFC 7914 with SHA-256.
const PBKDF2: [Derivation; 5] = [
    ("SHA1", b"password", b"salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
    ("SHA1", b"password", b"salt", 4096, "4b007901b765489abead49d926f721d065a429c1"),
    (
        "SHA1",
        b"passwordPASSWORDpassword",
        b"saltSALTsaltSALTsaltSALTsaltSALTsalt",
        4096,
        "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038",
    ),
    ("sha1", b"pass\0word", b"sa\0lt", 4096, "56fa6aa75548099dcc37d7f03425e0c3"),
    (
        "SHA256",
        b"passwd",
        b"salt",
        1,
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
         49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
    ),
];

#[test]
fn keys_from_passwords_are_those_that_were_published() {
    let mut instance = start();
    for (digest, password, salt, iterations, expected) in PBKDF2 {
        let size = expected.len() as u32 / 2;
        let key =
            instance.kdf.call_pbkdf2_hmac(&mut instance.store, digest, password, salt, iterations, size);
        assert_eq!(hex(&key.unwrap().unwrap()), expected);
    }
    for (password, salt, [n, r, p], expected) in [
        (&b""[..], &b""[..], [16, 1, 1], "77d6576238657b203b19ca42c18a0497"),
        (b"password", b"NaCl", [1024, 8, 16], "fdbabe1c9d3472007856e7190d01e9fe"),
        (b"pleaseletmein", b"SodiumChloride", [16384, 8, 1], "7023bdcb3afd7348461c06cd81fd38eb"),
    ] {
        let costs = Costs { n, r, p, memory: 0 };
        let key = instance.kdf.call_scrypt(&mut instance.store, password, salt, costs, 64).unwrap().unwrap();
        assert_eq!((&hex(&key)[..32], key.len()), (expected, 64));
        instance.kdf.call_check_scrypt(&mut instance.store, costs).unwrap().unwrap();
    }
}

#[test]
fn costs_and_sizes_that_are_too_much_are_refused() {
    let mut instance = start();
    for [n, r, p, memory] in [
        [0, 8, 1, 0],
        [15, 8, 1, 0],
        [1 << 20, 8, 1, 0],
        [2, 0, 1, 0],
        [2, 8, 0, 0],
        [u64::MAX, u64::MAX, u64::MAX, u64::MAX],
        [1 << 63, 1, 1, u64::MAX],
        [2, 1 << 40, 1 << 40, u64::MAX],
    ] {
        let costs = Costs { n, r, p, memory };
        let checked = instance.kdf.call_check_scrypt(&mut instance.store, costs).unwrap();
        assert!(checked.is_err(), "{costs:?}");
        let key = instance.kdf.call_scrypt(&mut instance.store, b"a", b"b", costs, 10).unwrap();
        assert!(key.is_err(), "{costs:?}");
    }
    for (digest, iterations, size) in
        [("no-such", 1, 10), ("SHA256", u32::MAX, 10), ("SHA256", 1, u32::MAX), ("SHA256", 1 << 31, 10)]
    {
        let key = instance.kdf.call_pbkdf2_hmac(&mut instance.store, digest, b"a", b"b", iterations, size);
        assert!(key.unwrap().is_err(), "{digest} {iterations} {size}");
    }
    // Nothing of nothing does not trap, whatever it is.
    let _nothing = instance.kdf.call_pbkdf2_hmac(&mut instance.store, "SHA256", b"", b"", 0, 0).unwrap();
    let costs = Costs { n: 2, r: 1, p: 1, memory: 0 };
    let _nothing = instance.kdf.call_scrypt(&mut instance.store, b"", b"", costs, 0).unwrap();
    for bytes in [0, 1 << 20, u32::MAX] {
        let fits = bytes <= 1 << 20;
        assert_eq!(instance.kdf.call_has_room(&mut instance.store, bytes).unwrap(), fits);
        assert_eq!(instance.mac.call_has_room(&mut instance.store, bytes).unwrap(), fits);
    }
}

#[test]
fn random_numbers_are_of_any_size_and_no_two_instances_have_the_same() {
    let mut instances = [start(), start()];
    let mut generate = |at: usize, size| {
        let instance: &mut Instance = &mut instances[at];
        instance.random.call_generate(&mut instance.store, size).unwrap()
    };
    assert_eq!(generate(0, 0), Ok(Vec::new()));
    let mebibytes = [generate(0, 1 << 20), generate(0, 1 << 20), generate(1, 1 << 20)].map(Result::unwrap);
    assert!(mebibytes.iter().all(|bytes| bytes.len() == 1 << 20));
    assert!(mebibytes[0] != mebibytes[1] && mebibytes[0] != mebibytes[2]);
    for size in [u32::MAX, 1 << 31] {
        assert!(matches!(generate(0, size), Err(failure) if !failure.is_empty()));
    }
    let [instance, _] = &mut instances;
    let all = samples::noise(100_000);
    for (data, entropy) in
        [(&b""[..], 0.0), (b"a", f64::NAN), (b"a", -1.0), (b"a", f64::INFINITY), (&all, 1e300), (b"a", 0.5)]
    {
        instance.random.call_add(&mut instance.store, data, entropy).unwrap();
    }
    assert!(instance.random.call_is_seeded(&mut instance.store).unwrap());
    assert_eq!(instance.random.call_generate(&mut instance.store, 10).unwrap().unwrap().len(), 10);
}
