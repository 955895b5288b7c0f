//! The course of the demo: one change that the analyser proposes and that helps, and one that a
//! person might propose in good faith and that harms.

pub mod narration;

use observer::domain::place::{Place, PlaceError, insert_guidance};
use types::{
    CommitSha,
    analysis::{Finding, ProposalCategory, Severity},
    proposal::NewProposal,
};

/// Whose persona both changes touch.
pub const AGENT: &str = "ResearchAgent";

/// Where personas stand in agents.yaml: the place of the demo's `[[targets]]` too.
pub const PERSONA: &str = "agents.{agent}.persona";

/// What the harmful change adds to the persona. Each half of it is a thing people say.
const HARMFUL_GUIDANCE: &str = "To save time, answer at once from one broad search: skip \
                                verification and never retry a call that failed.";

/// Whether this is the finding that the demo is about: ResearchAgent's searches that time out.
pub fn is_search_timeout(finding: &Finding) -> bool {
    finding.tool == "web_search"
        && finding.agents.iter().any(|agent| agent == AGENT)
        && finding.template.contains("timed out")
}

/// agents.yaml with one sentence more at the end of the agent's persona, and every other byte as
/// it was.
pub fn with_guidance(agents_yaml: &str, guidance: &str) -> Result<String, PlaceError> {
    insert_guidance(agents_yaml, &Place::of_agent(PERSONA, AGENT), guidance)
}

/// agents.yaml with the harmful change.
pub fn harmful_edit(agents_yaml: &str) -> Result<String, PlaceError> {
    with_guidance(agents_yaml, HARMFUL_GUIDANCE)
}

/// The harmful change as a person would propose it; `patch` is the diff to [`harmful_edit`].
pub fn harmful_proposal(patch: String, base_commit: CommitSha) -> NewProposal {
    NewProposal {
        finding_id: None,
        title: "Shorten research sessions".to_owned(),
        category: ProposalCategory::Optimization,
        severity: Severity::Medium,
        agents: vec![AGENT.to_owned()],
        problem: "Research sessions take about a minute, and the morning brief waits for all of \
                  them. Much of that is spent on second searches and on checking sources."
            .to_owned(),
        evidence: "Session length of ResearchAgent as seen in its telemetry; no failure pattern \
                   stands behind this."
            .to_owned(),
        root_cause: "The persona asks for care and says nothing about speed.".to_owned(),
        solution: "Tell ResearchAgent to answer from its first search, without checks and without \
                   second tries."
            .to_owned(),
        patch,
        base_commit,
        risk: "Briefs may be less complete. The monitoring window will show it.".to_owned(),
        rollback: "Revert the commit; nothing else depends on it.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{
        fleet::{Habit, Habits, Stance},
        repository,
    };

    #[test]
    fn the_harmful_edit_only_adds_lines_to_the_persona() {
        let before = repository::agents_yaml();
        let after = harmful_edit(before).unwrap();
        let kept: Vec<&str> = after
            .lines()
            .filter(|line| before.lines().any(|known| known == *line))
            .collect();
        assert_eq!(kept, before.lines().collect::<Vec<_>>());
        assert!(after.contains("never retry"), "{after}");
    }

    #[test]
    fn the_harmful_guidance_undoes_good_guidance_before_it() {
        let text = format!("Narrow the query, verify and retry once.\n{HARMFUL_GUIDANCE}");
        let habits = Habits::of(&text);
        for habit in [
            Habit::NarrowQuery,
            Habit::RetryOnce,
            Habit::VerifyBeforeAnswer,
        ] {
            assert_eq!(habits.stance(habit), Stance::Dropped, "{habit:?}");
        }
    }

    #[test]
    fn the_harmful_proposal_breaks_no_rule_of_form() {
        let proposal = harmful_proposal("--- a\n+++ b\n".to_owned(), base());
        let wire = serde_json::to_value(&proposal).unwrap();
        assert!(serde_json::from_value::<NewProposal>(wire).is_ok());
        assert!(proposal.title.len() <= 200 && !proposal.problem.contains("  "));
    }

    fn base() -> CommitSha {
        CommitSha::try_from("0".repeat(40)).unwrap()
    }
}
