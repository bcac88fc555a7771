//! A checkout: where its files are, and which caps and components it holds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml_span::Spanned;

use crate::document::closest;
use crate::{Component, Consumer, Distribution, Package, Problem, Problems, Sources};

/// An opened checkout.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder that holds `pyforge.toml`.
    pub root: PathBuf,
    /// `pyforge.toml`.
    pub distribution: Distribution,
    /// `sources.toml`.
    pub sources: Sources,
    /// Every Python side, those of a consumer together and in the order of their caps' names.
    pub packages: Vec<Package>,
    /// Every wasm side in `caps/`, by name.
    pub components: Vec<Component>,
}

impl Project {
    /// The root of the checkout around `start`: the nearest folder upwards with a `pyforge.toml`.
    pub fn find(start: &Path) -> Option<PathBuf> {
        start.ancestors().find(|dir| dir.join("pyforge.toml").is_file()).map(Path::to_owned)
    }

    /// Reads every manifest of the checkout and reports all that is wrong with them at once.
    pub fn open(root: &Path) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let distribution = Distribution::read(&root.join("pyforge.toml"))?;
        let sources = Sources::read(&root.join("sources.toml"))?;
        let packages = Consumer::ALL.map(|consumer| python_sides(root, consumer, &mut problems)).concat();
        let wasm_sides = manifests(&root.join("caps"), "-wasm", "Cargo.toml");
        let components = read_all(&wasm_sides, Component::read, &mut problems);
        problems.extend(unknown_interfaces(&distribution, &packages));
        Problems::check(problems)?;
        Ok(Self { root: root.to_owned(), distribution, sources, packages, components })
    }

    /// The files and folders that a build reads: these hold all of it, but for what links in them lead to.
    pub fn inputs(&self) -> impl Iterator<Item = PathBuf> {
        let own = ["pyforge.toml", "sources.toml", "wit", "caps"];
        let all = own.into_iter().chain(Consumer::ALL.map(Consumer::folder));
        all.map(|name| self.root.join(name)).chain(self.packages.iter().flat_map(Package::inputs))
    }

    /// The C headers that a consumer's Python sides share.
    pub fn shared_headers(&self, consumer: Consumer) -> PathBuf {
        self.root.join(consumer.folder()).join("include")
    }

    /// The Python sides that are written for a consumer.
    pub fn packages_for(&self, consumer: Consumer) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(move |package| package.consumer == consumer)
    }

    /// The folder of a contract's master.
    pub fn contract_dir(&self, contract: &str) -> PathBuf {
        self.root.join("wit").join(contract)
    }

    /// The Python sides of the caps named, with the wasm sides that could provide for them; of all, when none is.
    ///
    /// A wasm side can be named as well, without its Python side.
    pub fn sides(&self, names: &[String]) -> Result<(Vec<&Package>, Vec<&Component>), Problem> {
        if names.is_empty() {
            return Ok((self.packages.iter().collect(), self.components.iter().collect()));
        }
        let (mut packages, mut components) = (Vec::new(), Vec::new());
        for name in names {
            let found: Vec<_> = self.packages.iter().filter(|package| package.cap == *name).collect();
            if found.is_empty() {
                let problem = |_| self.unknown_cap(name, &self.packages.iter().collect::<Vec<_>>());
                components.push(self.component(name).map_err(problem)?);
            }
            for component in &self.components {
                if found.iter().any(|package| component.provides(package)) {
                    components.push(component);
                }
            }
            packages.extend(found);
        }
        components.dedup_by(|a, b| a.name == b.name);
        Ok((packages, components))
    }

    /// CPython's test modules for what the caps stand in for, each once, in the order of their names.
    pub fn cpython_tests(&self) -> Vec<&str> {
        let modules = self.packages.iter().flat_map(|package| &package.cpython_tests);
        modules.map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// A consumer's side of the cap of that name.
    pub fn package(&self, consumer: Consumer, cap: &str) -> Result<&Package, Problem> {
        let found = self.packages_for(consumer).find(|package| package.cap == cap);
        found.ok_or_else(|| self.unknown_cap(cap, &self.packages_for(consumer).collect::<Vec<_>>()))
    }

    fn unknown_cap(&self, cap: &str, among: &[&Package]) -> Problem {
        let known: BTreeSet<_> = among.iter().map(|package| package.cap.clone()).collect();
        let folder = among.first().and_then(|package| package.dir().parent()).unwrap_or(&self.root);
        unknown(folder, "cap", cap, &known.into_iter().collect::<Vec<_>>())
    }

    /// The component of that name, with or without `-wasm`.
    pub fn component(&self, name: &str) -> Result<&Component, Problem> {
        let find = |component: &&Component| component.name == name || component.short_name() == name;
        self.components.iter().find(find).ok_or_else(|| {
            let known: Vec<_> = self.components.iter().map(|c| c.short_name().to_owned()).collect();
            unknown(&self.root.join("caps"), "component", name, &known)
        })
    }
}

/// The Python sides in a consumer's folder, which must be written for it.
fn python_sides(root: &Path, consumer: Consumer, problems: &mut Vec<Problem>) -> Vec<Package> {
    let files = manifests(&root.join(consumer.folder()), "_cap", "pyforge-pkg.toml");
    let packages = read_all(&files, Package::read, problems);
    let strangers = packages.iter().filter(|package| package.consumer != consumer);
    problems.extend(strangers.map(|package| {
        let message = format!("the extension is for {}, in the folder of {consumer}'s", package.consumer);
        let help = format!("say `consumer = \"{consumer}\"` under [extension], or move the folder");
        package.document.problem(package.extension.module_span, message).help(help)
    }));
    packages
}

/// The interfaces under `[providers]` that no package requires.
fn unknown_interfaces(distribution: &Distribution, packages: &[Package]) -> Vec<Problem> {
    let required: Vec<_> = packages.iter().flat_map(|package| &package.required).collect();
    let known: Vec<_> = required.iter().map(|required| required.interface.name.clone()).collect();
    let unknown = distribution.providers.iter().filter(|(interface, _)| !known.contains(interface));
    let problem = |(interface, component): (&String, &Spanned<String>)| {
        let message = format!("no cap requires `{interface}`");
        let problem = distribution.document.problem(component.span, message);
        match closest(interface, &known) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None => problem.help("remove this line, or add the cap that requires it"),
        }
    };
    unknown.map(problem).collect()
}

/// The file `manifest` of each folder of `dir` whose name ends in `ending`, in the order of their names. What the others
/// hold is shared by these.
fn manifests(dir: &Path, ending: &str, manifest: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let sides = entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(ending));
    let files = sides.map(|entry| entry.path().join(manifest)).filter(|file| file.is_file());
    files.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What `read` makes of each file.
fn read_all<T>(
    files: &[PathBuf],
    read: impl Fn(&Path) -> Result<T, Problems>,
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let mut items = Vec::new();
    for file in files {
        match read(file) {
            Ok(item) => items.push(item),
            Err(found) => problems.extend(found.into_vec()),
        }
    }
    items
}

fn unknown(dir: &Path, kind: &str, name: &str, known: &[String]) -> Problem {
    let problem = Problem::with_file(dir, format!("has no {kind} called `{name}`"));
    match closest(name, known) {
        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
        None => problem.help(format!("there are: {}", known.join(", "))),
    }
}
