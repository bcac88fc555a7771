//! TLS between two processes on this machine: the guest as client and as server, against native Python, the program
//! `openssl`, nginx and curl, with certificates of an authority that each test makes for itself.
//!
//! The scripts print what they saw. The same script, run natively against the same peer, has to have seen the same.
//!
//! With `PYFORGE_LONG_TESTS=1` a gigabyte is sent each way, and hands are shaken a thousand times. With
//! `PYFORGE_TLS_GUEST=PROGRAM` that interpreter plays the guest and native Python too: what fails then is the fault of
//! the test or of this machine.

#[path = "tls/certificates.rs"]
mod certificates;
mod common;
#[path = "tls/matrix.rs"]
mod matrix;
#[path = "tls/packages.rs"]
mod packages;
#[path = "tls/peers.rs"]
mod peers;
#[path = "tls/programs.rs"]
mod programs;

use serde_json::{Value, json};

use crate::certificates::PASSWORD;
use crate::matrix::{Guest, LONG, Matrix, Native, holds, long, same, summary};
use crate::peers::{curl, nginx, s_client, s_server};

const VERSIONS: [&str; 2] = ["TLSv1.2", "TLSv1.3"];
const KEYS: [&str; 3] = ["rsa", "ecdsa", "ed25519"];

/// What `ssl.TLSVersion` calls a version.
fn member(version: &str) -> String {
    version.replace('.', "_")
}

/// What most connections are for: the client asks, the server answers, and both end.
fn asks() -> Value {
    json!([["send", "one!\n"], ["line"], ["unwrap"]])
}

fn answers() -> Value {
    json!([["line"], ["send", "two!\n"], ["unwrap"]])
}

/// The first options and then the others.
fn with(options: &Value, more: &Value) -> Value {
    let mut all = options.as_object().unwrap().clone();
    all.extend(more.as_object().unwrap().clone());
    Value::Object(all)
}

fn client(more: Value) -> Value {
    with(&json!({"steps": asks()}), &more)
}

fn server(more: Value) -> Value {
    with(&json!({"certificate": "ecdsa", "steps": answers()}), &more)
}

/// The option of `openssl` that leaves only a version.
fn only(version: &str) -> &'static str {
    if version == "TLSv1.2" { "-tls1_2" } else { "-tls1_3" }
}

/// The other side's certificate, as a report has it.
fn shows(name: &str) -> Value {
    json!({"peer": {"fields": {"subject": [[["commonName", name]]]}}})
}

#[test]
fn versions_and_keys() {
    let matrix = Matrix::new();
    for (version, key) in VERSIONS.iter().flat_map(|version| KEYS.map(|key| (*version, key))) {
        let limited = json!({"version": member(version)});
        let seen = with(&shows(key), &json!({"version": version}));
        let serving = server(with(&limited, &json!({"certificate": key})));
        let heard = json!({"version": version, "lines": ["one!"]});
        matrix.compare(&format!("{version} {key}"), [&client(limited.clone()), &serving], [&seen, &heard]);
        connects(&matrix, version, key, &limited, &seen);
        serves(&matrix, version, key, &serving, &heard);
    }
}

fn connects(matrix: &Matrix, version: &str, key: &str, limited: &Value, seen: &Value) {
    let name = format!("{version} {key}");
    let words = format!("-cert {key}.pem -key {key}.key {} -naccept 1", only(version));
    let lines = format!(
        "ssl_certificate {key}.pem; ssl_certificate_key {key}.key;
        return 200 \"$ssl_protocol $ssl_cipher $ssl_server_name $ssl_session_reused\";"
    );
    let evidence = [&format!("Protocol version: {version}")[..], "CONNECTION CLOSED"];
    for (peer, steps, found) in [
        (
            s_server(format!("{words} -rev")).says(&evidence),
            json!([["send", "one!\n"], ["line"]]),
            json!({"lines": ["!eno"]}),
        ),
        (s_server(format!("{words} -www")), json!([["status", "/"]]), json!({"status": "HTTP/1.0 200 ok"})),
        (nginx(lines), json!([["get", "/"]]), json!({"status": "HTTP/1.1 200 OK"})),
    ] {
        matrix.with_server(&name, &peer, &with(limited, &json!({"steps": steps})), &with(seen, &found));
    }
}

fn serves(matrix: &Matrix, version: &str, key: &str, serving: &Value, heard: &Value) {
    let chosen = if version == "TLSv1.3" { "New, TLSv1.3" } else { "Protocol  : TLSv1.2" };
    let evidence = [chosen, "Verify return code: 0 (ok)", "two!"];
    matrix.with_client(&format!("{version} {key} s_client"), &s_client("").says(&evidence), serving, heard);
    let peer = curl("--write-out %{ssl_verify_result}").says(&["hello", "0"]);
    let answering = with(serving, &json!({"steps": [["answer", "hello"]]}));
    let asked = json!({"version": version, "request": "GET /path HTTP/1.1"});
    matrix.with_client(&format!("{version} {key} curl"), &peer, &answering, &asked);
}

