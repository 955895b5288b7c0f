//! Seed 003's rule, taken literally.

use super::{Counts, Test};

/// Takes a change back when the failure rate is more than `rise` (0.25 for 25 %) above the
/// baseline's, and never calls anything else: the rule as it was first written down.
///
/// Looked at every minute it reverts 6 to 75 of 100 harmless changes, so it has to be chosen by a
/// setting; the default is [`judge`](super::judge). Without sessions on both sides it stays open.
pub fn naive(baseline: Counts, after: Counts, rise: f64) -> Test {
    match (baseline.rate(), after.rate()) {
        (Some(before), Some(now)) if now > before * (1.0 + rise) => Test::Revert,
        _ => Test::Open,
    }
}
