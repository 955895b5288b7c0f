//! The way of one change, step by step: yes, merge, deployment, window, end.

use anyhow::{Context, bail};
use types::{
    CommitSha, ProposalId, Timestamp, WindowId,
    patch::Pull,
    proposal::{Approve, DecisionKind, Proposal, ProposalStatus, Stage},
    window::{Figures, MonitoringWindow, WindowStatus},
};

use super::{Director, READING_EVERY};
use crate::demo::{scenario::narration, takes::Look};

impl Director {
    pub(super) async fn approve(&self, proposal: &Proposal) -> anyhow::Result<()> {
        let body = Approve {
            digest: proposal.digest.clone(),
            notes: None,
        };
        let approved = self.proposals.approve(proposal.id, &body).await;
        let approved = approved.context("step “approve” failed")?;
        let yes = approved
            .decisions
            .iter()
            .rfind(|decision| decision.kind == DecisionKind::Approved);
        let person = yes.map_or("somebody", |decision| &decision.person);
        self.say(&narration::approved(&proposal.id, person, &proposal.digest))
    }

    pub(super) async fn merge(&self, id: ProposalId) -> anyhow::Result<()> {
        let look = async || {
            let proposal = self.on_its_way(id).await?;
            Ok(match (proposal.stage, proposal.pull_number) {
                (Some(Stage::PrOpen), Some(number)) => Look::Done(number),
                _ => Look::NotYet(standing(&proposal)),
            })
        };
        let number = self.limit.until("open a pull request", look).await?;
        let pull = self
            .patches
            .pull(number)
            .await
            .context("step “merge” failed")?;
        let asked = self.patches.merge(number, pull.head.sha).await;
        asked.context("step “merge” failed")?;
        let look = async || {
            let pull = self.patches.pull(number).await?;
            Ok(match landed(&pull) {
                Some((person, commit)) => Look::Done((person, commit)),
                None => Look::NotYet(format!("pull request {number} waits: {:?}", pull.queue)),
            })
        };
        let (person, commit) = self.limit.until("merge", look).await?;
        self.say(&narration::merged(number, &person, &commit))
    }

    pub(super) async fn await_window(&self, id: ProposalId) -> anyhow::Result<WindowId> {
        let look = async || {
            let proposal = self.on_its_way(id).await?;
            Ok(match proposal.window_id {
                Some(window) => Look::Done(window),
                None => Look::NotYet(standing(&proposal)),
            })
        };
        let window = self.limit.until("deploy and open the window", look).await?;
        let look = async || {
            let seen = self.gateway.window(window).await?.window;
            Ok(match seen.figures {
                Some(figures) => Look::Done((seen.agent_name, figures)),
                None => Look::NotYet("no figures yet".to_owned()),
            })
        };
        let (agent, figures) = self.limit.until("measure the baseline", look).await?;
        let Figures {
            baseline_failures,
            baseline_total,
            ..
        } = figures;
        self.say(&narration::monitoring(
            &agent,
            baseline_failures,
            baseline_total,
        ))?;
        Ok(window)
    }

    pub(super) async fn watch(&self, id: WindowId) -> anyhow::Result<()> {
        let mut told: Option<Timestamp> = None;
        let look = async || {
            let detail = self.gateway.window(id).await?;
            let window = detail.window;
            if window.status != WindowStatus::Active {
                return Ok(Look::Done(window));
            }
            let last = told.unwrap_or(window.deployed_at);
            if let Some(newest) = detail.evaluations.last()
                && READING_EVERY <= newest.at.since(last)
            {
                told = Some(newest.at);
                self.say(&reading(&window, newest.at, &newest.figures))?;
            }
            let why = window.why.unwrap_or_default();
            Ok(Look::NotYet(format!("the window is active: {why}")))
        };
        let closed = self.limit.until("watch the change", look).await?;
        let why = closed.why.unwrap_or_default();
        match closed.verdict {
            Some(verdict) => self.say(&narration::judged(verdict, &why)),
            None => bail!("step “watch the change” failed: the window closed without a verdict"),
        }
    }

    pub(super) async fn await_end(&self, id: ProposalId) -> anyhow::Result<Proposal> {
        let look = async || {
            let proposal = self.on_its_way(id).await?;
            Ok(match proposal.status {
                ProposalStatus::Implemented | ProposalStatus::Reverted => Look::Done(proposal),
                _ => Look::NotYet(standing(&proposal)),
            })
        };
        self.limit.until("end the proposal", look).await
    }

    /// The proposal, unless it has come off its way.
    async fn on_its_way(&self, id: ProposalId) -> anyhow::Result<Proposal> {
        let proposal = self.proposals.get(id).await?;
        let waits_for_a_person = proposal.stage == Some(Stage::NeedsConfirmation);
        match proposal.status {
            ProposalStatus::Blocked | ProposalStatus::Stale | ProposalStatus::Rejected => {
                bail!("{}", standing(&proposal))
            }
            ProposalStatus::Approved if waits_for_a_person => bail!("{}", standing(&proposal)),
            _ => Ok(proposal),
        }
    }
}

fn reading(window: &MonitoringWindow, at: Timestamp, figures: &Figures) -> String {
    let minutes = at.since(window.deployed_at).as_secs() / 60;
    narration::reading(minutes, figures.after_failures, figures.after_total)
}

/// Who merged it, and as which commit.
fn landed(pull: &Pull) -> Option<(String, CommitSha)> {
    let commit = pull.merge_commit_sha.clone().filter(|_| pull.merged)?;
    let person = pull.merged_by.clone();
    Some((person.unwrap_or_else(|| "somebody".to_owned()), commit))
}

/// Where a proposal stands, and why, in a few words.
fn standing(proposal: &Proposal) -> String {
    let stage = proposal.stage.map_or("no stage", Stage::name);
    let status = proposal.status.name();
    let reason = proposal
        .stage_reason
        .as_deref()
        .unwrap_or("no reason is given");
    format!("the proposal is {status} ({stage}): {reason}")
}
