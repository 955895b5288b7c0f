//! Our manifests, as far as the rules look at them.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::repository;

/// The manifest of one crate.
pub(crate) struct Manifest {
    /// Where it is.
    pub(crate) path: String,
    /// The name of the crate.
    pub(crate) name: String,
    /// All of it.
    pub(crate) table: Table,
}

/// One dependency of a crate.
pub(crate) struct Dependency<'manifest> {
    /// `dependencies`, `dev-dependencies` or `build-dependencies`.
    pub(crate) section: &'manifest str,
    /// The name it goes by.
    pub(crate) name: &'manifest str,
    /// What the manifest says about it.
    pub(crate) value: &'manifest Value,
}

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

impl Manifest {
    /// Every dependency, those of single platforms included.
    pub(crate) fn dependencies(&self) -> Vec<Dependency<'_>> {
        let platforms = self.table.get("target").and_then(Value::as_table);
        let tables = platforms
            .into_iter()
            .flat_map(Table::values)
            .filter_map(Value::as_table);
        tables
            .chain([&self.table])
            .flat_map(|table| {
                SECTIONS
                    .iter()
                    .filter_map(|section| Some((*section, table.get(*section)?.as_table()?)))
            })
            .flat_map(|(section, table)| {
                table.iter().map(move |(name, value)| Dependency {
                    section,
                    name,
                    value,
                })
            })
            .collect()
    }
}

/// The manifest of the workspace.
pub(crate) fn root() -> Table {
    repository::read("Cargo.toml").parse().unwrap()
}

/// What the workspace names as a dependency.
pub(crate) fn named() -> Table {
    root()["workspace"]["dependencies"]
        .as_table()
        .unwrap()
        .clone()
}

/// The names of our own crates.
pub(crate) fn own() -> BTreeSet<String> {
    named()
        .into_iter()
        .filter(|(_, value)| value.get("path").is_some())
        .map(|(name, _)| name)
        .collect()
}

/// The manifests of all members of the workspace.
pub(crate) fn members() -> Vec<Manifest> {
    repository::paths()
        .into_iter()
        .filter(|path| path == "tests/Cargo.toml" || is_crate(path))
        .map(|path| {
            let table: Table = repository::read(&path).parse().unwrap();
            let name = table["package"]["name"].as_str().unwrap().to_owned();
            Manifest { path, name, table }
        })
        .collect()
}

fn is_crate(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("crates")
        && parts.next().is_some()
        && parts.next() == Some("Cargo.toml")
        && parts.next().is_none()
}