#[test]
fn ciphers_and_groups() {
    let matrix = Matrix::new();
    for (cipher, key) in [
        ("ECDHE-RSA-AES128-GCM-SHA256", "rsa"),
        ("ECDHE-RSA-AES256-SHA384", "rsa"),
        ("ECDHE-RSA-CHACHA20-POLY1305", "rsa"),
        ("DHE-RSA-AES256-GCM-SHA384", "rsa"),
        ("AES128-SHA", "rsa"),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", "ecdsa"),
        ("ECDHE-ECDSA-AES128-CCM", "ecdsa"),
    ] {
        let words = format!("-cert {key}.pem -key {key}.key -tls1_2 -cipher {cipher} -naccept 1 -rev");
        let peer = s_server(words);
        let options = json!({"ciphers": cipher, "steps": [["send", "one!\n"], ["line"]]});
        matrix.with_server(cipher, &peer, &options, &json!({"lines": ["!eno"], "version": "TLSv1.2"}));
    }
    for (suite, group) in [
        ("TLS_AES_128_GCM_SHA256", "P-256"),
        ("TLS_AES_256_GCM_SHA384", "P-384"),
        ("TLS_CHACHA20_POLY1305_SHA256", "X25519"),
    ] {
        let words =
            format!("-cert rsa.pem -key rsa.key -ciphersuites {suite} -groups {group} -naccept 1 -rev");
        let peer = s_server(words);
        let options = json!({"steps": [["send", "one!\n"], ["line"]]});
        matrix.with_server(suite, &peer, &options, &json!({"lines": ["!eno"], "version": "TLSv1.3"}));
    }
    let (ours, theirs) = (client(json!({})), server(json!({"curve": "secp384r1"})));
    matrix.compare("curve", [&ours, &theirs], [&json!({"lines": ["two!"]}), &json!({})]);
}

#[test]
fn protocols_are_agreed_on() {
    let matrix = Matrix::new();
    for (ours, theirs, chosen) in [
        (json!(["h2", "http/1.1"]), json!(["http/1.1", "h2"]), json!("http/1.1")),
        (json!(["h2"]), json!(["http/1.1"]), json!(null)),
        (json!(["h2"]), json!([]), json!(null)),
    ] {
        let options = [&client(json!({"alpn": ours})), &server(json!({"alpn": theirs}))];
        let seen = json!({"alpn": chosen});
        matrix.compare(&format!("{ours} {theirs}"), options, [&seen, &seen]);
    }
    let seen = json!({"alpn": "http/1.1"});
    let words = "-cert ecdsa.pem -key ecdsa.key -alpn http/1.1,h2 -naccept 1 -rev";
    let peer = s_server(words).says(&["ALPN protocols selected: http/1.1"]);
    let options = json!({"alpn": ["h2", "http/1.1"], "steps": [["send", "one!\n"], ["line"]]});
    matrix.with_server("s_server", &peer, &options, &seen);
    let lines =
        "ssl_certificate ecdsa.pem; ssl_certificate_key ecdsa.key; return 200 \"$ssl_alpn_protocol\";";
    let peer = nginx(lines);
    matrix.with_server("nginx", &peer, &with(&options, &json!({"steps": [["get", "/"]]})), &seen);
    let peer = s_client("-alpn h2,http/1.1").says(&["ALPN protocol: http/1.1"]);
    let serving = server(json!({"alpn": ["http/1.1", "h2"]}));
    matrix.with_client("s_client", &peer, &serving, &seen);
    let peer = curl("--verbose --http1.1").says(&["server accepted http/1.1"]);
    matrix.with_client("curl", &peer, &with(&serving, &json!({"steps": [["answer", "hello"]]})), &seen);
}

#[test]
fn names_choose_contexts() {
    let matrix = Matrix::new();
    let serving = server(json!({"sni": {
        "localhost": {"certificate": "second", "alpn": ["second"]},
        "nobody.test": "ALERT_DESCRIPTION_UNRECOGNIZED_NAME",
    }}));
    for version in VERSIONS {
        let limited = json!({"version": member(version)});
        let second = json!({"peer": {"fields": {"subject": [[["commonName", "second"]]]}}});
        let first = json!({"peer": {"fields": {"subject": [[["commonName", "ecdsa"]]]}}});
        let refused = json!({"error": {"reason": "TLSV1_UNRECOGNIZED_NAME"}});
        let asked = |name| json!({"asked": {"asked_names": [name]}});
        for (more, seen, asked) in [
            (json!({}), &second, asked("localhost")),
            (json!({"server_hostname": "127.0.0.1"}), &first, asked_nothing()),
            (json!({"server_hostname": null, "check_hostname": false}), &first, asked_nothing()),
            (json!({"server_hostname": "nobody.test"}), &refused, asked("nobody.test")),
        ] {
            let options = [&client(with(&limited, &more)), &serving];
            matrix.compare(&format!("{version} {more}"), options, [seen, &asked]);
        }
        let flag = only(version);
        let peer = s_client(flag).says(&["subject=CN = second"]);
        matrix.with_client("s_client", &peer, &serving, &asked("localhost"));
        let words = "-cert ecdsa.pem -key ecdsa.key -cert2 second.pem -key2 second.key -servername localhost";
        let words = format!("{words} {flag} -naccept 1 -rev");
        let peer = s_server(words).says(&["Hostname in TLS extension: \"localhost\""]);
        matrix.with_server("s_server", &peer, &json!({"steps": [["send", "one!\n"], ["line"]]}), &second);
    }
}

