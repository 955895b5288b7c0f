//! What is counted: sessions by minute.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// What a row counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Sessions that failed.
    Failure,
    /// Sessions with a stall.
    Stall,
    /// Operations done by another tool than the playbook names, where it names one.
    NotAffine,
    /// Operations slower than the limit asked for.
    Slow,
    /// Sessions' quality, as wealth factors of a bet that it fell.
    Quality,
    /// Sessions in which the finding asked for occurred.
    Finding,
}

/// One metric in one minute: `x` of `n`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesRow {
    /// The minute, counted from 1970.
    pub minute: i64,
    /// What is counted.
    pub metric: Metric,
    /// How many sessions or operations ended in it.
    pub n: u64,
    /// How many of them are of the kind that the metric counts; for quality, absent from use.
    pub x: u64,
    /// For quality: the sum of the sessions' quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<f64>,
    /// For quality after the change: the product of `1 + (c/q)(L - q)` for the six values of `c`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 6, max_items = 6)]
    pub wealth: Option<[f64; 6]>,
}

/// The answer to `GET /series`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Series {
    /// From when, inclusive.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub to: Timestamp,
    /// Until when the rows can no longer change: sessions that are still open end later.
    pub settled_until: Timestamp,
    /// The rows, by minute, then metric; minutes without a session are left out.
    pub rows: Vec<SeriesRow>,
    /// The 95th percentile of the latency of the operations in question, in milliseconds.
    pub p95_latency_ms: Option<f64>,
}

/// What to count: the query of `GET /series`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeriesQuery {
    /// Whose sessions, separated by commas; `*` is everyone.
    pub agents: String,
    /// Whose sessions to leave out, separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<String>,
    /// From when, inclusive.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub to: Timestamp,
    /// Seconds in a row; 60 is the only size there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 60, maximum = 60)]
    pub bucket: Option<u32>,
    /// Leave out sessions that started before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_from: Option<Timestamp>,
    /// Operations over this many milliseconds count as slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 0)]
    pub slow_over_ms: Option<f64>,
    /// The bound `q` on the mean loss for the wealth factors of quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 0, maximum = 1)]
    pub quality_bound: Option<f64>,
    /// Count sessions with this finding as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding_id: Option<crate::FindingId>,
}
