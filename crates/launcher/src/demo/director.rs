//! Drives the loop as a person would: looks, approves, merges, waits; and tells what happens.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use clients::{FindingFilter, Observer, PatchApply, ProposalService, TuneGateway};
use service_kit::caller::Caller;
use types::{
    CommitSha, ProposalId, Timestamp, WindowId,
    analysis::Finding,
    patch::Pull,
    proposal::{Approve, DecisionKind, Proposal, ProposalStatus, Stage},
    window::{Figures, MonitoringWindow, WindowStatus},
};
use unidiff::{BaseFile, FileResult, Mode, canonical};

use super::{
    repository,
    scenario::{self, narration},
    takes::{Limit, Look},
};
use crate::output::Output;

/// How much simulated time passes between two readings that are told.
const READING_EVERY: Duration = Duration::from_secs(15 * 60);

/// The person at the controls.
pub(super) struct Director {
    observer: Observer,
    proposals: ProposalService,
    patches: PatchApply,
    gateway: TuneGateway,
    agents_file: PathBuf,
    output: Output,
    limit: Limit,
}

impl Director {
    /// Calls by `caller`, as the person whose key it shows.
    pub(super) fn new(caller: Caller, deployed: &Path, output: Output, limit: Duration) -> Self {
        Self {
            observer: Observer::new(caller.clone()),
            proposals: ProposalService::new(caller.clone()),
            patches: PatchApply::new(caller.clone()),
            gateway: TuneGateway::new(caller),
            agents_file: deployed.join(repository::AGENTS_FILE),
            output,
            limit: Limit::of(limit),
        }
    }

    /// Both changes, from what is found to what becomes of them.
    pub(super) async fn direct(&self) -> anyhow::Result<()> {
        let finding = self.find().await?;
        self.say(&narration::finding_made(&finding))?;
        let helpful = self.proposal_against(&finding).await?;
        let helped = self
            .take_through(helpful, ProposalStatus::Implemented)
            .await?;

        self.say(&narration::second_act())?;
        let before = self.deployed_text()?;
        let harmful = self.propose_harm().await?;
        let harmed = self.take_through(harmful, ProposalStatus::Reverted).await?;
        ensure!(
            self.deployed_text()? == before,
            "step “revert” failed: the deployed {} is not what it was before",
            repository::AGENTS_FILE
        );
        self.tell_breakers().await?;
        self.say(&narration::closing(helped, harmed))
    }

    fn say(&self, text: &str) -> anyhow::Result<()> {
        Ok(self.output.line(text.trim_end_matches('\n'))?)
    }

    async fn find(&self) -> anyhow::Result<Finding> {
        let look = async || {
            let findings = self
                .observer
                .findings(&FindingFilter::default())
                .await?
                .data;
            let count = findings.len();
            Ok(
                match findings.into_iter().find(scenario::is_search_timeout) {
                    Some(finding) => Look::Done(finding),
                    None => Look::NotYet(format!("{count} other findings")),
                },
            )
        };
        self.limit.until("find what keeps failing", look).await
    }

    async fn proposal_against(&self, finding: &Finding) -> anyhow::Result<Proposal> {
        let look = async || {
            let findings = self
                .observer
                .findings(&FindingFilter::default())
                .await?
                .data;
            let same = findings.into_iter().find(|one| one.id == finding.id);
            let Some(now) = same else {
                return Ok(Look::NotYet("the finding is gone".to_owned()));
            };
            match now.proposal_id {
                Some(id) => Ok(Look::Done(self.proposals.get(id).await?)),
                None => Ok(Look::NotYet(
                    now.held_because.unwrap_or_else(|| "no proposal".to_owned()),
                )),
            }
        };
        self.limit.until("propose against the finding", look).await
    }

    async fn propose_harm(&self) -> anyhow::Result<Proposal> {
        let step = "propose the second change";
        let head = self.patches.head(None).await.context(step)?;
        let path = repository::AGENTS_FILE;
        let file = self.patches.file(head.commit.as_str(), path).await;
        let file = file.context(step)?;
        let before = file.text.context("agents.yaml is not text")?;
        let after = scenario::harmful_edit(&before)?;
        let mode = Mode::parse(&file.mode).context("agents.yaml is not a plain file")?;
        let version = |text: &str| BaseFile {
            mode,
            bytes: text.as_bytes().to_vec(),
        };
        let patch = canonical(&[FileResult {
            path: path.to_owned(),
            old: Some(version(&before)),
            new: Some(version(&after)),
        }])?;
        let new = scenario::harmful_proposal(patch, head.commit);
        self.proposals.propose(&new).await.context(step)
    }

    /// One change from review to its end, which must be the expected one.
    async fn take_through(
        &self,
        proposal: Proposal,
        expected: ProposalStatus,
    ) -> anyhow::Result<ProposalStatus> {
        self.say(&narration::proposed(&proposal))?;
        self.say(&narration::diff(&proposal.patch))?;
        self.approve(&proposal).await?;
        self.merge(proposal.id).await?;
        let window = self.await_window(proposal.id).await?;
        self.watch(window).await?;
        let ended = self.await_end(proposal.id).await?;
        self.say(&narration::ended(&ended))?;
        ensure!(
            ended.status == expected,
            "“{}” should have ended {} and ended {}",
            ended.title,
            expected.name(),
            ended.status.name()
        );
        Ok(ended.status)
    }

    async fn approve(&self, proposal: &Proposal) -> anyhow::Result<()> {
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

    async fn merge(&self, id: ProposalId) -> anyhow::Result<()> {
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

    async fn await_window(&self, id: ProposalId) -> anyhow::Result<WindowId> {
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

    async fn watch(&self, id: WindowId) -> anyhow::Result<()> {
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

    async fn await_end(&self, id: ProposalId) -> anyhow::Result<Proposal> {
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

    async fn tell_breakers(&self) -> anyhow::Result<()> {
        let look = async || {
            let breakers = self.proposals.breakers().await?.data;
            let open: Vec<_> = breakers
                .into_iter()
                .filter(|breaker| breaker.open)
                .collect();
            Ok(match open.is_empty() {
                true => Look::NotYet("all breakers are closed".to_owned()),
                false => Look::Done(open),
            })
        };
        for breaker in self.limit.until("trip the breakers", look).await? {
            let reason = breaker.reason.unwrap_or_default();
            self.say(&narration::halted(&breaker.name, &reason))?;
        }
        Ok(())
    }

    fn deployed_text(&self) -> anyhow::Result<String> {
        let text = fs::read_to_string(&self.agents_file);
        text.with_context(|| format!("{} cannot be read", self.agents_file.display()))
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