fn asked_nothing() -> Value {
    json!({"asked": {"asked_names": [null]}})
}

#[test]
fn clients_show_certificates() {
    let matrix = Matrix::new();
    for version in VERSIONS {
        let limited = json!({"version": member(version)});
        let serving = server(with(&limited, &json!({"verify": "CERT_REQUIRED"})));
        let shown = client(with(&limited, &json!({"certificate": "client", "password": PASSWORD})));
        let asking = client(with(&limited, &json!({"certificate": "client", "password_callback": PASSWORD})));
        let seen = json!({"lines": ["two!"]});
        matrix.compare("a password", [&shown, &serving], [&seen, &shows("client")]);
        let asked = with(&seen, &json!({"asked": {"asked_password": 1}}));
        matrix.compare("a password's callback", [&asking, &serving], [&asked, &shows("client")]);
        let optional = with(&serving, &json!({"verify": "CERT_OPTIONAL"}));
        let nobody = json!({"peer": {"fields": null}});
        matrix.compare("an optional one", [&client(limited), &optional], [&seen, &nobody]);
        servers_see_certificates(&matrix, version, &shown);
        let words = format!("-cert client.pem -key client.key -pass pass:{PASSWORD}");
        matrix.with_client("s_client", &s_client(words), &serving, &shows("client"));
        let peer = curl(format!("--cert client.pem --key client.key --pass {PASSWORD}")).says(&["hello"]);
        let answering = with(&serving, &json!({"steps": [["answer", "hello"]]}));
        matrix.with_client("curl", &peer, &answering, &shows("client"));
    }
}

fn servers_see_certificates(matrix: &Matrix, version: &str, shown: &Value) {
    let words = "-cert ecdsa.pem -key ecdsa.key -Verify 1 -verify_return_error -naccept 1 -rev";
    let peer = s_server(format!("{words} {}", only(version))).says(&["Peer certificate: CN = client"]);
    let steps = json!({"steps": [["send", "one!\n"], ["line"]]});
    matrix.with_server("s_server", &peer, &with(shown, &steps), &json!({"lines": ["!eno"]}));
    let peer = nginx(
        "ssl_certificate ecdsa.pem; ssl_certificate_key ecdsa.key; ssl_client_certificate ca.pem;
        ssl_verify_client on; return 200 \"$ssl_client_verify $ssl_client_s_dn\";",
    );
    let get = json!({"version": member(version), "steps": [["get", "/"]]});
    matrix.with_server("nginx", &peer, &with(shown, &get), &json!({"status": "HTTP/1.1 200 OK"}));
    matrix.with_server("nginx, none", &peer, &get, &json!({"status": "HTTP/1.1 400 Bad Request"}));
}

#[test]
fn certificates_that_do_not_do_are_refused() {
    let matrix = Matrix::new();
    for (version, reason) in
        [("TLSv1.2", "SSLV3_ALERT_HANDSHAKE_FAILURE"), ("TLSv1.3", "TLSV13_ALERT_CERTIFICATE_REQUIRED")]
    {
        let limited = json!({"version": member(version)});
        let serving = server(with(&limited, &json!({"verify": "CERT_REQUIRED"})));
        // A client of TLS 1.3 learns only what it reads.
        let nothing = with(&limited, &json!({"steps": [["eof"]]}));
        let refused = json!({"error": {"reason": reason}});
        let missing = json!({"error": {"reason": "PEER_DID_NOT_RETURN_A_CERTIFICATE"}});
        matrix.compare("none", [&nothing, &serving], [&refused, &missing]);
        let untrusted = with(&nothing, &json!({"certificate": "self-signed"}));
        let refused = json!({"error": {"reason": "TLSV1_ALERT_UNKNOWN_CA"}});
        let failed = json!({"error": {"verify_message": "self-signed certificate"}});
        matrix.compare("an untrusted one", [&untrusted, &serving], [&refused, &failed]);
    }
}

#[test]
fn sessions_are_resumed() {
    let matrix = Matrix::new();
    let steps = json!([["send", "one!\n"], ["line"], ["session"], ["unwrap"]]);
    let twice = json!({"times": 2, "resume": true, "steps": steps});
    let serving = server(json!({"times": 2}));
    let resumed = json!({"reused": true});
    for (version, more, ticket) in [
        ("TLSv1.2", json!({}), true),
        ("TLSv1.2", json!({"options": ["OP_NO_TICKET"]}), false),
        ("TLSv1.3", json!({}), true),
        ("TLSv1.3", json!({"tickets": 1}), true),
    ] {
        let more = with(&more, &json!({"version": member(version)}));
        // A server's number of tickets is no matter of the client.
        let ours = with(&twice, &json!({"version": member(version)}));
        let reports =
            matrix.compare(&format!("{more}"), [&ours, &with(&serving, &more)], [&resumed, &resumed]);
        assert_eq!(summary(&reports[0])["session"][0], ticket, "{more}");
    }
    let none = with(&serving, &json!({"version": "TLSv1_3", "tickets": 0}));
    let not = json!({"reused": false});
    matrix.compare("no tickets", [&with(&twice, &json!({"steps": asks()})), &none], [&not, &not]);
    for (flag, more) in
        [("-tls1_2", ""), ("-tls1_2", "-no_ticket"), ("-tls1_3", ""), ("-tls1_3", "-no_ticket")]
    {
        let words = format!("-cert ecdsa.pem -key ecdsa.key {flag} {more} -naccept 2 -rev");
        // A ticket is no matter of the server's cache.
        let cached = flag == "-tls1_2" && !more.is_empty();
        let evidence: &[&str] = if cached { &["1 session cache hits"] } else { &[] };
        let peer = s_server(words.replace("  ", " ").trim()).says(evidence);
        matrix.with_server(&words, &peer, &twice, &resumed);

        let lines =
            "ssl_certificate ecdsa.pem; ssl_certificate_key ecdsa.key; ssl_session_cache shared:tls:1m;
            return 200 \"$ssl_session_reused\";";
        let peer = nginx(lines);
        let version = if flag == "-tls1_2" { "TLSv1_2" } else { "TLSv1_3" };
        let get = json!({"version": version, "steps": [["get", "/"], ["session"]]});
        matrix.with_server(&format!("nginx {version}"), &peer, &with(&twice, &get), &resumed);

        let serving = with(
            &serving,
            &json!({"version": version, "options": if more.is_empty() { vec![] } else { vec!["OP_NO_TICKET"] }}),
        );
        // The second takes up what the first has written.
        let peer =
            s_client("-sess_out PORT.session").again("-sess_in PORT.session").says(&["Reused, TLSv1."]);
        matrix.with_client(&format!("s_client {version} {more}"), &peer, &serving, &resumed);
    }
}

