//! CPython, unpatched, twice: natively, to build with and to be compared with, and for wasm32-wasip2.

use std::path::{Path, PathBuf};
use std::process::Command;

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::{Consumer, Source, Target};

use crate::context::{Context, entry_name, jobs};
use crate::source::{find_source, release_date, unpack};
use crate::store::{Recipe, cannot_read, write_atomically};
use crate::{Result, machine, process};

/// Kept in a build folder once `configure` has ended well, so that an interrupted build goes on with `make`.
const CONFIGURED: &str = "configured.stamp";

/// Kept in the wasm build folder: the arguments CPython's own `Makefile` links `python.wasm` with, one a line.
const LINK_ARGS: &str = "link.args";

/// The variables of CPython's `Makefile` that its own interpreter is linked with.
const LINK_VARIABLES: &str =
    "$(PY_CORE_LDFLAGS) $(LINKFORSHARED) $(BLDLIBRARY) $(LIBS) $(MODLIBS) $(SYSLIBS)";

/// Test modules written in C are not built: nothing here imports them, natively or not.
const CONFIGURE_FLAGS: [&str; 1] = ["--disable-test-modules"];

/// Debugging information would be stripped from the result anyway.
///
/// In WebAssembly an address with an offset is one instruction if the two cannot wrap around, and else two. CPython's
/// own `-fno-strict-overflow` says to clang since version 20 that they can; only integers were meant.
const WASM_CFLAGS: &str = "-g0 -fno-wrapv-pointer";

/// What upstream recommends for speed: the build that others are compared with.
const OPTIMIZED_FLAGS: [&str; 2] = ["--enable-optimizations", "--with-lto"];

/// One version of CPython, built.
#[derive(Debug, Clone)]
pub struct CPython {
    /// `3.14.7`.
    pub version: String,
    /// The unpacked source.
    pub source: PathBuf,
    /// The native build.
    pub host: PathBuf,
    /// The wasm32-wasip2 build.
    pub wasm: PathBuf,
}

impl CPython {
    /// Builds the version chosen, or finds it in the store.
    pub fn build(context: &Context<'_>, version: Option<&str>) -> Result<Self> {
        let row = find_source(context, Consumer::CPython, version)?;
        let source = unpack(context, row)?;
        let host = build_host(context, row, &source, &Host::PLAIN)?;
        let wasm = build_wasm(context, row, &source, &host)?;
        Ok(Self { version: row.version.clone(), source, host, wasm })
    }

    /// `3.14`.
    pub fn series(&self) -> &str {
        self.version.rsplit_once('.').map_or(self.version.as_str(), |(series, _)| series)
    }

    /// The native interpreter.
    pub fn python(&self) -> PathBuf {
        self.host.join("python")
    }

    /// A native interpreter of the same sources, built for speed with a profile and at link time: in a quarter of an hour.
    pub(crate) fn optimized(&self, context: &Context<'_>) -> Result<PathBuf> {
        let row = find_source(context, Consumer::CPython, Some(&self.version))?;
        Ok(build_host(context, row, &self.source, &Host::OPTIMIZED)?.join("python"))
    }

    /// What to link an interpreter with, relative to the wasm build folder.
    pub fn link_args(&self) -> Result<Vec<String>> {
        let file = self.wasm.join(LINK_ARGS);
        let text = std::fs::read_to_string(&file).into_diagnostic().wrap_err_with(|| cannot_read(&file))?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The folder of the wasm build that describes it to `sysconfig`.
    pub fn platform_dir(&self) -> Result<PathBuf> {
        let file = self.wasm.join("pybuilddir.txt");
        let dir = std::fs::read_to_string(&file).into_diagnostic().wrap_err_with(|| cannot_read(&file))?;
        Ok(self.wasm.join(dir.trim()))
    }
}

/// A native build: what the name of its entry begins with, its title, and what it is configured with besides.
struct Host {
    entry: &'static str,
    title: &'static str,
    flags: &'static [&'static str],
}

impl Host {
    const PLAIN: Self = Self { entry: "cpython-host", title: "for this machine", flags: &[] };
    const OPTIMIZED: Self =
        Self { entry: "cpython-host-pgo", title: "for this machine, optimized", flags: &OPTIMIZED_FLAGS };
}

fn build_host(context: &Context<'_>, row: &Source, source: &Path, host: &Host) -> Result<PathBuf> {
    let flags = [&CONFIGURE_FLAGS, host.flags].concat();
    let recipe = Recipe::new(format!("{}-{}", host.entry, row.version))
        .input("source", &row.sha256)
        .input("flags", flags.join(" "))
        .input("compiler", machine::version(Path::new("cc")))
        .input("libraries", machine::library_headers());
    context.store.get(&recipe, context.progress, |dir| {
        let mut configure = configure_command(dir, source);
        configure.args(&flags);
        let title = format!("CPython {} {}", row.version, host.title);
        make(context, &title, dir, configure, |_| {})
    })
}

