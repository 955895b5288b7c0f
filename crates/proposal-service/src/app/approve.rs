//! A person says yes to exactly one diff.

use service_kit::{
    act::Act,
    db::{DbError, Tx},
    steps::Message,
};
use tracing::instrument;
use types::{
    ProposalId, Service,
    patch::WritePatch,
    proposal::{Approve, DecisionKind, Proposal},
};

use super::{App, DecideError, refused, save::subject};
use crate::{
    domain::{
        approval::{self, Rules, Yes},
        case::Case,
        draft,
        event::Event,
    },
    store,
};

/// The step that puts an approved diff onto a branch.
pub(super) const WRITE_PATCH: &str = "write_patch";

impl App {
    /// Approves the diff with this digest; the last approval needed sets the run going.
    #[instrument(skip_all, fields(proposal.id = %id, actor = %act.actor))]
    pub(crate) async fn approve(
        &self,
        act: &Act,
        id: ProposalId,
        body: Approve,
    ) -> Result<Proposal, DecideError> {
        let notes = draft::notes(body.notes.as_deref(), &self.redactor)?;
        let mut tx = self.db.begin(act).await?;
        let before = self.locked(&mut tx, id).await?;
        let rules = Rules {
            allow_self_approval: self.settings.allow_self_approval,
            two_person_paths: &self.settings.two_person_paths,
        };
        let yes = approval::judge(&before, &act.actor, &body.digest, rules).map_err(|why| {
            DecideError::NoApproval {
                why,
                proposal: Box::new(before.proposal.clone()),
            }
        })?;
        let mut after = before.clone();
        after.decide(DecisionKind::Approved, &act.actor, act.at, notes);
        match yes {
            Yes::OneMoreNeeded(reason) => after.wait_for(Some(reason), None),
            Yes::Complete => set_going(&mut after, act, &before)?,
        }
        store::breaker::end_streak(&mut tx).await?;
        let after = self.save(&mut tx, &before, after, Event::Approved).await?;
        if before.proposal.status != after.proposal.status {
            send_write_patch(&mut tx, &after).await?;
        }
        tx.commit_with(200, &after.proposal).await?;
        Ok(after.proposal)
    }
}

fn set_going(after: &mut Case, act: &Act, before: &Case) -> Result<(), DecideError> {
    let next = before
        .standing()
        .after(Event::Approved)
        .map_err(refused(before))?;
    if let Some(next) = next {
        let reason = "waits for patch-apply to write the diff onto a branch";
        after.move_to(next, Some(reason.to_owned()));
        let digest = after.proposal.digest.as_str().to_owned();
        after.note(act.at, &format!("approved by {}: {digest}", act.actor));
    }
    Ok(())
}

async fn send_write_patch(tx: &mut Tx, case: &Case) -> Result<(), DbError> {
    let proposal = &case.proposal;
    let body = WritePatch {
        proposal_id: proposal.id,
        base_commit: proposal.base_commit.clone(),
        patch_content: proposal.patch.clone(),
        digest: Some(proposal.digest.clone()),
        title: Some(proposal.title.clone()),
        approved_by: Some(case.approvers().join(", ")),
        agents: proposal.agents.clone(),
        finding_id: proposal.finding_id.clone(),
    };
    let path = "/actions/write_patch";
    tx.send(Message::post(
        WRITE_PATCH,
        subject(case),
        Service::PatchApply,
        path,
        &body,
    )?)
    .await
}
