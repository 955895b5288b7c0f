//! A proposal, and what only this service knows of it.

use types::{
    Timestamp,
    proposal::{Decision, DecisionKind, LogLine, Proposal, ProposalSummary, RunEvent, RunOutcome},
    window::WindowClosed,
};

use super::standing::Standing;

/// A proposal, and what only this service knows of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    /// What everybody sees.
    pub(crate) proposal: Proposal,
    /// Grows with every change.
    pub(crate) version: u64,
    /// Whether a person proposed it.
    pub(crate) author_is_person: bool,
    /// Whether the change is on its way back.
    pub(crate) taking_back: bool,
}

impl Case {
    /// What the rules look at.
    pub(crate) fn standing(&self) -> Standing {
        Standing {
            status: self.proposal.status,
            stage: self.proposal.stage,
            taking_back: self.taking_back,
        }
    }

    /// Moves it; what it waits for is `reason`.
    pub(crate) fn move_to(&mut self, standing: Standing, reason: Option<String>) {
        self.proposal.status = standing.status;
        self.proposal.stage = standing.stage;
        self.taking_back = standing.taking_back;
        self.wait_for(reason, None);
    }

    /// Says what it waits for, and until when.
    pub(crate) fn wait_for(&mut self, reason: Option<String>, deadline: Option<Timestamp>) {
        self.proposal.stage_reason = reason;
        self.proposal.stage_deadline = deadline;
    }

    /// Adds a line to the implementation log, unless it repeats the last one.
    pub(crate) fn note(&mut self, at: Timestamp, text: &str) {
        let text = one_line(text);
        if !text.is_empty()
            && self
                .proposal
                .log
                .last()
                .is_none_or(|last| last.text != text)
        {
            self.proposal.log.push(LogLine { at, text });
        }
    }

    /// Adds a decision on the present diff.
    pub(crate) fn decide(
        &mut self,
        kind: DecisionKind,
        person: &str,
        at: Timestamp,
        notes: Option<String>,
    ) {
        self.proposal.decisions.push(Decision {
            kind,
            person: person.to_owned(),
            at,
            digest: self.proposal.digest.clone(),
            revision: self.proposal.revision,
            notes,
        });
    }

    /// Who said yes to the present diff.
    pub(crate) fn approvers(&self) -> Vec<&str> {
        let proposal = &self.proposal;
        proposal
            .decisions
            .iter()
            .filter(|decision| {
                decision.kind == DecisionKind::Approved && decision.revision == proposal.revision
            })
            .map(|decision| decision.person.as_str())
            .collect()
    }

    /// Takes over what a report says besides its outcome. A fact that is known stays.
    pub(crate) fn learn(&mut self, event: &RunEvent) {
        let proposal = &mut self.proposal;
        let fill = |known: &mut Option<_>| {
            if known.is_none() {
                known.clone_from(&event.commit);
            }
        };
        match event.outcome {
            RunOutcome::Reached(types::proposal::Stage::Merged) => fill(&mut proposal.merge_commit),
            RunOutcome::Reverted | RunOutcome::Failed(_) => fill(&mut proposal.revert_commit),
            RunOutcome::Reached(_)
            | RunOutcome::Stale
            | RunOutcome::Done
            | RunOutcome::RevertFailed => {}
        }
        proposal.pull_number = proposal.pull_number.or(event.pull_number);
        proposal.window_id = proposal.window_id.or(event.window_id);
        if proposal.pull_url.is_none() {
            proposal.pull_url.clone_from(&event.pull_url);
        }
    }

    /// Takes over what a window proved; false when that is known already.
    pub(crate) fn learn_verdict(&mut self, closed: &WindowClosed) -> bool {
        let proposal = &mut self.proposal;
        let known = proposal.window_id == Some(closed.window_id) && proposal.verdict.is_some();
        proposal.window_id = Some(closed.window_id);
        proposal.verdict = Some(closed.verdict);
        proposal.effect = closed.effect.or(proposal.effect);
        !known
    }

