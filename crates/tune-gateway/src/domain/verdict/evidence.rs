//! The three pieces of evidence that a verdict rests on, and the closed form beside them.
//!
//! For a known failure rate `h`, betting `m` on every session gives the wealth
//! `m^x1 / (1 + h (m-1))^n1`, which no rate up to `h` makes grow (down to `h`, for `m < 1`). That
//! is a test martingale, so by Ville's inequality it passes `1/alpha` with a chance of at most
//! `alpha`, whenever and however often one looks (Howard, Ramdas, McAuliffe and Sekhon, Annals of
//! Statistics 2021; Waudby-Smith and Ramdas, JRSS B 2024). The rate before the change is not
//! known; it is integrated out with the weight that inverse sampling of the baseline gives, which
//! is exact in the Poisson limit (Pérez-Ortiz, Lardy, de Heide and Grünwald, Annals of Statistics
//! 2024) and checked by simulation elsewhere (`domain/simulation.rs`).

use super::{
    Counts,
    integral::{Limit, Weight, ln_add},
};

/// Bets that the rate rose, by these factors, each with the same share of the stake.
pub(in crate::domain) const BETS_ON_WORSE: [f64; 6] = [1.25, 1.6, 2.2, 3.5, 8.0, 30.0];
/// Bets that the rate stayed below the limit of stability, by these factors.
pub(in crate::domain) const BETS_ON_BETTER: [f64; 5] = [0.8, 0.6, 0.4, 0.2, 0.05];

/// How much worse is still harmless (25 %), any worse at all, and the limit of stability: twice
/// the rate or one point in a hundred more, whichever is larger.
const HARMLESS: Limit = Limit {
    ratio: 1.25,
    margin: 0.0,
};
const EQUAL: Limit = Limit {
    ratio: 1.0,
    margin: 0.0,
};
const DOUBLED: Limit = Limit {
    ratio: 2.0,
    margin: 0.01,
};

/// `ln E`: evidence that the failure rate rose by more than a quarter.
pub fn ln_revert(baseline: Counts, after: Counts) -> f64 {
    ln_worse_than(HARMLESS, baseline, after)
}

/// `ln W`: evidence that the failure rate rose at all.
pub fn ln_degraded(baseline: Counts, after: Counts) -> f64 {
    ln_worse_than(EQUAL, baseline, after)
}

/// `ln F`: evidence that the failure rate did not double; none when nothing failed before.
pub fn ln_stable(baseline: Counts, after: Counts) -> Option<f64> {
    if baseline.failures() == 0 {
        return None;
    }
    let failed = baseline.failures_f64();
    let weight = Weight::new(DOUBLED, failed - 1.0, baseline.total_f64() - failed, after);
    Some(ln_mean_wealth(&weight, &BETS_ON_BETTER, after))
}

/// The closed form beside `ln E`: the same bets on Poisson counts, where the integral is a ratio
/// of powers. A little smaller than `ln E`, it is a cross-check and decides nothing.
pub fn ln_closed_form(baseline: Counts, after: Counts) -> f64 {
    let power = baseline.failures_f64() + after.failures_f64() + 1.0;
    ln_mean_closed_form(&BETS_ON_WORSE, HARMLESS.ratio, power, baseline, after)
}

/// `ln` of the mean over `bets` of `m^x1 [(n0 + r m n1) / (n0 + r n1)]^-power`: the wealth of
/// betting against a failure rate of `r` times the baseline's.
pub(in crate::domain) fn ln_mean_closed_form(
    bets: &[f64],
    ratio: f64,
    power: f64,
    baseline: Counts,
    after: Counts,
) -> f64 {
    let exposed = ratio * after.total_f64();
    let even = baseline.total_f64() + exposed;
    if even == 0.0 {
        return 0.0;
    }
    ln_mean(bets, |bet| {
        let growth = exposed * (bet - 1.0) / even;
        after.failures_f64() * bet.ln() - power * growth.ln_1p()
    })
}

fn ln_worse_than(limit: Limit, baseline: Counts, after: Counts) -> f64 {
    let failed = baseline.failures_f64();
    let weight = Weight::new(limit, failed, baseline.total_f64() - failed - 1.0, after);
    if weight.diverges() {
        // All of the weight is where every session fails, and there no bet wins or loses.
        return 0.0;
    }
    ln_mean_wealth(&weight, &BETS_ON_WORSE, after)
}

fn ln_mean_wealth(weight: &Weight, bets: &[f64], after: Counts) -> f64 {
    if after.total() == 0 {
        return 0.0;
    }
    let whole = weight.ln_integral(1.0);
    ln_mean(bets, |bet| {
        after.failures_f64() * bet.ln() + weight.ln_integral(bet) - whole
    })
}

fn ln_mean(bets: &[f64], ln_wealth: impl Fn(f64) -> f64) -> f64 {
    let sum = bets
        .iter()
        .map(|bet| ln_wealth(*bet))
        .fold(f64::NEG_INFINITY, ln_add);
    sum - (bets.len() as f64).ln()
}
