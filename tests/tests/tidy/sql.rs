//! SQL stands only in the `store` rooms, beside its call, and in the kit.

use crate::{assert_kept, repository};

/// What only a statement or a call with one contains.
const SIGNS: [&str; 6] = [
    "sqlx::query",
    "sqlx::raw_sql",
    "SELECT ",
    "INSERT INTO ",
    "DELETE FROM ",
    "CREATE TABLE ",
];

#[test]
fn sql_stands_only_in_stores_and_the_kit() {
    let mut breaches = Vec::new();
    for source in repository::sources() {
        let in_store = source.path.contains("/src/store/");
        let in_kit = ["crates/service-kit/", "crates/testkit/"]
            .iter()
            .any(|kit| source.path.starts_with(kit));
        if in_store || in_kit {
            continue;
        }
        for (number, line) in source.code() {
            if SIGNS.iter().any(|sign| line.contains(sign)) {
                breaches.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    assert_kept(
        "move the statement into the store of its service",
        &breaches,
    );
}
