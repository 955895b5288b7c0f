//! What can be said of a change, and when it was first said.

use serde::{Deserialize, Serialize};
use types::series::Metric;

/// What the test says of a change so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Proven worse by more than a quarter, and the unchanged agents are not: take it back.
    Revert,
    /// Proven worse by more than a quarter, but the unchanged agents got worse too: hold it.
    External,
    /// Proven worse, or a metric that cannot take a change back is: hold it.
    Degraded,
    /// Proven not to have doubled.
    Stable,
    /// Nothing is proven yet.
    Open,
}

impl Outcome {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Revert => "revert",
            Self::External => "external",
            Self::Degraded => "degraded",
            Self::Stable => "stable",
            Self::Open => "open",
        }
    }

    /// Whether it ends the watch; a degraded change may still turn out to be a regression.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Revert | Self::External | Self::Stable)
    }
}

/// When an outcome was first reached, and by which metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossing {
    /// What was reached.
    pub outcome: Outcome,
    /// The minute after which it was, counted from 1970.
    pub minute: i64,
    /// The metric whose evidence it was.
    pub metric: Metric,
}