#[test]
fn keys_are_updated_and_nothing_is_renegotiated() {
    let matrix = Matrix::new();
    let thrice =
        json!([["send", "one!\n"], ["line"], ["send", "two!\n"], ["line"], ["send", "three!\n"], ["line"]]);
    let chat = json!([
        ["line"],
        ["send", "first!\n"],
        ["line"],
        ["send", "second!\n"],
        ["line"],
        ["send", "third!\n"]
    ]);
    // The other side asks for new keys of this side too, or only takes new ones itself.
    for key in ["K\n", "k\n"] {
        let evidence = [">>>", "<<<"].map(|way| format!("{way} TLS 1.3, Handshake [length 0005], KeyUpdate"));
        let evidence = [&evidence[0][..], &evidence[1]];
        let typed =
            [("one!\n", key), (evidence[0], "first!\n"), ("two!\n", "second!\n"), ("three!\n", "third!\n")];
        let peer = s_server("-cert ecdsa.pem -key ecdsa.key -tls1_3 -msg")
            .types(&typed)
            .says(&evidence[..1 + usize::from(key == "K\n")]);
        let seen = json!({"lines": ["first!", "second!", "third!"]});
        matrix.with_server("s_server", &peer, &json!({"steps": thrice}), &seen);

        let typed = [
            ("Verify return code", "one!\n"),
            ("first!\n", key),
            ("KEYUPDATE", "two!\n"),
            ("second!\n", "three!\n"),
            ("third!\n", "Q\n"),
        ];
        let peer = s_client("-tls1_3 -msg").types(&typed).says(&evidence[..1 + usize::from(key == "K\n")]);
        let seen = json!({"lines": ["one!", "two!", "three!"]});
        matrix.with_client("s_client", &peer, &server(json!({"steps": chat})), &seen);
    }
    let typed = [("Verify return code", "one!\n"), ("first!\n", "R\n"), ("RENEGOTIATING", "two!\n")];
    let peer = s_client("-tls1_2").types(&typed).says(&["no renegotiation"]);
    matrix.with_client(
        "s_client -tls1_2",
        &peer,
        &server(json!({"steps": chat})),
        &json!({"lines": ["one!"]}),
    );
    // A client goes along, as long as it is not told otherwise.
    let finished = "<<< TLS 1.2, Handshake [length 0010], Finished";
    let typed =
        [("one!\n", "r\n"), (finished, "first!\n"), ("two!\n", "second!\n"), ("three!\n", "third!\n")];
    for (options, typed, seen) in [
        (json!([]), &typed[..], json!({"lines": ["first!", "second!", "third!"]})),
        (json!(["OP_NO_RENEGOTIATION"]), &typed[..1], json!({"lines": [], "error": {"library": "SSL"}})),
    ] {
        let evidence = [if typed.len() == 1 { "no_renegotiation" } else { "three!" }];
        let peer = s_server("-cert ecdsa.pem -key ecdsa.key -tls1_2 -msg").types(typed).says(&evidence);
        let options = json!({"options": options, "steps": thrice});
        matrix.with_server(&options.to_string(), &peer, &options, &seen);
    }
}

