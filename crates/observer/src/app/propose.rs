//! From a finding to a proposal: one sentence of guidance at the place that the settings name.

use std::time::Duration;

use clients::ClientError;
use service_kit::{
    Act,
    caller::Reply,
    db::{DbError, Tx},
    settings::PlaceSettings,
    steps::{Message, Receive, Receiving, Sent, Settlement},
};
use tracing::{debug, info};
use types::{
    FindingId, Service,
    analysis::Finding,
    patch::{CheckPatch, GitFile, PatchReport},
    proposal::{NewProposal, Proposal, ProposalStatus},
};
use unidiff::{BaseFile, FileResult, Mode};

use super::{App, analyse::JobError};
use crate::{
    domain::{
        place::{Place, insert_guidance},
        remedies::{Remedy, remedy},
    },
    store::note,
};

/// How long a finding that nothing could be proposed against is left alone.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(3_600);

impl App {
    /// Proposes against as many findings as there is room for; how many were sent.
    pub(crate) async fn propose_against(&self, findings: &[&Finding]) -> Result<u64, JobError> {
        let mut room = self.room_for_proposals().await?;
        let mut sent = 0;
        for finding in findings {
            if room == 0 {
                break;
            }
            if self.rests(finding).await? {
                continue;
            }
            match self.draft(finding).await? {
                Ok(proposal) => {
                    self.send(finding, &proposal).await?;
                    room -= 1;
                    sent += 1;
                }
                Err(why) => {
                    let act = Act::of_service(Service::Observer, &self.clock);
                    self.store.hold(&finding.id, &why, &act).await?;
                    debug!(finding.id = %finding.id, "nothing is proposed against {}: {why}", finding.id);
                }
            }
        }
        Ok(sent)
    }

    async fn room_for_proposals(&self) -> Result<usize, JobError> {
        let filter = clients::ProposalFilter {
            status: Some(ProposalStatus::Pending),
            ..clients::ProposalFilter::default()
        };
        let open = self.proposals.list(&filter).await?.data;
        let own = open
            .iter()
            .filter(|one| one.author == Service::Observer.name())
            .count();
        Ok(self.settings.open_proposals.saturating_sub(own))
    }

    async fn rests(&self, finding: &Finding) -> Result<bool, DbError> {
        let answers = self.store.answers().await?;
        let now = self.clock.now();
        Ok(answers.get(&finding.id).is_some_and(|answer| {
            answer.proposal_id.is_some() || now.since(answer.asked_at) < LOOK_AGAIN_AFTER
        }))
    }

    /// A proposal that policy accepts, or why there is none.
    async fn draft(&self, finding: &Finding) -> Result<Result<NewProposal, String>, ClientError> {
        let Some(remedy) = remedy(finding) else {
            return Ok(Err("the catalogue has no remedy for it".to_owned()));
        };
        let Some((target, agents)) = self.target_of(finding) else {
            return Ok(Err(
                "the settings map none of its agents to a place ([[targets]])".to_owned(),
            ));
        };
        let head = match self.patch_apply.head(None).await {
            Ok(head) => head,
            Err(error) => return refused(error),
        };
        let file = match self
            .patch_apply
            .file(head.commit.as_str(), &target.file)
            .await
        {
            Ok(file) => file,
            Err(error) => return refused(error),
        };
        let edit = match edit(&file, &target, &agents, &remedy) {
            Ok(edit) => edit,
            Err(why) => return Ok(Err(why)),
        };
        let check = CheckPatch {
            base_commit: head.commit.clone(),
            patch: edit.patch.clone(),
        };
        match self.patch_apply.check(&check).await {
            Ok(report) if report.accepted => Ok(Ok(proposal(finding, remedy, edit, head.commit))),
            Ok(report) => Ok(Err(refusal(&report))),
            Err(error) => refused(error),
        }
    }

    /// The first place that the settings name for the finding's agents, and whose it is.
    fn target_of(&self, finding: &Finding) -> Option<(PlaceSettings, Vec<String>)> {
        self.places.iter().find_map(|place| {
            let agents: Vec<String> = finding
                .agents
                .iter()
                .filter(|agent| covers(place, agent))
                .cloned()
                .collect();
            (!agents.is_empty()).then(|| (place.clone(), agents))
        })
    }

