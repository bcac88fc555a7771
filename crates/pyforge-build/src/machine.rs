//! What this machine has and lacks of what a build needs, and the commands that mend it.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{Diagnostic, IntoDiagnostic};
use pyforge_manifest::Settings;
use thiserror::Error;

use crate::store::Store;
use crate::{Progress, Result, process};

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
}

impl<'a> Machine<'a> {
    /// The machine as seen through `PATH` and `WASI_SDK_PATH`.
    pub fn new(path: &'a [PathBuf], wasi_sdk: Option<&'a Path>) -> Self {
        Self { path, wasi_sdk }
    }

    /// The path of a program, if it is installed.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.path.iter().map(|dir| dir.join(name)).find(|file| file.is_file())
    }

    /// Every part a build needs, in the order a person would want to read them.
    pub fn parts(&self) -> Vec<Part> {
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
            Some(sdk) => parts.push(sdk_part(sdk)),
            None => parts.extend(self.compiler_parts()),
        }
        parts.extend(RUST_TARGETS.iter().map(|target| rust_target_part(target)));
        let present = headers_present();
        parts.extend(LIBRARIES.iter().map(|(header, package)| {
            let found = present.contains(header).then(|| "header found".to_owned());
            part(header, found, || Remedy::Apt(vec![(*package).to_owned()]))
        }));
        parts
    }

    /// Brings what a build needs and is missing, or says with which commands it is brought.
    pub fn provision(&self, store: &Store, progress: &dyn Progress) -> Result<()> {
        self.bring(|| self.parts(), store, progress)
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
        self.bring(|| programs.iter().map(program).collect(), store, progress)
    }

    fn bring(&self, parts: impl Fn() -> Vec<Part>, store: &Store, progress: &dyn Progress) -> Result<()> {
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
            for command in commands {
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
        let runtime = self.program("clang-22").and_then(|clang| wasm_runtime(&clang));
        let found = runtime.map(|path| path.display().to_string());
        parts.push(part("compiler-rt for wasm32", found, || {
            Remedy::Apt(vec![COMPILER_PACKAGES[3].to_owned()])
        }));
        parts
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
    let mut path = settings.path.clone();
    // Where servers are, which is not always on the path of those who are not root.
    path.push("/usr/sbin".into());
    Machine::new(&path, None).provide_programs(programs, &Store::new(&settings.home), progress)
}

/// The host's headers that decide which modules the native CPython has.
pub fn library_headers() -> String {
    headers_present().join(" ")
}

/// The folder of the active Rust toolchain.
pub fn rust_sysroot() -> Result<PathBuf> {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "sysroot"]);
    Ok(PathBuf::from(process::capture(ask)?))
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

fn sdk_part(sdk: &Path) -> Part {
    let clang = sdk.join("bin/clang");
    let found = clang.is_file().then(|| version(&clang));
    part("the wasi-sdk of WASI_SDK_PATH", found, || Remedy::WasiSdk(sdk.to_owned()))
}

fn rust_target_part(target: &str) -> Part {
    let dir = rust_sysroot().map(|sysroot| sysroot.join("lib/rustlib").join(target));
    let found = dir.ok().filter(|dir| dir.is_dir()).map(|_| version(Path::new("rustc")));
    part(&format!("Rust target {target}"), found, || Remedy::RustTarget(target.to_owned()))
}

fn wasm_runtime(clang: &Path) -> Option<PathBuf> {
    let mut ask = Command::new(clang);
    ask.args(["--target=wasm32-wasip2", "-rtlib=compiler-rt", "--print-libgcc-file-name"]);
    let path = PathBuf::from(process::capture(ask).ok()?);
    path.is_file().then_some(path)
}

/// Which of the libraries' headers the compiler finds: it lists one it does not find by its bare name.
fn headers_present() -> Vec<&'static str> {
    let mut ask = Command::new("cc");
    ask.args(["-M", "-MG", "-x", "c"]);
    for (header, _) in LIBRARIES {
        ask.args(["-include", header]);
    }
    ask.arg("/dev/null");
    let Ok(listed) = process::capture(ask) else { return Vec::new() };
    let missing: Vec<_> = listed.split_whitespace().collect();
    LIBRARIES.iter().map(|(header, _)| *header).filter(|header| !missing.contains(header)).collect()
}

fn is_root() -> bool {
    let mut ask = Command::new("id");
    ask.arg("-u");
    process::capture(ask).into_diagnostic().is_ok_and(|id| id == "0")
}
