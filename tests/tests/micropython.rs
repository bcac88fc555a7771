//! MicroPython's own tests: what passes on upstream's port to Unix passes in the composed MicroPython, or is listed in
//! `tests/micropython/expected.toml` with the reason.

use pyforge_build::{BuiltMicroPython, Choice};
use pyforge_conformance::MicroPythonConformance;
use pyforge_runtime::{Program, Runtime, RuntimeConfig, Source};
use pyforge_tests::{build, root, settings};

#[test]
fn what_passes_natively_passes_here() {
    build(&root(), &settings(), |build| {
        let built = build.micropython(&Choice::default())?;
        let program = load(&built);
        for comparison in MicroPythonConformance::new(build, &built, &program)?.compare(&[])? {
            println!("{}: {:?} natively, {:?} here", comparison.module, comparison.native, comparison.guest);
            assert!(comparison.holds(), "{comparison:#?}");
        }
        Ok(())
    });
}

fn load(built: &BuiltMicroPython) -> Program {
    let config = RuntimeConfig::for_process(settings().compiled());
    let source = Source::file(&built.composed).with_digest(built.digest);
    Runtime::new(config).unwrap().load(&source, &|_| ()).unwrap()
}
