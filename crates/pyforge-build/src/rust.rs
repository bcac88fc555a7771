//! The Rust toolchain that caps are compiled with: the one that rustup chooses in the checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::miette;
use pyforge_manifest::host_variable;

use crate::machine::Machine;
use crate::{Result, process};

/// What rustc says of itself.
#[derive(Debug, Clone)]
pub struct Rust {
    /// The line that rustc says of its version.
    pub version: String,
    /// The toolchain's folder.
    pub sysroot: PathBuf,
    /// The machine it runs on, as a tuple.
    host: String,
}

impl Rust {
    /// Asks rustc in a checkout.
    pub fn find(root: &Path, machine: &Machine<'_>) -> Result<Self> {
        look_at_choice(root, machine);
        let ask = |words: &[&str]| {
            let mut rustc = Command::new("rustc");
            rustc.current_dir(root).args(words);
            process::capture(rustc)
        };
        let says = ask(&["--version", "--verbose"])?;
        let host = says.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or_else(|| miette!("rustc does not say which machine it runs on:\n{says}"))?;
        let version = says.lines().next().unwrap_or_default();
        let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?);
        let rust = Self { version: version.to_owned(), sysroot, host: host.to_owned() };
        machine.look_at(&rust.sysroot.join("bin/rustc"));
        machine.look_at(&rust.linker());
        Ok(rust)
    }

    /// The folder of a target's own files.
    pub fn target_dir(&self, target: &str) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(target)
    }

    /// The folder of programs that rustc brings.
    pub fn linker_dir(&self) -> PathBuf {
        self.target_dir(&self.host).join("bin")
    }

    /// The linker of components, which clang calls as well.
    pub fn linker(&self) -> PathBuf {
        self.linker_dir().join("wasm-component-ld")
    }
}

/// Puts down what rustup looks at to choose: <https://rust-lang.github.io/rustup/overrides.html>.
fn look_at_choice(root: &Path, machine: &Machine<'_>) {
    machine.program("rustc");
    let home = host_variable("RUSTUP_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&host_variable("HOME")?).join(".rustup")));
    if let Some(home) = home {
        machine.look_at(&home.join("settings.toml"));
    }
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    for dir in root.ancestors() {
        machine.look_at(&dir.join("rust-toolchain"));
        machine.look_at(&dir.join("rust-toolchain.toml"));
    }
}
