//! Whether a change helped: how often the finding behind it occurs before and after.
//!
//! The window ends when its own test says so, at a moment that the data choose. The interval is
//! therefore a confidence sequence: it holds the true ratio with a chance of at least 95 % at
//! whatever moment it is read. A ratio is outside when betting against it has won more than 40
//! times the stake, on either side, by the closed form of [`super::verdict`].

use types::window::Effect;

use super::verdict::{BETS_ON_BETTER, BETS_ON_WORSE, Counts, ln_mean_closed_form};

/// One over the share of error on each side: 2.5 %.
const STAKES_WON: f64 = 40.0;
/// An interval within these is narrow enough to call the rate unchanged: neither a halving nor a
/// doubling went unseen.
const UNCHANGED: [f64; 2] = [0.5, 2.0];
/// Ratios beyond one in a million are told apart by nobody.
const LN_WIDEST: f64 = 13.8;
const BISECTIONS: usize = 50;

/// Whether the finding became rarer, and by how much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectReading {
    /// The word for it.
    pub effect: Effect,
    /// The ratio of the rate after to the rate before, at least and at most; none without
    /// sessions on both sides or without the finding in the baseline.
    pub ratio: Option<[f64; 2]>,
}

/// Compares how often the finding occurred before and after the change.
pub fn effect(before: Counts, after: Counts) -> EffectReading {
    let Some([least, most]) = ratio_interval(before, after) else {
        return EffectReading {
            effect: Effect::Unknown,
            ratio: None,
        };
    };
    let effect = if most < 1.0 {
        Effect::Improved
    } else if least > 1.0 {
        Effect::Worse
    } else if UNCHANGED[0] <= least && most <= UNCHANGED[1] {
        Effect::Unchanged
    } else {
        Effect::Unknown
    };
    EffectReading {
        effect,
        ratio: Some([least, most]),
    }
}

fn ratio_interval(before: Counts, after: Counts) -> Option<[f64; 2]> {
    if before.failures() == 0 || after.total() == 0 {
        return None;
    }
    let occurrences = before.failures() as f64 + after.failures() as f64;
    // The weights of the baseline's rate are those of E and of F, each on its own side.
    let at_most = |ln_ratio: f64| {
        ln_mean_closed_form(
            &BETS_ON_WORSE,
            ln_ratio.exp(),
            occurrences + 1.0,
            before,
            after,
        )
    };
    let at_least = |ln_ratio: f64| {
        ln_mean_closed_form(&BETS_ON_BETTER, ln_ratio.exp(), occurrences, before, after)
    };
    let won = STAKES_WON.ln();
    let least = boundary(|ln_ratio| at_most(ln_ratio) >= won);
    let most = -boundary(|ln_ratio| at_least(-ln_ratio) >= won);
    Some([least.exp(), most.exp()])
}

/// The logarithm of the ratio up to which `refuted` holds, where it holds for small ones only.
fn boundary(refuted: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (-LN_WIDEST, LN_WIDEST);
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        if refuted(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests;
