//! The analysis jobs.

use serde::{Deserialize, Serialize};
use service_kit::{Act, db::DbError};
use types::{
    Service,
    analysis::{Breakers, Finding},
};
use utoipa::ToSchema;

use super::{App, IndexError};

/// What can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Job {
    /// Finds what keeps failing and, where it may, proposes something.
    ErrorAnalyser,
    /// Consolidates what worked.
    PlaybookBuilder,
    /// Proposes something against what keeps failing.
    SelfEval,
}

impl Job {
    /// All jobs.
    pub(crate) const ALL: [Self; 3] = [Self::ErrorAnalyser, Self::PlaybookBuilder, Self::SelfEval];

    /// The name in paths.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ErrorAnalyser => "error-analyser",
            Self::PlaybookBuilder => "playbook-builder",
            Self::SelfEval => "self-eval",
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct JobReport {
    /// Findings that recur, are critical or systemic.
    pub(crate) findings: u64,
    /// Proposals that were sent for review.
    pub(crate) proposed: u64,
    /// Playbook entries that were written.
    pub(crate) playbooks: u64,
    /// Why nothing was proposed, where that has one reason.
    pub(crate) paused_because: Option<String>,
}

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// Another service.
    #[error("another service does not answer: {0}")]
    Peer(#[from] clients::ClientError),
    /// The database.
    #[error(transparent)]
    Store(#[from] DbError),
    /// What is new cannot be indexed.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl App {
    /// Runs a job now.
    pub(crate) async fn run_job(&self, job: Job) -> Result<JobReport, JobError> {
        self.index_new().await?;
        match job {
            Job::PlaybookBuilder => Ok(self.build_playbooks().await?),
            Job::ErrorAnalyser if !self.settings.propose => {
                let findings = self.findings(None, None).await?.len() as u64;
                Ok(JobReport {
                    findings,
                    ..JobReport::default()
                })
            }
            Job::ErrorAnalyser | Job::SelfEval => self.analyse().await,
        }
    }

    async fn analyse(&self) -> Result<JobReport, JobError> {
        let findings = self.findings(None, None).await?;
        let mut report = JobReport {
            findings: findings.len() as u64,
            ..JobReport::default()
        };
        let unanswered: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.proposal_id.is_none())
            .collect();
        if unanswered.is_empty() || self.places.is_empty() {
            return Ok(report);
        }
        report.paused_because = paused(&self.proposals.breakers().await?);
        if report.paused_because.is_none() {
            report.proposed = self.propose_against(&unanswered).await?;
        }
        Ok(report)
    }

    async fn build_playbooks(&self) -> Result<JobReport, DbError> {
        let entries = self.indexer.lock().await.kinds.consolidate();
        if !entries.is_empty() {
            let act = Act::of_service(Service::Observer, &self.clock);
            self.store.save_playbooks(&entries, &act).await?;
        }
        Ok(JobReport {
            playbooks: entries.len() as u64,
            ..JobReport::default()
        })
    }

    /// Findings, the most frequent first: those worth a proposal, or all seen `at_least` so often.
    pub(crate) async fn findings(
        &self,
        agent: Option<&str>,
        at_least: Option<u64>,
    ) -> Result<Vec<Finding>, DbError> {
        let mut findings = {
            let indexer = self.indexer.lock().await;
            match at_least {
                None => indexer.patterns.recurring(),
                Some(_) => indexer.patterns.findings(),
            }
        };
        findings.retain(|finding| {
            at_least.is_none_or(|least| least <= finding.count)
                && agent.is_none_or(|agent| finding.agents.iter().any(|known| known == agent))
        });
        let answers = self.store.answers().await?;
        for finding in &mut findings {
            if let Some(answer) = answers.get(&finding.id) {
                finding.proposal_id = answer.proposal_id;
                finding.held_because = answer.held_because.clone();
            }
        }
        Ok(findings)
    }
}

/// Why the analyser must not propose now.
fn paused(breakers: &Breakers) -> Option<String> {
    breakers
        .data
        .iter()
        .find(|breaker| breaker.open && matches!(breaker.name.as_str(), "self-eval" | "all"))
        .map(|breaker| {
            let until = breaker.until.map_or_else(
                || "a person resets it".to_owned(),
                |until| until.to_string(),
            );
            let reason = breaker.reason.as_deref().unwrap_or("no reason is recorded");
            format!("breaker {} is open until {until}: {reason}", breaker.name)
        })
}
