//! MicroPython: upstream's sources, unpatched, with the port of `micropython/port`, for wasm32-wasip2; and upstream's own
//! port to Unix, natively, to be compared with.

mod interpreter;

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::miette;
use pyforge_manifest::{Consumer, Source};

pub use self::interpreter::link_micropython;
use crate::context::{Context, entry_name, jobs};
use crate::files::empty;
use crate::source::{find_source, release_date, unpack};
use crate::store::Recipe;
use crate::{Result, machine, process};

/// What upstream's port to Unix is made without: libraries that are not in the sources. Its TLS is one.
const NATIVE_FLAGS: [&str; 3] = ["MICROPY_PY_FFI=0", "MICROPY_PY_BTREE=0", "MICROPY_PY_SSL=0"];

/// One version of MicroPython.
#[derive(Debug, Clone)]
pub struct MicroPython {
    /// `1.26.1`.
    pub version: String,
    /// The unpacked source.
    pub source: PathBuf,
    /// The program that compiles Python files ahead of time.
    mpy_cross: PathBuf,
}

impl MicroPython {
    /// Unpacks the version chosen, and builds what building it takes.
    pub(crate) fn build(context: &Context<'_>, version: Option<&str>) -> Result<Self> {
        let row = find_source(context, Consumer::MicroPython, version)?;
        let source = unpack(context, row)?;
        let mpy_cross = build_mpy_cross(context, row, &source)?;
        Ok(Self { version: row.version.clone(), source, mpy_cross })
    }

    /// Upstream's port to Unix for this machine.
    pub(crate) fn native(&self, context: &Context<'_>) -> Result<PathBuf> {
        let recipe = Recipe::new(format!("micropython-unix-{}", self.version))
            .input("source", entry_name(&self.source))
            .input("flags", NATIVE_FLAGS.join(" "))
            .input("compiler", machine::version(Path::new("cc")));
        let entry = context.store.get(&recipe, context.progress, |entry| {
            empty(entry)?;
            let mut make = self.make(&self.source.join("ports/unix"), entry)?;
            make.args(NATIVE_FLAGS)
                .arg(format!("FROZEN_MANIFEST={}", self.source.join("extmod/asyncio/manifest.py").display()));
            run(context, make, "MicroPython for this machine", entry)
        })?;
        Ok(entry.join("micropython"))
    }

    /// A call of `make` in a folder with a `Makefile` of upstream's kind, with what all of them take.
    fn make(&self, folder: &Path, build: &Path) -> Result<Command> {
        let mut make = make(&self.version, &self.source, folder, build)?;
        make.arg(format!("MICROPY_MPYCROSS={}", self.mpy_cross.display()))
            // Otherwise it would be built once more, in the sources.
            .arg("MICROPY_MPYCROSS_DEPENDENCY=")
            // The library is not in the sources; its rules only want to see the folder.
            .arg(format!("MPY_LIB_DIR={}", self.source.display()));
        Ok(make)
    }
}

fn build_mpy_cross(context: &Context<'_>, row: &Source, source: &Path) -> Result<PathBuf> {
    let recipe = Recipe::new(format!("mpy-cross-{}", row.version))
        .input("source", &row.sha256)
        .input("compiler", machine::version(Path::new("cc")));
    let entry = context.store.get(&recipe, context.progress, |entry| {
        empty(entry)?;
        let make = make(&row.version, source, &source.join("mpy-cross"), entry)?;
        run(context, make, "mpy-cross", entry)
    })?;
    Ok(entry.join("mpy-cross"))
}

fn make(version: &str, source: &Path, folder: &Path, build: &Path) -> Result<Command> {
    for path in [source, folder, build] {
        // It takes them for two.
        if path.to_string_lossy().contains(char::is_whitespace) {
            let help = "put the checkout and PYFORGE_HOME where no folder's name has a space";
            return Err(miette!(help = help, "make cannot build in {}", path.display()));
        }
    }
    let mut make = Command::new("make");
    // Any variable may be one of the Makefiles', of make's own or of the compiler's.
    make.env_clear().envs(process::surroundings());
    make.args(["-j", &jobs(), "-C"]).arg(folder).arg(format!("BUILD={}", build.display()));
    // Upstream's scripts would ask git, for whatever checkout is around them, and the clock.
    make.env("MICROPY_GIT_TAG", format!("v{version}"));
    make.env("SOURCE_DATE_EPOCH", release_date(&source.join("py/mpconfig.h"))?);
    Ok(make)
}

fn run(context: &Context<'_>, make: Command, title: &str, entry: &Path) -> Result<()> {
    let mut task = context.progress.start(&format!("building {title}"));
    process::run(make, &context.log(&entry_name(entry)), &mut *task)?;
    task.finish();
    Ok(())
}
