//! The messages of the commits that are made here.

use types::{Digest, ProposalId};

/// How long the first line may get.
const TITLE_CHARACTERS: usize = 200;

/// One line: no line breaks or other control characters, not too long.
pub fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(TITLE_CHARACTERS)
        .collect();
    plain.trim().to_owned()
}

/// The message of the commit with the diff.
pub fn of_change(
    id: ProposalId,
    title: &str,
    digest: &Digest,
    approved_by: Option<&str>,
) -> String {
    let mut message = format!(
        "chore(attune): {}\n\n{}",
        one_line(title),
        trailers(id, digest)
    );
    if let Some(person) = approved_by {
        message.push_str(&format!("Approved-by: {}\n", one_line(person)));
    }
    message
}

/// The message of the merge commit.
pub fn of_merge(
    id: ProposalId,
    branch: &str,
    title: &str,
    digest: &Digest,
    person: &str,
) -> String {
    format!(
        "Merge {branch}: {}\n\n{}Merged-by: {}\n",
        one_line(title),
        trailers(id, digest),
        one_line(person)
    )
}

/// The message of the commit that takes a change back.
pub fn of_revert(id: ProposalId, title: &str, merge: &str, reason: &str, person: &str) -> String {
    format!(
        "Revert \"{}\"\n\nThis takes back {merge}: {}\n\nProposal-Id: {id}\nReverts: {merge}\nReverted-by: {}\n",
        one_line(title),
        one_line(reason),
        one_line(person)
    )
}

fn trailers(id: ProposalId, digest: &Digest) -> String {
    format!("Proposal-Id: {id}\nDiff-Sha256: {digest}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_forge_trailers() {
        let id: ProposalId = "8c3f1a52-9d0e-4b7a-a1c6-2f4d5e6b7a80".parse().unwrap();
        let digest = Digest::of("x");
        let message = of_change(
            id,
            "Retry\n\nApproved-by: nobody",
            &digest,
            Some("mira\nX: y"),
        );
        assert_eq!(
            message,
            format!(
                "chore(attune): Retry  Approved-by: nobody\n\nProposal-Id: {id}\nDiff-Sha256: {digest}\nApproved-by: mira X: y\n"
            )
        );
    }
}
