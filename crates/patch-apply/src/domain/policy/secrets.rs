//! Credentials in what a change adds.

use std::sync::LazyLock;

use redact::Redactor;
use unidiff::FilePatch;

use super::verdict::Refusal;

/// Made once: it compiles its patterns.
static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::standard);

/// Judges the added lines of one file, each alone and all together.
pub(super) fn check(file: &FilePatch) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut added = String::new();
    for line in file.added_lines() {
        let text = String::from_utf8_lossy(&line.bytes);
        if finds_credential(&text) {
            refusals.push(refusal(file.path()).at_line(line.line));
        }
        added.push_str(&text);
    }
    if refusals.is_empty() && finds_credential(&added) {
        refusals.push(refusal(file.path()));
    }
    refusals
}

/// Whether a text holds something shaped like a credential.
pub(super) fn finds_credential(text: &str) -> bool {
    REDACTOR.finds_secret(text).is_some()
}

pub(super) fn refusal(path: &str) -> Refusal {
    Refusal::new(
        "secret",
        path,
        "the change adds something shaped like a credential; take it out and name where it is kept",
    )
}
