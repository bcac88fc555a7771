//! A whole distribution: an interpreter, its caps, the component chosen for each, composed into one file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr, miette};
use pyforge_compose::Part;
use pyforge_manifest::{Component, Consumer, Package, Project, Required, Settings};
use sha2::{Digest, Sha256};

use crate::component::build_component;
use crate::context::Context;
use crate::cpython::CPython;
use crate::digest::bytes_digest;
use crate::interpreter::link_interpreter;
use crate::micropython::{MicroPython, link_micropython};
use crate::stdlib::{guest_path, make_stdlib, make_test_suite};
use crate::store::{Recipe, cannot_read, write_atomically};
use crate::{Progress, Result, Witnesses};

/// Kept beside the composed file: its SHA-256, 32 bytes.
const DIGEST: &str = "sha256";

/// What differs from the default distribution.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Another version of the interpreter than `pyforge.toml` says.
    pub python: Option<String>,
    /// Only these caps.
    pub only: Option<Vec<String>>,
    /// Optional caps beside those.
    pub with: Vec<String>,
    /// Not these caps.
    pub without: Vec<String>,
    /// The provider of a cap: a component of `caps/` by name, or a `.wasm` file.
    pub providers: BTreeMap<String, String>,
}

/// A distribution of CPython that has been built.
#[derive(Debug, Clone)]
pub struct Built {
    /// The composed file.
    pub composed: PathBuf,
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// The standard library on this machine.
    pub stdlib: PathBuf,
    /// Where the guest expects it.
    pub guest_stdlib: String,
    /// The CPython it is made of.
    pub cpython: CPython,
}

/// A distribution of MicroPython that has been built. Its library is in the composed file.
#[derive(Debug, Clone)]
pub struct BuiltMicroPython {
    /// The composed file.
    pub composed: PathBuf,
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// The MicroPython it is made of.
    pub micropython: MicroPython,
}

/// Builds distributions and single parts of them.
pub struct Build<'a> {
    context: Context<'a>,
}

impl<'a> Build<'a> {
    /// Opens the store and provides the toolchain.
    pub fn new(project: &'a Project, settings: &'a Settings, progress: &'a dyn Progress) -> Result<Self> {
        Ok(Self { context: Context::new(project, settings, progress)? })
    }

    /// Builds whatever of a distribution of CPython is missing.
    pub fn distribution(&self, choice: &Choice) -> Result<Built> {
        let caps = chosen_caps(self.context.project, Consumer::CPython, choice)?;
        let cpython = CPython::build(&self.context, choice.python.as_deref())?;
        let interpreter = link_interpreter(&self.context, &cpython, &caps)?;
        let providers = self.providers(&caps, choice)?;
        let stdlib = make_stdlib(&self.context, &cpython, &caps)?;
        let (composed, digest) = self.compose("python", &interpreter, &providers)?;
        Ok(Built { composed, digest, stdlib, guest_stdlib: guest_path(&cpython), cpython })
    }

    /// Builds whatever of a distribution of MicroPython is missing.
    pub fn micropython(&self, choice: &Choice) -> Result<BuiltMicroPython> {
        let caps = chosen_caps(self.context.project, Consumer::MicroPython, choice)?;
        let micropython = MicroPython::build(&self.context, choice.python.as_deref())?;
        let interpreter = link_micropython(&self.context, &micropython, &caps)?;
        let providers = self.providers(&caps, choice)?;
        let (composed, digest) = self.compose("micropython", &interpreter, &providers)?;
        Ok(BuiltMicroPython { composed, digest, micropython })
    }

    /// Upstream's MicroPython for this machine, from the same sources, to be compared with.
    pub fn native_micropython(&self, micropython: &MicroPython) -> Result<PathBuf> {
        micropython.native(&self.context)
    }

    /// A native CPython of the same sources, built with a profile and at link time, to compare speed with.
    pub fn optimized_cpython(&self, cpython: &CPython) -> Result<PathBuf> {
        cpython.optimized(&self.context)
    }

    /// A folder with CPython's own `test` package in it.
    pub fn cpython_tests(&self, cpython: &CPython) -> Result<PathBuf> {
        make_test_suite(&self.context, cpython)
    }

    /// The checkout.
    pub fn project(&self) -> &Project {
        self.context.project
    }

    /// All that decides whether what has been built so far is up to date.
    pub fn witnesses(&self) -> &Witnesses {
        let witnesses = self.context.store.witnesses();
        self.context.project.inputs().for_each(|input| witnesses.add_tree(&input));
        witnesses
    }

    /// Where progress is shown.
    pub fn progress(&self) -> &dyn Progress {
        self.context.progress
    }

    /// The log file of a step of that name, emptied.
    pub fn log(&self, name: &str) -> PathBuf {
        self.context.log(name)
    }

    /// The component file of a cap's wasm side, by name.
    pub fn component(&self, name: &str) -> Result<PathBuf> {
        build_component(&self.context, self.context.project.component(name)?)
    }

    /// The providers of the chosen caps' interfaces.
    fn providers(&self, caps: &[&Package], choice: &Choice) -> Result<Providers> {
        let mut providers = Providers::default();
        for cap in caps {
            for required in &cap.required {
                let (name, file) = match provider(self.context.project, cap, required, choice)? {
                    Provider::Project(component) => {
                        (component.name.clone(), build_component(&self.context, component)?)
                    }
                    Provider::File(file) => (file_stem(&file), file),
                    Provider::Host => {
                        providers.host.push(required.interface.to_string());
                        continue;
                    }
                };
                providers.files.insert(name, file);
            }
        }
        Ok(providers)
    }

