//! `pyforge-pkg.toml`: what a Python extension is, what it asks of a component, what it ships into `Lib/`.

use std::path::{Path, PathBuf};

use semver::Version;
use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Spanned, Value};

use crate::document::{custom, take_schema};
use crate::interface::{check_name, parse_version};
use crate::{Consumer, Document, Interface, Problem, Problems};

const SCHEMA: &str = "pyforge:pkg@0.1.0";

/// One extension, with every file it names present.
#[derive(Debug, Clone)]
pub struct Package {
    /// The manifest, for pointing at its lines.
    pub document: Document,
    /// The cap's short name: `zlib` of `zlib-cap`.
    pub cap: String,
    /// The extension's own version.
    pub version: Version,
    /// One line for people.
    pub description: String,
    /// Whether only those have it who name it: it is no part of the default distribution.
    pub optional: bool,
    /// The interpreter that the extension is written for.
    pub consumer: Consumer,
    /// The C side.
    pub extension: Extension,
    /// The interfaces it imports.
    pub required: Vec<Required>,
    /// The Python files it ships.
    pub provides: Vec<Provided>,
    /// CPython's own test modules for what it stands in for, such as `test_zlib`.
    pub cpython_tests: Vec<String>,
}

/// The C extension; paths are absolute or relative to where the project was opened from.
#[derive(Debug, Clone)]
pub struct Extension {
    /// `_zlib_cap`, which CPython finds as `PyInit__zlib_cap`, and MicroPython as what is registered by that name.
    pub module: String,
    /// Where the manifest names the module.
    pub module_span: Span,
    /// The extension's one C file.
    pub c_file: PathBuf,
    /// The folder of its world and contracts.
    pub wit_dir: PathBuf,
    /// Where the manifest names that folder.
    pub wit_span: Span,
    /// The folder of its generated bindings.
    pub gen_dir: PathBuf,
    /// The folder of a library's C interface on these bindings, if the extension is written for one.
    pub client_dir: Option<PathBuf>,
}

/// One interface the extension imports, and where the manifest says so.
#[derive(Debug, Clone)]
pub struct Required {
    /// Its name and version.
    pub interface: Interface,
    /// Who provides it.
    pub provider: Provider,
    /// Where the name stands.
    pub span: Span,
    /// Where the version stands.
    pub version_span: Span,
}

/// Who provides an interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Provider {
    /// A component that it is composed with.
    #[default]
    Component,
    /// The host that runs the composed file. Only a host that knows the interface can.
    Host,
}

/// One Python file shipped into the standard library.
#[derive(Debug, Clone)]
pub struct Provided {
    /// The module's import name.
    pub module: String,
    /// The file to copy.
    pub shim: PathBuf,
    /// Where to: relative to the folder that holds `Lib/`, and always inside `Lib/`.
    pub dest: PathBuf,
}

impl Package {
    /// The files and folders that the manifest names, wherever they are.
    pub fn inputs(&self) -> impl Iterator<Item = PathBuf> {
        let Extension { c_file, wit_dir, gen_dir, client_dir, .. } = &self.extension;
        let shims = self.provides.iter().map(|file| &file.shim);
        [c_file, wit_dir, gen_dir].into_iter().chain(client_dir).chain(shims).cloned()
    }

    /// Reads and checks a manifest.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let document = Document::read(path)?;
        let raw: Raw = document.parse()?;
        let mut problems = Vec::new();
        let package = raw.check(document, &mut problems);
        Problems::check(problems)?;
        Ok(package)
    }

    /// The name of the world the extension imports through: `zlib-import`.
    pub fn world(&self) -> String {
        format!("{}-import", self.cap)
    }

    /// The folder of the manifest.
    pub fn dir(&self) -> &Path {
        self.document.dir()
    }
}

/// The file as written, every key known and of the right type.
struct Raw {
    name: Spanned<String>,
    version: Version,
    description: String,
    optional: bool,
    module: Spanned<String>,
    c_file: Spanned<String>,
    wit_dir: Spanned<String>,
    gen_dir: Spanned<String>,
    client_dir: Option<Spanned<String>>,
    consumer: Consumer,
    required: Vec<Required>,
    provides: Vec<RawProvided>,
    cpython_tests: Vec<String>,
}

impl Raw {
    fn check(self, document: Document, problems: &mut Vec<Problem>) -> Package {
        let cap = self.name.value.strip_suffix("-cap").unwrap_or(&self.name.value).to_owned();
        if !self.name.value.ends_with("-cap") {
            let message = format!("the package is called `{}`, which does not end in `-cap`", cap);
            problems.push(document.problem(self.name.span, message).help(format!("call it `{cap}-cap`")));
        }
        let expected = format!("_{cap}_cap");
        if self.module.value != expected {
            let message = format!("module `{}` does not match the package `{cap}-cap`", self.module.value);
            problems.push(document.problem(self.module.span, message).help(format!("call it `{expected}`")));
        }
        let folder = format!("_{cap}_cap");
        if document.dir().file_name().is_none_or(|name| name != folder.as_str()) {
            let message = format!("the folder of the package `{cap}-cap` is not called `{folder}`");
            problems.push(document.problem(self.name.span, message).help("rename one of the two"));
        }
        let mut present = |file: &Spanned<String>| existing(&document, file, problems);
        let extension = Extension {
            c_file: present(&self.c_file),
            wit_dir: present(&self.wit_dir),
            gen_dir: document.dir().join(&self.gen_dir.value),
            client_dir: self.client_dir.as_ref().map(&mut present),
            module: self.module.value,
            module_span: self.module.span,
            wit_span: self.wit_dir.span,
        };
        let provides = self.provides.into_iter().map(|raw| raw.check(&document, problems)).collect();
        Package {
            cap,
            version: self.version,
            description: self.description,
            optional: self.optional,
            consumer: self.consumer,
            extension,
            required: self.required,
            provides,
            cpython_tests: self.cpython_tests,
            document,
        }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut top = TableHelper::new(value)?;
        take_schema(&mut top, SCHEMA);
        let package = top.required::<RawPackage>("package");
        let extension = top.required::<RawExtension>("extension");
        let required = top.optional::<RawCapabilities>("capabilities");
        let provides = top.optional("provides").unwrap_or_default();
        let tests = top.optional::<RawTests>("tests");
        top.finalize(None)?;
        let (package, extension) = (package?, extension?);
        Ok(Self {
            name: package.name,
            version: package.version,
            description: package.description,
            optional: package.optional,
            module: extension.module,
            c_file: extension.c_file,
            wit_dir: extension.wit_dir,
            gen_dir: extension.gen_dir,
            client_dir: extension.client_dir,
            consumer: extension.consumer,
            required: required.map(|table| table.required).unwrap_or_default(),
            provides,
            cpython_tests: tests.map(|table| table.cpython).unwrap_or_default(),
        })
    }
}

