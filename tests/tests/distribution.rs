//! Distributions as wholes: the same bytes wherever they are built, providers that can be swapped, caps that do not
//! change each other, and compositions that do not fit.

use std::path::Path;

use pyforge_build::{Build, Built, Choice, Silent, copy_tree, new_cap};
use pyforge_compose::{Inspection, inspect};
use pyforge_manifest::{Project, Settings};
use pyforge_runtime::{Capture, Interrupt, Output, Policy};
use pyforge_tests::{build, component, distribution, load, policy, root, settings};

fn inspected(file: &Path) -> Inspection {
    inspect(&std::fs::read(file).unwrap()).unwrap()
}

/// What a distribution's Python prints.
fn printed(built: &Built, code: &str) -> String {
    let (stdout, stderr) = (Capture::new(1 << 16), Capture::new(1 << 16));
    let policy = Policy {
        stdout: Output::Capture(stdout.clone()),
        stderr: Output::Capture(stderr.clone()),
        ..policy(&["-c", code])
    };
    let exit = load(built).run(&policy, &Interrupt::new()).unwrap();
    assert_eq!(exit.code, 0, "{}", String::from_utf8_lossy(&stderr.bytes()));
    String::from_utf8(stdout.bytes().to_vec()).unwrap().trim_end().to_owned()
}

fn provided_by(component: &str) -> Choice {
    Choice { providers: [("zlib".to_owned(), component.to_owned())].into(), ..Choice::default() }
}

/// The digest of a part of a composition.
fn digest_of(built: &Built, part: &str) -> String {
    let embedded = inspected(&built.composed).embedded;
    embedded.into_iter().find(|embedded| embedded.name == part).unwrap().sha256
}

/// A copy of the checkout, as if it had been cloned elsewhere.
fn copy_of_the_checkout(to: &Path) {
    for file in ["pyforge.toml", "sources.toml"] {
        std::fs::copy(root().join(file), to.join(file)).unwrap();
    }
    for folder in ["cpython-ext", "micropython", "clients", "wit", "caps"] {
        copy_tree(&root().join(folder), &to.join(folder)).unwrap();
    }
}

/// A store that has this one's CPython and MicroPython's sources, and nothing else of it.
fn store_with_interpreters_only(home: &Path) -> Settings {
    let ours = settings();
    std::fs::create_dir_all(home.join("store")).unwrap();
    for entry in std::fs::read_dir(ours.home.join("store")).unwrap() {
        let entry = entry.unwrap();
        let kept = ["cpython-", "micropython-source-", "mpy-cross-"];
        if kept.iter().any(|name| entry.file_name().to_string_lossy().starts_with(name)) {
            std::os::unix::fs::symlink(entry.path(), home.join("store").join(entry.file_name())).unwrap();
        }
    }
    Settings { home: home.to_owned(), ..ours }
}

