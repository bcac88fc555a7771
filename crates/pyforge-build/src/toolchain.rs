//! The compiler for wasm32-wasi: a wasi-sdk, or clang with a sysroot unpacked into the store.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_manifest::{Project, Settings, Source, Target};

use crate::archive::unpack_deb;
use crate::fetch::Fetcher;
use crate::machine::{self, Machine, Part, State};
use crate::process;
use crate::rust::Rust;
use crate::store::{Recipe, Store};
use crate::{Progress, Result};

/// The row of `sources.toml` with the C library for WASI.
const SYSROOT: &str = "wasi-libc";

/// Programs and folders that compile and link C for WASI.
#[derive(Debug, Clone)]
pub struct Toolchain {
    clang: PathBuf,
    ar: PathBuf,
    ranlib: PathBuf,
    sysroot: PathBuf,
    wasm_opt: PathBuf,
    /// `PATH` with `wasm-component-ld` on it, which clang calls to link a component.
    path: OsString,
    identity: String,
    rust: Rust,
}

impl Toolchain {
    /// Finds the toolchain, bringing whatever is missing.
    pub fn provide(
        settings: &Settings,
        project: &Project,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let machine = Machine::new(settings, store.witnesses());
        machine.provision(&project.root, store, progress)?;
        let rust = Rust::find(&project.root, &machine)?;
        match &settings.wasi_sdk {
            Some(sdk) => Ok(Self::from_sdk(sdk, &settings.path, &machine, rust)),
            None => {
                let source = project.sources.first(SYSROOT)?;
                let entry = store.get(&sysroot_recipe(source), progress, |dir| {
                    let fetcher = Fetcher::new(store, settings.distfiles.as_deref(), progress);
                    unpack_deb(&fetcher.fetch(source)?, dir)
                })?;
                Ok(Self::from_system(&entry, source, &settings.path, &machine, rust))
            }
        }
    }

    fn from_sdk(sdk: &Path, search_path: &[PathBuf], machine: &Machine<'_>, rust: Rust) -> Self {
        let bin = sdk.join("bin");
        let clang = bin.join("clang");
        Self {
            identity: sdk_identity(sdk, &clang),
            clang,
            ar: bin.join("llvm-ar"),
            ranlib: bin.join("llvm-ranlib"),
            sysroot: sdk.join("share/wasi-sysroot"),
            // A wasi-sdk has none.
            wasm_opt: program(machine, "wasm-opt"),
            path: join_path(&bin, search_path),
            rust,
        }
    }

    fn from_system(
        sysroot: &Path,
        source: &Source,
        search_path: &[PathBuf],
        machine: &Machine<'_>,
        rust: Rust,
    ) -> Self {
        let linker_dir = rust.linker_dir();
        let program = |name: &str| program(machine, name);
        let clang = program("clang-22");
        let linker = machine::version(&rust.linker());
        Self {
            identity: format!("{}; {linker}; wasi-libc {}", machine::version(&clang), source.version),
            clang,
            ar: program("llvm-ar-22"),
            ranlib: program("llvm-ranlib-22"),
            sysroot: sysroot.join("usr"),
            wasm_opt: program("wasm-opt"),
            path: join_path(&linker_dir, search_path),
            rust,
        }
    }

    /// What decides the bytes it makes: the versions of its parts. An input of every store key.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The folder of headers and libraries.
    pub fn sysroot(&self) -> &Path {
        &self.sysroot
    }

    /// clang as one line, as `CC` wants it.
    pub fn cc(&self, target: Target) -> String {
        let target = target.triple();
        format!("{} --target={target} --sysroot={}", self.clang.display(), self.sysroot.display())
    }

    /// The C compiler, which must be told its target and its sysroot.
    pub fn clang(&self) -> &Path {
        &self.clang
    }

    /// The archiver.
    pub fn ar(&self) -> &Path {
        &self.ar
    }

    /// The archive indexer.
    pub fn ranlib(&self) -> &Path {
        &self.ranlib
    }

    /// Binaryen's optimizer.
    pub fn wasm_opt(&self) -> &Path {
        &self.wasm_opt
    }

    /// The Rust toolchain.
    pub fn rust(&self) -> &Rust {
        &self.rust
    }

    /// A call of clang for wasm32-wasip2 that can also link components.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.clang);
        // Variables of the caller's would name other headers and libraries.
        command.env_clear().envs(process::surroundings());
        command.args(["--target=wasm32-wasip2", &format!("--sysroot={}", self.sysroot.display())]);
        command.env("PATH", &self.path);
        command
    }

    /// `PATH` with the component linker on it.
    pub fn path(&self) -> &OsStr {
        &self.path
    }
}

/// What a build needs of this machine and of the store, and whether it is there.
pub fn toolchain_parts(settings: &Settings, project: &Project) -> Result<Vec<Part>> {
    let store = Store::new(&settings.home);
    let mut parts = Machine::new(settings, store.witnesses()).parts(&project.root);
    if settings.wasi_sdk.is_none() {
        let source = project.sources.first(SYSROOT)?;
        let there = store.find(&sysroot_recipe(source)).is_some();
        let place = if there { "in the store" } else { "fetched when a build first needs it" };
        let state = State::Found(format!("{}, {place}", source.version));
        parts.push(Part { name: SYSROOT.to_owned(), state });
    }
    Ok(parts)
}

fn sysroot_recipe(source: &Source) -> Recipe {
    Recipe::new("wasi-sysroot").input("source", &source.sha256)
}

/// The versions of a wasi-sdk's parts, as it says them itself.
fn sdk_identity(sdk: &Path, clang: &Path) -> String {
    let versions = std::fs::read_to_string(sdk.join("VERSION")).unwrap_or_default();
    let versions = versions.lines().collect::<Vec<_>>().join(", ");
    format!("{}; wasi-sdk {versions}", machine::version(clang))
}

/// The path of a program, or its name for what then fails to say.
fn program(machine: &Machine<'_>, name: &str) -> PathBuf {
    machine.program(name).unwrap_or_else(|| PathBuf::from(name))
}

fn join_path(first: &Path, rest: &[PathBuf]) -> OsString {
    let dirs = std::iter::once(first).chain(rest.iter().map(PathBuf::as_path));
    std::env::join_paths(dirs).unwrap_or_default()
}
