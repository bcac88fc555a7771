//! Reads pyforge's own TOML files and its environment variables into checked types.
//!
//! This is the only crate that parses TOML or looks at the environment. Everything after it works on
//! the types here, which hold only what has been found valid; each keeps the place it was read from,
//! so that a later check can still point at the line.

mod component;
mod consumer;
mod distribution;
mod document;
mod expected;
mod interface;
mod package;
mod problem;
mod project;
mod settings;
mod sources;

pub use component::{Component, Target};
pub use consumer::Consumer;
pub use distribution::Distribution;
pub use document::Document;
pub use expected::{Exception, Expected};
pub use interface::Interface;
pub use package::{Extension, Package, Provided, Provider, Required};
pub use problem::{Problem, Problems};
pub use project::Project;
pub use settings::{Settings, host_variable, host_variables};
pub use sources::{Place, Source, Sources};