#[test]
fn certificates_are_asked_for_later() {
    let matrix = Matrix::new();
    let later = json!({"version": "TLSv1_3", "post_handshake_auth": true});
    let who = json!({"peer": {"fields": {"subject": [[["commonName", "client"]]]}}});
    let asking = server(with(
        &later,
        &json!({"verify": "CERT_REQUIRED", "steps": [
            ["line"], ["ask_certificate"], ["send", "show!\n"], ["line"], ["certificate"], ["send", "two!\n"],
            ["unwrap"],
        ]}),
    ));
    let showing =
        json!({"steps": [["send", "one!\n"], ["line"], ["send", "shown!\n"], ["line"], ["unwrap"]]});
    let with_key = with(&later, &json!({"certificate": "client", "password": PASSWORD}));
    let seen = json!({"lines": ["show!", "two!"]});
    matrix.compare("shown", [&with(&showing, &with_key), &asking], [&seen, &who]);
    let refused = json!({"error": {"reason": "TLSV13_ALERT_CERTIFICATE_REQUIRED"}});
    let missing = json!({"error": {"reason": "PEER_DID_NOT_RETURN_A_CERTIFICATE"}});
    // One that writes to a server that gave up may be reset before it reads why.
    let silent = with(&later, &json!({"steps": [["send", "one!\n"], ["line"], ["eof"]]}));
    matrix.compare("none", [&silent, &asking], [&refused, &missing]);
    let unable = with(&showing, &json!({"steps": [["send", "one!\n"], ["eof"]]}));
    let failed = json!({"error": {"reason": "EXTENSION_NOT_RECEIVED"}});
    matrix.compare("not offered", [&unable, &asking], [&json!({}), &failed]);

    let words = format!("-enable_pha -cert client.pem -key client.key -pass pass:{PASSWORD}");
    let typed = [("Verify return code", "one!\n"), ("show!\n", "shown!\n"), ("two!\n", "Q\n")];
    let peer = s_client(words).types(&typed);
    matrix.with_client("s_client", &peer, &asking, &who);
    let typed = [("one!\n", "c\n"), ("CertificateRequest", "show!\n"), ("shown!\n", "two!\n")];
    let peer = s_server("-cert ecdsa.pem -key ecdsa.key -tls1_3 -verify 1 -verify_return_error -msg")
        .types(&typed)
        .says(&["CN = client"]);
    let steps = json!({"steps": [["send", "one!\n"], ["line"], ["send", "shown!\n"], ["line"]]});
    matrix.with_server("s_server", &peer, &with(&with_key, &steps), &seen);
}

/// What is shared beforehand, so that there need be no certificates.
#[test]
fn keys_are_shared_beforehand() {
    let matrix = Matrix::new();
    let psk = json!({"identity": "someone", "key": "0123456789abcdef0123456789abcdef"});
    let words = "-psk_identity someone -psk 0123456789abcdef0123456789abcdef";
    let bare = json!({"check_hostname": false, "verify": "CERT_NONE", "certificate": null});
    for (version, ciphers) in [("TLSv1.2", "PSK"), ("TLSv1.3", "DEFAULT")] {
        let limited = with(&bare, &json!({"version": member(version), "ciphers": ciphers, "psk": psk}));
        let (ours, theirs) = (client(limited.clone()), server(limited.clone()));
        let seen = json!({"version": version, "peer": {"pem": null}});
        let asked = with(&seen, &json!({"asked": {"asked_identities": ["someone"]}}));
        matrix.compare(version, [&ours, &theirs], [&seen, &asked]);
        let hinting = with(&theirs, &json!({"psk": with(&psk, &json!({"hint": "who?"}))}));
        matrix.compare("a hint", [&ours, &hinting], [&seen, &asked]);
        for (name, other) in [
            ("another key", json!({"identity": "someone", "key": "00"})),
            ("another identity", json!({"identity": "anyone", "key": psk["key"]})),
        ] {
            let other = with(&ours, &json!({"psk": other}));
            let failed = json!({"error": {"library": "SSL"}});
            matrix.compare(name, [&other, &theirs], [&failed, &failed]);
        }
        let flag = if version == "TLSv1.2" { "-tls1_2 -cipher PSK" } else { "-tls1_3" };
        let server_words = format!("-nocert {flag} {words} -naccept 1 -rev");
        let peer = s_server(server_words);
        let steps = json!({"steps": [["send", "one!\n"], ["line"]]});
        matrix.with_server("s_server", &peer, &with(&ours, &steps), &json!({"lines": ["!eno"]}));
        let peer = s_client(format!("{flag} {words}")).says(&["PSK"]);
        matrix.with_client("s_client", &peer, &theirs, &asked);
    }
}

#[test]
fn a_client_refuses_servers_that_are_not_who_they_should_be() {
    let matrix = Matrix::new();
    for (version, flag) in [("TLSv1_2", "-tls1_2"), ("TLSv1_3", "-tls1_3")] {
        for (key, more, code, message) in [
            ("expired", json!({}), 10, "certificate has expired"),
            ("self-signed", json!({}), 18, "self-signed certificate"),
            ("revoked", json!({"crl": "crl.pem"}), 23, "certificate revoked"),
            ("wrong-host", json!({}), 62, "Hostname mismatch, certificate is not valid for 'localhost'."),
            (
                "ecdsa",
                json!({"server_hostname": "127.0.0.2"}),
                64,
                "IP address mismatch, certificate is not valid for '127.0.0.2'.",
            ),
            ("ecdsa", json!({"ca": "self-signed.pem"}), 19, "self-signed certificate in certificate chain"),
        ] {
            let more = with(&more, &json!({"version": version}));
            let failed = json!({"error": {
                "classes": ["SSLCertVerificationError", "SSLError", "OSError", "ValueError", "Exception"],
                "errno": 1, "verify_code": code, "verify_message": message,
                "reason": "CERTIFICATE_VERIFY_FAILED", "library": "SSL",
            }});
            let theirs = server(json!({"certificate": key, "version": version}));
            let told = json!({"error": {"library": "SSL"}});
            matrix.compare(
                &format!("{version} {key} {more}"),
                [&client(more.clone()), &theirs],
                [&failed, &told],
            );
            let words = format!("-cert {key}.pem -key {key}.key {flag} -naccept 1 -rev");
            let peer = s_server(&*words).says(&["alert"]);
            matrix.with_server(&words, &peer, &client(more), &failed);
        }
        // What is fine with the same options, and what nobody looks at.
        for (key, more) in [
            ("ecdsa", json!({"crl": "crl.pem"})),
            ("ecdsa", json!({"server_hostname": "127.0.0.1"})),
            ("revoked", json!({})),
            ("wrong-host", json!({"server_hostname": "a.other.test"})),
            ("wrong-host", json!({"check_hostname": false})),
            ("self-signed", json!({"ca": "self-signed.pem"})),
            ("expired", json!({"check_hostname": false, "verify": "CERT_NONE"})),
        ] {
            let more = with(&more, &json!({"version": version}));
            let options = [&client(more.clone()), &server(json!({"certificate": key}))];
            matrix.compare(
                &format!("{key} {more}"),
                options,
                [&json!({"lines": ["two!"]}), &json!({"lines": ["one!"]})],
            );
        }
    }
}

