//! Once all is built, a start looks at files instead of asking compilers, and sees when it must ask them again.

mod common;

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use pyforge_build::copy_tree;
use pyforge_manifest::host_variable;
use tempfile::TempDir;

use crate::common::{Checkout, pyforge, run, this_checkout};

/// A choice that is quickly built.
const BARE: [&str; 2] = ["--only", ""];

/// A checkout, and tools in front of the machine's that count how often they are asked.
struct Counted {
    checkout: Checkout,
    tools: TempDir,
}

impl Counted {
    fn new() -> Self {
        let counted = Self { checkout: Checkout::with_demo(), tools: tempfile::tempdir().unwrap() };
        copy_tree(&this_checkout().join("wit/python"), &counted.checkout.path("wit/python")).unwrap();
        counted.write_tool("cc", "# 1");
        counted
    }

    /// Writes a tool that is found before the machine's own, which it starts.
    fn write_tool(&self, name: &str, comment: &str) {
        let log = self.tools.path().join("asked");
        let own = format!("PATH=${{PATH#*:}} exec {name} \"$@\"");
        let text = format!("#!/bin/sh\n{comment}\necho >> {}\n{own}\n", log.display());
        let file = self.tools.path().join("bin").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn asked(&self) -> usize {
        std::fs::read(self.tools.path().join("asked")).map_or(0, |lines| lines.len())
    }

    /// Whether a build asks compilers.
    fn asks(&self, words: &[&str]) -> bool {
        let before = self.asked();
        let path = format!("{}:{}", self.tools.path().join("bin").display(), host_variable("PATH").unwrap());
        let mut command = pyforge(&self.checkout.path(""), &[&["build"], words].concat());
        let ended = run(command.env("PATH", path), "");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(ended.stdout.ends_with("/python.composed.wasm\n"), "{}", ended.stdout);
        self.asked() > before
    }

    /// Asks once more after the last change has settled, so that the answer is kept.
    fn settle(&self) {
        std::thread::sleep(Duration::from_millis(2100));
        self.asks(&BARE);
        assert!(!self.asks(&BARE), "nothing has changed");
    }
}

#[test]
fn compilers_are_asked_only_when_something_has_changed() {
    let counted = Counted::new();
    assert!(counted.asks(&BARE));
    counted.settle();
    assert!(counted.asks(&[&BARE[..], &["-v"]].concat()), "reasons are to be said");
    assert!(counted.asks(&["--without", "demo"]), "the choice is another");
    assert!(!counted.asks(&BARE));

    counted.checkout.write("caps/demo-wasm/src/more.rs", "");
    assert!(counted.asks(&BARE), "a file has come");
    counted.settle();
    counted.checkout.edit("cpython-ext/_demo_cap/_demo_capmodule.c", "reverse", "esrever");
    assert!(counted.asks(&BARE), "a file was edited, of the same size");
    counted.checkout.edit("cpython-ext/_demo_cap/_demo_capmodule.c", "esrever", "reverse");
    counted.settle();
    counted.write_tool("cc", "# 2");
    assert!(counted.asks(&BARE), "a compiler was edited, of the same size");
    counted.settle();
    counted.write_tool("make", "");
    assert!(counted.asks(&BARE), "a tool has come that is found before another");
}
