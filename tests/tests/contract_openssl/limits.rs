//! Where memory is short, what grows ends in a failure, and the instance goes on.

use pyforge_tests::openssl::bindings::exports::openssl::component::kdf::Costs;
use pyforge_tests::openssl::bindings::exports::openssl::component::tls::{Protocol, Setting, Status};
use pyforge_tests::openssl::bindings::exports::openssl::component::x509::Form;
use pyforge_tests::openssl::{Instance, Operation, Outcome, Pair};
use wasmtime::component::ResourceAny;

use crate::shared::{COMPONENT, VERSIONS, client, file, server};

/// What the instance's memory may have.
const MEMORY: usize = 24 << 20;

/// More rounds than fit into that, whatever grows.
const MOST_ROUNDS: usize = 100_000;

struct Scene {
    client: ResourceAny,
    server: ResourceAny,
    pair: Pair,
    algorithm: ResourceAny,
    hmac: ResourceAny,
}

/// What may grow by one round. Whether it did; a trap is an error.
type Growth = fn(&mut Instance, &mut Scene, usize) -> wasmtime::Result<bool>;

fn grew(outcome: &Outcome) -> bool {
    !matches!(outcome.status, Status::Failed(_) | Status::Ended(_))
}

const GROWTHS: [(&str, Growth); 19] = [
    ("contexts", |instance, _, _| {
        Ok(instance.tls.context().call_open(&mut instance.store, Protocol::Any)?.is_ok())
    }),
    ("connections", |instance, scene, _| {
        Ok(instance.tls.connection().call_open(&mut instance.store, scene.client)?.is_ok())
    }),
    ("connections that have begun", |instance, scene, _| {
        let Ok(it) = instance.tls.connection().call_open(&mut instance.store, scene.client)? else {
            return Ok(false);
        };
        instance.tls.connection().call_set_role(&mut instance.store, it, false)?;
        Ok(grew(&instance.operate(it, Operation::Handshake, b"")?))
    }),
    ("connections that have shaken hands", |instance, scene, _| {
        let guest = instance.tls.connection();
        let mut open = |context| guest.call_open(&mut instance.store, context);
        let (Ok(client), Ok(server)) = (open(scene.client)?, open(scene.server)?) else { return Ok(false) };
        for (it, is_server) in [(client, false), (server, true)] {
            instance.tls.connection().call_set_role(&mut instance.store, it, is_server)?;
        }
        let mut flight = Vec::new();
        for it in [client, server, client, server] {
            let outcome = instance.operate(it, Operation::Handshake, &flight)?;
            if !grew(&outcome) {
                return Ok(false);
            }
            flight = outcome.output;
        }
        Ok(true)
    }),
    ("roots of contexts", |instance, _, _| {
        let Ok(it) = instance.tls.context().call_open(&mut instance.store, Protocol::Any)? else {
            return Ok(false);
        };
        Ok(instance.tls.context().call_add_built_in(&mut instance.store, it)?.is_ok())
    }),
    ("input that is not read", |instance, scene, _| {
        let it = scene.pair.client.connection;
        Ok(grew(&instance.operate(it, Operation::Write(b""), &[23; 100_000])?))
    }),
    ("larger writes", |instance, scene, round| {
        let it = scene.pair.client.connection;
        Ok(grew(&instance.operate(it, Operation::Write(&vec![1; 1 << (16 + round)]), b"")?))
    }),
    ("running digests", |instance, scene, _| {
        let guest = instance.digest.running();
        Ok(guest.call_open(&mut instance.store, scene.algorithm, &b"data"[..].into())?.is_ok())
    }),
    ("larger values", |instance, scene, round| {
        let (guest, size) = (instance.digest.algorithm(), Some(1 << (20 + round)));
        let computed = guest.call_compute(&mut instance.store, scene.algorithm, &b""[..].into(), size)?;
        Ok(computed.is_ok())
    }),
    ("running codes", |instance, scene, _| {
        let guest = instance.mac.running();
        Ok(guest.call_open(&mut instance.store, scene.hmac, b"key", &b"data"[..].into())?.is_ok())
    }),
    ("larger random numbers", |instance, _, round| {
        Ok(instance.random.call_generate(&mut instance.store, 1 << (20 + round))?.is_ok())
    }),
    ("larger keys", |instance, _, round| {
        let size = 1 << (20 + round);
        Ok(instance.kdf.call_pbkdf2_hmac(&mut instance.store, "MD5", b"a", b"b", 1, size)?.is_ok())
    }),
    ("larger costs", |instance, _, round| {
        let costs = Costs { n: 1024, r: 8 * (1 + round as u64), p: 1, memory: 1 << 30 };
        Ok(instance.kdf.call_scrypt(&mut instance.store, b"a", b"b", costs, 10)?.is_ok())
    }),
    ("files with more certificates", |instance, _, round| {
        let it = instance.context(Protocol::Client, &[]);
        let pem = file("rsa.pem").repeat(100 << round);
        let added = instance.tls.context().call_add_file(&mut instance.store, it, &pem[..].into())?;
        instance.close(it);
        Ok(added.is_ok())
    }),
    ("more certificates read", |instance, _, round| {
        let pem = file("rsa.pem").repeat(100 << round);
        let readout = instance.x509.call_read(&mut instance.store, &pem[..].into(), Form::Pem)?;
        Ok(readout.certificates.len() == 100 << round)
    }),
    ("more certificates trusted", |instance, scene, round| {
        let certificate = file(["rsa.pem", "ecdsa.pem"][round % 2]);
        Ok(instance.trust(scene.client, &certificate).is_ok() && round < 1000)
    }),
    ("larger reads", |instance, scene, round| {
        let it = scene.pair.server.connection;
        Ok(grew(&instance.operate(it, Operation::Read((round as u32) << 20), b"")?) && round < 4096)
    }),
    ("messages reported", |instance, scene, round| {
        let it = scene.pair.client.connection;
        let data = vec![1; 100_000 << round];
        Ok(grew(&instance.operate(it, Operation::Write(&data), b"")?))
    }),
    ("switched contexts", |instance, scene, round| {
        let it = scene.pair.server.connection;
        let Ok(context) = instance.tls.context().call_open(&mut instance.store, Protocol::Any)? else {
            return Ok(false);
        };
        instance.tls.connection().call_set_context(&mut instance.store, it, context)?;
        instance.close(context);
        Ok(round < 3000)
    }),
];

