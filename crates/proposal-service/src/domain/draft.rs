//! What is proposed, checked and redacted.

use service_kit::redaction::CountingRedactor;
use types::proposal::NewProposal;

/// A field that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct FieldFault {
    /// A JSON pointer into the body.
    pub(crate) pointer: &'static str,
    /// What is wrong with it.
    pub(crate) detail: String,
}

const TITLE_CHARACTERS: usize = 200;
const PROSE_CHARACTERS: usize = 20_000;
const AGENT_CHARACTERS: usize = 200;
const MOST_AGENTS: usize = 100;

fn fault(pointer: &'static str, detail: impl Into<String>) -> FieldFault {
    FieldFault {
        pointer,
        detail: detail.into(),
    }
}

/// The proposal with its texts redacted; the diff is left as it is, byte for byte.
pub(crate) fn checked(
    mut new: NewProposal,
    redactor: &CountingRedactor,
    patch_bytes: u32,
) -> Result<NewProposal, FieldFault> {
    new.title = title(&new.title, redactor)?;
    new.agents = agents(new.agents, redactor)?;
    if new.problem.trim().is_empty() {
        return Err(fault("/problem", "expected what is broken"));
    }
    for (pointer, text) in [
        ("/problem", &mut new.problem),
        ("/evidence", &mut new.evidence),
        ("/root_cause", &mut new.root_cause),
        ("/solution", &mut new.solution),
        ("/risk", &mut new.risk),
        ("/rollback", &mut new.rollback),
    ] {
        *text = prose(pointer, text, PROSE_CHARACTERS, redactor)?;
    }
    check_patch(&new.patch, patch_bytes)?;
    Ok(new)
}

/// Whether a diff can be handed on.
pub(crate) fn check_patch(patch: &str, patch_bytes: u32) -> Result<(), FieldFault> {
    if patch.is_empty() {
        return Err(fault("/patch", "expected a unified diff"));
    }
    if patch.contains('\0') {
        return Err(fault("/patch", "expected text; this holds a NUL character"));
    }
    if usize::try_from(patch_bytes).is_ok_and(|most| most < patch.len()) {
        return Err(fault(
            "/patch",
            format!("expected at most {patch_bytes} bytes"),
        ));
    }
    Ok(())
}

/// A reason or note: redacted and on its own line.
pub(crate) fn prose(
    pointer: &'static str,
    text: &str,
    most: usize,
    redactor: &CountingRedactor,
) -> Result<String, FieldFault> {
    if most < text.chars().count() {
        return Err(fault(
            pointer,
            format!("expected at most {most} characters"),
        ));
    }
    // PostgreSQL has no NUL characters in text, and a person sees nothing where one is.
    let unified = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "\u{fffd}");
    Ok(redactor.redact(unified.trim()).into_owned())
}

/// As [`prose`], but there must be something.
pub(crate) fn reason(text: &str, redactor: &CountingRedactor) -> Result<String, FieldFault> {
    let reason = prose("/reason", text, 2_000, redactor)?;
    if reason.is_empty() {
        return Err(fault("/reason", "expected why"));
    }
    Ok(reason)
}

/// As [`prose`], where nothing is nothing.
pub(crate) fn notes(
    text: Option<&str>,
    redactor: &CountingRedactor,
) -> Result<Option<String>, FieldFault> {
    let notes = text
        .map(|text| prose("/notes", text, 2_000, redactor))
        .transpose()?;
    Ok(notes.filter(|notes| !notes.is_empty()))
}

fn title(text: &str, redactor: &CountingRedactor) -> Result<String, FieldFault> {
    let text = text.trim();
    let length = text.chars().count();
    let breaks =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    if !(1..=TITLE_CHARACTERS).contains(&length) || text.contains(breaks) {
        return Err(fault("/title", "expected one line of 1 to 200 characters"));
    }
    Ok(redactor
        .redact(text)
        .chars()
        .take(TITLE_CHARACTERS)
        .collect())
}

/// Names of agents are what series and places are found by, so they are refused, not altered.
fn agents(names: Vec<String>, redactor: &CountingRedactor) -> Result<Vec<String>, FieldFault> {
    if MOST_AGENTS < names.len() {
        return Err(fault(
            "/agents",
            format!("expected at most {MOST_AGENTS} agents"),
        ));
    }
    let mut out: Vec<String> = Vec::new();
    for name in names {
        let length = name.chars().count();
        if !(1..=AGENT_CHARACTERS).contains(&length)
            || name.trim() != name
            || name.contains(char::is_control)
        {
            return Err(fault(
                "/agents",
                "expected names of 1 to 200 characters on one line",
            ));
        }
        if redactor.redact(&name) != name {
            return Err(fault(
                "/agents",
                "expected names; one of these looks like a secret",
            ));
        }
        if !out.contains(&name) {
            out.push(name);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use types::analysis::{ProposalCategory, Severity};

    use super::*;

    fn new() -> NewProposal {
        NewProposal {
            finding_id: None,
            title: "Raise the time limit".to_owned(),
            category: ProposalCategory::Bugfix,
            severity: Severity::Medium,
            agents: vec!["writer".to_owned()],
            problem: "It times out.".to_owned(),
            evidence: String::new(),
            root_cause: String::new(),
            solution: String::new(),
            patch: "--- a/x\n+++ b/x\n".to_owned(),
            base_commit: "0".repeat(40).parse().unwrap(),
            risk: String::new(),
            rollback: String::new(),
        }
    }

    fn check(change: impl FnOnce(&mut NewProposal)) -> Result<NewProposal, FieldFault> {
        let mut draft = new();
        change(&mut draft);
        checked(
            draft,
            &CountingRedactor::uncounted(redact::Redactor::standard()),
            100,
        )
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        type Spoil = fn(&mut NewProposal);
        let cases: [(&str, Spoil); 10] = [
            ("/title", |new| new.title = "  ".to_owned()),
            ("/title", |new| new.title = "two\nlines".to_owned()),
            ("/title", |new| new.title = "x".repeat(201)),
            ("/problem", |new| new.problem = "\n".to_owned()),
            ("/risk", |new| new.risk = "x".repeat(20_001)),
            ("/agents", |new| new.agents = vec![String::new()]),
            ("/agents", |new| new.agents = vec!["x".to_owned(); 101]),
            ("/patch", |new| new.patch = String::new()),
            ("/patch", |new| new.patch = "\0".to_owned()),
            ("/patch", |new| new.patch = "x".repeat(101)),
        ];
        for (pointer, spoil) in cases {
            assert_eq!(check(spoil).unwrap_err().pointer, pointer);
        }
    }

    #[test]
    fn prose_is_redacted_and_the_diff_is_not() {
        let address = "10.1.2.3";
        let checked = check(|new| {
            new.problem = format!("calls to {address} fail\r\n");
            new.title = format!("Calls to {address} fail");
            new.patch = format!("-{address}\r\n");
        })
        .unwrap();
        assert!(!checked.problem.contains(address) && !checked.title.contains(address));
        assert!(!checked.problem.ends_with('\n') && !checked.problem.contains('\r'));
        assert_eq!(checked.patch, format!("-{address}\r\n"));
    }

    #[test]
    fn an_agent_named_twice_counts_once() {
        let checked = check(|new| new.agents = vec!["a".into(), "b".into(), "a".into()]).unwrap();
        assert_eq!(checked.agents, ["a", "b"]);
    }
}
