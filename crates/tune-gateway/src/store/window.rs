//! Windows: opened under the one slot, changed by compare-and-swap.

use serde::Serialize;
use service_kit::{
    Act, args,
    db::{Arg, DbError, Tx},
    steps::Message,
};
use types::{
    Service, Timestamp, WindowId,
    window::{CloseStatus, Evaluation, MonitoringWindow, Verdict, WindowClosed, WindowStatus},
};

use super::{Evidence, Store, StoredWindow, row::EvaluationRow};
use crate::domain::window::Closing;

/// What came of asking for the slot.
#[derive(Clone, Debug)]
pub(crate) enum Opened {
    /// The window is open.
    Done(Box<MonitoringWindow>),
    /// Another window holds the slot.
    Held(Box<MonitoringWindow>),
}

/// A new state of a window, to be written over exactly the version it was computed from.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// The window as it was read.
    pub(crate) from: StoredWindow,
    /// As it is to be.
    pub(crate) to: MonitoringWindow,
    /// The evidence as it is to be.
    pub(crate) evidence: Option<Evidence>,
    /// A look to be recorded.
    pub(crate) evaluation: Option<Evaluation>,
    /// How the journal calls it; none for a mere look.
    pub(crate) action: Option<&'static str>,
}

impl Store {
    /// All active windows: one or none.
    pub(crate) async fn active(&self) -> Result<Vec<StoredWindow>, DbError> {
        self.db
            .fetch_all(
                "SELECT * FROM monitoring_window WHERE status = 'active'",
                vec![],
            )
            .await
    }

    /// One window.
    pub(crate) async fn find(&self, id: WindowId) -> Result<Option<StoredWindow>, DbError> {
        self.db
            .fetch_optional("SELECT * FROM monitoring_window WHERE id = $1", args![id])
            .await
    }

    /// The last window that was opened, if a person released it: it is still watched.
    pub(crate) async fn released(&self) -> Result<Option<StoredWindow>, DbError> {
        let newest: Option<StoredWindow> = self
            .db
            .fetch_optional(
                "SELECT * FROM monitoring_window ORDER BY created_at DESC, id DESC LIMIT 1",
                vec![],
            )
            .await?;
        Ok(newest.filter(|stored| stored.window.released))
    }

    /// Every look at a window, oldest first.
    pub(crate) async fn evaluations(&self, id: WindowId) -> Result<Vec<Evaluation>, DbError> {
        let rows: Vec<EvaluationRow> = self
            .db
            .fetch_all(
                "SELECT at, test, figures, why FROM evaluation
                 WHERE window_id = $1 ORDER BY sequence LIMIT 5000",
                args![id],
            )
            .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// A page of windows, the newest first; `before` is the last id of the page before.
    pub(crate) async fn page(
        &self,
        status: Option<WindowStatus>,
        agent: Option<&str>,
        before: Option<WindowId>,
        limit: i64,
    ) -> Result<Vec<MonitoringWindow>, DbError> {
        let rows: Vec<StoredWindow> = self
            .db
            .fetch_all(
                "SELECT * FROM monitoring_window
                 WHERE ($1 IS NULL OR status = $1)
                   AND ($2 IS NULL OR agent_name = $2 OR agents LIKE $3 ESCAPE '!')
                   AND ($4 IS NULL OR (created_at, id) <
                     (SELECT created_at, id FROM monitoring_window WHERE id = $4))
                 ORDER BY created_at DESC, id DESC LIMIT $5",
                args![
                    status.map(|status| status.name().to_owned()),
                    agent.map(str::to_owned),
                    agent.map(member_pattern),
                    before.map(|id| id.to_string()),
                    limit
                ],
            )
            .await?;
        Ok(rows.into_iter().map(|stored| stored.window).collect())
    }

    /// Opens a window, unless another one is active. One that is over gives way first, in the same
    /// transaction: a forgotten window never blocks the next one.
    pub(crate) async fn open(
        &self,
        window: &MonitoringWindow,
        give_way: impl Fn(&StoredWindow) -> Option<Change> + Send,
        act: &Act,
    ) -> Result<Opened, DbError> {
        let mut tx = self.db.begin(act).await?;
        let active: Option<StoredWindow> = tx
            .fetch_optional(
                "SELECT * FROM monitoring_window WHERE status = 'active'",
                vec![],
            )
            .await?;
        if let Some(change) = active.as_ref().and_then(give_way) {
            apply(&mut tx, &change).await?;
        }
        if insert(&mut tx, window).await? == 0 {
            let holder: StoredWindow = tx
                .fetch_one(
                    "SELECT * FROM monitoring_window WHERE status = 'active'",
                    vec![],
                )
                .await?;
            return Ok(Opened::Held(Box::new(holder.window)));
        }
        if let Some(proposal) = window.proposal_id {
            tx.execute(
                "DELETE FROM waiting_change WHERE proposal_id = $1",
                args![proposal],
            )
            .await?;
        }
        let subject = format!("window/{}", window.id);
        tx.journal("window.open", &subject, None::<&()>, Some(window))
            .await?;
        tx.commit_with(201, window).await?;
        Ok(Opened::Done(Box::new(window.clone())))
    }

    /// Writes a change; `false` if somebody else changed the window first.
    pub(crate) async fn change(&self, change: &Change, act: &Act) -> Result<bool, DbError> {
        let mut tx = self.db.begin(act).await?;
        if !apply(&mut tx, change).await? {
            return Ok(false);
        }
        tx.commit_with(200, &change.to).await?;
        Ok(true)
    }
}

/// `agents` is a JSON list of strings: a member stands between quotes.
fn member_pattern(agent: &str) -> String {
    let quoted = serde_json::Value::String(agent.to_owned()).to_string();
    let escaped = quoted
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    format!("%{escaped}%")
}

async fn insert(tx: &mut Tx, window: &MonitoringWindow) -> Result<u64, DbError> {
    tx.execute(
        "INSERT INTO monitoring_window (id, agent_name, rule_id, change_date, pre_quality,
           pre_stall_rate, pre_affinity_rate, commit_sha, expires_at, status, created_at, agents,
           deployed_at, proposal_id, finding_id, auto_extend)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10, $11, $12, $13, $14, $15)
         ON CONFLICT DO NOTHING",
        args![
            window.id,
            &window.agent_name,
            &window.rule_id,
            &window.change_date,
            window.pre_quality,
            window.pre_stall_rate,
            window.pre_affinity_rate,
            &window.commit_sha,
            window.expires_at,
            window.created_at,
            json(&window.agents)?,
            window.deployed_at,
            window.proposal_id,
            window.finding_id.clone(),
            window.auto_extend,
        ],
    )
    .await
}