#[test]
fn another_checkout_and_another_store_make_the_same_bytes() {
    let here = distribution(&Choice::default());
    let (checkout, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    copy_of_the_checkout(checkout.path());
    let settings = store_with_interpreters_only(home.path());
    let there = build(checkout.path(), &settings, |build| build.distribution(&Choice::default()));
    assert!(there.composed.starts_with(home.path()));
    assert_eq!(std::fs::read(here.composed).unwrap(), std::fs::read(there.composed).unwrap());
    let micropython = |root: &Path, settings: &Settings| {
        let built = build(root, settings, |build| build.micropython(&Choice::default()));
        std::fs::read(built.composed).unwrap()
    };
    assert!(micropython(&root(), &pyforge_tests::settings()) == micropython(checkout.path(), &settings));
}

#[test]
fn a_component_is_the_same_whatever_else_is_composed_and_a_new_cap_needs_no_edit_elsewhere() {
    let alone = distribution(&Choice::default());
    let checkout = tempfile::tempdir().unwrap();
    copy_of_the_checkout(checkout.path());
    new_cap(&Project::open(checkout.path()).unwrap(), "demo").unwrap();
    let both = build(checkout.path(), &settings(), |build| build.distribution(&Choice::default()));
    assert_eq!(digest_of(&alone, "zlib-wasm"), digest_of(&both, "zlib-wasm"));
    let code = "import _demo_cap, zlib; print(_demo_cap.reverse(zlib.decompress(zlib.compress(b'abc'))))";
    assert_eq!(printed(&both, code), "b'cba'");
    let only = Choice { only: Some(vec!["demo".to_owned()]), ..Choice::default() };
    let only = build(checkout.path(), &settings(), |build| build.distribution(&only));
    let names: Vec<_> = inspected(&only.composed).embedded.into_iter().map(|part| part.name).collect();
    assert_eq!(names, ["demo-wasm", "python"]);
}

#[test]
fn providers_are_swapped_by_name_and_by_file() {
    let code = "import zlib; d = b'words ' * 1000; assert zlib.decompress(zlib.compress(d)) == d; \
                print(zlib.ZLIB_RUNTIME_VERSION)";
    let zlib = printed(&distribution(&Choice::default()), code);
    let miniz = printed(&distribution(&provided_by("miniz")), code);
    assert!(zlib.contains("zlib-rs") && !miniz.contains("zlib-rs"), "{zlib} and {miniz}");
    let file = component("miniz").to_str().unwrap().to_owned();
    assert_eq!(printed(&distribution(&provided_by(&file)), code), miniz);
}

#[test]
fn a_provider_that_lacks_a_feature_says_so_in_python() {
    let code =
        "import zlib\ntry: zlib.compressobj(zdict=b'words')\nexcept Exception as error: print(repr(error))";
    let said = printed(&distribution(&provided_by("miniz")), code);
    assert!(said.contains("dictionar") && said.contains("support"), "{said}");
}

#[test]
fn a_provider_of_something_else_is_refused_with_both_sides() {
    let checkout = tempfile::tempdir().unwrap();
    copy_of_the_checkout(checkout.path());
    let project = Project::open(checkout.path()).unwrap();
    new_cap(&project, "demo").unwrap();
    let error = |choice: &Choice| {
        let project = Project::open(checkout.path()).unwrap();
        let (settings, choice) = (settings(), choice.clone());
        let build = Build::new(&project, &settings, &Silent).unwrap();
        build.distribution(&choice).unwrap_err().to_string()
    };
    let only = Some(vec!["zlib".to_owned()]);
    let said = error(&Choice { only, ..provided_by("demo") });
    assert_eq!(said, "python imports zlib:component/stream@0.1.0, and no component exports it");
}

/// Entropy, and the time that certificates are checked against.
const OPENSSL_IMPORTS: [&str; 2] = ["wasi:clocks/wall-clock", "wasi:random/random"];

/// What a database in files needs.
const SQLITE_IMPORTS: [&str; 6] = [
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/poll",
    "wasi:random/random",
];

#[test]
fn caps_ask_of_the_host_what_they_need_and_nothing_else() {
    let inspection = inspected(&distribution(&Choice::default()).composed);
    assert!(inspection.imports.iter().all(|import| import.name.starts_with("wasi:")));
    for part in inspection.embedded.iter().filter(|part| part.name != "python") {
        let mut imports: Vec<_> =
            part.imports.iter().map(|import| import.name.split_once('@').unwrap().0).collect();
        imports.sort_unstable();
        let needed = match part.name.as_str() {
            "openssl-wasm" => &OPENSSL_IMPORTS[..],
            "sqlite-wasm" => &SQLITE_IMPORTS[..],
            _ => &[],
        };
        assert_eq!(imports, needed, "{}", part.name);
    }
    let python = inspection.embedded.iter().find(|part| part.name == "python").unwrap();
    let zlib = python.imports.iter().find(|import| import.name == "zlib:component/stream@0.1.0").unwrap();
    assert_eq!(zlib.from.as_deref(), Some("zlib-wasm"));
}
