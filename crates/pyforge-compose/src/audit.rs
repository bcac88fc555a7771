//! Finds who satisfies each import before anything is plugged, and says what does not fit.

use pyforge_wit::{Side, interface_text};
use similar::TextDiff;
use wac_graph::{CompositionGraph, PackageId};
use wac_types::{ItemKind, SubtypeChecker, World};

use crate::{ComposeError, Part};

/// Every host provides these.
const HOST_NAMESPACE: &str = "wasi:";

/// One import of a part and the part that satisfies it, by their places among the parts.
pub struct Link {
    pub consumer: usize,
    pub provider: usize,
    pub interface: String,
}

/// The parts and what the graph knows of their types; the first part only consumes.
pub struct Audit<'a> {
    pub graph: &'a CompositionGraph,
    pub packages: &'a [PackageId],
    pub parts: &'a [Part],
    /// Interfaces beside WASI that the host is known to provide, with their versions.
    pub host: &'a [String],
}

impl Audit<'_> {
    /// Every link there must be.
    pub fn links(&self) -> Result<Vec<Link>, ComposeError> {
        let mut links = Vec::new();
        for consumer in 0..self.parts.len() {
            for (interface, wanted) in &self.world(consumer).imports {
                if !self.is_of_host(interface) {
                    let provider = self.provider(consumer, interface)?;
                    self.check_types(consumer, provider, interface, *wanted)?;
                    links.push(Link { consumer, provider, interface: interface.clone() });
                }
            }
        }
        self.check_used(&links)?;
        Ok(links)
    }

    fn is_of_host(&self, interface: &String) -> bool {
        interface.starts_with(HOST_NAMESPACE) || self.host.contains(interface)
    }

    fn world(&self, part: usize) -> &World {
        &self.graph.types()[self.graph[self.packages[part]].ty()]
    }

    fn name(&self, part: usize) -> String {
        self.parts[part].name.clone()
    }

    /// The parts that may provide for a part: all but the first, and itself.
    fn others(&self, consumer: usize) -> impl Iterator<Item = usize> {
        (1..self.parts.len()).filter(move |part| *part != consumer)
    }

    /// The one part that exports the interface.
    fn provider(&self, consumer: usize, interface: &str) -> Result<usize, ComposeError> {
        let exports = |part: &usize| self.world(*part).exports.contains_key(interface);
        let exporters: Vec<usize> = self.others(consumer).filter(exports).collect();
        match exporters[..] {
            [one] => Ok(one),
            [] => Err(self.nobody(consumer, interface)),
            [first, second, ..] => Err(ComposeError::Ambiguous {
                consumer: self.name(consumer),
                interface: interface.to_owned(),
                first: self.name(first),
                second: self.name(second),
            }),
        }
    }

    fn nobody(&self, consumer: usize, interface: &str) -> ComposeError {
        let other_version = self.others(consumer).find_map(|part| {
            let found = self.world(part).exports.keys().find(|export| stem(export) == stem(interface))?;
            Some((self.name(part), found.clone()))
        });
        let (consumer, interface) = (self.name(consumer), interface.to_owned());
        match other_version {
            Some((provider, found)) => ComposeError::VersionMismatch { consumer, interface, provider, found },
            None => ComposeError::Missing { consumer, interface },
        }
    }

    fn check_types(
        &self,
        consumer: usize,
        provider: usize,
        interface: &str,
        wanted: ItemKind,
    ) -> Result<(), ComposeError> {
        let (offered, types) = (self.world(provider).exports[interface], self.graph.types());
        let mut cache = Default::default();
        let fits = SubtypeChecker::new(&mut cache).is_subtype(offered, types, wanted, types);
        fits.map_err(|error| ComposeError::TypesDiffer {
            consumer: self.name(consumer),
            provider: self.name(provider),
            interface: interface.to_owned(),
            reason: format!("{error:#}"),
            difference: self.difference(consumer, provider, interface),
        })
    }

    /// The lines of WIT that differ. A side that does not decode as WIT is left to the reason to explain.
    fn difference(&self, consumer: usize, provider: usize, interface: &str) -> String {
        let text = |part: usize, side| {
            let text = interface_text(self.graph[self.packages[part]].bytes(), side, interface);
            text.ok().flatten().unwrap_or_default()
        };
        let (imported, exported) = (text(consumer, Side::Import), text(provider, Side::Export));
        if imported == exported {
            return String::new();
        }
        let from = format!("imported by {}", self.name(consumer));
        let to = format!("exported by {}", self.name(provider));
        let diff = TextDiff::from_lines(&imported, &exported);
        format!("\n\n{}", diff.unified_diff().context_radius(1).header(&from, &to))
    }

    fn check_used(&self, links: &[Link]) -> Result<(), ComposeError> {
        let is_used = |part: &usize| links.iter().any(|link| link.provider == *part);
        match (1..self.parts.len()).find(|part| !is_used(part)) {
            None => Ok(()),
            Some(part) => Err(ComposeError::Unused {
                provider: self.name(part),
                exports: self.world(part).exports.keys().cloned().collect::<Vec<_>>().join(", "),
            }),
        }
    }
}

/// The name without its version.
fn stem(interface: &str) -> &str {
    interface.split('@').next().unwrap_or(interface)
}
