//! Rules about the code itself: what may depend on what, what is where, which words may stand in it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a rule that cannot be looked at is a rule that is broken"
)]

mod arrows;
mod containers;
mod dependencies;
mod layout;
mod manifest;
mod migrations;
mod repository;
mod sizes;
mod sql;
mod words;

/// Fails with the rule and every breach of it.
fn assert_kept(rule: &str, breaches: &[String]) {
    assert!(
        breaches.is_empty(),
        "{rule}\n\n  {}\n",
        breaches.join("\n  ")
    );
}
