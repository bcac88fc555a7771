//! The contracts under a side's `wit/deps/`: each a copy of the master of the same name in the checkout's `wit/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pyforge_manifest::{Interface, Problem, Project};

use crate::{WitError, contract};

/// A contract's master, and the copy that a side holds of it.
pub(crate) struct Copy {
    master: PathBuf,
    copy: PathBuf,
}

/// The copies that a side has or should have: of the interfaces it names, and of what these use in turn.
///
/// A folder of `wit/deps/` that is no contract of the checkout, such as one of WASI's, is the side's own.
pub(crate) fn copies<'a>(
    project: &Project,
    wit_dir: &Path,
    interfaces: impl IntoIterator<Item = &'a Interface>,
) -> Vec<Copy> {
    let deps = wit_dir.join("deps");
    let mut names: BTreeSet<_> =
        interfaces.into_iter().map(|interface| interface.contract().to_owned()).collect();
    let present = std::fs::read_dir(&deps).into_iter().flatten().flatten();
    names.extend(present.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    let copy = |name: String| Copy { master: project.contract_dir(&name), copy: deps.join(name) };
    names.into_iter().map(copy).filter(|copy| copy.master.is_dir()).collect()
}

/// Brings the copies in step with their masters.
pub(crate) fn sync(copies: &[Copy]) -> Result<(), WitError> {
    copies.iter().try_for_each(|copy| contract::sync(&copy.master, &copy.copy))
}

/// What is wrong with the copies; `command` mends it.
pub(crate) fn problems(copies: &[Copy], command: &str) -> Result<Vec<Problem>, WitError> {
    let mut problems = Vec::new();
    for copy in copies {
        for difference in contract::drift(&copy.master, &copy.copy)? {
            let master = format!("differs from the contract in {}", copy.master.display());
            let problem = difference.problem(&master);
            let help = format!("run `{command}`; a change of the contract belongs in its master");
            problems.push(problem.help(help));
        }
    }
    Ok(problems)
}
