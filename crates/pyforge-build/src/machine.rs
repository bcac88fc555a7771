//! What this machine has and lacks of what a build needs, and the commands that mend it.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{Diagnostic, IntoDiagnostic};
use pyforge_manifest::Settings;
use thiserror::Error;

use crate::rust::Rust;
use crate::store::Store;
use crate::{Progress, Result, Witnesses, process};

/// The Debian packages of the compiler: clang, its linker, its archiver, its runtime for wasm32.
const COMPILER_PACKAGES: [&str; 4] = ["clang-22", "lld-22", "llvm-22", "libclang-rt-22-dev-wasm32"];

/// The libraries whose modules the native CPython is compared in, by a header and its Debian package.
const LIBRARIES: [(&str, &str); 7] = [
    ("zlib.h", "zlib1g-dev"),
    ("bzlib.h", "libbz2-dev"),
    ("lzma.h", "liblzma-dev"),
    ("zstd.h", "libzstd-dev"),
    ("sqlite3.h", "libsqlite3-dev"),
    ("openssl/ssl.h", "libssl-dev"),
    ("ffi.h", "libffi-dev"),
];

/// The Rust targets that caps are compiled for.
const RUST_TARGETS: [&str; 2] = ["wasm32-wasip1", "wasm32-wasip2"];

/// One thing a build needs.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// Whether it is there.
    pub state: State,
}

/// Whether a part is there.
#[derive(Debug, Clone)]
pub enum State {
    /// It is: its version, or where it is.
    Found(String),
    /// It is not.
    Missing(Remedy),
}

/// How a missing part is had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// By installing these Debian packages.
    Apt(Vec<String>),
    /// By adding a Rust target.
    RustTarget(String),
    /// By naming a wasi-sdk that is there.
    WasiSdk(PathBuf),
}

/// The parts that are missing, all of them at once, with the commands that bring them.
#[derive(Debug, Error, Diagnostic)]
#[error("this machine lacks what a build needs: {}", names.join(", "))]
#[diagnostic(help("run this, then try again:\n{commands}"))]
struct Lacking {
    names: Vec<String>,
    commands: String,
}

/// What is on this machine, looked up in the folders of `PATH`.
pub struct Machine<'a> {
    path: &'a [PathBuf],
    /// With a wasi-sdk no compiler needs to be installed.
    wasi_sdk: Option<&'a Path>,
    witnesses: &'a Witnesses,
}

impl<'a> Machine<'a> {
    /// The machine as seen through `PATH` and `WASI_SDK_PATH`, and where to put down what of it is looked at.
    pub fn new(settings: &'a Settings, witnesses: &'a Witnesses) -> Self {
        Self { path: &settings.path, wasi_sdk: settings.wasi_sdk.as_deref(), witnesses }
    }

