//! TLS of the second consumer: MicroPython as client and as server, against native Python, the program `openssl`, nginx
//! and curl, with the peers and the certificates of `tls.rs`.
//!
//! Its `ssl` is another module than CPython's, so what it reports is not compared with native Python's: tables say what
//! either side has to see.

#[path = "tls/certificates.rs"]
mod certificates;
mod common;
#[path = "tls/matrix.rs"]
mod matrix;
#[path = "tls/peers.rs"]
mod peers;
#[path = "tls/programs.rs"]
mod programs;

use std::process::Command;
use std::sync::OnceLock;

use pyforge_build::process;
use serde_json::{Value, json};

use crate::common::{pyforge, run, this_checkout};
use crate::matrix::{Matrix, MicroPython, Native, Who, holds, micropython_scripts, summary};
use crate::peers::{curl, nginx, s_client, s_server};
use crate::programs::free_port;

const VERSIONS: [(&str, &str, &str); 2] =
    [("TLSv1.2", "TLSv1_2", "-tls1_2"), ("TLSv1.3", "TLSv1_3", "-tls1_3")];
const KEYS: [&str; 3] = ["rsa", "ecdsa", "ed25519"];

/// Who is the client, and who the server: MicroPython connects, or it serves.
const CONNECTS: [Who; 2] = [MicroPython, Native];
const SERVES: [Who; 2] = [Native, MicroPython];

/// What Mbed TLS says of a certificate of someone else, and MicroPython therefore too.
const MISMATCH: &str = "\nThe certificate Common Name (CN) does not match with the expected CN\n";

const SELF_SIGNED: &str = "certificate verify failed: self-signed certificate";

/// The certificates; no script has the time to build its interpreter.
fn matrix() -> Matrix {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let words = ["run", "--consumer", "micropython", "-c", "import ssl"];
        let ended = run(&mut pyforge(&this_checkout(), &words), "");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
    });
    Matrix::new()
}

/// The first options and then the others.
fn with(options: &Value, more: &Value) -> Value {
    let mut all = options.as_object().unwrap().clone();
    all.extend(more.as_object().unwrap().clone());
    Value::Object(all)
}

/// A client that asks and ends. MicroPython cannot end one direction of a connection alone, so it does not wait for the
/// other's end.
fn client(more: Value) -> Value {
    with(&json!({"ends_first": true, "steps": [["send", "one!\n"], ["line"], ["unwrap"]]}), &more)
}

/// A server that answers and ends. MicroPython's has to be told where, for it cannot ask.
fn server(more: Value) -> Value {
    let answers = json!([["line"], ["send", "two!\n"], ["unwrap"]]);
    with(&json!({"listen": free_port(), "certificate": "ecdsa", "steps": answers}), &more)
}

/// What both see when all is well.
fn asked() -> Value {
    json!({"lines": ["one!"]})
}

fn answered() -> Value {
    json!({"lines": ["two!"]})
}

/// Has a client and a server meet, who each see what is expected, and no error where none is.
fn meet(matrix: &Matrix, name: &str, hands: [Who; 2], options: [Value; 2], expected: [&Value; 2]) {
    let reports = matrix.meet(hands, ["client.py", "server.py"], [&options[0], &options[1]]);
    for side in 0..2 {
        sees(&format!("{name}, {hands:?}, side {side}"), &reports[side], expected[side]);
    }
}

fn sees(name: &str, report: &Value, expected: &Value) {
    holds(name, &with(&json!({"error": null}), expected), &summary(report));
}

/// The digest of a certificate, as MicroPython's side reports it.
fn digest(matrix: &Matrix, name: &str) -> String {
    let mut command = Command::new("openssl");
    command.args("x509 -noout -fingerprint -sha256 -in".split(' ')).arg(matrix.file(&format!("{name}.pem")));
    let said = process::capture(command).unwrap_or_else(|error| panic!("{error}"));
    said.rsplit('=').next().unwrap().replace(':', "").to_lowercase()
}

