//! Credentials in what a change adds.

use redact::Redactor;
use unidiff::FilePatch;

use super::verdict::Refusal;

/// Judges the name and the added lines of one file, each line alone and all together.
pub(super) fn check(file: &FilePatch, redactor: &Redactor) -> Vec<Refusal> {
    let finds_credential = |text: &str| redactor.finds_secret(text).is_some();
    let mut refusals = Vec::new();
    if let Some(name) = file
        .new_path
        .as_deref()
        .filter(|name| finds_credential(name))
    {
        let kept = file.old_path.as_deref() == Some(name);
        if !kept {
            // The name itself is what may not be repeated.
            refusals.push(refusal("").at_line(file.line));
        }
    }
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

pub(super) fn refusal(path: &str) -> Refusal {
    Refusal::new(
        "secret",
        path,
        "the change adds something shaped like a credential; take it out and name where it is kept",
    )
}
