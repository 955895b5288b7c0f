//! Totals, sessions and latencies, read.

use service_kit::{
    args,
    db::{Arg, DbError, FromRow, Row},
};
use types::Timestamp;

use super::Store;

/// Whose operations: these, or everyone but those.
#[derive(Clone, Debug, Default)]
pub(crate) struct AgentScope {
    pub(crate) only: Option<Vec<String>>,
    pub(crate) except: Vec<String>,
}

impl AgentScope {
    /// A condition on the column `agent`, whose parameters come after the first `count`.
    pub(super) fn condition(&self, count: usize) -> (String, Vec<Arg>) {
        let mut names = Vec::new();
        let list = |agents: &[String], names: &mut Vec<Arg>| {
            let marks: Vec<String> = agents
                .iter()
                .map(|agent| {
                    names.push(Arg::from(agent));
                    format!("${}", count + names.len())
                })
                .collect();
            marks.join(", ")
        };
        let mut condition = "1 = 1".to_owned();
        match &self.only {
            Some(only) if only.is_empty() => condition.push_str(" AND 1 = 0"),
            Some(only) => {
                condition.push_str(&format!(" AND agent IN ({})", list(only, &mut names)));
            }
            None => {}
        }
        if !self.except.is_empty() {
            condition.push_str(&format!(
                " AND agent NOT IN ({})",
                list(&self.except, &mut names)
            ));
        }
        (condition, names)
    }
}

pub(crate) struct Total {
    pub(crate) source: String,
    pub(crate) successes: u64,
    pub(crate) failures: u64,
}

impl FromRow for Total {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            source: row.get("source")?,
            successes: row.get("successes")?,
            failures: row.get("failures")?,
        })
    }
}

pub(crate) struct Usage {
    pub(crate) model: String,
    pub(crate) source: String,
    pub(crate) requests: u64,
    pub(crate) tokens: u64,
}

impl FromRow for Usage {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            model: row.get("model")?,
            source: row.get("source")?,
            requests: row.get("requests")?,
            tokens: row.get("tokens")?,
        })
    }
}

/// Operations of one minute: so many, so many of them of the kind asked for.
pub(crate) struct MinuteCount {
    pub(crate) minute: i64,
    pub(crate) n: u64,
    pub(crate) x: u64,
}

impl FromRow for MinuteCount {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            minute: row.get("minute")?,
            n: row.get("n")?,
            x: row.get("x")?,
        })
    }
}

/// How operations went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies {
    pub(crate) count: u64,
    pub(crate) failures: u64,
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p95_ms: Option<f64>,
}

struct Pair(u64, u64);

impl FromRow for Pair {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self(row.get("n")?, row.get("x")?))
    }
}

const MICROS_A_MINUTE: i64 = 60_000_000;

impl Store {
    /// Operations by source.
    pub(crate) async fn totals(&self) -> Result<Vec<Total>, DbError> {
        self.db
            .fetch_all(
                "SELECT source, successes, failures FROM source_total ORDER BY source",
                vec![],
            )
            .await
    }

    /// Requests and tokens by model and source.
    pub(crate) async fn usage(&self) -> Result<Vec<Usage>, DbError> {
        self.db
            .fetch_all(
                "SELECT model, source, requests, tokens FROM usage_total ORDER BY model, source",
                vec![],
            )
            .await
    }

    /// Operations with a latency by minute, and how many took longer than `slow_over_ms`.
    pub(crate) async fn slow_by_minute(
        &self,
        scope: &AgentScope,
        from: Timestamp,
        to: Timestamp,
        slow_over_ms: f64,
    ) -> Result<Vec<MinuteCount>, DbError> {
        let mut args = args![from, to, slow_over_ms, MICROS_A_MINUTE];
        let (condition, names) = scope.condition(args.len());
        args.extend(names);
        let sql = format!(
            "SELECT at / $4 AS minute, COUNT(*) AS n,
               CAST(SUM(CASE WHEN latency_ms > $3 THEN 1 ELSE 0 END) AS BIGINT) AS x
             FROM operation WHERE $1 <= at AND at < $2 AND latency_ms IS NOT NULL AND {condition}
             GROUP BY at / $4"
        );
        self.db.fetch_all_built(sql, args).await
    }

    /// Operations whose kind a playbook names a tool for, by minute, and how many were done by
    /// another tool.
    pub(crate) async fn not_affine_by_minute(
        &self,
        scope: &AgentScope,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<MinuteCount>, DbError> {
        let mut args = args![from, to, MICROS_A_MINUTE];
        let (condition, names) = scope.condition(args.len());
        args.extend(names);
        let sql = format!(
            "SELECT o.at / $3 AS minute, COUNT(*) AS n,
               CAST(SUM(CASE WHEN o.tool <> p.tool THEN 1 ELSE 0 END) AS BIGINT) AS x
             FROM operation AS o JOIN playbook AS p
               ON p.built = 1 AND p.operation = o.kind AND p.tool IS NOT NULL
             WHERE $1 <= o.at AND o.at < $2 AND o.tool IS NOT NULL AND o.kind <> o.tool
               AND {condition}
             GROUP BY o.at / $3"
        );
        self.db.fetch_all_built(sql, args).await
    }

    /// How many operations there were in this time, how many failed, and how long they took.
    pub(crate) async fn latencies(
        &self,
        scope: &AgentScope,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Latencies, DbError> {
        let mut args = args![from, to];
        let (condition, names) = scope.condition(args.len());
        args.extend(names);
        let counts: Vec<Pair> = self
            .db
            .fetch_all_built(
                format!(
                    "SELECT COUNT(*) AS n,
                       CAST(COALESCE(SUM(1 - success), 0) AS BIGINT) AS x
                     FROM operation WHERE $1 <= at AND at < $2
                       AND event_type IN ('tool_call', 'task_failure') AND {condition}"
                ),
                args.clone(),
            )
            .await?;
        let timed: Vec<Pair> = self
            .db
            .fetch_all_built(
                format!(
                    "SELECT COUNT(latency_ms) AS n, COUNT(*) AS x
                     FROM operation WHERE $1 <= at AND at < $2 AND {condition}"
                ),
                args.clone(),
            )
            .await?;
        let timed = timed.first().map_or(0, |pair| pair.0);
        let (count, failures) = counts.first().map_or((0, 0), |pair| (pair.0, pair.1));
        Ok(Latencies {
            count,
            failures,
            p50_ms: self.rank(&condition, &args, timed, 0.50).await?,
            p95_ms: self.rank(&condition, &args, timed, 0.95).await?,
        })
    }

    /// The nearest-rank percentile.
    async fn rank(
        &self,
        condition: &str,
        args: &[Arg],
        timed: u64,
        share: f64,
    ) -> Result<Option<f64>, DbError> {
        if timed == 0 {
            return Ok(None);
        }
        let rank = ((share * timed as f64).ceil() as i64).max(1) - 1;
        let mut args = args.to_vec();
        args.push(Arg::from(rank));
        let sql = format!(
            "SELECT latency_ms FROM operation WHERE $1 <= at AND at < $2
               AND latency_ms IS NOT NULL AND {condition}
             ORDER BY latency_ms LIMIT 1 OFFSET ${}",
            args.len()
        );
        Ok(self
            .db
            .fetch_all_built::<f64>(sql, args)
            .await?
            .into_iter()
            .next())
    }
}
