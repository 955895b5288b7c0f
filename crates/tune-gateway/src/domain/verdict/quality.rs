//! Whether quality fell: wealth from bets on losses between nought and one.
//!
//! The loss of an operation is one less its quality. The observer multiplies, per minute and per
//! stake `c`, the factors `1 + (c/q) (loss - q)`, where `q` is an upper bound of the baseline's
//! mean loss plus the margin; what is left to do here is to multiply the minutes and to average
//! the stakes. While the mean loss is at most `q` each product is a supermartingale (Waudby-Smith
//! and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 2024), so their
//! mean passes `1/alpha` with a chance of at most `alpha`.

use serde::{Deserialize, Serialize};

/// The stakes `c`, in the order of the factors.
pub const QUALITY_STAKES: [f64; 6] = [0.02, 0.05, 0.1, 0.2, 0.4, 0.7];

/// How much worse than the bound of the baseline's mean loss is still harmless.
const MARGIN: f64 = 0.05;
/// The chance that the baseline's mean loss lies above its bound.
const BOUND_ERROR: f64 = 0.002;

/// `q`: the mean loss from which quality counts as fallen. It is an upper bound of the baseline's
/// mean loss and a margin of 0.05 on top, at most one.
///
/// The bound is empirical Bernstein (Maurer and Pontil, COLT 2009, theorem 4), with the largest
/// variance that a mean between nought and one allows where the sample's own is not known. There
/// is none for fewer than two values.
pub fn quality_bound(values: u64, quality_sum: f64) -> Option<f64> {
    if values < 2 || !quality_sum.is_finite() {
        return None;
    }
    let count = values as f64;
    let loss = (1.0 - quality_sum / count).clamp(0.0, 1.0);
    let variance = loss * (1.0 - loss) * count / (count - 1.0);
    let ln_error = (2.0 / BOUND_ERROR).ln();
    let slack = (2.0 * variance * ln_error / count).sqrt() + 7.0 * ln_error / (3.0 * (count - 1.0));
    Some((loss + slack + MARGIN).min(1.0))
}

/// The wealth won so far by betting that quality fell, as a logarithm for each stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wealth {
    ln_by_stake: [f64; QUALITY_STAKES.len()],
}

impl Wealth {
    /// This wealth after one more minute. A factor that is not a positive number is no evidence
    /// and leaves its stake as it was.
    #[must_use]
    pub fn after_minute(mut self, factors: &[f64; QUALITY_STAKES.len()]) -> Self {
        for (wealth, factor) in self.ln_by_stake.iter_mut().zip(factors) {
            if factor.is_finite() && *factor > 0.0 {
                *wealth += factor.ln();
            }
        }
        self
    }

    /// The logarithm of the mean over the stakes.
    pub fn ln_mean(&self) -> f64 {
        let sum = self
            .ln_by_stake
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, super::integral::ln_add);
        sum - (QUALITY_STAKES.len() as f64).ln()
    }
}
