//! Playbooks, and what was done about findings.

use std::collections::BTreeMap;

use service_kit::{
    Act, args,
    db::{DbError, FromRow, Row, Tx},
    steps::Message,
};
use types::{
    FindingId, ProposalId, Timestamp,
    analysis::{NewPlaybook, Playbook},
};

use super::Store;
use crate::domain::playbooks::Entry;

/// What was done about a finding.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) finding_id: FindingId,
    pub(crate) asked_at: Timestamp,
    pub(crate) proposal_id: Option<ProposalId>,
    pub(crate) held_because: Option<String>,
}

impl FromRow for Answer {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            finding_id: row.get("finding_id")?,
            asked_at: row.get("asked_at")?,
            proposal_id: row.get("proposal_id")?,
            held_because: row.get("held_because")?,
        })
    }
}

struct PlaybookRow(Playbook);

impl FromRow for PlaybookRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self(Playbook {
            id: row.get("id")?,
            operation: row.get("operation")?,
            approach: row.get("approach")?,
            result: row.get("result")?,
            context: row.get("context")?,
            count: row.get("count")?,
            mean_ms: row.get("mean_ms")?,
            p95_ms: row.get("p95_ms")?,
            last_seen: row.get("last_seen")?,
            helpful: row.get("helpful")?,
            harmful: row.get("harmful")?,
        }))
    }
}

impl Store {
    /// The playbooks, the newest first.
    pub(crate) async fn playbooks(&self, limit: i64) -> Result<Vec<Playbook>, DbError> {
        let rows: Vec<PlaybookRow> = self
            .db
            .fetch_all(
                "SELECT * FROM playbook ORDER BY last_seen DESC, id DESC LIMIT $1",
                args![limit],
            )
            .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Writes built entries in place: one for each kind of operation.
    pub(crate) async fn save_playbooks(&self, entries: &[Entry], act: &Act) -> Result<(), DbError> {
        let mut tx = self.db.begin(act).await?;
        let rows = entries
            .iter()
            .map(|entry| {
                args![
                    &entry.operation,
                    &entry.approach,
                    &entry.result,
                    &entry.context,
                    entry.tool.clone(),
                    entry.count,
                    entry.mean_ms,
                    entry.p95_ms,
                    entry.last_seen,
                    entry.helpful,
                    entry.harmful,
                    true,
                ]
            })
            .collect();
        tx.insert_many(
            "INSERT INTO playbook (operation, approach, result, context, tool, count, mean_ms,
               p95_ms, last_seen, helpful, harmful, built) VALUES",
            "ON CONFLICT (operation) WHERE built = 1 DO UPDATE SET approach = excluded.approach,
               result = excluded.result, context = excluded.context, tool = excluded.tool,
               count = excluded.count, mean_ms = excluded.mean_ms, p95_ms = excluded.p95_ms,
               last_seen = excluded.last_seen, helpful = excluded.helpful,
               harmful = excluded.harmful",
            rows,
        )
        .await?;
        tx.commit().await
    }

    /// Takes an entry from outside.
    pub(crate) async fn log_playbook(
        &self,
        entry: &NewPlaybook,
        act: &Act,
    ) -> Result<Playbook, DbError> {
        let mut tx = self.db.begin(act).await?;
        let saved: PlaybookRow = tx
            .fetch_one(
                "INSERT INTO playbook (operation, approach, result, context, count, last_seen,
                   helpful, harmful, built) VALUES ($1, $2, $3, $4, 1, $5, 0, 0, 0) RETURNING *",
                args![
                    &entry.operation,
                    &entry.approach,
                    &entry.result,
                    &entry.context,
                    act.at
                ],
            )
            .await?;
        let subject = format!("playbook/{}", saved.0.id);
        tx.journal("playbook.log", &subject, None::<&()>, Some(&saved.0))
            .await?;
        tx.commit_with(201, &saved.0).await?;
        Ok(saved.0)
    }

    /// What was done about each finding.
    pub(crate) async fn answers(&self) -> Result<BTreeMap<FindingId, Answer>, DbError> {
        let rows: Vec<Answer> = self
            .db
            .fetch_all("SELECT * FROM finding_answer", vec![])
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.finding_id.clone(), row))
            .collect())
    }

    /// Notes why nothing is proposed at present.
    pub(crate) async fn hold(
        &self,
        finding: &FindingId,
        why: &str,
        act: &Act,
    ) -> Result<(), DbError> {
        let mut tx = self.db.begin(act).await?;
        note(&mut tx, finding, None, Some(why)).await?;
        tx.commit().await
    }

    /// Sends a proposal and notes that it was sent, together.
    pub(crate) async fn ask(
        &self,
        finding: &FindingId,
        message: Message,
        act: &Act,
    ) -> Result<(), DbError> {
        let mut tx = self.db.begin(act).await?;
        note(&mut tx, finding, None, Some("a proposal is on its way")).await?;
        tx.journal(
            "finding.propose",
            &format!("finding/{finding}"),
            None::<&()>,
            Some(finding),
        )
        .await?;
        tx.send(message).await?;
        tx.commit().await
    }
}

/// Notes what became of a finding, within the transaction that settles the reply.
pub(crate) async fn note(
    tx: &mut Tx,
    finding: &FindingId,
    proposal: Option<ProposalId>,
    held_because: Option<&str>,
) -> Result<(), DbError> {
    let at = tx.now();
    tx.execute(
        "INSERT INTO finding_answer (finding_id, asked_at, proposal_id, held_because)
         VALUES ($1, $2, $3, $4) ON CONFLICT (finding_id) DO UPDATE SET
           asked_at = excluded.asked_at, proposal_id = excluded.proposal_id,
           held_because = excluded.held_because",
        args![finding, at, proposal, held_because],
    )
    .await
    .map(drop)
}