    fn compose(&self, name: &str, interpreter: &Path, providers: &Providers) -> Result<(PathBuf, [u8; 32])> {
        let file = format!("{name}.composed.wasm");
        let read_part = |name: &str, file: &Path| {
            self.context.store.witnesses().add(file);
            read_part(name, file)
        };
        let consumer = read_part(name, interpreter)?;
        let parts: Vec<_> =
            providers.files.iter().map(|(name, file)| read_part(name, file)).collect::<Result<_>>()?;
        let mut recipe = Recipe::new("composed")
            .input("composer", pyforge_compose::REVISION.to_string())
            .input(name, bytes_digest(&consumer.bytes));
        for part in &parts {
            recipe = recipe.input(format!("part {}", part.name), bytes_digest(&part.bytes));
        }
        for interface in &providers.host {
            recipe = recipe.input(format!("host {interface}"), "");
        }
        let entry = self.context.store.get(&recipe, self.context.progress, |entry| {
            let composed = pyforge_compose::compose_for_host(consumer, parts, &providers.host)?;
            write_atomically(&entry.join(DIGEST), &Sha256::digest(&composed))?;
            write_atomically(&entry.join(&file), &composed)
        })?;
        let digest = entry.join(DIGEST);
        let bytes = std::fs::read(&digest).into_diagnostic().wrap_err_with(|| cannot_read(&digest))?;
        let bytes = bytes.try_into().map_err(|_| miette!("{} is not a digest", digest.display()))?;
        Ok((entry.join(file), bytes))
    }
}

/// Who provides an interface.
enum Provider<'a> {
    Project(&'a Component),
    File(PathBuf),
    Host,
}

/// What the caps of a distribution are composed with.
#[derive(Default)]
struct Providers {
    /// Components, each once, by name.
    files: BTreeMap<String, PathBuf>,
    /// Interfaces that are left to the host.
    host: Vec<String>,
}

/// The caps of a distribution: all of the checkout's for the consumer but the optional ones, or those the choice names.
fn chosen_caps<'a>(project: &'a Project, consumer: Consumer, choice: &Choice) -> Result<Vec<&'a Package>> {
    let cap = |name| project.package(consumer, name);
    for name in choice.with.iter().chain(&choice.without).chain(choice.providers.keys()) {
        cap(name)?;
    }
    let mut caps: Vec<&Package> = match &choice.only {
        // `--only ''` names none.
        Some(names) => {
            names.iter().filter(|name| !name.is_empty()).map(|name| cap(name)).collect::<Result<_, _>>()?
        }
        None => project.packages_for(consumer).filter(|package| !package.optional).collect(),
    };
    caps.extend(choice.with.iter().map(|name| cap(name)).collect::<Result<Vec<_>, _>>()?);
    caps.retain(|cap| !choice.without.contains(&cap.cap));
    caps.sort_by(|a, b| a.cap.cmp(&b.cap));
    caps.dedup_by(|a, b| a.cap == b.cap);
    Ok(caps)
}

/// The provider the choice names, else the host if the cap says so, else the one `pyforge.toml` names, else the only one there is.
fn provider<'a>(
    project: &'a Project,
    cap: &Package,
    required: &Required,
    choice: &Choice,
) -> Result<Provider<'a>> {
    if let Some(name) = choice.providers.get(&cap.cap) {
        return named_provider(project, name);
    }
    if required.provider == pyforge_manifest::Provider::Host {
        return Ok(Provider::Host);
    }
    if let Some(name) = project.distribution.providers.get(&required.interface.name) {
        let document = &project.distribution.document;
        let found = project.component(&name.value).map_err(|problem| {
            document
                .problem(name.span, format!("there is no component `{}`", name.value))
                .help(problem.remedy().unwrap_or_default())
        });
        return Ok(Provider::Project(found?));
    }
    only_provider(project, cap, required).map(Provider::Project)
}

fn named_provider<'a>(project: &'a Project, name: &str) -> Result<Provider<'a>> {
    let file = Path::new(name);
    if file.extension().is_some_and(|extension| extension == "wasm") {
        return Ok(Provider::File(file.to_owned()));
    }
    Ok(Provider::Project(project.component(name)?))
}

fn only_provider<'a>(project: &'a Project, cap: &Package, required: &Required) -> Result<&'a Component> {
    let name = &required.interface.name;
    let exports = |component: &&Component| component.exports.iter().any(|export| export.value.name == *name);
    let found: Vec<_> = project.components.iter().filter(exports).collect();
    let problem = |message: String| cap.document.problem(required.span, message);
    match found[..] {
        [one] => Ok(one),
        [] => Err(problem(format!("no component of `caps/` exports {name}"))
            .help("add one, or name a file with --provider CAP=FILE.wasm")
            .into()),
        ref many => {
            let names: Vec<_> = many.iter().map(|component| component.name.as_str()).collect();
            let message = format!("{name} is exported by several components: {}", names.join(", "));
            Err(problem(message).help("choose one under [providers] in pyforge.toml").into())
        }
    }
}

fn read_part(name: &str, file: &Path) -> Result<Part> {
    let bytes = std::fs::read(file).into_diagnostic().wrap_err_with(|| cannot_read(file))?;
    Ok(Part { name: name.to_owned(), bytes })
}

fn file_stem(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