#[test]
fn versions_and_keys() {
    let matrix = matrix();
    for ((version, member, _), key) in VERSIONS.iter().flat_map(|version| KEYS.map(|key| (*version, key))) {
        let name = format!("{version} {key}");
        let limited = json!({"version": member});
        let told = json!({"lines": ["two!"], "version": version, "certificate": digest(&matrix, key)});
        let serving = || server(with(&limited, &json!({"certificate": key})));
        meet(&matrix, &name, CONNECTS, [client(json!({})), serving()], [&told, &asked()]);
        let told = json!({"lines": ["one!"], "version": version, "certificate": null});
        meet(&matrix, &name, SERVES, [client(limited.clone()), serving()], [&answered(), &told]);
    }
}

#[test]
fn sockets_that_do_not_block() {
    let matrix = matrix();
    let calm = json!({"nonblocking": true});
    for (version, member, _) in VERSIONS {
        let limited = json!({"version": member});
        let steps = json!([["send", "one!\n"], ["line"], ["look"], ["eof"]]);
        let ours = client(with(&calm, &json!({"steps": steps})));
        // Before the handshake there is nothing to tell.
        let told = json!({"lines": ["two!"], "rest": "", "version": version, "before": [null, null]});
        meet(&matrix, version, CONNECTS, [ours, server(limited.clone())], [&told, &asked()]);
        meet(&matrix, version, SERVES, [client(limited), server(calm.clone())], [&answered(), &asked()]);
    }
}

#[test]
fn openssl_nginx_and_curl() {
    let matrix = matrix();
    for ((version, _, flag), key) in VERSIONS.iter().flat_map(|version| KEYS.map(|key| (*version, key))) {
        asks_openssl(&matrix, version, &format!("-cert {key}.pem -key {key}.key {flag} -naccept 1"));
        answers(&matrix, version, flag, key);
    }
    asks_nginx(&matrix);
}

fn asks_openssl(matrix: &Matrix, version: &str, words: &str) {
    let evidence = [&format!("Protocol version: {version}")[..], "CONNECTION CLOSED"];
    for (peer, steps, seen) in [
        (
            s_server(format!("{words} -rev")).says(&evidence),
            json!([["send", "one!\n"], ["line"]]),
            json!({"lines": ["!eno"]}),
        ),
        (s_server(format!("{words} -www")), json!([["status", "/"]]), json!({"status": "HTTP/1.0 200 ok"})),
    ] {
        let report = matrix.ask(MicroPython, &peer, &json!({"steps": steps}));
        sees(words, &report, &with(&json!({"version": version}), &seen));
    }
}

fn answers(matrix: &Matrix, version: &str, flag: &str, key: &str) {
    let verified = ["Verify return code: 0 (ok)", "two!"];
    let limit = if version == "TLSv1.2" { "--tls-max 1.2" } else { "--tlsv1.3" };
    for (peer, more, seen) in [
        (s_client(flag).says(&verified), json!({}), asked()),
        (
            curl(limit).says(&["hello"]),
            json!({"steps": [["answer", "hello"]]}),
            json!({"request": "GET /path HTTP/1.1"}),
        ),
    ] {
        let options = server(with(&json!({"certificate": key}), &more));
        let report = matrix.answer(MicroPython, &peer, &options);
        sees(&format!("{flag} {key}"), &report, &with(&json!({"version": version}), &seen));
    }
}

fn asks_nginx(matrix: &Matrix) {
    let certificates = "ssl_certificate ecdsa.pem; ssl_certificate_key ecdsa.key;";
    let page = format!("{certificates} return 200 \"$ssl_protocol $ssl_server_name\";");
    let old = ["TLS-ECDHE-ECDSA-WITH-AES-128-CBC-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"];
    for (more, version, cipher) in
        [(json!({}), "TLSv1.3", "TLS1-3-AES-256-GCM-SHA384"), (json!({"ciphers": old}), "TLSv1.2", old[0])]
    {
        let options = with(&more, &json!({"steps": [["get", "/"]]}));
        let report = matrix.ask(MicroPython, &nginx(&*page), &options);
        let answer = json!({"size": 17, "start": format!("{version} localhost")});
        let expected =
            json!({"status": "HTTP/1.1 200 OK", "answers": [answer], "version": version, "cipher": cipher});
        sees(version, &report, &expected);
    }
}

