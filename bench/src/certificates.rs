//! Certificates for the name `localhost`, made by the program `openssl`, each with an authority of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, WrapErr};
use pyforge_build::process;

/// Kinds of keys, each with the words that make one.
const KEYS: [(&str, &str); 2] =
    [("ecdsa", "ec -pkeyopt ec_paramgen_curve:P-256"), ("rsa", "rsa -pkeyopt rsa_keygen_bits:2048")];

/// Where Debian and others have the authorities that the world trusts.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

const SETTINGS_FILE: &str = "settings.cnf";
const SETTINGS: &str = "
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost
";

/// Fills a folder with a certificate, its key and its authority for each kind: `KIND.pem`, `KIND.key` and
/// `KIND-ca.pem`. Returns the path of a file with the authorities of this machine.
pub fn make(folder: &Path) -> miette::Result<PathBuf> {
    std::fs::write(folder.join(SETTINGS_FILE), SETTINGS).into_diagnostic()?;
    for (kind, key) in KEYS {
        let authority = format!("{kind}-ca");
        certify(folder, &authority, key, "root")?;
        certify(folder, kind, key, &format!("leaf -CA {authority}.pem -CAkey {authority}.key"))?;
    }
    let authorities = folder.join("authorities.pem");
    std::fs::copy(AUTHORITIES, &authorities)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot copy the authorities in {AUTHORITIES}"))?;
    Ok(authorities)
}

/// A new key and its certificate, with the extensions of a section.
fn certify(folder: &Path, name: &str, key: &str, section: &str) -> miette::Result<()> {
    let words = format!(
        "req -x509 -config {SETTINGS_FILE} -newkey {key} -noenc -days 30 -subj /CN={name} \
         -keyout {name}.key -out {name}.pem -extensions {section}"
    );
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(words.split_whitespace());
    process::capture(command)?;
    Ok(())
}
