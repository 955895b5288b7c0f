//! What the demo says while it runs: one plain sentence for each step.

use std::time::Duration;

use types::{
    CommitSha, Digest, ProposalId,
    analysis::Finding,
    proposal::{Proposal, ProposalStatus},
    window::Verdict,
};

/// Before anything runs.
pub fn opening(scale: u32) -> String {
    format!(
        "A fleet of four simulated agents will work, fail, and be changed twice. Time runs {scale} \
         times as fast as real time; the services, Git and the decisions are real."
    )
}

/// The target repository is there.
pub fn repository_ready(path: &str, files: usize, commit: &CommitSha) -> String {
    let commit = short(commit.as_str());
    format!("The target repository is at {path}: {files} files, commit {commit}.")
}

/// The past of the fleet has been sent.
pub fn history_sent(operations: u64, span: Duration) -> String {
    let hours = span.as_secs() / 3_600;
    format!("The observer has the fleet's past {hours} hours: {operations} operations, redacted.")
}

/// The finding that the demo is about is there.
pub fn finding_made(finding: &Finding) -> String {
    let Finding {
        tool,
        template,
        count,
        sessions,
        agents,
        ..
    } = finding;
    let agents = agents.join(", ");
    format!("Found: {tool} of {agents} failed {count} times in {sessions} sessions: “{template}”.")
}

/// A proposal waits for a person.
pub fn proposed(proposal: &Proposal) -> String {
    let Proposal {
        id, author, title, ..
    } = proposal;
    let id = short_id(id);
    let paths = proposal.paths.join(", ");
    format!("{author} proposes {id}, “{title}”. It changes {paths}:")
}

/// The lines that a diff adds and removes, indented.
pub fn diff(patch: &str) -> String {
    patch
        .lines()
        .filter(|line| line.starts_with(['+', '-']))
        .filter(|line| !line.starts_with("+++ ") && !line.starts_with("--- "))
        .map(|line| format!("    {line}\n"))
        .collect()
}

/// A person said yes.
pub fn approved(id: &ProposalId, person: &str, digest: &Digest) -> String {
    let id = short_id(id);
    let digest = short(digest.as_str());
    format!("{person} approves {id}: exactly the diff with digest {digest}.")
}

/// The pull request is there, and a person merged it.
pub fn merged(pull_number: u64, person: &str, commit: &CommitSha) -> String {
    let commit = short(commit.as_str());
    format!(
        "The diff passed the policy and the validators. {person} merges pull request \
         {pull_number} as {commit}."
    )
}

/// The change is deployed and the window is open.
pub fn monitoring(agent: &str, baseline_failures: u64, baseline_sessions: u64) -> String {
    let rate = per_cent(baseline_failures, baseline_sessions);
    format!(
        "Deployed. The one monitoring window is open on {agent}; before, {baseline_failures} of \
         {baseline_sessions} sessions failed ({rate})."
    )
}

/// How it is going in the window.
pub fn reading(minutes: u64, failures: u64, sessions: u64) -> String {
    let rate = per_cent(failures, sessions);
    format!("  after {minutes} simulated minutes {failures} of {sessions} failed ({rate})")
}

/// The window closed.
pub fn judged(verdict: Verdict, why: &str) -> String {
    let verdict = verdict.name();
    format!("Verdict: {verdict}. {why}")
}

/// A proposal reached its end.
pub fn ended(proposal: &Proposal) -> String {
    let id = short_id(&proposal.id);
    let status = proposal.status.name();
    let what = match proposal.status {
        ProposalStatus::Implemented => "the change stays",
        ProposalStatus::Reverted => "the files are what they were before, and deployed again",
        ProposalStatus::Rejected => "nothing was changed",
        ProposalStatus::Pending
        | ProposalStatus::Approved
        | ProposalStatus::Blocked
        | ProposalStatus::Stale => "a person has to look at it",
    };
    format!("{id} “{}” is {status}: {what}.", proposal.title)
}

/// Before the second change.
pub fn second_act() -> String {
    "Now a person proposes a change that looks harmless.".to_owned()
}

/// The breakers after the revert.
pub fn halted(breaker: &str, reason: &str) -> String {
    format!("The breaker “{breaker}” has tripped ({reason}); a person resets it.")
}

/// The last line.
pub fn closing(helped: ProposalStatus, harmed: ProposalStatus) -> String {
    let (helped, harmed) = (helped.name(), harmed.name());
    format!("The change that helped: {helped}. The change that harmed: {harmed}.")
}

fn short(hex: &str) -> &str {
    hex.get(..12).unwrap_or(hex)
}

fn short_id(id: &ProposalId) -> String {
    let id = id.to_string();
    id.get(..8).unwrap_or(&id).to_owned()
}

fn per_cent(failures: u64, sessions: u64) -> String {
    if sessions == 0 {
        return "no rate yet".to_owned();
    }
    format!("{:.1} %", 100.0 * failures as f64 / sessions as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_needs_sessions() {
        let first = reading(0, 0, 0);
        assert_eq!(
            first,
            "  after 0 simulated minutes 0 of 0 failed (no rate yet)"
        );
        let later = reading(10, 3, 48);
        assert_eq!(later, "  after 10 simulated minutes 3 of 48 failed (6.2 %)");
    }

    #[test]
    fn a_diff_is_shown_without_its_headers() {
        let patch = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-old\n+new\n";
        assert_eq!(diff(patch), "    -old\n    +new\n");
    }

    #[test]
    fn the_end_names_both_outcomes() {
        let line = closing(ProposalStatus::Implemented, ProposalStatus::Reverted);
        assert!(
            line.contains("implemented") && line.contains("reverted"),
            "{line}"
        );
    }
}
