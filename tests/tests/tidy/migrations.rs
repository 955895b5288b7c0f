//! Migrations: the same steps for both databases, numbered without a gap.

use std::collections::{BTreeMap, BTreeSet};

use crate::{assert_kept, repository};

/// The names of the migrations of each crate, for SQLite and for PostgreSQL.
fn migrations() -> BTreeMap<String, [BTreeSet<String>; 2]> {
    let mut crates: BTreeMap<String, [BTreeSet<String>; 2]> = BTreeMap::new();
    for path in repository::paths() {
        let Some((owner, rest)) = path.split_once("/migrations/") else {
            continue;
        };
        let sides = crates.entry(owner.to_owned()).or_default();
        match rest.split_once('/') {
            Some(("sqlite", name)) => sides[0].insert(name.to_owned()),
            Some(("postgres", name)) => sides[1].insert(name.to_owned()),
            _ => panic!("{path}: migrations are in sqlite/ or postgres/"),
        };
    }
    crates
}

#[test]
fn both_databases_take_the_same_steps() {
    let breaches: Vec<String> = migrations()
        .into_iter()
        .flat_map(|(owner, [sqlite, postgres])| {
            sqlite
                .symmetric_difference(&postgres)
                .map(|name| format!("{owner}/migrations: {name}"))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_kept("is there for one database only", &breaches);
}

#[test]
fn migrations_are_numbered_without_a_gap() {
    let mut breaches = Vec::new();
    for (owner, [sqlite, _]) in migrations() {
        for (number, name) in (1..).zip(&sqlite) {
            if !name.starts_with(&format!("{number:04}_")) || !name.ends_with(".sql") {
                breaches.push(format!("{owner}/migrations: {name}"));
            }
        }
    }
    assert_kept("names are 0001_<what>.sql, 0002_<what>.sql, …", &breaches);
}
