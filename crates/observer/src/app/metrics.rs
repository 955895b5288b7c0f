//! How one agent does.

use serde::Serialize;
use service_kit::db::DbError;
use types::Timestamp;
use utoipa::ToSchema;

use super::App;
use crate::store::AgentScope;

/// The figures of one agent over a time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AgentMetrics {
    /// Whose.
    pub(crate) agent: String,
    /// From when, inclusive.
    pub(crate) from: Timestamp,
    /// Until when, exclusive.
    pub(crate) to: Timestamp,
    /// Operations.
    pub(crate) count: u64,
    /// Failed operations.
    pub(crate) failures: u64,
    /// Their share; absent without operations.
    pub(crate) error_rate: Option<f64>,
    /// Half of the operations took no longer, in milliseconds.
    pub(crate) p50_latency_ms: Option<f64>,
    /// 95 of 100 operations took no longer, in milliseconds.
    pub(crate) p95_latency_ms: Option<f64>,
    /// Sessions that ended.
    pub(crate) sessions: u64,
    /// Sessions that failed.
    pub(crate) failed_sessions: u64,
    /// Mean quality of sessions, from 0 to 1.
    pub(crate) quality: Option<f64>,
    /// Share of sessions with a stall.
    pub(crate) stall_rate: Option<f64>,
    /// Share of operations by the tool that the playbook names, where one does.
    pub(crate) affinity_rate: Option<f64>,
}

impl App {
    /// The figures of one agent.
    pub(crate) async fn agent_metrics(
        &self,
        agent: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<AgentMetrics, DbError> {
        let scope = AgentScope {
            only: Some(vec![agent.to_owned()]),
            except: vec![],
        };
        let operations = self.store.latencies(&scope, from, to).await?;
        let habits = self
            .store
            .habits()
            .await?
            .get(agent)
            .copied()
            .unwrap_or_default();
        let stall_after = self.settings.stall_after();
        let outcomes: Vec<_> = self
            .store
            .sessions(&scope, from, to, None)
            .await?
            .iter()
            .map(|row| row.session.outcome(habits, stall_after))
            .collect();
        let affine = self.store.not_affine_by_minute(&scope, from, to).await?;
        let (known, other) = affine
            .iter()
            .fold((0, 0), |(n, x), row| (n + row.n, x + row.x));
        let sessions = outcomes.len() as u64;
        let failed = outcomes.iter().filter(|outcome| outcome.failed).count() as u64;
        let stalled = outcomes.iter().filter(|outcome| outcome.stalled).count() as u64;
        let quality: f64 = outcomes.iter().map(|outcome| outcome.quality).sum();
        Ok(AgentMetrics {
            agent: agent.to_owned(),
            from,
            to,
            count: operations.count,
            failures: operations.failures,
            error_rate: share(operations.failures as f64, operations.count),
            p50_latency_ms: operations.p50_ms,
            p95_latency_ms: operations.p95_ms,
            sessions,
            failed_sessions: failed,
            quality: share(quality, sessions),
            stall_rate: share(stalled as f64, sessions),
            affinity_rate: share((known - other) as f64, known),
        })
    }
}

fn share(part: f64, whole: u64) -> Option<f64> {
    (0 < whole).then(|| part / whole as f64)
}