fn start(version: u64) -> (Instance, Scene) {
    let mut instance = Instance::start_limited(&COMPONENT, MEMORY);
    let (client, server) = (client(&mut instance, version), server(&mut instance, version, "ecdsa"));
    instance.set(client, Setting::ReportMessages, 1);
    let mut pair = instance.pair(client, server);
    instance.connect(&mut pair);
    let algorithm = instance.digest.algorithm().call_fetch(&mut instance.store, "SHAKE128", None);
    let hmac = instance.mac.hmac().call_fetch(&mut instance.store, "SHA256", None);
    let (algorithm, hmac) = (algorithm.unwrap().unwrap(), hmac.unwrap().unwrap());
    (instance, Scene { client, server, pair, algorithm, hmac })
}

/// Goes on until something fails. What is wrong with that, if anything.
fn grow(version: u64, growth: Growth) -> Result<(), String> {
    let (mut instance, mut scene) = start(version);
    for round in 0..MOST_ROUNDS {
        match growth(&mut instance, &mut scene, round) {
            Ok(true) => {}
            Ok(false) => return goes_on(&mut instance).map_err(|error| format!("afterwards: {error:?}")),
            Err(error) => return Err(format!("round {round}, {} bytes: {error:?}", instance.memory())),
        }
    }
    Err("it never ended".into())
}

/// Whether what takes no memory works as before.
fn goes_on(instance: &mut Instance) -> wasmtime::Result<()> {
    instance.tls.call_version_number(&mut instance.store)?;
    instance.random.call_is_seeded(&mut instance.store)?;
    instance.x509.call_nid_of(&mut instance.store, "CN")?;
    let context = instance.tls.context().call_open(&mut instance.store, Protocol::Any)?;
    if let Ok(context) = context { context.resource_drop(&mut instance.store) } else { Ok(()) }
}

#[test]
fn what_grows_ends_in_a_failure() {
    let growths = GROWTHS.into_iter().zip(VERSIONS.into_iter().cycle());
    let wrong = growths.filter_map(|((name, growth), version)| {
        grow(version, growth).err().map(|why| format!("{name}: {why}"))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