#[test]
fn a_client_refuses_servers_that_are_not_who_they_should_be() {
    let matrix = matrix();
    let chain = &format!("{SELF_SIGNED} in certificate chain")[..];
    let unknown = "TLSV1_ALERT_UNKNOWN_CA";
    for (key, more, text, alert) in [
        ("wrong-host", json!({}), MISMATCH, "SSLV3_ALERT_BAD_CERTIFICATE"),
        ("ecdsa", json!({"server_hostname": "other.test"}), MISMATCH, "SSLV3_ALERT_BAD_CERTIFICATE"),
        ("ecdsa", json!({"server_hostname": "127.0.0.2"}), MISMATCH, "SSLV3_ALERT_BAD_CERTIFICATE"),
        ("expired", json!({}), "\nThe certificate validity has expired\n", "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
        ("self-signed", json!({}), SELF_SIGNED, unknown),
        ("ecdsa", json!({"ca": "self-signed.pem"}), chain, unknown),
        ("ecdsa", json!({"ca": null}), chain, unknown),
        // The authorities of the world do not know this one.
        ("ecdsa", json!({"ca": null, "built_in": true}), chain, unknown),
    ] {
        let refused = json!({"error": {"class": "ValueError", "number": null, "text": text}});
        let told = json!({"error": {"reason": alert}});
        // In `wrap_socket`, or in the first call that has something to send.
        for (version, now) in [("TLSv1_2", true), ("TLSv1_3", true), ("TLSv1_3", false)] {
            let ours = client(with(&more, &json!({"handshake_now": now})));
            let theirs = server(json!({"certificate": key, "version": version}));
            meet(&matrix, &format!("{key} {more} {now}"), CONNECTS, [ours, theirs], [&refused, &told]);
        }
    }
}

#[test]
fn names_of_servers() {
    let matrix = matrix();
    for (key, more) in [
        ("ecdsa", json!({"server_hostname": "127.0.0.1"})),
        ("wrong-host", json!({"server_hostname": "a.other.test"})),
        ("self-signed", json!({"ca": "self-signed.pem"})),
        ("self-signed", json!({"server_hostname": null, "verify": "CERT_NONE"})),
    ] {
        let options = [client(more.clone()), server(json!({"certificate": key}))];
        meet(&matrix, &format!("{key} {more}"), CONNECTS, options, [&answered(), &asked()]);
    }
    for (name, text) in [
        (json!(""), "invalid server_hostname"),
        (json!(".other.test"), "invalid server_hostname"),
        (json!("a b"), "invalid server_hostname"),
        (json!(null), "CERT_REQUIRED requires server_hostname"),
    ] {
        let options = [client(json!({"server_hostname": name})), server(json!({}))];
        let refused = json!({"error": {"class": "ValueError", "text": text}});
        meet(&matrix, text, CONNECTS, options, [&refused, &json!({"error": {"errno": 8}})]);
    }
}

#[test]
fn clients_show_certificates() {
    let matrix = matrix();
    let second = json!({"certificate": "second"});
    let required = json!({"verify": "CERT_REQUIRED"});
    let shown = with(&asked(), &json!({"peer": {"fields": {"subject": [[["commonName", "second"]]]}}}));
    let seen = with(&asked(), &json!({"certificate": digest(&matrix, "second")}));
    let nobody = with(&asked(), &json!({"certificate": null}));
    for (version, member, _) in VERSIONS {
        let limited = json!({"version": member});
        for (hands, ours, theirs, told) in [
            (CONNECTS, second.clone(), with(&limited, &required), &shown),
            (SERVES, with(&limited, &second), required.clone(), &seen),
            (SERVES, limited.clone(), json!({"verify": "CERT_OPTIONAL"}), &nobody),
        ] {
            meet(&matrix, version, hands, [client(ours), server(theirs)], [&answered(), told]);
        }
    }
}

#[test]
fn certificates_that_do_not_do_are_refused() {
    let matrix = matrix();
    let required = json!({"verify": "CERT_REQUIRED"});
    for (version, member, missing) in [
        ("TLSv1.2", "TLSv1_2", "SSLV3_ALERT_HANDSHAKE_FAILURE"),
        ("TLSv1.3", "TLSv1_3", "TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    ] {
        // A client of TLS 1.3 learns only what it reads.
        let nothing = json!({"version": member, "steps": [["eof"]]});
        let limited = with(&required, &json!({"version": member}));
        let untrusted = json!({"certificate": "self-signed"});
        let number = |number| json!({"error": {"class": "OSError", "number": number}});
        let reason = |reason| json!({"error": {"reason": reason}});
        let verify = json!({"error": {"class": "ValueError", "text": SELF_SIGNED}});
        for (hands, more, theirs, refused, told) in [
            (CONNECTS, &json!({}), &limited, number(-30592), reason("PEER_DID_NOT_RETURN_A_CERTIFICATE")),
            (SERVES, &json!({}), &required, reason(missing), number(-29824)),
            (CONNECTS, &untrusted, &limited, number(-30592), reason("CERTIFICATE_VERIFY_FAILED")),
            (SERVES, &untrusted, &required, reason("TLSV1_ALERT_UNKNOWN_CA"), verify),
        ] {
            let options = [client(with(&nothing, more)), server(theirs.clone())];
            meet(&matrix, &format!("{version} {more}"), hands, options, [&refused, &told]);
        }
    }
}

#[test]
fn contexts_refuse_what_they_cannot_use() {
    let matrix = matrix();
    for (more, class, text) in [
        (json!({"certificate": "client"}), "ValueError", "invalid key"),
        (json!({"certificate": "missing"}), "OSError", "[Errno 2] ENOENT"),
        (json!({"ca": "missing"}), "OSError", "[Errno 2] ENOENT"),
        (json!({"ca": "rsa.key"}), "ValueError", "invalid cert"),
        (json!({"ciphers": ["NOTHING"]}), "OSError", "(-24192, 'MBEDTLS_ERR_SSL_BAD_CONFIG')"),
    ] {
        let report =
            matrix.start(MicroPython, "client.py", &client(with(&more, &json!({"port": 9})))).report();
        sees(&more.to_string(), &report, &json!({"error": {"class": class, "text": text}}));
    }
}

#[test]
fn much_is_sent() {
    const SIZE: u64 = 4 << 20;
    // No more than a few records may be kept of what goes through.
    let matrix = Matrix { limits: &["--memory", "128MiB"], patience: 2, ..matrix() };
    let [up, down] = ["upload", "download"].map(|way| json!([way, SIZE]));
    for (version, member, _) in VERSIONS {
        for (hands, calm) in [(CONNECTS, false), (CONNECTS, true), (SERVES, false), (SERVES, true)] {
            let limited = json!({"version": member, "nonblocking": calm});
            let ours = client(with(&limited, &json!({"steps": [up, down]})));
            let theirs = server(with(&limited, &json!({"steps": [down, up]})));
            let reports = matrix.meet(hands, ["client.py", "server.py"], [&ours, &theirs]);
            let name = format!("{version} {hands:?} {calm}");
            let [client, server] = reports.map(|report| summary(&report));
            for (seen, other) in [(&client, &server), (&server, &client)] {
                holds(&name, &json!({"error": null, "received": other["sent"]}), seen);
                assert_eq!(seen["received"][0], SIZE, "{name}");
            }
        }
    }
}

#[test]
fn ends_are_told_from_cuts() {
    let matrix = matrix();
    let gone = json!({"error": {"class": "OSError", "number": -29312}});
    let cut = with(&gone, &json!({"lines": ["one!"]}));
    let no_tls = json!({"error": {"class": "OSError", "number": -29184}});
    let end = json!({"lines": ["one!"], "rest": ""});
    let (nothing, ragged) = (json!({}), json!({"lines": ["one!"], "error": {"errno": 8}}));
    let reads = json!({"steps": [["line"], ["eof"]]});
    let cuts = json!({"steps": [["send", "one!\n"], ["half_close"], ["close"]]});
    let cuts_here = json!({"steps": [["send", "one!\n"], ["cut"]]});
    let ends = json!({"steps": [["send", "one!\n"], ["unwrap"]]});
    let strict = with(&reads, &json!({"suppress_ragged_eofs": false}));
    let plainly = |steps| json!({"handshake": false, "steps": steps});
    let babbles = plainly(json!([["send", "HTTP/1.0 400 no\r\n\r\n"], ["eof_bytes"]]));
    let goes = plainly(json!([["half_close"], ["eof_bytes"]]));
    for (_, member, _) in VERSIONS {
        for (name, hands, ours, theirs, seen, told) in [
            ("a cut", CONNECTS, &reads, &cuts, &cut, &nothing),
            ("a cut", SERVES, &cuts, &reads, &nothing, &cut),
            ("a cut of its own", CONNECTS, &cuts_here, &strict, &nothing, &ragged),
            ("a cut of its own", SERVES, &strict, &cuts_here, &ragged, &nothing),
            ("an end", CONNECTS, &reads, &ends, &end, &nothing),
            ("an end", SERVES, &ends, &reads, &nothing, &end),
            ("plain text", CONNECTS, &reads, &babbles, &no_tls, &nothing),
            ("plain text", SERVES, &babbles, &reads, &nothing, &no_tls),
            ("nothing", CONNECTS, &reads, &goes, &gone, &nothing),
            ("nothing", SERVES, &goes, &reads, &nothing, &gone),
        ] {
            let [ours, theirs] = [ours, theirs].map(|more| with(&json!({"version": member}), more));
            meet(&matrix, name, hands, [client(ours), server(theirs)], [seen, told]);
        }
    }
}

#[test]
fn asyncio_streams() {
    let matrix = matrix();
    for (version, member, _) in VERSIONS {
        for hands in [CONNECTS, SERVES] {
            let both = json!({"version": member, "times": 3});
            let ours = with(&both, &json!({"side": "client"}));
            let theirs = server(with(&both, &json!({"side": "server"})));
            let reports = matrix.meet(hands, ["streams.py"; 2], [&ours, &theirs]);
            let expected = [json!({"same": true, "rest": ""}), json!({"last": "thanks\n"})];
            for side in 0..2 {
                sees(&format!("{version} {hands:?}"), &reports[side], &expected[side]);
                // All three saw that.
                assert_eq!(reports[side]["connections"][0]["times"], 3, "{version} {hands:?} {reports:?}");
            }
        }
        // Native Python's server waits for another client, so it makes no report.
        let server =
            matrix.start(Native, "streams.py", &server(json!({"side": "server", "version": member})));
        let wrong =
            json!({"side": "client", "server_hostname": "other.test", "port": server.number_after("port ")});
        let report = matrix.start(MicroPython, "streams.py", &wrong).report();
        sees(version, &report, &json!({"error": {"class": "ValueError", "text": MISMATCH}}));
    }
}

/// Streams of Python's own, which take and give what they like, raise, and call back.
#[test]
fn streams_that_are_no_sockets() {
    let matrix = matrix();
    let script = micropython_scripts().join("pipes.py");
    let ended = run(&mut matrix.guest("micropython", &script, &json!({})), "");
    assert!(ended.code == 0 && ended.stdout.ends_with("drops\n"), "{}{}", ended.stdout, ended.stderr);
}