#[test]
fn contexts_refuse_what_they_cannot_use() {
    let matrix = Matrix::new();
    for (more, seen) in [
        (
            json!({"certificate": "client", "password": "wrong"}),
            json!({"classes": ["SSLError", "OSError", "Exception"]}),
        ),
        (json!({"certificate": "client", "password_callback": "wrong"}), json!({"library": "SSL"})),
        (
            json!({"certificate": "client", "password_callback": 7}),
            json!({"classes": ["TypeError", "Exception"]}),
        ),
        (json!({"certificate": "missing"}), json!({"errno": "ENOENT"})),
        (json!({"ca": "missing"}), json!({"errno": "ENOENT"})),
        (json!({"ca": "rsa.key"}), json!({"library": "X509"})),
        (json!({"ciphers": "NOTHING"}), json!({"text": "('No cipher can be selected.',)"})),
        (json!({"curve": "nothing"}), json!({"classes": ["ValueError", "Exception"]})),
    ] {
        let options = client(with(&more, &json!({"port": 9})));
        let [natively, guest] = [Native, Guest].map(|who| matrix.start(who, "client.py", &options).report());
        holds(&more.to_string(), &json!({"error": seen}), &natively);
        same(&more.to_string(), &natively, &guest);
    }
}

#[test]
fn what_is_not_shared_is_told_to_both() {
    let matrix = Matrix::new();
    let (old, new) = (json!({"version": "TLSv1_2"}), json!({"version": "TLSv1_3"}));
    let suite = |name| json!({"version": "TLSv1_2", "ciphers": name});
    for (ours, theirs, seen, told) in [
        (&old, &new, "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"),
        (&new, &old, "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"),
        (
            &suite("ECDHE-ECDSA-AES128-GCM-SHA256"),
            &suite("ECDHE-ECDSA-AES256-GCM-SHA384"),
            "SSLV3_ALERT_HANDSHAKE_FAILURE",
            "NO_SHARED_CIPHER",
        ),
        (&suite("ECDHE-RSA-AES128-GCM-SHA256"), &old, "SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER"),
    ] {
        let name = format!("{ours} {theirs}");
        let (ours, theirs) = (client(ours.clone()), server(theirs.clone()));
        let expected = [&json!({"error": {"reason": seen}}), &json!({"error": {"reason": told}})];
        matrix.compare(&name, [&ours, &theirs], expected);
    }
    let peer = s_server("-cert ecdsa.pem -key ecdsa.key -tls1_3").says(&["unsupported protocol"]);
    let failed = json!({"error": {"reason": "TLSV1_ALERT_PROTOCOL_VERSION"}});
    matrix.with_server("s_server", &peer, &client(old.clone()), &failed);
    let peer = s_client("-tls1_2").types(&[]).says(&["alert protocol version"]);
    let failed = json!({"error": {"reason": "UNSUPPORTED_PROTOCOL"}});
    matrix.with_client("s_client", &peer, &server(new), &failed);
    let peer = curl("--tls-max 1.1 --tlsv1.0").says(&["curl: (35)"]);
    matrix.with_client("curl", &peer, &server(old), &json!({"error": {"library": "SSL"}}));
}

