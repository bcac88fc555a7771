//! The sources of an interpreter: its row of `sources.toml`, and the archive unpacked in the store.

use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, WrapErr};
use pyforge_manifest::{Consumer, Problem, Source};

use crate::Result;
use crate::archive::unpack_tar_xz;
use crate::context::Context;
use crate::store::{Recipe, cannot_read};

/// The row of an interpreter: of the version that is chosen, else of the one `pyforge.toml` says, else the first.
pub fn find_source<'a>(
    context: &'a Context<'_>,
    consumer: Consumer,
    chosen: Option<&str>,
) -> Result<&'a Source> {
    let (sources, distribution) = (&context.project.sources, &context.project.distribution);
    let default = distribution.version(consumer);
    let Some(version) = chosen.or(default.map(|(version, _)| version)) else {
        return Ok(sources.first(consumer.name())?);
    };
    sources.find(consumer.name(), version).ok_or_else(|| {
        let known: Vec<_> = sources.versions(consumer.name()).collect();
        let problem = match default {
            Some((default, span)) if default == version => {
                let file = sources.document.path().display();
                distribution.document.problem(span, format!("there is no {consumer} {version} in {file}"))
            }
            _ => Problem::with_file(sources.document.path(), format!("has no {consumer} {version}")),
        };
        problem.help(format!("the versions there are: {}", known.join(", "))).into()
    })
}

/// The folder of its sources.
pub fn unpack(context: &Context<'_>, row: &Source) -> Result<PathBuf> {
    let recipe = Recipe::new(format!("{}-source-{}", row.name, row.version)).input("source", &row.sha256);
    context.store.get(&recipe, context.progress, |dir| {
        let archive = context.fetch(row)?;
        let task = context.progress.start(&format!("unpacking {}", row.file));
        unpack_tar_xz(&archive, dir, 1)?;
        task.finish();
        Ok(())
    })
}

/// The time to compile into an interpreter: that of its release, which is its sources' file's, in seconds since 1970, so
/// that every build of it is the same to the byte.
pub fn release_date(file: &Path) -> Result<String> {
    let modified = file.metadata().and_then(|metadata| metadata.modified()).into_diagnostic();
    let modified = modified.wrap_err_with(|| cannot_read(file))?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).into_diagnostic()?;
    Ok(since.as_secs().to_string())
}