struct RawPackage {
    name: Spanned<String>,
    version: Version,
    description: String,
    optional: bool,
}

impl<'de> Deserialize<'de> for RawPackage {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let name = table.required_s("name");
        let version = table.required_s::<String>("version");
        let description = table.required("description");
        let optional = table.optional("optional").unwrap_or_default();
        table.finalize(None)?;
        let version = version?;
        Ok(Self {
            name: name?,
            version: parse_version(&version.value).map_err(|message| custom(version.span, message))?,
            description: description?,
            optional,
        })
    }
}

struct RawExtension {
    consumer: Consumer,
    module: Spanned<String>,
    c_file: Spanned<String>,
    wit_dir: Spanned<String>,
    gen_dir: Spanned<String>,
    client_dir: Option<Spanned<String>>,
}

impl<'de> Deserialize<'de> for RawExtension {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let module = table.required_s("module");
        let c_file = table.required_s("c-file");
        let wit_dir = table.required_s("wit-dir");
        let gen_dir = table.required_s("gen-dir");
        let consumer = table.optional_s::<String>("consumer");
        let client_dir = table.optional_s("client-dir");
        table.finalize(None)?;
        Ok(Self {
            consumer: consumer.map_or(Ok(Consumer::default()), parse_consumer)?,
            module: module?,
            c_file: c_file?,
            wit_dir: wit_dir?,
            gen_dir: gen_dir?,
            client_dir,
        })
    }
}

fn parse_consumer(name: Spanned<String>) -> Result<Consumer, DeserError> {
    name.value.parse().map_err(|message: String| custom(name.span, message))
}

struct RawCapabilities {
    required: Vec<Required>,
}

impl<'de> Deserialize<'de> for RawCapabilities {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let required = table.required("required");
        table.finalize(None)?;
        Ok(Self { required: required? })
    }
}

impl<'de> Deserialize<'de> for Required {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let name = table.required_s::<String>("interface");
        let version = table.required_s::<String>("version");
        let provider = table.optional_s::<String>("provider");
        table.finalize(None)?;
        let (name, version) = (name?, version?);
        check_name(&name.value).map_err(|message| custom(name.span, message))?;
        let parsed = parse_version(&version.value).map_err(|message| custom(version.span, message))?;
        Ok(Self {
            interface: Interface { name: name.value, version: parsed },
            provider: provider.map_or(Ok(Provider::default()), parse_provider)?,
            span: name.span,
            version_span: version.span,
        })
    }
}

fn parse_provider(name: Spanned<String>) -> Result<Provider, DeserError> {
    match name.value.as_str() {
        "host" => Ok(Provider::Host),
        other => {
            let message =
                format!("`{other}` provides nothing: write `host`, or leave it out for a component");
            Err(custom(name.span, message))
        }
    }
}

struct RawTests {
    cpython: Vec<String>,
}

impl<'de> Deserialize<'de> for RawTests {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let cpython = table.required("cpython");
        table.finalize(None)?;
        Ok(Self { cpython: cpython? })
    }
}

struct RawProvided {
    module: String,
    shim: Spanned<String>,
    dest: Spanned<String>,
}

impl RawProvided {
    fn check(self, document: &Document, problems: &mut Vec<Problem>) -> Provided {
        let dest = PathBuf::from(&self.dest.value);
        let plain = dest.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !plain || !dest.starts_with("Lib") {
            let message = format!("`{}` is not a path inside `Lib/`", self.dest.value);
            problems.push(document.problem(self.dest.span, message).help("write `Lib/<module>.py`"));
        }
        Provided { module: self.module, shim: existing(document, &self.shim, problems), dest }
    }
}

impl<'de> Deserialize<'de> for RawProvided {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let module = table.required("module");
        let shim = table.required_s("shim");
        let dest = table.required_s("dest");
        table.finalize(None)?;
        Ok(Self { module: module?, shim: shim?, dest: dest? })
    }
}

/// The path beside the manifest, with a problem when nothing is there.
fn existing(document: &Document, file: &Spanned<String>, problems: &mut Vec<Problem>) -> PathBuf {
    let path = document.dir().join(&file.value);
    if !path.exists() {
        let message = format!("`{}` does not exist", file.value);
        problems.push(
            document
                .problem(file.span, message)
                .help(format!("create {} or correct the name", path.display())),
        );
    }
    path
}