#[test]
fn ends_are_told_from_cuts() {
    let matrix = Matrix::new();
    let plain = json!({"handshake": false});
    for version in ["TLSv1_2", "TLSv1_3"] {
        let limited = json!({"version": version});
        let cut = server(with(&limited, &json!({"steps": [["line"], ["send", "two!\n"], ["close"]]})));
        let reading = client(with(&limited, &json!({"steps": [["send", "one!\n"], ["eof"]]})));
        let strict = with(&reading, &json!({"suppress_ragged_eofs": false}));
        let eof =
            json!({"error": {"classes": ["SSLEOFError", "SSLError", "OSError", "Exception"], "errno": 8}});
        let silent = json!({"rest": "two!\n"});
        matrix.compare("a cut, suppressed", [&reading, &cut], [&silent, &json!({})]);
        matrix.compare("a cut", [&strict, &cut], [&eof, &json!({})]);
        // The same, cut by the client.
        let cutting = client(with(&limited, &json!({"steps": [["send", "one!\n"], ["line"], ["close"]]})));
        let theirs = server(with(
            &limited,
            &json!({"suppress_ragged_eofs": false, "steps": [["line"], ["send", "two!\n"], ["eof"]]}),
        ));
        matrix.compare("a cut of the client's", [&cutting, &theirs], [&json!({}), &eof]);
        // An end that is one, after which there is plain text.
        let ending = server(with(
            &limited,
            &json!({"steps": [["line"], ["send", "two!\n"], ["unwrap"], ["line"], ["send", "plain\n"], ["close"]]}),
        ));
        let plainly = client(with(
            &limited,
            &json!({"steps": [["send", "one!\n"], ["line"], ["unwrap"], ["send", "after\n"], ["line"], ["eof"]]}),
        ));
        let seen = json!({"unwrapped": "SSLSocket", "lines": ["two!", "plain"], "rest": ""});
        let told = json!({"unwrapped": "SSLSocket", "lines": ["one!", "after"]});
        matrix.compare("plain text afterwards", [&plainly, &ending], [&seen, &told]);
        // Plain text before.
        let before = with(&plainly, &json!({"before": [["send", "STARTTLS\n"], ["line"]]}));
        let greeting = with(&ending, &json!({"before": [["line"], ["send", "go on\n"]]}));
        let seen = json!({"lines": ["go on", "two!", "plain"]});
        matrix.compare("plain text around", [&before, &greeting], [&seen, &json!({})]);
        // Cut before the handshake, or no handshake at all.
        let gone = server(with(&plain, &json!({"steps": [["half_close"], ["eof_bytes"]]})));
        matrix.compare(
            "a cut before the handshake",
            [&client(limited.clone()), &gone],
            [&json!({"error": {}}), &json!({})],
        );
        // As much as is read before the other side knows: what it leaves unread would reset the connection natively.
        let babbling =
            server(with(&plain, &json!({"steps": [["send", "220 \n"], ["eof_bytes"], ["close"]]})));
        let wrong = json!({"error": {"reason": "WRONG_VERSION_NUMBER"}});
        matrix.compare("no TLS", [&client(limited.clone()), &babbling], [&wrong, &json!({})]);
        let asking = client(with(&plain, &json!({"steps": [["send", "GET /"], ["eof_bytes"]]})));
        let http = json!({"error": {"reason": "HTTP_REQUEST"}});
        matrix.compare("plain HTTP", [&asking, &server(limited.clone())], [&json!({}), &http]);
    }
}

#[test]
fn silence_is_waited_for_as_long_as_said() {
    let matrix = Matrix::new();
    // A server that waits for the client's end, and answers nothing.
    let silent = server(json!({"handshake": false, "steps": [["eof_bytes"]]}));
    let late = |text| json!({"error": {"classes": ["TimeoutError", "OSError", "Exception"], "text": text}});
    let impatient = client(json!({"timeout": 0.5}));
    let seen = late("The handshake operation timed out");
    matrix.compare("handshake", [&impatient, &silent], [&seen, &json!({})]);
    for version in ["TLSv1_2", "TLSv1_3"] {
        let limited = json!({"version": version});
        let waiting = server(with(&limited, &json!({"steps": [["line"], ["eof"]]})));
        let reading =
            client(with(&limited, &json!({"steps": [["send", "one!\n"], ["timeout", 0.5], ["line"]]})));
        let seen = late("The read operation timed out");
        matrix.compare("reading", [&reading, &waiting], [&seen, &json!({"lines": ["one!"]})]);
    }
    // The same, of a server.
    let quiet = client(json!({"handshake": false, "steps": [["eof_bytes"]]}));
    let seen = late("The handshake operation timed out");
    matrix.compare("a server's handshake", [&quiet, &server(json!({"timeout": 0.5}))], [&json!({}), &seen]);
}

/// Sends as many bytes each way: what arrives is what was sent, by its digest, and all of it.
fn send_both_ways(matrix: &Matrix, version: &str, limited: &Value, size: u64) {
    let ours = client(with(limited, &json!({"steps": [["upload", size], ["download", size], ["unwrap"]]})));
    let theirs = server(with(limited, &json!({"steps": [["download", size], ["upload", size], ["unwrap"]]})));
    let [client, server] = matrix.compare(version, [&ours, &theirs], [&json!({}), &json!({})]);
    let (client, server) = (summary(&client), summary(&server));
    assert_eq!([&client["sent"], &client["received"]], [&server["received"], &server["sent"]]);
    assert_eq!(client["received"][0], size);
}

#[test]
fn sockets_that_do_not_block() {
    let matrix = Matrix::new();
    for version in ["TLSv1_2", "TLSv1_3"] {
        let limited = json!({"version": version, "nonblocking": true});
        send_both_ways(&matrix, version, &limited, 1 << 22);
    }
}

