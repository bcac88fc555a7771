//! What is in certificates, compared with what Python's `ssl` says of them natively.

use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_build::process;
use pyforge_tests::openssl::Instance;
use pyforge_tests::openssl::bindings::exports::openssl::component::x509::{
    Attribute, Description, Form, GeneralName,
};
use serde_json::{Map, Value, json};

use crate::shared::{COMPONENT, CPYTHON, certdata_folder};

/// The methods of getting at information.
const OCSP: u32 = 178;
const ISSUERS: u32 = 179;

/// Names of every kind; the subject's have identifiers that nobody knows, one of them long.
const SETTINGS: &str = "
oid_section = objects
[objects]
short = 1.2.3.4.5.6
long = LONG
[req]
distinguished_name = name
utf8 = yes
string_mask = MASK
prompt = no
[name]
C = DE
O = Größe
0.OU = one
1.OU = two
+2.OU = together
CN = \u{65e5}\u{672c}
short = unknown to all
long = far away
[all]
subjectAltName = @names
authorityInfoAccess = OCSP;URI:http://ocsp.test/,caIssuers;URI:http://ca.test/,OCSP;DNS:ocsp.test
crlDistributionPoints = point,URI:http://crl.test/1,URI:ldap://crl.test/2,relative
basicConstraints = CA:TRUE
[point]
fullname = URI:http://crl.test/3,dirName:folder
[relative]
relativename = part
[part]
CN = of the issuer
[names]
email = someone@names.test
DNS.0 = names.test
DNS.1 = *.names.test
URI = https://names.test/?a=b
IP.0 = 127.0.0.1
IP.1 = ::1
IP.2 = 2001:db8::ff00:42:8329
dirName = folder
RID.0 = 1.2.3.4.5.6
RID.1 = 2.5.4.3
otherName.0 = 1.2.3.4.5.6;UTF8:some text
otherName.1 = msUPN;UTF8:someone
[folder]
CN = in a folder
O = of names
";

/// `B_ASN1_UTF8STRING` and `B_ASN1_BMPSTRING`, besides the one for what is printable.
const MASKS: [(&str, &str); 2] = [("utf8", "utf8only"), ("bmp", "MASK:0x802")];

/// Certificates of the settings above, in a folder.
fn make(folder: &Path) -> Vec<PathBuf> {
    let long = format!("1.2.3{}", ".4294967295".repeat(40));
    let certificate = |(name, mask): (&str, &str)| {
        let settings = SETTINGS.replace("LONG", &long).replace("MASK:0x", "\0").replace("MASK", mask);
        std::fs::write(folder.join("settings"), settings.replace('\0', "MASK:0x")).unwrap();
        let mut command = Command::new("openssl");
        let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout key -days 30 \
                     -config settings -extensions all -out";
        command.args(words.split_whitespace()).arg(format!("{name}.pem")).current_dir(folder);
        process::capture(command).unwrap_or_else(|error| panic!("{error}"));
        folder.join(format!("{name}.pem"))
    };
    MASKS.map(certificate).to_vec()
}

/// What Python says of a file's first certificate.
fn natively(files: &[PathBuf]) -> Vec<Value> {
    let script = "import json, sys, _ssl\n\
                  print(json.dumps([_ssl._test_decode_cert(path) for path in sys.argv[1:]]))";
    let mut command = Command::new(CPYTHON.python());
    command.args(["-E", "-B", "-c", script]).args(files);
    let printed = process::capture(command).unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&printed).unwrap()
}

#[test]
fn certificates_are_described_as_python_does_natively() {
    let folder = tempfile::tempdir().unwrap();
    let mut instance = Instance::start(&COMPONENT);
    let (mut files, mut descriptions) = (Vec::new(), Vec::new());
    let theirs = std::fs::read_dir(certdata_folder()).unwrap().map(|entry| entry.unwrap().path());
    let theirs = theirs.filter(|path| path.extension().is_some_and(|extension| extension == "pem"));
    for file in theirs.chain(make(folder.path())) {
        let pem = std::fs::read(&file).unwrap();
        let readout = instance.x509.call_read(&mut instance.store, &pem[..].into(), Form::Pem).unwrap();
        if let Some(first) = readout.certificates.first() {
            descriptions.push(instance.x509.call_describe(&mut instance.store, first).unwrap().unwrap());
            files.push(file);
        }
    }
    assert!(files.len() > 15, "{files:?}");
    for ((file, native), description) in files.iter().zip(natively(&files)).zip(descriptions) {
        assert_eq!(as_python(&description), native, "{}", file.display());
    }
}

fn as_python(description: &Description) -> Value {
    let mut all = Map::new();
    all.insert("subject".into(), name(&description.subject));
    all.insert("issuer".into(), name(&description.issuer));
    all.insert("version".into(), json!(description.version + 1));
    all.insert("serialNumber".into(), json!(description.serial_number));
    all.insert("notBefore".into(), json!(description.not_before));
    all.insert("notAfter".into(), json!(description.not_after));
    if let Some(names) = &description.alternative_names {
        all.insert("subjectAltName".into(), names.iter().map(general_name).collect());
    }
    let access = description.information_access.iter().flatten();
    for (method, key) in [(OCSP, "OCSP"), (ISSUERS, "caIssuers")] {
        let places = access.clone().filter(|access| access.method == method).map(|access| &access.location);
        let found: Vec<_> = places.filter_map(uri).collect();
        if !found.is_empty() {
            all.insert(key.into(), json!(found));
        }
    }
    let points = description.crl_points.iter().flatten().flatten().flatten();
    let found: Vec<_> = points.filter_map(uri).collect();
    if !found.is_empty() {
        all.insert("crlDistributionPoints".into(), json!(found));
    }
    Value::Object(all)
}

fn uri(name: &GeneralName) -> Option<String> {
    if let GeneralName::Uri(uri) = name { Some(text(uri)) } else { None }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A list of relative distinguished names, each a list of attributes.
fn name(attributes: &[Attribute]) -> Value {
    let sets = attributes.chunk_by(|left, right| left.set == right.set);
    let pair = |attribute: &Attribute| json!([attribute.name, text(&attribute.value)]);
    sets.map(|set| set.iter().map(pair).collect::<Value>()).collect()
}

fn general_name(general: &GeneralName) -> Value {
    match general {
        GeneralName::Email(email) => json!(["email", text(email)]),
        GeneralName::Dns(dns) => json!(["DNS", text(dns)]),
        GeneralName::Uri(uri) => json!(["URI", text(uri)]),
        GeneralName::Ip(address) => json!(["IP Address", ip(address)]),
        GeneralName::Directory(directory) => json!(["DirName", name(directory)]),
        GeneralName::RegisteredId(id) => json!(["Registered ID", id]),
        GeneralName::Other((_, printed)) => {
            let printed = text(printed);
            let (kind, value) = printed.split_once(':').unwrap();
            json!([kind, value])
        }
    }
}

fn ip(address: &[u8]) -> String {
    if let [a, b, c, d] = address {
        return format!("{a}.{b}.{c}.{d}");
    }
    let groups = address.chunks(2).map(|pair| format!("{:X}", u16::from_be_bytes([pair[0], pair[1]])));
    groups.collect::<Vec<_>>().join(":")
}