    /// The path of a program, if it is installed.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.path.iter().map(|dir| dir.join(name)).find(|file| self.look_at(file).is_file())
    }

    /// Puts a file down as looked at.
    pub fn look_at<'p>(&self, path: &'p Path) -> &'p Path {
        self.witnesses.add(path);
        path
    }

    /// Every part that a build in a checkout needs, in the order a person would want to read them.
    pub fn parts(&self, root: &Path) -> Vec<Part> {
        let tools = [
            ("cc", "gcc"),
            ("make", "make"),
            ("perl", "perl"),
            // MicroPython's build is written in it.
            ("python3", "python3"),
            ("wasm-opt", "binaryen"),
        ];
        let mut parts: Vec<_> = tools.iter().map(|(name, package)| self.tool(name, package)).collect();
        match self.wasi_sdk {
            Some(sdk) => parts.push(self.sdk_part(sdk)),
            None => parts.extend(self.compiler_parts()),
        }
        let rust = Rust::find(root, self).ok();
        parts.extend(RUST_TARGETS.iter().map(|target| self.rust_target_part(rust.as_ref(), target)));
        let listed = headers_listed();
        let headers =
            listed.iter().filter(|file| LIBRARIES.iter().any(|(name, _)| Path::new(file).ends_with(name)));
        headers.for_each(|file| self.witnesses.add(Path::new(file)));
        let present = headers_present(&listed);
        parts.extend(LIBRARIES.iter().map(|(header, package)| {
            let found = present.contains(header).then(|| "header found".to_owned());
            part(header, found, || Remedy::Apt(vec![(*package).to_owned()]))
        }));
        parts
    }

    /// Brings what a build in a checkout needs and is missing, or says with which commands it is brought.
    pub fn provision(&self, root: &Path, store: &Store, progress: &dyn Progress) -> Result<()> {
        self.bring(|| self.parts(root), root, store, progress)
    }

    /// The same for programs, each with its Debian package.
    fn provide_programs(
        &self,
        programs: &[(&str, &str)],
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<()> {
        let found = |name: &str| self.program(name).map(|path| path.display().to_string());
        let program = |(name, package): &(&str, &str)| {
            part(name, found(name), || Remedy::Apt(vec![(*package).to_owned()]))
        };
        self.bring(|| programs.iter().map(program).collect(), Path::new("."), store, progress)
    }

    fn bring(
        &self,
        parts: impl Fn() -> Vec<Part>,
        root: &Path,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<()> {
        let missing = missing(&parts());
        if missing.is_empty() {
            return Ok(());
        }
        let _lock = store.lock("provision", progress)?;
        for (remedy, commands) in self.remedies(&missing) {
            let by_hand = match remedy {
                Remedy::Apt(_) => !is_root(),
                Remedy::RustTarget(_) => false,
                Remedy::WasiSdk(_) => true,
            };
            if by_hand {
                return Err(self.lacking(&missing).into());
            }
            let mut task = progress.start(&format!("installing {}", remedy.what()));
            for mut command in commands {
                // Where rustup is told which toolchain is meant.
                command.current_dir(root);
                process::run(command, &store.folder("logs").join("provision.log"), &mut *task)?;
            }
            task.finish();
        }
        let left = self::missing(&parts());
        if left.is_empty() { Ok(()) } else { Err(self.lacking(&left).into()) }
    }

    /// The apt packages in one command, then the Rust targets.
    fn remedies(&self, missing: &[(String, Remedy)]) -> Vec<(Remedy, Vec<Command>)> {
        let packages: Vec<String> =
            missing.iter().flat_map(|(_, remedy)| remedy.packages().to_vec()).collect();
        let mut remedies = Vec::new();
        if !packages.is_empty() {
            let mut update = Command::new("apt-get");
            update.arg("update");
            let mut install = Command::new("apt-get");
            install.args(["install", "-y", "--no-install-recommends"]).args(&packages);
            install.env("DEBIAN_FRONTEND", "noninteractive");
            remedies.push((Remedy::Apt(packages), vec![update, install]));
        }
        for (_, remedy) in missing {
            match remedy {
                Remedy::Apt(_) => {}
                Remedy::RustTarget(target) => {
                    let mut add = Command::new("rustup");
                    add.args(["target", "add", target]);
                    remedies.push((remedy.clone(), vec![add]));
                }
                Remedy::WasiSdk(_) => remedies.push((remedy.clone(), Vec::new())),
            }
        }
        remedies
    }

    fn lacking(&self, missing: &[(String, Remedy)]) -> Lacking {
        let commands = self.remedies(missing).into_iter().map(|(remedy, _)| remedy.command());
        Lacking {
            names: missing.iter().map(|(name, _)| name.clone()).collect(),
            commands: commands.collect::<Vec<_>>().join("\n"),
        }
    }

    fn tool(&self, name: &str, package: &str) -> Part {
        let found = self.program(name).map(|path| version(&path));
        part(name, found, || Remedy::Apt(vec![package.to_owned()]))
    }

    fn compiler_parts(&self) -> Vec<Part> {
        let programs = ["clang-22", "wasm-ld-22", "llvm-ar-22"];
        let mut parts: Vec<_> = std::iter::zip(programs, COMPILER_PACKAGES)
            .map(|(program, package)| self.tool(program, package))
            .collect();
        let runtime = self.program("clang-22").and_then(|clang| self.wasm_runtime(&clang));
        let found = runtime.map(|path| path.display().to_string());
        parts.push(part("compiler-rt for wasm32", found, || {
            Remedy::Apt(vec![COMPILER_PACKAGES[3].to_owned()])
        }));
        parts
    }

    fn sdk_part(&self, sdk: &Path) -> Part {
        self.witnesses.add(&sdk.join("VERSION"));
        let clang = sdk.join("bin/clang");
        let found = self.look_at(&clang).is_file().then(|| version(&clang));
        part("the wasi-sdk of WASI_SDK_PATH", found, || Remedy::WasiSdk(sdk.to_owned()))
    }

    fn rust_target_part(&self, rust: Option<&Rust>, target: &str) -> Part {
        let found = rust.filter(|rust| self.look_at(&rust.target_dir(target)).is_dir());
        let found = found.map(|rust| rust.version.clone());
        part(&format!("Rust target {target}"), found, || Remedy::RustTarget(target.to_owned()))
    }

    fn wasm_runtime(&self, clang: &Path) -> Option<PathBuf> {
        let mut ask = Command::new(clang);
        ask.args(["--target=wasm32-wasip2", "-rtlib=compiler-rt", "--print-libgcc-file-name"]);
        let path = PathBuf::from(process::capture(ask).ok()?);
        self.look_at(&path).is_file().then_some(path)
    }
}

impl Remedy {
    /// The command a person types.
    pub fn command(&self) -> String {
        match self {
            Self::Apt(packages) => {
                format!("sudo apt-get install -y --no-install-recommends {}", packages.join(" "))
            }
            Self::RustTarget(target) => format!("rustup target add {target}"),
            Self::WasiSdk(dir) => format!("unset WASI_SDK_PATH  # {} has no bin/clang", dir.display()),
        }
    }

    fn what(&self) -> String {
        match self {
            Self::Apt(packages) => packages.join(", "),
            Self::RustTarget(target) => format!("the Rust target {target}"),
            Self::WasiSdk(dir) => dir.display().to_string(),
        }
    }

    fn packages(&self) -> &[String] {
        match self {
            Self::Apt(packages) => packages,
            Self::RustTarget(_) | Self::WasiSdk(_) => &[],
        }
    }
}

/// Brings programs that are not for building, each with its Debian package, as a build brings what it needs.
///
/// # Errors
/// They are missing and cannot be installed; the error says how a person can.
pub fn provide_programs(
    settings: &Settings,
    programs: &[(&str, &str)],
    progress: &dyn Progress,
) -> Result<()> {
    let mut settings = settings.clone();
    // Where servers are, which is not always on the path of those who are not root.
    settings.path.push("/usr/sbin".into());
    let store = Store::new(&settings.home);
    Machine::new(&settings, store.witnesses()).provide_programs(programs, &store, progress)
}

/// The host's headers that decide which modules the native CPython has.
pub fn library_headers() -> String {
    headers_present(&headers_listed()).join(" ")
}

/// The first line a program says of its version.
pub fn version(program: &Path) -> String {
    let mut ask = Command::new(program);
    ask.arg("--version");
    let text = process::capture(ask).unwrap_or_default();
    text.lines().next().unwrap_or("its version is not known").to_owned()
}

fn missing(parts: &[Part]) -> Vec<(String, Remedy)> {
    let remedy = |part: &Part| match &part.state {
        State::Found(_) => None,
        State::Missing(remedy) => Some((part.name.clone(), remedy.clone())),
    };
    parts.iter().filter_map(remedy).collect()
}

fn part(name: &str, found: Option<String>, remedy: impl FnOnce() -> Remedy) -> Part {
    let state = found.map_or_else(|| State::Missing(remedy()), State::Found);
    Part { name: name.to_owned(), state }
}

/// The files that the compiler reads for the libraries' headers: it lists one it does not find by its bare name.
fn headers_listed() -> Vec<String> {
    let mut ask = Command::new("cc");
    ask.args(["-M", "-MG", "-x", "c"]);
    for (header, _) in LIBRARIES {
        ask.args(["-include", header]);
    }
    ask.arg("/dev/null");
    let Ok(listed) = process::capture(ask) else { return Vec::new() };
    listed.split_whitespace().map(str::to_owned).collect()
}

/// Which of the libraries' headers it found.
fn headers_present(listed: &[String]) -> Vec<&'static str> {
    let found = |header: &&str| !listed.is_empty() && !listed.iter().any(|file| file == header);
    LIBRARIES.iter().map(|(header, _)| *header).filter(found).collect()
}

fn is_root() -> bool {
    let mut ask = Command::new("id");
    ask.arg("-u");
    process::capture(ask).into_diagnostic().is_ok_and(|id| id == "0")
}
