//! Notices when the base of a pending proposal has moved on.

use service_kit::{act::Act, db::DbError};
use types::{CommitSha, Service};

use super::{App, CheckError, peer::first_refusal, report::Report};
use crate::{
    domain::{case::Case, event::Event},
    store,
};

/// How many proposals are compared at a time.
const AT_ONCE: u32 = 20;

impl App {
    /// Compares pending proposals with the tip of the target branch; how many went stale.
    pub(crate) async fn find_stale(&self, head: &CommitSha) -> Result<u32, DbError> {
        let mut stale = 0;
        for case in store::proposal::unchecked(&self.db, head, AT_ONCE).await? {
            let why = match self.check(head, &case.proposal.patch).await {
                // The same rule as when the diff is put onto a branch: it has to mean the same.
                Ok(now) if now.digest == case.proposal.digest => None,
                Ok(_) => Some("files that it touches have changed".to_owned()),
                Err(CheckError::Refused(report)) => Some(first_refusal(&report).to_owned()),
                // Not an answer to the question: it is asked again later.
                Err(
                    CheckError::Unsuitable(_)
                    | CheckError::Unavailable(_)
                    | CheckError::Unusable(_),
                ) => return Ok(stale),
            };
            match why {
                None => self.still_applies(&case, head).await?,
                Some(why) => stale += u32::from(self.went_stale(&case, head, &why).await?),
            }
        }
        Ok(stale)
    }

    async fn still_applies(&self, case: &Case, head: &CommitSha) -> Result<(), DbError> {
        let mut tx = self.db.begin(&self.own_act()).await?;
        let (id, revision) = (case.proposal.id, case.proposal.revision);
        store::proposal::mark_checked(&mut tx, id, revision, head).await?;
        tx.commit().await
    }

    async fn went_stale(&self, seen: &Case, head: &CommitSha, why: &str) -> Result<bool, DbError> {
        let mut tx = self.db.begin(&self.own_act()).await?;
        let found = store::proposal::lock(&mut tx, seen.proposal.id).await?;
        // A person may have been faster than this look.
        let same = |case: &Case| {
            case.proposal.revision == seen.proposal.revision
                && case.proposal.status == seen.proposal.status
        };
        let Some(before) = found.filter(same) else {
            return Ok(false);
        };
        let message = format!("the diff no longer applies exactly to {head}: {why}");
        let report = Report::new(Event::WentStale, message);
        let after = before.clone();
        let changed = self
            .take_report(&mut tx, &before, after, report)
            .await?
            .is_some();
        tx.commit().await?;
        Ok(changed)
    }

    /// An act of this service's own.
    pub(crate) fn own_act(&self) -> Act {
        Act::of_service(Service::ProposalService, &self.clock)
    }
}
