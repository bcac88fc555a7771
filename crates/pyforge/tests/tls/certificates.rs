//! Certificates of an authority that lives as long as a test, made by the program `openssl`.

use std::path::Path;
use std::process::Command;

use pyforge_build::process;

/// The password of the client's key.
pub const PASSWORD: &str = "correct-horse";

/// The authority's settings; a folder is its current one.
const SETTINGS: &str = "
[ca]
default_ca = authority
[authority]
dir = .
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 30
unique_subject = no
copy_extensions = copy
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
";

const LOCAL: &str = "DNS:localhost,IP:127.0.0.1";
const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];

/// Fills a folder with `NAME.pem` and `NAME.key` of everyone, `ca.pem` and the revocations, `crl.pem`.
pub fn make(folder: &Path) {
    for (file, text) in [("ca.cnf", SETTINGS), ("index.txt", ""), ("serial", "1000\n"), ("crlnumber", "01\n")]
    {
        std::fs::write(folder.join(file), text).unwrap();
    }
    let authority = Authority(folder);
    authority.own("ca", "root", "Test authority");
    authority.own("self-signed", "leaf", "localhost");
    authority.issue("rsa", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], LOCAL, &[]);
    authority.issue("ed25519", &["-algorithm", "ED25519"], LOCAL, &[]);
    for name in ["ecdsa", "second", "revoked"] {
        authority.issue(name, P256, LOCAL, &[]);
    }
    authority.issue("wrong-host", P256, "DNS:other.test,DNS:*.other.test", &[]);
    let past = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
    authority.issue("expired", P256, LOCAL, &past);
    authority.issue("client", P256, "email:client@localhost", &[]);
    authority.lock("client");
    authority.openssl("ca -config ca.cnf -revoke revoked.pem", &[]);
    authority.openssl("ca -config ca.cnf -gencrl -out crl.pem", &[]);
}

struct Authority<'a>(&'a Path);

impl Authority<'_> {
    /// Runs `openssl` in the folder, with these words and then those that have spaces.
    fn openssl(&self, words: &str, more: &[&str]) {
        let mut command = Command::new("openssl");
        command.args(words.split(' ')).args(more).current_dir(self.0);
        process::capture(command).unwrap_or_else(|error| panic!("{error}"));
    }

    fn key(&self, name: &str, algorithm: &[&str]) {
        self.openssl(&format!("genpkey -quiet -out {name}.key"), algorithm);
    }

    /// A certificate that is signed by its own key.
    fn own(&self, name: &str, extensions: &str, subject: &str) {
        self.key(name, P256);
        let words = format!(
            "req -x509 -config ca.cnf -days 30 -extensions {extensions} -key {name}.key -out {name}.pem"
        );
        let local = format!("subjectAltName={LOCAL}");
        let names: &[&str] = if extensions == "leaf" { &["-addext", &local] } else { &[] };
        self.openssl(&words, &[&["-subj", &format!("/CN={subject}")], names].concat());
    }

    /// A certificate that the authority signs.
    fn issue(&self, name: &str, algorithm: &[&str], names: &str, dates: &[&str]) {
        self.key(name, algorithm);
        let names = format!("subjectAltName={names}");
        let subject = format!("/CN={name}");
        let words = format!("req -new -config ca.cnf -key {name}.key -out {name}.csr");
        self.openssl(&words, &["-subj", &subject, "-addext", &names]);
        let words =
            format!("ca -config ca.cnf -batch -notext -extensions leaf -in {name}.csr -out {name}.pem");
        self.openssl(&words, dates);
    }

    /// Puts the password on a key.
    fn lock(&self, name: &str) {
        let words = format!("pkcs8 -topk8 -v2 aes-256-cbc -in {name}.key -out {name}.locked -passout");
        self.openssl(&words, &[&format!("pass:{PASSWORD}")]);
        std::fs::rename(self.0.join(format!("{name}.locked")), self.0.join(format!("{name}.key"))).unwrap();
    }
}
