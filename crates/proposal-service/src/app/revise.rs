//! Gives a blocked or stale proposal a new diff.

use service_kit::{act::Act, db::DbError};
use tracing::instrument;
use types::{
    ProposalId,
    proposal::{Proposal, ReviseProposal},
};

use super::{App, CheckError, Checked, DecideError, refused};
use crate::{
    domain::{case::Case, draft, event::Event},
    store,
};

/// Why there is no new revision.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReviseError {
    /// It is not possible from where the proposal stands.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The diff was not accepted.
    #[error(transparent)]
    Check(#[from] CheckError),
}

impl From<DbError> for ReviseError {
    fn from(error: DbError) -> Self {
        Self::Decide(error.into())
    }
}

impl App {
    /// Takes a new diff; earlier approvals are void, for they were of another revision.
    #[instrument(skip_all, fields(proposal.id = %id, actor = %act.actor))]
    pub(crate) async fn revise(
        &self,
        act: &Act,
        id: ProposalId,
        body: ReviseProposal,
    ) -> Result<Proposal, ReviseError> {
        draft::check_patch(&body.patch, self.settings.patch_bytes).map_err(DecideError::from)?;
        let known = store::proposal::find(&mut &self.db, id)
            .await?
            .ok_or(DecideError::NotFound)?;
        known
            .standing()
            .after(Event::Revised)
            .map_err(refused(&known))?;
        let checked = self.check(&body.base_commit, &body.patch).await?;
        let mut tx = self.db.begin(act).await?;
        let before = self.locked(&mut tx, id).await?;
        let next = before
            .standing()
            .after(Event::Revised)
            .map_err(refused(&before))?;
        let mut after = before.clone();
        replace(&mut after, checked, body);
        if let Some(next) = next {
            after.move_to(
                next,
                Some("waits for a person to approve or reject it".to_owned()),
            );
        }
        let revision = after.proposal.revision;
        after.note(
            act.at,
            &format!("{} gave it a new diff, revision {revision}", act.actor),
        );
        let after = self.save(&mut tx, &before, after, Event::Revised).await?;
        tx.commit_with(200, &after.proposal).await?;
        Ok(after.proposal)
    }
}

/// The new diff starts from nothing: what became of the old one stays in the log.
fn replace(case: &mut Case, checked: Checked, body: ReviseProposal) {
    let proposal = &mut case.proposal;
    proposal.revision += 1;
    proposal.patch = checked.patch;
    proposal.digest = checked.digest;
    proposal.base_commit = body.base_commit;
    proposal.result_tree = checked.result_tree;
    proposal.policy_digest = checked.policy_digest;
    proposal.paths = checked.paths;
    proposal.branch = None;
    proposal.pull_number = None;
    proposal.pull_url = None;
    proposal.merge_commit = None;
    proposal.revert_commit = None;
    proposal.window_id = None;
    proposal.verdict = None;
    proposal.effect = None;
}
