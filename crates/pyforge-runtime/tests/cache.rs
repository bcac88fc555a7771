//! Compiled code is kept, shared, and never taken from where others can write.

use pyforge_runtime::{Interrupt, LoadError, Policy, Progress, Runtime, RuntimeConfig, Source};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

const COMMAND: &str = r#"(component
  (core module $main (func (export "run") (result i32) (i32.const 0)))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $command (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $command)))"#;

fn runtime(dir: &Path) -> Result<Runtime, LoadError> {
    Runtime::new(RuntimeConfig { cache_dir: Some(dir.to_owned()), ..RuntimeConfig::default() })
}

/// Loads and runs; whether it was compiled.
fn compiles(dir: &Path, source: &Source) -> bool {
    let steps = RefCell::new(Vec::new());
    let program = runtime(dir).unwrap().load(source, &|step| steps.borrow_mut().push(step)).unwrap();
    assert_eq!(program.run(&Policy::default(), &Interrupt::new()).unwrap().code, 0);
    let steps = steps.into_inner();
    assert!(matches!(steps[..], [] | [Progress::Compiling { .. }, Progress::Compiled { .. }]), "{steps:?}");
    !steps.is_empty()
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "cwasm")).collect()
}

#[test]
fn a_component_is_compiled_once() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("cache/aot");
    assert!(compiles(&dir, &Source::bytes(COMMAND)));
    assert!(!compiles(&dir, &Source::bytes(COMMAND)));
    assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(compiles(
        &dir,
        &Source::bytes(COMMAND.replace("i32.const 0", "i32.sub (i32.const 1) (i32.const 1)"))
    ));
    assert_eq!(entries(&dir).len(), 2);
}

#[test]
fn a_damaged_entry_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    assert!(compiles(dir.path(), &Source::bytes(COMMAND)));
    for damage in [&b""[..], b"not an object file"] {
        fs::write(&entries(dir.path())[0], damage).unwrap();
        assert!(compiles(dir.path(), &Source::bytes(COMMAND)));
        assert!(!compiles(dir.path(), &Source::bytes(COMMAND)));
    }
}

#[test]
fn code_that_others_could_have_written_is_not_run() {
    let dir = tempfile::tempdir().unwrap();
    assert!(compiles(dir.path(), &Source::bytes(COMMAND)));
    fs::set_permissions(&entries(dir.path())[0], Permissions::from_mode(0o666)).unwrap();
    assert!(compiles(dir.path(), &Source::bytes(COMMAND)));
    fs::set_permissions(dir.path(), Permissions::from_mode(0o770)).unwrap();
    let error = runtime(dir.path()).err().unwrap();
    assert!(matches!(error, LoadError::CacheNotPrivate { .. }), "{error:?}");
    assert!(error.to_string().ends_with("is not private: others can write to it"), "{error}");
}

#[test]
fn a_known_digest_saves_reading_and_is_verified_when_compiling() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("command.wat");
    fs::write(&file, COMMAND).unwrap();
    let source = Source::file(&file).with_digest(Sha256::digest(COMMAND).into());
    assert!(compiles(dir.path(), &source));
    fs::remove_file(&file).unwrap();
    assert!(!compiles(dir.path(), &source));
    let wrong = Source::bytes(COMMAND).with_digest([7; 32]);
    let error = runtime(dir.path()).unwrap().load(&wrong, &|_| {}).err().unwrap();
    assert!(
        matches!(&error, LoadError::Digest { expected, .. } if *expected == "07".repeat(32)),
        "{error:?}"
    );
}

#[test]
fn those_who_load_at_once_compile_once() {
    let dir = tempfile::tempdir().unwrap();
    let compiled = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let count = |step| {
                    if matches!(step, Progress::Compiled { .. }) {
                        compiled.fetch_add(1, Ordering::Relaxed);
                    }
                };
                runtime(dir.path()).unwrap().load(&Source::bytes(COMMAND), &count).unwrap();
            });
        }
    });
    assert_eq!(compiled.into_inner(), 1);
}

#[test]
fn the_oldest_entries_make_room() {
    let dir = tempfile::tempdir().unwrap();
    let numbered = |number| {
        Source::bytes(COMMAND.replace("(i32.const 0)", &format!("(drop (i32.const {number})) (i32.const 0)")))
    };
    for number in 0..18 {
        assert!(compiles(dir.path(), &numbered(number)));
        // Keeps the first in use.
        assert!(!compiles(dir.path(), &numbered(0)));
    }
    assert_eq!(entries(dir.path()).len(), 16);
    assert!(!compiles(dir.path(), &numbered(0)));
    assert!(compiles(dir.path(), &numbered(1)));
}
