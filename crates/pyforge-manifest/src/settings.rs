//! The one door to the environment: the variables pyforge listens to.
#![expect(clippy::disallowed_methods, reason = "this module is the door")]

use std::path::PathBuf;

use etcetera::BaseStrategy;

use crate::Problem;

/// What the environment says.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where everything built is kept: `PYFORGE_HOME`, or `pyforge` in the user's cache directory.
    pub home: PathBuf,
    /// A folder that may already hold source files: `PYFORGE_DISTFILES`.
    pub distfiles: Option<PathBuf>,
    /// A wasi-sdk to use instead of the provisioned toolchain: `WASI_SDK_PATH`.
    pub wasi_sdk: Option<PathBuf>,
    /// The checkout to work in when the current directory is not in one: `PYFORGE_PROJECT`.
    pub project: Option<PathBuf>,
    /// The folders programs are looked for in, in order: `PATH`.
    pub path: Vec<PathBuf>,
}

impl Settings {
    /// Reads the environment.
    pub fn from_env() -> Result<Self, Problem> {
        Ok(Self {
            home: home()?,
            distfiles: path_var("PYFORGE_DISTFILES"),
            wasi_sdk: path_var("WASI_SDK_PATH"),
            project: path_var("PYFORGE_PROJECT"),
            path: std::env::var_os("PATH")
                .map(|path| std::env::split_paths(&path).collect())
                .unwrap_or_default(),
        })
    }

    /// Where composed files are kept as machine code.
    pub fn compiled(&self) -> PathBuf {
        self.home.join("compiled")
    }
}

/// The value of one variable of the caller's environment, to be handed to the guest by name.
pub fn host_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// All variables of the caller's environment that are text, to be handed to a trusted guest.
pub fn host_variables() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn home() -> Result<PathBuf, Problem> {
    if let Some(home) = path_var("PYFORGE_HOME") {
        return Ok(home);
    }
    let dirs = etcetera::choose_base_strategy().map_err(|_| {
        Problem::with_file(&PathBuf::from("PYFORGE_HOME"), "no home directory to keep a cache in")
            .help("set PYFORGE_HOME to a folder of yours")
    })?;
    Ok(dirs.cache_dir().join("pyforge"))
}

/// A variable holding a path; an empty one counts as unset.
fn path_var(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)?;
    // Programs are started in other folders than this process was.
    Some(std::path::absolute(&path).unwrap_or(path))
}
