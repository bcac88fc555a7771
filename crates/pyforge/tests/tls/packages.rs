//! Programs that others wrote: pip fetches a package, and requests and httpx ask a server.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_build::process;
use pyforge_manifest::Settings;
use serde_json::Value;

use crate::common::{pyforge, this_checkout};
use crate::matrix::{Guest, Matrix, Native, Who, native, same, scripts, stand_in};
use crate::programs::Running;

/// The package that pip fetches, without native parts and with nothing it needs.
const PACKAGE: &str = "idna";

/// How much longer than a handshake pip and the import of large packages may take.
const PATIENCE: u32 = 4;

/// A folder, what the guest calls it, and `:ro` or nothing.
type Shown<'a> = (&'a Path, &'a str, &'a str);

fn here() -> PathBuf {
    scripts().join("packages")
}

/// A run of Python that sees folders: a word that is a guest's name for one, or for something in it, is for native
/// Python made what it is on the host.
fn python(who: Who, folders: &[Shown], words: &[&str]) -> Command {
    if who == Guest && stand_in().is_none() {
        let mut grants: Vec<_> = ["run", "--net"].map(str::to_owned).into();
        for (host, guest, access) in folders {
            grants.extend(["--dir".to_owned(), format!("{}::{guest}{access}", host.display())]);
        }
        let grants: Vec<_> = grants.iter().map(String::as_str).collect();
        return pyforge(&this_checkout(), &[&grants[..], words].concat());
    }
    let mut command = native();
    for word in words {
        let named = folders.iter().find(|(_, guest, _)| word.contains(&format!("{guest}/")));
        command.arg(named.map_or((*word).to_owned(), |(host, guest, _)| {
            word.replace(&format!("{guest}/"), &format!("{}/", host.display()))
        }));
    }
    command
}

/// The packages, which are fetched once for each state of what fetches them.
fn fetched() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    for file in ["requirements.txt", "fetch.py"] {
        std::fs::read(here().join(file)).unwrap().hash(&mut hasher);
    }
    let distfiles = Settings::from_env().unwrap().home.join("distfiles");
    let packages = distfiles.join(format!("tls-{:016x}", hasher.finish()));
    if !packages.exists() {
        std::fs::create_dir_all(&distfiles).unwrap();
        let folder = tempfile::tempdir_in(&distfiles).unwrap();
        let mut fetch = native();
        fetch.arg(here().join("fetch.py")).arg(folder.path());
        process::capture(fetch).unwrap_or_else(|error| panic!("{error}"));
        // Another test may have been faster.
        if std::fs::rename(folder.path(), &packages).is_err() {
            assert!(packages.exists());
        }
    }
    packages
}

/// What the caller's pip knows of the registry.
fn registry() -> Value {
    let mut asking = native();
    asking.arg(here().join("registry.py"));
    serde_json::from_str(&process::capture(asking).unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

/// Has pip, in the guest, fetch the package with these options into a folder, and returns the wheel's bytes.
fn download(authorities: &Path, pip: &Path, options: &[String]) -> Vec<u8> {
    let (files, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (wheel, scripts) = (format!("/pip/{}", pip.file_name().unwrap().display()), here());
    let certificate = format!("--cert=/authorities/{}", authorities.file_name().unwrap().display());
    let folders = [
        (authorities.parent().unwrap(), "/authorities", ":ro"),
        (pip.parent().unwrap(), "/pip", ":ro"),
        (&scripts, "/scripts", ":ro"),
        (files.path(), "/files", ""),
        (scratch.path(), "/tmp", ""),
    ];
    let mut words =
        vec!["/scripts/start_pip.py", &wheel, "--isolated", "--disable-pip-version-check", "--no-input"];
    words.extend([
        "download",
        "--no-deps",
        "--no-cache-dir",
        "--progress-bar=off",
        "--dest=/files/got",
        &certificate,
        PACKAGE,
    ]);
    words.extend(options.iter().map(String::as_str));
    let pip = Running::start("pip", &mut python(Guest, &folders, &words)).patiently(PATIENCE);
    let said = pip.everything();
    let wheel = std::fs::read_dir(files.path().join("got")).ok().and_then(|mut got| got.next());
    let wheel = wheel.unwrap_or_else(|| panic!("pip fetched nothing:\n{said}"));
    std::fs::read(wheel.unwrap().path()).unwrap()
}

#[test]
fn pip_fetches_a_package_from_the_registry() {
    let registry = registry();
    let options: Vec<_> =
        registry["options"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect();
    let plain = options.iter().any(|option| option.starts_with("--index-url=http:"));
    assert!(
        !plain,
        "pip's settings name a registry without TLS, so this test cannot be made on this machine"
    );
    // It may be a link to somewhere that the guest does not see.
    let authorities = std::fs::canonicalize(registry["cert"].as_str().unwrap())
        .unwrap_or_else(|error| panic!("no file with authorities ({error}): name one in PIP_CERT"));
    let wheel = download(&authorities, Path::new(registry["pip"].as_str().unwrap()), &options);
    assert!(wheel.starts_with(b"PK"));
}

#[test]
fn pip_fetches_a_package_from_an_index_on_this_machine() {
    let (matrix, packages) = (Matrix::new(), fetched());
    let (_server, port) = serve(&matrix, &packages);
    let pip = registry()["pip"].as_str().unwrap().to_owned();
    let index = format!("--index-url=https://127.0.0.1:{port}/simple");
    let wheel = download(&matrix.file("ca.pem"), Path::new(&pip), &[index]);
    let files = std::fs::read_dir(packages.join("wheels")).unwrap().map(|file| file.unwrap().path());
    let original =
        files.into_iter().find(|file| file.file_name().unwrap().to_string_lossy().starts_with(PACKAGE));
    assert!(wheel == std::fs::read(original.unwrap()).unwrap());
}

#[test]
fn requests_and_httpx_ask_a_server() {
    let (matrix, packages) = (Matrix::new(), fetched());
    let (_server, port) = serve(&matrix, &packages);
    let (here, packages, port) = (here(), packages.join("packages"), port.to_string());
    let folders =
        [(matrix.folder.path(), "/tls", ":ro"), (&packages, "/packages", ":ro"), (&here, "/scripts", ":ro")];
    for library in ["requests", "httpx"] {
        let words = ["/scripts/ask.py", "/tls/", "/packages/", library, &port];
        let [natively, guest] = [Native, Guest].map(|who| {
            let name = format!("{library} {who:?}");
            Running::start(&name, &mut python(who, &folders, &words)).patiently(PATIENCE).report()
        });
        assert_eq!(natively["zipped"], "unzipped");
        assert_eq!(natively["redirected"][0]["version"], "TLSv1.3");
        assert!(natively["refused"].is_array());
        same(library, &natively, &guest);
    }
}

/// The server of an index and of pages.
fn serve(matrix: &Matrix, packages: &Path) -> (Running, u16) {
    let mut command = native();
    command.arg(here().join("server.py")).arg(matrix.folder.path()).arg(packages.join("wheels"));
    let server = Running::start("packages/server.py", &mut command);
    let port = server.number_after("port ");
    (server, port)
}
