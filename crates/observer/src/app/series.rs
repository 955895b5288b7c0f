//! What is counted, minute by minute.

use std::time::Duration;

use service_kit::db::DbError;
use types::{
    Timestamp,
    series::{Metric, Series, SeriesQuery},
};

use super::{App, IndexError};
use crate::{domain::series::SeriesBuilder, store::AgentScope};

/// The names of a list such as `writer,planner`; `*` is everyone.
pub(crate) fn scope(agents: &str, except: Option<&str>) -> AgentScope {
    let names = |list: &str| -> Vec<String> {
        list.split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    AgentScope {
        only: (agents.trim() != "*").then(|| names(agents)),
        except: except.map(names).unwrap_or_default(),
    }
}

impl App {
    /// Sessions and operations by minute and metric, of all that was acknowledged before.
    pub(crate) async fn series(&self, query: &SeriesQuery) -> Result<Series, IndexError> {
        self.index_new().await?;
        let scope = scope(&query.agents, query.except.as_deref());
        let (from, to) = (query.from, query.to.min(self.settled_until()));
        let mut rows = SeriesBuilder::new(query.quality_bound);
        self.count_sessions(&mut rows, &scope, query, to).await?;
        let operations_from = query.started_from.map_or(from, |started| started.max(from));
        if let Some(limit) = query.slow_over_ms {
            for row in self
                .store
                .slow_by_minute(&scope, operations_from, to, limit)
                .await?
            {
                rows.add_operations(row.minute, Metric::Slow, row.n, row.x);
            }
        }
        for row in self
            .store
            .not_affine_by_minute(&scope, operations_from, to)
            .await?
        {
            rows.add_operations(row.minute, Metric::NotAffine, row.n, row.x);
        }
        let latencies = self.store.latencies(&scope, operations_from, to).await?;
        Ok(Series {
            from,
            to: query.to,
            settled_until: self.settled_until(),
            rows: rows.rows(),
            p95_latency_ms: latencies.p95_ms,
        })
    }

    async fn count_sessions(
        &self,
        rows: &mut SeriesBuilder,
        scope: &AgentScope,
        query: &SeriesQuery,
        to: Timestamp,
    ) -> Result<(), DbError> {
        let patterns: Option<Vec<String>> = match &query.finding_id {
            None => None,
            Some(finding) => {
                let known = self.indexer.lock().await.patterns.fingerprints_of(finding);
                Some(
                    known
                        .iter()
                        .map(|pattern| format!("{pattern:016x}"))
                        .collect(),
                )
            }
        };
        let habits = self.store.habits().await?;
        let stall_after = self.settings.stall_after();
        for row in self
            .store
            .sessions(scope, query.from, to, query.started_from)
            .await?
        {
            let habit = habits.get(&row.session.agent).copied().unwrap_or_default();
            let outcome = row.session.outcome(habit, stall_after);
            let has_finding = patterns
                .as_ref()
                .map(|wanted| row.patterns.iter().any(|pattern| wanted.contains(pattern)));
            rows.add_session(&outcome, has_finding);
        }
        Ok(())
    }

    /// Until when minutes can no longer change: events may come late, and on a clock for trials
    /// the moment that a request takes is long.
    fn settled_until(&self) -> Timestamp {
        let network = Duration::from_millis(250).mul_f64(self.clock.scale().max(1.0));
        self.clock
            .now()
            .minus(Duration::from_secs(self.settings.settle_seconds) + network)
    }
}
