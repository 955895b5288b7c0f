//! patch-apply tells how a run is getting on.

use service_kit::{act::Act, db::DbError};
use tracing::instrument;
use types::proposal::{ProposalSummary, RunEvent};

use super::{App, report::Report};
use crate::store;

/// Why a report was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    /// There is no such proposal.
    #[error("there is no proposal with this id")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl App {
    /// Takes over what happened. Reports may come late or twice.
    #[instrument(skip_all, fields(proposal.id = %event.proposal_id))]
    pub(crate) async fn run_event(
        &self,
        act: &Act,
        event: RunEvent,
    ) -> Result<ProposalSummary, ReportError> {
        let mut tx = self.db.begin(act).await?;
        let before = store::proposal::lock(&mut tx, event.proposal_id).await?;
        let before = before.ok_or(ReportError::NotFound)?;
        let mut after = before.clone();
        after.learn(&event);
        let report = Report {
            event: event.outcome.into(),
            message: event.message,
            deadline: event.deadline,
        };
        let Some(after) = self.take_report(&mut tx, &before, after, report).await? else {
            return Ok(before.summary());
        };
        let summary = after.summary();
        tx.commit_with(200, &summary).await?;
        Ok(summary)
    }
}
