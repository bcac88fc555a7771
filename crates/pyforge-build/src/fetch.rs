//! The one door to the network: source files, from the first place that has the right bytes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{Diagnostic, IntoDiagnostic, WrapErr};
use pyforge_manifest::{Place, Source};
use thiserror::Error;
use ureq::tls::{RootCerts, TlsConfig};

use crate::digest::file_digest;
use crate::store::{Store, cannot_write};
use crate::{Progress, Result, Task, process};

/// How often one address is tried before the next one is.
const ATTEMPTS: usize = 2;

/// No place had the file.
#[derive(Debug, Error, Diagnostic)]
#[error("{file} could not be had from any of its places{}", list(tried))]
#[diagnostic(help("put the file into a folder and name that folder in PYFORGE_DISTFILES"))]
struct NoPlace {
    file: String,
    tried: Vec<String>,
}

fn list(tried: &[String]) -> String {
    tried.iter().map(|line| format!("\n  - {line}")).collect()
}

/// Fetches source files into the store's `distfiles` folder.
pub struct Fetcher<'a> {
    store: &'a Store,
    distfiles: Option<&'a Path>,
    progress: &'a dyn Progress,
}

impl<'a> Fetcher<'a> {
    /// A fetcher that looks into the folder `distfiles` before it asks the network.
    pub fn new(store: &'a Store, distfiles: Option<&'a Path>, progress: &'a dyn Progress) -> Self {
        Self { store, distfiles, progress }
    }

    /// The path of the source's file, its digest checked.
    pub fn fetch(&self, source: &Source) -> Result<PathBuf> {
        let target = self.store.folder("distfiles").join(&source.file);
        let _lock = self.store.lock(&source.file, self.progress)?;
        if target.is_file() && verify(&target, source).is_ok() {
            return Ok(target);
        }
        std::fs::create_dir_all(self.store.folder("distfiles"))
            .into_diagnostic()
            .wrap_err_with(|| cannot_write(&target))?;
        let mut tried = Vec::new();
        for (name, origin) in self.origins(source) {
            match self.take(&origin, &name, &target, source) {
                Ok(()) => {
                    self.progress.note(&format!("{} came from {name}", source.file));
                    return Ok(target);
                }
                Err(reason) => tried.push(format!("{name}: {reason}")),
            }
        }
        Err(NoPlace { file: source.file.clone(), tried }.into())
    }

    /// Every address and file to try, in order, with a name for people.
    fn origins(&self, source: &Source) -> Vec<(String, Origin)> {
        let local = self.distfiles.map(|dir| dir.join(&source.file)).filter(|file| file.is_file());
        let mut origins: Vec<_> =
            local.into_iter().map(|file| ("PYFORGE_DISTFILES".to_owned(), Origin::File(file))).collect();
        for place in &source.places {
            match place {
                Place::Url(url) => origins.push((url.clone(), Origin::Url(url.clone()))),
                Place::Debian(path) => origins.extend(debian_mirrors().into_iter().map(|mirror| {
                    (format!("the Debian mirror, {path}"), Origin::Url(format!("{mirror}{path}")))
                })),
            }
        }
        origins
    }

    fn take(&self, origin: &Origin, name: &str, target: &Path, source: &Source) -> Result<(), String> {
        let part = target.with_added_extension("part");
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            let outcome = match origin {
                Origin::File(file) => copy(file, &part),
                Origin::Url(url) => self.download(url, &part, &format!("{} from {name}", source.file)),
            };
            match outcome.and_then(|()| keep_if_right(&part, target, source)) {
                Ok(()) => return Ok(()),
                Err(reason) => last = reason,
            }
        }
        Err(last)
    }

    /// Downloads to `part`, going on where an interrupted download stopped.
    fn download(&self, url: &str, part: &Path, what: &str) -> Result<(), String> {
        let have = part.metadata().map_or(0, |metadata| metadata.len());
        let mut request = agent().get(url);
        if have > 0 {
            request = request.header("Range", format!("bytes={have}-"));
        }
        let mut task = self.progress.start(&format!("downloading {what}"));
        let response = request.call().map_err(|error| {
            if matches!(error, ureq::Error::StatusCode(416)) {
                // The range is refused: what we have is not the beginning of the file.
                let _ = std::fs::remove_file(part);
            }
            error.to_string()
        })?;
        let resumed = response.status() == 206;
        let done = if resumed { have } else { 0 };
        let total = response.body().content_length().map(|length| length + done);
        let file = OpenOptions::new().create(true).write(true).append(resumed).truncate(!resumed).open(part);
        let file = file.map_err(|error| error.to_string())?;
        let reader = response.into_body().into_reader();
        transfer(reader, file, done, total, &mut *task).map_err(|error| error.to_string())?;
        task.finish();
        Ok(())
    }
}

enum Origin {
    File(PathBuf),
    Url(String),
}

#[expect(clippy::disallowed_methods, reason = "this module is the door")]
fn agent() -> ureq::Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .timeout_connect(Some(std::time::Duration::from_secs(15)))
        .timeout_recv_response(Some(std::time::Duration::from_secs(60)))
        .build()
        .into()
}

