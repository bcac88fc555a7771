//! A small checkout with one cap, and the pyforge under test in it.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A checkout of its own, in a temporary folder.
pub struct Checkout {
    dir: TempDir,
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
        let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sources.toml");
        checkout.write("sources.toml", &std::fs::read_to_string(sources).unwrap());
        let made = checkout.pyforge(&["new", "demo"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        checkout
    }

    /// Runs pyforge on the checkout.
    #[expect(clippy::disallowed_methods, reason = "a test starts the program it tests")]
    pub fn pyforge(&self, words: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pyforge"));
        command.current_dir(self.dir.path()).args(["--project", "."]).args(words);
        // What decides how an error is drawn.
        let output =
            command.envs([("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8"), ("TERM", "xterm")]).output().unwrap();
        Ended {
            command: format!("pyforge {}", words.join(" ")),
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
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
