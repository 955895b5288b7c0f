//! Saying yes to exactly one diff.

use types::{
    Digest,
    proposal::{Approve, Proposal},
};

use crate::{
    commands::{ids, shown::Shown},
    connection::Connection,
    failure::Failure,
    output::{Output, short_id},
};

/// As few digits of a digest as a person may name.
const FEWEST_DIGITS: usize = 8;

/// The first digits of a digest, as they are named on the command line.
pub(super) fn digest_prefix(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('@').unwrap_or_default();
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && (FEWEST_DIGITS..=64).contains(&digits.len()) {
        Ok(digits.to_ascii_lowercase())
    } else {
        Err(format!(
            "expected @ and {FEWEST_DIGITS} or more hex digits of the digest"
        ))
    }
}

/// Says yes to the diff that was named, or that this person was last shown here.
pub(super) async fn approve(
    to: &Connection,
    typed: &str,
    named: Option<&str>,
    notes: Option<String>,
    output: Output,
) -> Result<Proposal, Failure> {
    let id = ids::proposal(to, typed).await?;
    let proposal = to.proposals().get(id).await?;
    let shown = Shown::to_reader(to);
    if let Err(why) = may_approve(&proposal.digest, named, shown.digest(id).as_ref()) {
        return Err(ask_again(&proposal, why, &shown, output)?);
    }
    let body = Approve {
        digest: proposal.digest,
        notes,
    };
    Ok(to.proposals().approve(id, &body).await?)
}

/// Shows the diff that a yes would be about, and says how to say it.
fn ask_again(
    proposal: &Proposal,
    why: &str,
    shown: &Shown,
    output: Output,
) -> Result<Failure, Failure> {
    let answer = serde_json::json!({
        "approved": false,
        "why": why,
        "digest": proposal.digest,
        "patch": proposal.patch,
    });
    output.show(&answer, || proposal.patch.clone())?;
    shown.remember(proposal.id, &proposal.digest)?;
    Ok(Failure::Refused(format!(
        "{why}; {}",
        how_to_approve(proposal)
    )))
}

/// Whether a yes can mean this diff: it was named, or shown to this person here.
fn may_approve(
    current: &Digest,
    named: Option<&str>,
    shown: Option<&Digest>,
) -> Result<(), &'static str> {
    match (named, shown) {
        (Some(digits), _) if current.as_str().starts_with(digits) => Ok(()),
        (Some(_), _) => Err("this is another diff than the one you named"),
        (None, Some(shown)) if shown == current => Ok(()),
        (None, Some(_)) => Err("the diff has changed since you were shown it"),
        (None, None) => Err("you were not shown this diff yet"),
    }
}

/// What to type to approve this diff and no other.
pub(super) fn how_to_approve(proposal: &Proposal) -> String {
    let digits = short_id(&proposal.digest);
    format!(
        "to approve it, type: attune proposals approve {} @{digits}",
        short_id(&proposal.id)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_stands_for_the_diff_that_was_named_or_shown() {
        let current = Digest::of("new");
        let old = Digest::of("old");
        let digits = &current.as_str()[..8];
        for (named, shown, allowed) in [
            (Some(digits), None, true),
            (Some(digits), Some(&old), true),
            (Some("00000000"), Some(&current), false),
            (None, Some(&current), true),
            (None, Some(&old), false),
            (None, None, false),
        ] {
            let judged = may_approve(&current, named, shown);
            assert_eq!(judged.is_ok(), allowed, "{named:?} {shown:?}: {judged:?}");
        }
    }

    #[test]
    fn a_digest_is_named_by_an_at_sign_and_eight_digits_or_more() {
        assert_eq!(digest_prefix("@0123ABCD"), Ok("0123abcd".to_owned()));
        for wrong in [
            "0123abcd",
            "@0123abc",
            "@0123abcg",
            "@",
            &format!("@{}", "0".repeat(65)),
        ] {
            assert!(digest_prefix(wrong).is_err(), "{wrong}");
        }
    }
}
