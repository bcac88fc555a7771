//! MicroPython's own tests: what passes on upstream's port to Unix passes in the composed MicroPython, or is listed in
//! `tests/micropython/expected.toml` with the reason.

use pyforge_build::Choice;
use pyforge_conformance::{Comparison, MicroPythonConformance};
use pyforge_tests::{build, load_file, root, settings};

#[test]
#[expect(clippy::print_stdout, reason = "shows what was compared, when it is asked for")]
fn what_passes_natively_passes_here() {
    build(&root(), &settings(), |build| {
        let built = build.micropython(&Choice::default())?;
        let program = load_file(&built.composed, built.digest);
        let comparisons = MicroPythonConformance::new(build, &built, &program)?.compare(&[])?;
        for Comparison { module, native, guest, .. } in &comparisons {
            println!("{module}: {native:?} natively, {guest:?} here");
        }
        let broken: Vec<_> = comparisons.into_iter().filter(|comparison| !comparison.holds()).collect();
        assert!(broken.is_empty(), "{broken:#?}");
        Ok(())
    });
}
