//! The pyforge under test, and checkouts to run it in.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A checkout of its own, in a temporary folder.
pub struct Checkout {
    dir: TempDir,
}

/// The checkout that the tests are of.
pub fn this_checkout() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// pyforge in a folder, ready to be run.
pub fn pyforge(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pyforge"));
    // What decides how an error is drawn.
    command.envs([("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8"), ("TERM", "xterm")]);
    command.current_dir(dir).args(["--project", "."]).args(words);
    command
}

/// Runs a command to its end, with a text for its standard input.
#[expect(clippy::disallowed_methods, reason = "a test starts the program it tests")]
pub fn run(command: &mut Command, input: &str) -> Ended {
    let words: Vec<_> = command.get_args().skip(2).map(|word| word.to_string_lossy().into_owned()).collect();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ended {
        command: format!("pyforge {}", words.join(" ")),
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What a run of pyforge came to.
pub struct Ended {
    /// As a person typed it.
    pub command: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// What a person saw of a run that failed.
    pub fn refusal(&self) -> String {
        assert_eq!(self.code, 1, "{}", self.stderr);
        format!("$ {}\n{}", self.command, self.stderr)
    }
}

impl Checkout {
    /// One with the cap `demo`, as `pyforge new` makes it.
    pub fn with_demo() -> Self {
        let checkout = Self { dir: tempfile::tempdir().unwrap() };
        checkout.write(
            "pyforge.toml",
            "schema = \"pyforge:distribution@0.1.0\"\n\n[python]\nversion = \"3.14.7\"\n",
        );
        let sources = std::fs::read_to_string(this_checkout().join("sources.toml")).unwrap();
        checkout.write("sources.toml", &sources);
        let made = checkout.pyforge(&["new", "demo"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        checkout
    }

    /// Runs pyforge on the checkout.
    pub fn pyforge(&self, words: &[&str]) -> Ended {
        run(&mut pyforge(self.dir.path(), words), "")
    }

    /// Writes a file.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Replaces a text that a file has.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        self.write(file, &text.replace(from, to));
    }

    /// Removes a file.
    pub fn remove(&self, file: &str) {
        std::fs::remove_file(self.path(file)).unwrap();
    }

    /// The path of a file.
    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }
}