async fn apply(tx: &mut Tx, change: &Change) -> Result<bool, DbError> {
    let Change {
        from,
        to,
        evidence,
        evaluation,
        action,
    } = change;
    let written = tx
        .execute(UPDATE, update_args(change, evidence.as_ref())?)
        .await?;
    if written == 0 {
        return Ok(false);
    }
    if let Some(look) = evaluation {
        tx.execute(
            "INSERT INTO evaluation (window_id, at, test, figures, why)
             VALUES ($1, $2, $3, $4, $5)",
            args![to.id, look.at, &look.test, json(&look.figures)?, &look.why],
        )
        .await?;
    }
    if let Some(action) = action {
        let subject = format!("window/{}", to.id);
        tx.journal(action, &subject, Some(&from.window), Some(to))
            .await?;
    }
    if from.window.status == WindowStatus::Active {
        tell(tx, to).await?;
    }
    Ok(true)
}

const UPDATE: &str = "UPDATE monitoring_window SET version = version + 1, status = $1,
       closed_at = $2, verdict = $3, effect = $4, figures = $5, why = $6, expires_at = $7,
       pre_quality = $8, pre_stall_rate = $9, pre_affinity_rate = $10, post_quality = $11,
       post_stall_rate = $12, post_affinity_rate = $13, released = $14, evidence = $15
     WHERE id = $16 AND version = $17 AND status = $18";

fn update_args(change: &Change, evidence: Option<&Evidence>) -> Result<Vec<Arg>, DbError> {
    let to = &change.to;
    Ok(args![
        to.status.name(),
        to.closed_at,
        to.verdict.map(|verdict| verdict.name().to_owned()),
        to.effect.map(|effect| effect.name().to_owned()),
        to.figures.as_ref().map(json).transpose()?,
        to.why.clone(),
        to.expires_at,
        to.pre_quality,
        to.pre_stall_rate,
        to.pre_affinity_rate,
        to.post_quality,
        to.post_stall_rate,
        to.post_affinity_rate,
        to.released,
        evidence.map(json).transpose()?,
        to.id,
        change.from.version,
        change.from.window.status.name(),
    ])
}

/// Those who wait for the end of a window of the loop hear of it, exactly once.
async fn tell(tx: &mut Tx, window: &MonitoringWindow) -> Result<(), DbError> {
    let (Some(proposal_id), Some(closing)) = (window.proposal_id, closing(window)) else {
        return Ok(());
    };
    let news = WindowClosed {
        window_id: window.id,
        proposal_id: Some(proposal_id),
        status: closing.status,
        verdict: closing.verdict,
        effect: window.effect,
        figures: window.figures.clone(),
        why: window.why.clone().unwrap_or_default(),
    };
    for destination in [Service::PatchApply, Service::ProposalService] {
        let subject = window.id.to_string();
        tx.send(Message::post(
            "window_closed",
            subject,
            destination,
            "/windows/closed",
            &news,
        )?)
        .await?;
    }
    Ok(())
}

fn closing(window: &MonitoringWindow) -> Option<Closing> {
    let status = match window.status {
        WindowStatus::Active => return None,
        WindowStatus::Completed => CloseStatus::Completed,
        WindowStatus::RolledBack => CloseStatus::RolledBack,
    };
    Some(Closing {
        status,
        verdict: window.verdict.unwrap_or(Verdict::Manual),
    })
}

fn json(value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Value(error.to_string()))
}

/// The window as it is when it ends so.
pub(crate) fn closed(
    window: &MonitoringWindow,
    closing: Closing,
    at: Timestamp,
) -> MonitoringWindow {
    MonitoringWindow {
        status: closing.status.into(),
        verdict: Some(closing.verdict),
        closed_at: Some(at),
        ..window.clone()
    }
}