fn build_wasm(context: &Context<'_>, row: &Source, source: &Path, host: &Path) -> Result<PathBuf> {
    let recipe = Recipe::new(format!("cpython-wasm-{}", row.version))
        .input("source", &row.sha256)
        .input("host", entry_name(host))
        .input("flags", format!("{} CFLAGS={WASM_CFLAGS}", CONFIGURE_FLAGS.join(" ")))
        .input("link variables", LINK_VARIABLES)
        .input("toolchain", context.toolchain.identity());
    context.store.get(&recipe, context.progress, |dir| {
        let build_date = release_date(&source.join("configure"))?;
        let wasi = |command: &mut Command| {
            command.env("PATH", context.toolchain.path()).env("SOURCE_DATE_EPOCH", &build_date);
        };
        let mut configure = wasm_configure(context, dir, source, host)?;
        wasi(&mut configure);
        let title = format!("CPython {} for wasm32-wasip2", row.version);
        make(context, &title, dir, configure, wasi)?;
        write_link_args(dir)
    })
}

/// `configure`, called by a relative path so that no path of this machine gets into the result.
fn configure_command(dir: &Path, source: &Path) -> Command {
    let mut configure = Command::new("sh");
    configure.current_dir(dir).arg(format!("../{}/configure", entry_name(source)));
    // The caller's own compiler settings are for the caller's own programs.
    for name in ["CC", "CFLAGS", "CPPFLAGS", "LDFLAGS", "CONFIG_SITE", "PYTHONHOME", "PYTHONPATH"] {
        configure.env_remove(name);
    }
    configure
}

fn wasm_configure(context: &Context<'_>, dir: &Path, source: &Path, host: &Path) -> Result<Command> {
    let toolchain = &context.toolchain;
    let mut guess = Command::new("sh");
    guess.arg(source.join("config.guess"));
    let this_machine = process::capture(guess)?;
    let mut configure = configure_command(dir, source);
    configure
        .args(["--host=wasm32-wasip2", &format!("--build={this_machine}")])
        .arg(format!("--with-build-python=../{}/python", entry_name(host)))
        .args(CONFIGURE_FLAGS)
        .env("CONFIG_SITE", config_site(source))
        .env("CC", toolchain.cc(Target::Wasip2))
        .env("AR", toolchain.ar())
        .env("RANLIB", toolchain.ranlib())
        .env("CFLAGS", WASM_CFLAGS)
        // Otherwise pkg-config would offer this machine's own libraries.
        .env("PKG_CONFIG_LIBDIR", "/nonexistent")
        .env("PKG_CONFIG_PATH", "");
    Ok(configure)
}

/// CPython's own answers for WASI; the file moved between 3.13 and 3.14.
fn config_site(source: &Path) -> PathBuf {
    let tools = source.join("Tools/wasm");
    let newer = tools.join("wasi/config.site-wasm32-wasi");
    if newer.is_file() { newer } else { tools.join("config.site-wasm32-wasi") }
}

/// Runs `configure`, unless an interrupted build already has, and `make`.
fn make(
    context: &Context<'_>,
    title: &str,
    dir: &Path,
    configure: Command,
    environment: impl Fn(&mut Command),
) -> Result<()> {
    let log = context.log(&entry_name(dir));
    let configured = dir.join(CONFIGURED);
    if !configured.is_file() {
        let mut task = context.progress.start(&format!("configuring {title}"));
        process::run(configure, &log, &mut *task)?;
        write_atomically(&configured, b"")?;
        task.finish();
    }
    let mut make = Command::new("make");
    make.current_dir(dir).args(["-j", &jobs(), "all"]);
    environment(&mut make);
    let mut task = context.progress.start(&format!("building {title}"));
    process::run(make, &log, &mut *task)?;
    task.finish();
    Ok(())
}

/// Asks the `Makefile` itself what it links an interpreter with.
fn write_link_args(dir: &Path) -> Result<()> {
    let mut ask = Command::new("make");
    ask.current_dir(dir).args(["-s", &format!("--eval=pyforge-ask:;@echo {LINK_VARIABLES}"), "pyforge-ask"]);
    let words = process::capture(ask)?;
    let lines: String = words.split_whitespace().map(|word| format!("{word}\n")).collect();
    write_atomically(&dir.join(LINK_ARGS), lines.as_bytes())
}
