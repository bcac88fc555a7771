//! The compiler for wasm32-wasi: a wasi-sdk, or clang with a sysroot unpacked into the store.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use pyforge_manifest::{Settings, Source, Sources, Target};

use crate::archive::unpack_deb;
use crate::fetch::Fetcher;
use crate::machine::{self, Machine, Part, State};
use crate::process;
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
}

impl Toolchain {
    /// Finds the toolchain, bringing whatever is missing.
    pub fn provide(
        settings: &Settings,
        sources: &Sources,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<Self> {
        Machine::new(&settings.path, settings.wasi_sdk.as_deref()).provision(store, progress)?;
        match &settings.wasi_sdk {
            Some(sdk) => Ok(Self::from_sdk(sdk, &settings.path)),
            None => Self::from_system(settings, sources, store, progress),
        }
    }

    fn from_sdk(sdk: &Path, search_path: &[PathBuf]) -> Self {
        let bin = sdk.join("bin");
        let clang = bin.join("clang");
        Self {
            identity: sdk_identity(sdk, &clang),
            clang,
            ar: bin.join("llvm-ar"),
            ranlib: bin.join("llvm-ranlib"),
            sysroot: sdk.join("share/wasi-sysroot"),
            // A wasi-sdk has none.
            wasm_opt: program(search_path, "wasm-opt"),
            path: join_path(&bin, search_path),
        }
    }

    fn from_system(
        settings: &Settings,
        sources: &Sources,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let source = sources.first(SYSROOT)?;
        let entry = store.get(&sysroot_recipe(source), progress, |dir| {
            let package = Fetcher::new(store, settings.distfiles.as_deref(), progress).fetch(source)?;
            unpack_deb(&package, dir)
        })?;
        let host = rust_host()?;
        let linker_dir = machine::rust_sysroot()?.join("lib/rustlib").join(host).join("bin");
        let program = |name: &str| program(&settings.path, name);
        let clang = program("clang-22");
        let linker = machine::version(&linker_dir.join("wasm-component-ld"));
        Ok(Self {
            identity: format!("{}; {linker}; wasi-libc {}", machine::version(&clang), source.version),
            clang,
            ar: program("llvm-ar-22"),
            ranlib: program("llvm-ranlib-22"),
            sysroot: entry.join("usr"),
            wasm_opt: program("wasm-opt"),
            path: join_path(&linker_dir, &settings.path),
        })
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
pub fn toolchain_parts(settings: &Settings, sources: &Sources) -> Result<Vec<Part>> {
    let mut parts = Machine::new(&settings.path, settings.wasi_sdk.as_deref()).parts();
    if settings.wasi_sdk.is_none() {
        let source = sources.first(SYSROOT)?;
        let there = Store::new(&settings.home).find(&sysroot_recipe(source)).is_some();
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
fn program(search_path: &[PathBuf], name: &str) -> PathBuf {
    Machine::new(search_path, None).program(name).unwrap_or_else(|| PathBuf::from(name))
}

fn join_path(first: &Path, rest: &[PathBuf]) -> OsString {
    let dirs = std::iter::once(first).chain(rest.iter().map(PathBuf::as_path));
    std::env::join_paths(dirs).unwrap_or_default()
}

fn rust_host() -> Result<String> {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "host-tuple"]);
    Ok(process::capture(ask)?)
}
