//! Dependencies between our crates point downwards only, as `ARCHITECTURE.md` says.

use std::collections::BTreeMap;
use std::process::Command;

/// Each crate with the crates it may use; whatever is not listed here is an error, a new crate included.
const LAYERS: [(&str, &[&str]); 9] = [
    ("pyforge-manifest", &[]),
    ("pyforge-wit", &["pyforge-manifest"]),
    ("pyforge-compose", &["pyforge-wit"]),
    ("pyforge-runtime", &[]),
    ("pyforge-build", &["pyforge-manifest", "pyforge-wit", "pyforge-compose"]),
    ("pyforge-conformance", &["pyforge-manifest", "pyforge-build", "pyforge-runtime"]),
    (
        "pyforge",
        &[
            "pyforge-manifest",
            "pyforge-wit",
            "pyforge-compose",
            "pyforge-runtime",
            "pyforge-build",
            "pyforge-conformance",
        ],
    ),
    ("pyforge-bench", &["pyforge-manifest", "pyforge-build", "pyforge-runtime"]),
    // Above everything: tests of the whole.
    (
        "pyforge-tests",
        &[
            "pyforge-manifest",
            "pyforge-wit",
            "pyforge-compose",
            "pyforge-runtime",
            "pyforge-build",
            "pyforge-conformance",
        ],
    ),
];

#[test]
fn dependencies_point_downwards() {
    let allowed: BTreeMap<_, _> = LAYERS.into_iter().collect();
    for (package, dependencies) in workspace() {
        let allowed = allowed.get(package.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("{package} has no place in the layers: add it here"));
        for dependency in dependencies {
            assert!(allowed.contains(&dependency.as_str()), "{package} must not depend on {dependency}");
        }
    }
}

/// Every package of the workspace with those of our own that it depends on, for whatever purpose.
#[expect(clippy::disallowed_methods, reason = "asks cargo, as cargo's own tests of layers do")]
fn workspace() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--manifest-path"])
        .arg(pyforge_tests::root().join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let ours = |dependency: &serde_json::Value| {
        let name = text(&dependency["name"]);
        name.starts_with("pyforge").then_some(name)
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter().filter_map(ours);
            (text(&package["name"]), dependencies.collect())
        })
        .collect()
}
