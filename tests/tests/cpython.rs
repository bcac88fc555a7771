//! CPython's own tests of what the caps stand in for: what passes natively passes in the composed Python, or is listed
//! in `tests/cpython/expected.toml` with the reason.

use pyforge_build::Choice;
use pyforge_conformance::Conformance;
use pyforge_tests::{build, load, root, settings};

#[test]
fn what_passes_natively_passes_here() {
    build(&root(), &settings(), |build| {
        let built = build.distribution(&Choice::default())?;
        let program = load(&built);
        let conformance = Conformance::new(build, &built, &program)?;
        for module in build.project().cpython_tests() {
            let comparison = conformance.compare(module)?;
            assert!(comparison.holds(), "{comparison:#?}");
        }
        Ok(())
    });
}
