//! The analysis jobs.

use serde::{Deserialize, Serialize};
use service_kit::{Act, db::DbError};
use types::{
    Service,
    analysis::{Breakers, Finding},
};
use utoipa::ToSchema;

use super::{App, CorrectionsError, ExtractError, IndexError};
use std::time::Duration;

const A_DAY: Duration = Duration::from_secs(24 * 3_600);

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
    /// Writes each day's operations to a file.
    TelemetryExtract,
    /// Forgets operations that are too old.
    Retention,
    /// Takes in what an overseer has written to the corrections file.
    Corrections,
}

impl Job {
    /// All jobs.
    pub(crate) const ALL: [Self; 6] = [
        Self::ErrorAnalyser,
        Self::PlaybookBuilder,
        Self::Corrections,
        Self::TelemetryExtract,
        Self::Retention,
        Self::SelfEval,
    ];

    /// Whether it runs every so many cycles, not by the calendar.
    pub(crate) fn is_of_cycle(self) -> bool {
        matches!(
            self,
            Self::ErrorAnalyser | Self::PlaybookBuilder | Self::Corrections
        )
    }

    /// How many cycles there are from one run to the next.
    pub(crate) fn cycles(self) -> u32 {
        match self {
            Self::PlaybookBuilder => 5,
            _ => 1,
        }
    }

    /// The name in paths.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ErrorAnalyser => "error-analyser",
            Self::PlaybookBuilder => "playbook-builder",
            Self::SelfEval => "self-eval",
            Self::TelemetryExtract => "telemetry-extract",
            Self::Retention => "retention",
            Self::Corrections => "corrections",
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
    /// Days whose file was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) days: Option<u64>,
    /// Events in those files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) events: Option<u64>,
    /// Files that were too old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) files_removed: Option<u64>,
    /// Operations that were forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operations_forgotten: Option<u64>,
    /// Sessions that were forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sessions_forgotten: Option<u64>,
    /// Corrections that are new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) corrections: Option<u64>,
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
    /// The daily files.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The corrections file.
    #[error(transparent)]
    Corrections(#[from] CorrectionsError),
    /// Somebody runs it.
    #[error("{0} is running; look again when it is done")]
    Running(&'static str),
}

impl App {
    /// Runs a job now.
    pub(crate) async fn run_job(&self, job: Job) -> Result<JobReport, JobError> {
        self.index_new().await?;
        match job {
            Job::TelemetryExtract => {
                let done = self.extract().await?;
                Ok(JobReport {
                    days: Some(done.days),
                    events: Some(done.events),
                    files_removed: Some(done.removed),
                    ..JobReport::default()
                })
            }
            Job::Retention => Ok(self.forget_old().await?),
            Job::Corrections => Ok(JobReport {
                corrections: Some(self.take_corrections().await?),
                ..JobReport::default()
            }),
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

    async fn forget_old(&self) -> Result<JobReport, DbError> {
        let act = Act::of_service(Service::Observer, &self.clock);
        let kept = A_DAY * u32::from(self.settings.retention_days);
        let extracts = self.settings.extracts();
        let forgotten = self
            .store
            .forget_before(act.at.minus(kept), extracts, &act)
            .await?;
        Ok(JobReport {
            operations_forgotten: Some(forgotten.operations),
            sessions_forgotten: Some(forgotten.sessions),
            ..JobReport::default()
        })
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
