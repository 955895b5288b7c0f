//! Drives the loop as a person would: looks, approves, merges, waits; and tells what happens.

mod passage;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use clients::{FindingFilter, Observer, PatchApply, ProposalService, TuneGateway};
use service_kit::caller::Caller;
use types::{
    analysis::Finding,
    proposal::{Proposal, ProposalStatus},
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
