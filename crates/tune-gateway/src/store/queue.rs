//! Changes that wait for the slot.

use service_kit::{
    Act, args,
    db::{DbError, FromRow, Row},
};
use types::{
    ProposalId, Timestamp,
    window::{JoinQueue, LeftQueue, QueueEntry},
};

use super::Store;

struct Waiting {
    proposal_id: ProposalId,
    reason: String,
    since: Timestamp,
}

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            proposal_id: row.get("proposal_id")?,
            reason: row.get("reason")?,
            since: row.get("since")?,
        })
    }
}

impl Store {
    /// The queue, first come first.
    pub(crate) async fn queue(
        &self,
        deadline: Option<Timestamp>,
    ) -> Result<Vec<QueueEntry>, DbError> {
        let rows: Vec<Waiting> = self
            .db
            .fetch_all(
                "SELECT proposal_id, reason, since FROM waiting_change ORDER BY sequence",
                vec![],
            )
            .await?;
        Ok((1..)
            .zip(rows)
            .map(|(position, row)| QueueEntry {
                position,
                proposal_id: row.proposal_id,
                reason: row.reason,
                since: row.since,
                deadline,
            })
            .collect())
    }

    /// Joins the queue; whoever is in it keeps the place.
    pub(crate) async fn join(
        &self,
        wish: &JoinQueue,
        deadline: Option<Timestamp>,
        act: &Act,
    ) -> Result<QueueEntry, DbError> {
        let mut tx = self.db.begin(act).await?;
        let joined = tx
            .execute(
                "INSERT INTO waiting_change (proposal_id, reason, since) VALUES ($1, $2, $3)
                 ON CONFLICT (proposal_id) DO UPDATE SET reason = excluded.reason",
                args![wish.proposal_id, &wish.reason, act.at],
            )
            .await?;
        let row: Waiting = tx
            .fetch_one(
                "SELECT proposal_id, reason, since FROM waiting_change WHERE proposal_id = $1",
                args![wish.proposal_id],
            )
            .await?;
        let position: u64 = tx
            .fetch_one(
                "SELECT COUNT(*) AS position FROM waiting_change WHERE sequence <=
                   (SELECT sequence FROM waiting_change WHERE proposal_id = $1)",
                args![wish.proposal_id],
            )
            .await?;
        let entry = QueueEntry {
            position,
            proposal_id: row.proposal_id,
            reason: row.reason,
            since: row.since,
            deadline,
        };
        if joined == 1 {
            let subject = format!("queue/{}", wish.proposal_id);
            tx.journal("queue.join", &subject, None::<&()>, Some(&entry))
                .await?;
        }
        tx.commit_with(201, &entry).await?;
        Ok(entry)
    }

    /// Takes a change out of the queue.
    pub(crate) async fn leave(
        &self,
        proposal: ProposalId,
        act: &Act,
    ) -> Result<LeftQueue, DbError> {
        let mut tx = self.db.begin(act).await?;
        let left = tx
            .execute(
                "DELETE FROM waiting_change WHERE proposal_id = $1",
                args![proposal],
            )
            .await?;
        if left == 1 {
            let subject = format!("queue/{proposal}");
            tx.journal("queue.leave", &subject, Some(&proposal), None::<&()>)
                .await?;
        }
        let reply = LeftQueue {
            proposal_id: proposal,
            left: left == 1,
        };
        tx.commit_with(200, &reply).await?;
        Ok(reply)
    }
}
