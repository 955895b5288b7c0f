//! `attune proposals`: reading proposals and deciding on them.

use clap::{Args, Subcommand};
use clients::ProposalFilter;
use types::{
    Digest,
    proposal::{
        Approve, Confirm, Decision, Proposal, ProposalPage, ProposalStatus, ProposalSummary,
        Reason, Stage,
    },
};

use super::{ids, shown::Shown};
use crate::{
    connection::Connection,
    failure::Failure,
    output::{Output, Table, facts, short_id},
};

/// As few digits of a digest as a person may name.
const FEWEST_DIGITS: usize = 8;

/// Arguments of `attune proposals`.
#[derive(Args, Debug)]
pub(crate) struct ProposalsArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List proposals, the newest first
    List {
        /// Only those that stand here: pending, approved, …
        #[arg(long, value_parser = status)]
        status: Option<ProposalStatus>,
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
    },
    /// Show a proposal with its diff
    Show {
        /// The id, or its first digits
        id: String,
    },
    /// Show the diff alone, exactly as it would be applied
    Diff {
        /// The id, or its first digits
        id: String,
    },
    /// Say yes to exactly one diff
    Approve {
        /// The id, or its first digits
        id: String,
        /// The diff: @ and the first 8 or more digits of its digest; the one you were last shown
        /// here when absent
        #[arg(value_name = "@DIGEST", value_parser = digest_prefix)]
        digest: Option<String>,
        /// What the record should say besides
        #[arg(long)]
        notes: Option<String>,
    },
    /// Say no
    Reject {
        /// The id, or its first digits
        id: String,
        /// Why; whoever proposes next reads it
        #[arg(long)]
        reason: String,
    },
    /// Keep a change whose window ended without proof
    Confirm {
        /// The id, or its first digits
        id: String,
        /// What the record should say besides
        #[arg(long)]
        notes: Option<String>,
    },
    /// Take a merged change back
    Revert {
        /// The id, or its first digits
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

fn status(name: &str) -> Result<ProposalStatus, String> {
    let known = ProposalStatus::ALL;
    known
        .into_iter()
        .find(|status| status.name() == name)
        .ok_or_else(|| {
            format!(
                "expected one of {}",
                known.map(ProposalStatus::name).join(", ")
            )
        })
}

fn digest_prefix(text: &str) -> Result<String, String> {
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

/// Runs the command.
pub(crate) async fn run(
    args: ProposalsArgs,
    to: &Connection,
    output: Output,
) -> Result<(), Failure> {
    let proposals = to.proposals();
    match args.action {
        None => list(to, None, 50, output).await,
        Some(Action::List { status, limit }) => list(to, status, limit, output).await,
        Some(Action::Show { id }) => show(to, &id, output).await,
        Some(Action::Diff { id }) => diff(to, &id, output).await,
        Some(Action::Approve { id, digest, notes }) => {
            approve(to, &id, digest.as_deref(), notes, output).await
        }
        Some(Action::Reject { id, reason }) => {
            let id = ids::proposal(to, &id).await?;
            let reason = Reason { reason };
            decided(output, &proposals.reject(id, &reason).await?)
        }
        Some(Action::Confirm { id, notes }) => {
            let id = ids::proposal(to, &id).await?;
            let notes = Confirm { notes };
            decided(output, &proposals.confirm(id, &notes).await?)
        }
        Some(Action::Revert { id, reason }) => {
            let id = ids::proposal(to, &id).await?;
            let reason = Reason { reason };
            decided(output, &proposals.revert(id, &reason).await?)
        }
    }
}

async fn list(
    to: &Connection,
    status: Option<ProposalStatus>,
    limit: u32,
    output: Output,
) -> Result<(), Failure> {
    let filter = ProposalFilter {
        status,
        limit: Some(limit),
        cursor: None,
    };
    let page: ProposalPage = to.proposals().list(&filter).await?;
    output.list(&page, "no proposals", || table(&page.data))
}

/// Proposals as a table.
pub(super) fn table(proposals: &[ProposalSummary]) -> Table {
    let mut table = Table::new(&["id", "status", "stage", "severity", "agents", "title"]);
    for one in proposals {
        table.row(vec![
            short_id(&one.id),
            one.status.name().to_owned(),
            ids::or_dash(one.stage.map(Stage::name)),
            one.severity.name().to_owned(),
            one.agents.join(", "),
            one.title.clone(),
        ]);
    }
    table
}

async fn show(to: &Connection, typed: &str, output: Output) -> Result<(), Failure> {
    let id = ids::proposal(to, typed).await?;
    let proposal = to.proposals().get(id).await?;
    output.show(&proposal, || described(&proposal))?;
    Shown::to_reader(to).remember(id, &proposal.digest)
}

async fn diff(to: &Connection, typed: &str, output: Output) -> Result<(), Failure> {
    let id = ids::proposal(to, typed).await?;
    let proposal = to.proposals().get(id).await?;
    output.show(&proposal.patch, || proposal.patch.clone())?;
    if output.terminal {
        eprintln!("digest {}", proposal.digest);
    }
    Shown::to_reader(to).remember(id, &proposal.digest)
}

async fn approve(
    to: &Connection,
    typed: &str,
    named: Option<&str>,
    notes: Option<String>,
    output: Output,
) -> Result<(), Failure> {
    let id = ids::proposal(to, typed).await?;
    let proposal = to.proposals().get(id).await?;
    let shown = Shown::to_reader(to);
    if let Err(why) = may_approve(&proposal.digest, named, shown.digest(id).as_ref()) {
        return ask_again(&proposal, why, &shown, output);
    }
    let body = Approve {
        digest: proposal.digest,
        notes,
    };
    decided(output, &to.proposals().approve(id, &body).await?)
}

/// Shows the diff that a yes would be about, and says how to say it.
fn ask_again(proposal: &Proposal, why: &str, shown: &Shown, output: Output) -> Result<(), Failure> {
    let answer = serde_json::json!({
        "approved": false,
        "why": why,
        "digest": proposal.digest,
        "patch": proposal.patch,
    });
    output.show(&answer, || proposal.patch.clone())?;
    shown.remember(proposal.id, &proposal.digest)?;
    Err(Failure::Refused(format!(
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

fn how_to_approve(proposal: &Proposal) -> String {
    let digits = short_id(&proposal.digest);
    format!(
        "to approve it, type: attune proposals approve {} @{digits}",
        short_id(&proposal.id)
    )
}

fn decided(output: Output, proposal: &Proposal) -> Result<(), Failure> {
    output.show(proposal, || {
        let Proposal {
            id, title, status, ..
        } = proposal;
        let stage = proposal
            .stage
            .map_or_else(String::new, |stage| format!(", {}", stage.name()));
        let reason = proposal.stage_reason.as_deref();
        let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
        format!(
            "{} “{title}” is {}{stage}{reason}\n",
            short_id(id),
            status.name()
        )
    })
}

fn described(proposal: &Proposal) -> String {
    let mut text = facts(&[
        ("id", Some(proposal.id.to_string())),
        ("title", Some(proposal.title.clone())),
        ("status", Some(proposal.status.name().to_owned())),
        ("stage", proposal.stage.map(|stage| stage.name().to_owned())),
        ("waits for", proposal.stage_reason.clone()),
        ("until", proposal.stage_deadline.map(|at| at.to_string())),
        ("category", Some(proposal.category.name().to_owned())),
        ("severity", Some(proposal.severity.name().to_owned())),
        (
            "proposed by",
            Some(format!("{} at {}", proposal.author, proposal.created_at)),
        ),
        ("agents", Some(proposal.agents.join(", "))),
        ("files", Some(proposal.paths.join(", "))),
        (
            "finding",
            proposal.finding_id.as_ref().map(ToString::to_string),
        ),
        (
            "pull request",
            proposal.pull_number.map(|number| number.to_string()),
        ),
        ("window", proposal.window_id.map(|id| id.to_string())),
        (
            "verdict",
            proposal.verdict.map(|verdict| verdict.name().to_owned()),
        ),
        (
            "effect",
            proposal.effect.map(|effect| effect.name().to_owned()),
        ),
        ("digest", Some(proposal.digest.to_string())),
    ]);
    for (heading, body) in [
        ("Problem", &proposal.problem),
        ("Evidence", &proposal.evidence),
        ("Root cause", &proposal.root_cause),
        ("Solution", &proposal.solution),
        ("Risk", &proposal.risk),
        ("Rollback", &proposal.rollback),
    ] {
        if !body.trim().is_empty() {
            text.push_str(&format!("\n{heading}\n{}\n", body.trim_end()));
        }
    }
    text.push_str(&format!("\n{}", proposal.patch));
    text.push_str(&history(proposal));
    if proposal.status == ProposalStatus::Pending {
        text.push_str(&format!("\n{}\n", how_to_approve(proposal)));
    }
    text
}

fn history(proposal: &Proposal) -> String {
    let mut text = String::new();
    for Decision {
        kind,
        person,
        at,
        notes,
        ..
    } in &proposal.decisions
    {
        let notes = notes.as_deref().unwrap_or_default();
        text.push_str(&format!("{at}  {} by {person} {notes}\n", kind.name()));
    }
    for line in &proposal.log {
        text.push_str(&format!("{}  {}\n", line.at, line.text));
    }
    if text.is_empty() {
        text
    } else {
        format!("\nHistory\n{text}")
    }
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