#[test]
fn much_is_sent() {
    let (size, patience) = if long() { (1_u64 << 30, LONG) } else { (64 << 20, 4) };
    // No more than a few records may be kept of what goes through.
    let matrix = Matrix { limits: &["--memory", "256MiB"], patience, ..Matrix::new() };
    for version in ["TLSv1_2", "TLSv1_3"] {
        let limited = json!({"version": version});
        send_both_ways(&matrix, version, &limited, size);
    }
    std::fs::create_dir(matrix.file("files")).unwrap();
    let file = std::fs::File::create(matrix.file("files/zeros")).unwrap();
    file.set_len(size).unwrap();
    let lines = "ssl_certificate rsa.pem; ssl_certificate_key rsa.key;";
    let peer = nginx(lines);
    let get = json!({"steps": [["get", "/zeros"]]});
    matrix.with_server("nginx", &peer, &get, &json!({"version": "TLSv1.3"}));
}

#[test]
fn hands_are_shaken_often() {
    let (times, patience) = if long() { (1000, LONG) } else { (100, 4) };
    let matrix = Matrix { limits: &["--memory", "256MiB"], patience, ..Matrix::new() };
    for (key, more) in [("ecdsa", json!({"version": "TLSv1_2"})), ("rsa", json!({"version": "TLSv1_3"}))] {
        let many = with(&more, &json!({"times": times}));
        let options = [&client(many.clone()), &server(with(&many, &json!({"certificate": key})))];
        let reports = matrix.compare(key, options, [&json!({}), &json!({})]);
        for report in reports {
            assert_eq!(report["connections"][0]["times"], times);
        }
    }
}

#[test]
fn both_sides_log_the_same_keys() {
    let matrix = Matrix::new();
    for version in ["TLSv1_2", "TLSv1_3"] {
        for hands in [[Guest, Native], [Native, Guest]] {
            let log = |side| json!({"version": version, "keylog": format!("{version}-{hands:?}-{side}")});
            let options = [&client(log("client")), &server(log("server"))];
            let reports = matrix.meet(hands, ["client.py", "server.py"], options);
            reports.iter().for_each(|report| holds(version, &json!({"error": null}), &summary(report)));
            let [ours, theirs] = options.map(|options| {
                let text = std::fs::read_to_string(matrix.file(options["keylog"].as_str().unwrap())).unwrap();
                let mut lines: Vec<_> =
                    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
                lines.sort();
                lines
            });
            assert_eq!(ours, theirs);
            assert!(
                ours.iter().any(|line| line.starts_with("CLIENT_RANDOM ") == (version == "TLSv1_2")),
                "{ours:?}"
            );
        }
    }
}

#[test]
fn bindings_are_the_same_on_both_sides() {
    let matrix = Matrix::new();
    for version in ["TLSv1_2", "TLSv1_3"] {
        let more = json!({"version": version});
        for hands in [[Guest, Native], [Native, Guest]] {
            let reports = matrix.meet(
                hands,
                ["client.py", "server.py"],
                [&client(more.clone()), &server(more.clone())],
            );
            let [ours, theirs] = [0, 1].map(|side| summary(&reports[side])["differs"]["tls_unique"].clone());
            assert!(ours.is_string() && ours == theirs, "{version} {hands:?}: {ours} {theirs}");
        }
    }
}

#[test]
fn asyncio_streams() {
    let matrix = Matrix::new();
    let scripts = ["streams.py", "streams.py"];
    for version in ["TLSv1_2", "TLSv1_3"] {
        for upgrade in [false, true] {
            let both = json!({"version": version, "upgrade": upgrade, "times": 3, "alpn": ["streams"]});
            let ours = with(&both, &json!({"side": "client"}));
            let theirs = with(&both, &json!({"side": "server", "certificate": "ecdsa"}));
            let seen = json!({"alpn": "streams", "same": true});
            let told = json!({"alpn": "streams", "last": "thanks\n"});
            matrix.compare_scripts(&both.to_string(), scripts, [&ours, &theirs], [&seen, &told]);
        }
        let wrong = json!({"side": "client", "version": version, "server_hostname": "other.test"});
        let theirs = json!({"side": "server", "version": version, "certificate": "ecdsa", "upgrade": false});
        let failed = json!({"error": {"verify_code": 62}});
        let server = matrix.start(Native, "streams.py", &theirs);
        let port = server.number_after("port ");
        let ours = with(&wrong, &json!({"port": port}));
        let [natively, guest] = [Native, Guest].map(|who| matrix.start(who, "streams.py", &ours).report());
        holds(version, &failed, &summary(&natively));
        same(version, &natively, &guest);
    }
}

#[test]
fn a_process_talks_to_itself() {
    let matrix = Matrix::new();
    for (version, more) in [
        ("TLSv1.2", json!({})),
        ("TLSv1.3", json!({})),
        ("TLSv1.3", json!({"alpn": ["pump"]})),
        ("TLSv1.3", json!({"ca": "self-signed.pem"})),
    ] {
        let more = with(&more, &json!({"version": member(version)}));
        let options = json!({"client": more, "server": with(&more, &json!({"certificate": "ecdsa"}))});
        let [natively, guest] = [Native, Guest].map(|who| matrix.start(who, "pump.py", &options).report());
        let seen = match more["ca"].as_str() {
            Some(_) => json!({"error": {"verify_code": 20}}),
            None => json!({
                "same": true, "bindings": 1, "answer": "done", "eof": true,
                "client": {"version": version, "reused": true}, "server": {"version": version, "reused": true},
            }),
        };
        holds(&more.to_string(), &seen, &summary(&natively));
        same(&more.to_string(), &natively, &guest);
    }
}