fn transfer(
    mut from: impl Read,
    mut to: File,
    mut done: u64,
    total: Option<u64>,
    task: &mut dyn Task,
) -> io::Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return to.sync_all();
        }
        to.write_all(&buffer[..count])?;
        done += count as u64;
        task.bytes(done, total);
    }
}

fn copy(from: &Path, part: &Path) -> Result<(), String> {
    let _ = std::fs::remove_file(part);
    // Read and written, not `fs::copy`: a read-only original must not make our copy read-only.
    let bytes = std::fs::read(from).map_err(|error| error.to_string())?;
    std::fs::write(part, bytes).map_err(|error| error.to_string())
}

/// Renames `part` to `target` when its digest is the source's, and removes it otherwise.
fn keep_if_right(part: &Path, target: &Path, source: &Source) -> Result<(), String> {
    if let Err(reason) = verify(part, source) {
        let _ = std::fs::remove_file(part);
        return Err(reason);
    }
    std::fs::rename(part, target).map_err(|error| error.to_string())
}

fn verify(file: &Path, source: &Source) -> Result<(), String> {
    let found = file_digest(file).map_err(|error| error.to_string())?;
    if found == source.sha256 {
        return Ok(());
    }
    Err(format!("wrong digest: expected sha256 {}, found {found}; the file was not kept", source.sha256))
}

/// The addresses of the Debian mirrors this machine's apt is set up with; none where there is no apt.
fn debian_mirrors() -> Vec<String> {
    let mut ask = Command::new("apt-get");
    ask.args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]);
    let mut mirrors: Vec<_> = process::capture(ask).unwrap_or_default().lines().map(str::to_owned).collect();
    mirrors.sort();
    mirrors.dedup();
    mirrors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;
    use crate::digest::bytes_digest;

    fn source(sha256: String, places: Vec<Place>) -> Source {
        Source {
            name: "thing".to_owned(),
            version: "1".to_owned(),
            file: "thing.tar".to_owned(),
            sha256,
            license: "MIT".to_owned(),
            places,
        }
    }

    /// Serves `body` over HTTP on loopback, once for each of `statuses`; 206 honours the range asked for.
    fn serve(body: &'static [u8], requests: usize) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/thing.tar", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().take(requests) {
                answer(stream.unwrap(), body);
            }
        });
        url
    }

    fn answer(mut stream: std::net::TcpStream, body: &[u8]) {
        let mut request = [0; 4096];
        let count = stream.read(&mut request).unwrap();
        let request = String::from_utf8_lossy(&request[..count]).to_lowercase();
        let from = request.split("range: bytes=").nth(1).and_then(|rest| rest.split('-').next());
        let from: usize = from.map_or(0, |digits| digits.parse().unwrap());
        let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
        let body = &body[from..];
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())
            .unwrap();
        stream.write_all(body).unwrap();
    }

    #[test]
    fn a_wrong_digest_names_both_and_keeps_nothing() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(home.path());
        let url = serve(b"tampered", ATTEMPTS);
        let wanted = bytes_digest(b"right");
        let source = source(wanted.clone(), vec![Place::Url(url)]);
        let error = Fetcher::new(&store, None, &Silent).fetch(&source).unwrap_err().to_string();
        assert!(error.contains(&wanted) && error.contains(&bytes_digest(b"tampered")), "{error}");
        assert_eq!(std::fs::read_dir(home.path().join("distfiles")).unwrap().count(), 0);
    }

    #[test]
    fn an_interrupted_download_goes_on_where_it_stopped() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(home.path());
        std::fs::create_dir_all(home.path().join("distfiles")).unwrap();
        std::fs::write(home.path().join("distfiles/thing.tar.part"), b"first half, ").unwrap();
        let body = b"first half, second half";
        let source = source(bytes_digest(body), vec![Place::Url(serve(body, 1))]);
        let file = Fetcher::new(&store, None, &Silent).fetch(&source).unwrap();
        assert_eq!(std::fs::read(file).unwrap(), body);
    }

    #[test]
    fn the_next_place_serves_when_the_first_is_wrong() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(home.path());
        let places = vec![Place::Url(serve(b"wrong", ATTEMPTS)), Place::Url(serve(b"right", 1))];
        let file =
            Fetcher::new(&store, None, &Silent).fetch(&source(bytes_digest(b"right"), places)).unwrap();
        assert_eq!(std::fs::read(file).unwrap(), b"right");
    }

    #[test]
    fn a_local_copy_is_taken_first() {
        let home = tempfile::tempdir().unwrap();
        let local = tempfile::tempdir().unwrap();
        std::fs::write(local.path().join("thing.tar"), b"right").unwrap();
        let store = Store::new(home.path());
        let fetcher = Fetcher::new(&store, Some(local.path()), &Silent);
        let source = source(bytes_digest(b"right"), vec![]);
        assert!(fetcher.fetch(&source).unwrap().is_file());
    }
}
