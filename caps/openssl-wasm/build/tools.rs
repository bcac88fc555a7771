//! The programs that the build runs: the C compiler and archiver that cargo was told of, perl and make.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How much of a log is shown when its command has failed, in lines.
const SHOWN: usize = 40;

/// What all C in here is compiled with.
pub fn compiler() -> cc::Build {
    let mut build = cc::Build::new();
    build.opt_level(3).debug(false).pic(false).flag("-msimd128").define("NDEBUG", None);
    build
}

/// The C compiler with its flags, and the archiver.
pub struct Toolchain {
    /// The path of the compiler.
    pub compiler: String,
    /// Its flags, those that name no folder of this project.
    pub flags: Vec<String>,
    /// The path of the archiver.
    pub archiver: String,
    /// What the compiler says of itself.
    pub version: String,
}

impl Toolchain {
    /// As the `cc` crate finds them, which everything else is compiled with.
    pub fn find() -> Self {
        let build = compiler();
        let tool = build.get_compiler();
        let flags = tool.args().iter().map(|flag| text(flag.clone()));
        Self {
            compiler: text(tool.path().into()),
            // OpenSSL is compiled by relative paths, which need no other name.
            flags: flags.filter(|flag| !flag.starts_with("-ffile-prefix-map=")).collect(),
            archiver: text(build.get_archiver().get_program().into()),
            version: output(Command::new(tool.path()).arg("--version")),
        }
    }
}

/// A command that sees none of the caller's variables but where programs are and temporary files go.
pub fn command(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).env_clear().env("LC_ALL", "C");
    for name in ["PATH", "TMPDIR"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs a command, with what it prints in the file `log`.
///
/// # Panics
/// When it cannot be run or fails, with the end of that.
pub fn run(command: &mut Command, log: &Path) {
    let output =
        File::create(log).unwrap_or_else(|error| panic!("{} cannot be written: {error}", log.display()));
    let errors = output.try_clone().expect("a file can be opened twice");
    let status = command.stdout(output).stderr(errors).status();
    let status = status.unwrap_or_else(|error| panic!("`{}` cannot be run: {error}", line(command)));
    if !status.success() {
        let text = fs::read(log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        let end = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
        panic!("`{}` failed: {status}\nThe end of {}:\n{end}", line(command), log.display());
    }
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn output(command: &mut Command) -> String {
    let output =
        command.output().unwrap_or_else(|error| panic!("`{}` cannot be run: {error}", line(command)));
    assert!(output.status.success(), "`{}` failed: {}", line(command), output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn text(word: OsString) -> String {
    word.into_string().unwrap_or_else(|word| panic!("{} is not UTF-8", PathBuf::from(word).display()))
}