    async fn send(&self, finding: &Finding, proposal: &NewProposal) -> Result<(), DbError> {
        let act = Act::of_service(Service::Observer, &self.clock);
        let subject = finding.id.to_string();
        let message = Message::post(
            "propose",
            subject,
            Service::ProposalService,
            "/proposals",
            proposal,
        )?;
        self.store.ask(&finding.id, message, &act).await?;
        info!(finding.id = %finding.id, "proposed against {}: {}", finding.id, proposal.title);
        Ok(())
    }
}

/// What a service refused is a reason; what it did not answer is an error.
fn refused<T>(error: ClientError) -> Result<Result<T, String>, ClientError> {
    match error {
        ClientError::Refused(problem) if problem.status < 500 => {
            Ok(Err(format!("{} ({})", problem.detail, problem.code)))
        }
        other => Err(other),
    }
}

fn covers(place: &PlaceSettings, agent: &str) -> bool {
    place
        .agents
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => agent.starts_with(prefix),
            None => agent == pattern,
        })
}

struct Edit {
    patch: String,
    agents: Vec<String>,
}

fn edit(
    file: &GitFile,
    target: &PlaceSettings,
    agents: &[String],
    remedy: &Remedy,
) -> Result<Edit, String> {
    let Some(before) = &file.text else {
        return Err(format!("{} is not text", file.path));
    };
    let mut after = before.clone();
    let mut told = Vec::new();
    let mut why = String::new();
    for agent in agents {
        let place = Place::of_agent(&target.place, agent);
        match insert_guidance(&after, &place, &remedy.guidance) {
            Ok(text) => {
                after = text;
                told.push(agent.clone());
            }
            Err(error) => why = format!("{} at {place} of {}", error, file.path),
        }
    }
    if told.is_empty() {
        return Err(why);
    }
    let Some(mode) = Mode::parse(&file.mode) else {
        return Err(format!("{} is not a plain file", file.path));
    };
    let version = |text: &str| BaseFile {
        mode,
        bytes: text.as_bytes().to_vec(),
    };
    let change = FileResult {
        path: file.path.clone(),
        old: Some(version(before)),
        new: Some(version(&after)),
    };
    let patch = unidiff::canonical(&[change]).map_err(|error| error.to_string())?;
    Ok(Edit {
        patch,
        agents: told,
    })
}

fn refusal(report: &PatchReport) -> String {
    let first = report.refusals.first();
    first.map_or_else(
        || "policy refuses the change".to_owned(),
        |refusal| {
            format!(
                "policy refuses the change: {} ({})",
                refusal.message, refusal.code
            )
        },
    )
}

fn proposal(
    finding: &Finding,
    remedy: Remedy,
    edit: Edit,
    base_commit: types::CommitSha,
) -> NewProposal {
    let hours = finding.last_seen.since(finding.first_seen).as_secs() / 3_600 + 1;
    NewProposal {
        finding_id: Some(finding.id.clone()),
        title: remedy.title,
        category: remedy.category,
        severity: finding.severity,
        agents: edit.agents,
        problem: remedy.problem,
        evidence: format!(
            "- Telemetry event count: {} failures in {hours} hours, in {} sessions\n\
             - Error pattern: {}\n- Affected agent(s): {}\n- Events: {}",
            finding.count,
            finding.sessions,
            finding.template,
            finding.agents.join(", "),
            finding.sample_events.join(", ")
        ),
        root_cause: remedy.root_cause,
        solution: remedy.solution,
        patch: edit.patch,
        base_commit,
        risk: remedy.risk,
        rollback: remedy.rollback,
    }
}

/// Notes what the proposal service made of a proposal.
pub(crate) struct Proposed;

impl Receive for Proposed {
    fn receive<'a>(&'a self, tx: &'a mut Tx, sent: &'a Sent, reply: &'a Reply) -> Receiving<'a> {
        Box::pin(async move {
            let Ok(finding) = sent.subject.parse::<FindingId>() else {
                return Ok(Settlement::Dead("the message names no finding".to_owned()));
            };
            if !reply.is_success() {
                note(tx, &finding, None, Some(&reply.refusal())).await?;
                return Ok(Settlement::Done);
            }
            match reply.json::<Proposal>() {
                Ok(proposal) => {
                    note(tx, &finding, Some(proposal.id), None).await?;
                    Ok(Settlement::Done)
                }
                Err(error) => Ok(Settlement::Dead(error.to_string())),
            }
        })
    }
}