    /// The first digits of the id, as people type them.
    pub(crate) fn short_id(&self) -> String {
        short(&self.proposal.id.to_string())
    }

    /// As it is shown in a list.
    pub(crate) fn summary(&self) -> ProposalSummary {
        summary(&self.proposal)
    }
}

/// The first digits of an id.
pub(crate) fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

fn summary(proposal: &Proposal) -> ProposalSummary {
    ProposalSummary {
        id: proposal.id,
        status: proposal.status,
        stage: proposal.stage,
        stage_reason: proposal.stage_reason.clone(),
        finding_id: proposal.finding_id.clone(),
        title: proposal.title.clone(),
        category: proposal.category,
        severity: proposal.severity,
        agents: proposal.agents.clone(),
        author: proposal.author.clone(),
        digest: proposal.digest.clone(),
        created_at: proposal.created_at,
        updated_at: proposal.updated_at,
    }
}

/// The longest line of a log or a reason, in characters.
const LINE_CHARACTERS: usize = 2_000;

/// A text without line breaks and of bounded length.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= LINE_CHARACTERS {
        return line;
    }
    let mut cut: String = line.chars().take(LINE_CHARACTERS).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
pub(crate) mod tests {
    use types::{
        analysis::{ProposalCategory, Severity},
        proposal::ProposalStatus,
    };

    use super::*;

    /// A proposal of the analyser that nobody has looked at.
    pub(crate) fn pending() -> Case {
        let at = "2026-01-10T12:00:00Z".parse().unwrap();
        Case {
            proposal: Proposal {
                id: "a1b2c3d4-0000-4000-8000-000000000001".parse().unwrap(),
                revision: 1,
                status: ProposalStatus::Pending,
                stage: None,
                stage_reason: None,
                stage_deadline: None,
                finding_id: None,
                title: "Raise the time limit".to_owned(),
                category: ProposalCategory::Bugfix,
                severity: Severity::Medium,
                author: "observer".to_owned(),
                agents: vec!["ResearchAgent".to_owned()],
                problem: "web_search times out.".to_owned(),
                evidence: "- Telemetry event count: 8 failures in 24 hours".to_owned(),
                root_cause: String::new(),
                solution: "Say so.".to_owned(),
                patch: "--- a/agents.yaml\n+++ b/agents.yaml\n@@ -1 +1,2 @@\n a\n+```\n".to_owned(),
                digest: "0".repeat(64).parse().unwrap(),
                base_commit: "1".repeat(40).parse().unwrap(),
                result_tree: "2".repeat(40).parse().unwrap(),
                policy_digest: "3".repeat(64).parse().unwrap(),
                paths: vec!["agents.yaml".to_owned()],
                risk: "None known.".to_owned(),
                rollback: String::new(),
                markdown_path: "proposals/2026/01/x.md".to_owned(),
                decisions: Vec::new(),
                log: Vec::new(),
                branch: None,
                pull_number: None,
                pull_url: None,
                merge_commit: None,
                revert_commit: None,
                window_id: None,
                verdict: None,
                effect: None,
                created_at: at,
                updated_at: at,
            },
            version: 1,
            author_is_person: false,
            taking_back: false,
        }
    }

    #[test]
    fn a_line_of_the_log_is_one_line_and_not_repeated() {
        let mut case = pending();
        let at = case.proposal.created_at;
        for text in ["one\n  two", "one two", "", "three"] {
            case.note(at, text);
        }
        let texts: Vec<&str> = case
            .proposal
            .log
            .iter()
            .map(|line| line.text.as_str())
            .collect();
        assert_eq!(texts, ["one two", "three"]);
        assert_eq!(
            one_line(&"x".repeat(3_000)).chars().count(),
            LINE_CHARACTERS + 1
        );
    }
}
