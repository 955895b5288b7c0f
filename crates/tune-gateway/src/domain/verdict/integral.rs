//! Integrals over the unknown failure rate of the baseline.
//!
//! Every integrand here is a product of powers of quantities that are linear in the rate, has one
//! peak and falls off fast. It is integrated over the logarithm of the rate, because the rate may
//! lie anywhere between one in a hundred million and one: a coarse scan finds the peak, finer ones
//! frame what lies within [`KEPT_NATS`] of it, and Simpson's rule sums the frame.

use super::Counts;

/// What lies further below the peak than this adds less than 1e-15 of the whole.
const KEPT_NATS: f64 = 36.0;
/// Where a rate is nought for every purpose: `e^-80`, below any peak by more than [`KEPT_NATS`].
const LOWEST: f64 = -80.0;
const SCAN_POINTS: usize = 65;
const FRAME_POINTS: usize = 33;
const SIMPSON_POINTS: usize = 97;
/// More than enough: two frames do for a million sessions, each narrows at least by half.
const MOST_FRAMES: usize = 12;

/// The largest failure rate after the change that a hypothesis still calls harmless (or the
/// smallest it calls harmful), as a function of the rate before: `max(ratio · p, p + margin)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limit {
    /// Times the rate before.
    pub(super) ratio: f64,
    /// Or the rate before and this much more, where that is larger.
    pub(super) margin: f64,
}

impl Limit {
    fn at(self, rate: f64) -> f64 {
        (self.ratio * rate).max(rate + self.margin)
    }

    /// The rate before the change from which on the limit is beyond one.
    fn highest_rate(self) -> f64 {
        (1.0 / self.ratio).min(1.0 - self.margin)
    }

    /// Where the two branches of the limit meet: a kink that no quadrature should step over.
    fn kink(self) -> f64 {
        self.margin / (self.ratio - 1.0)
    }
}

/// The weight of a baseline rate, and the likelihood at the limit of what came after:
/// `p^rises (1-p)^falls · h^x1 (1-h)^(n1-x1)`, where `h` is the limit at `p`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    limit: Limit,
    /// The power of `p`, with one added for integrating over its logarithm.
    rises: f64,
    /// The power of `1-p`.
    falls: f64,
    failed: f64,
    passed: f64,
}

impl Weight {
    /// The weight `p^power_of_rate (1-p)^power_of_rest` times the likelihood of `after`.
    pub(super) fn new(limit: Limit, power_of_rate: f64, power_of_rest: f64, after: Counts) -> Self {
        Self {
            limit,
            rises: power_of_rate + 1.0,
            falls: power_of_rest,
            failed: after.failures_f64(),
            passed: after.total_f64() - after.failures_f64(),
        }
    }

    /// Whether the integral diverges where the rate is one, as it does when everything failed
    /// before and after and the limit is the rate itself.
    pub(super) fn diverges(&self) -> bool {
        let passed_at_one = if self.limit.at(1.0) <= 1.0 {
            self.passed
        } else {
            1.0
        };
        self.falls + passed_at_one < 0.0
    }

    /// `ln ∫ weight · (1 + h (bet - 1))^(-n1) dp`; a bet of one gives the integral of the weight.
    pub(super) fn ln_integral(&self, bet: f64) -> f64 {
        let highest = self.limit.highest_rate().ln();
        let (low, high) = self.frame(bet, LOWEST, highest);
        let kink = self.limit.kink().ln();
        // An integrand cut off at the end is steepest there, so the last part gets its own points.
        let edge = high - (high - low) / 8.0;
        let mut whole = f64::NEG_INFINITY;
        let mut from = low;
        for (cut, wanted) in [(kink, true), (edge, high == highest)] {
            if wanted && from < cut && cut < high {
                whole = ln_add(whole, self.simpson(bet, from, cut));
                from = cut;
            }
        }
        ln_add(whole, self.simpson(bet, from, high))
    }

    /// The logarithm of the integrand over `ln p`.
    ///
    /// `(1 - x).ln()` is off by 1e-16 where `x` is small; times the largest power, a thousand
    /// million, that is still nothing, and it takes half the time of `(-x).ln_1p()`.
    fn ln_at(&self, ln_rate: f64, bet: f64) -> f64 {
        let rate = ln_rate.exp();
        let limit = self.limit.at(rate).min(1.0);
        self.rises * ln_rate
            + times(self.falls, || (1.0 - rate).ln())
            + times(self.failed, || limit.ln())
            + times(self.passed, || (1.0 - limit).ln())
            - times(self.wagered(bet), || (1.0 + limit * (bet - 1.0)).ln())
    }

    /// How many sessions the bet was on; a bet of one is none.
    fn wagered(&self, bet: f64) -> f64 {
        if bet == 1.0 {
            0.0
        } else {
            self.failed + self.passed
        }
    }

    /// The part of `low..high` that holds all but a negligible share of the integral.
    fn frame(&self, bet: f64, mut low: f64, mut high: f64) -> (f64, f64) {
        let mut points = SCAN_POINTS;
        for _ in 0..MOST_FRAMES {
            let (from, to) = self.narrowed(bet, low, high, points);
            let narrow_enough = to - from > 0.6 * (high - low);
            (low, high) = (from, to);
            if narrow_enough {
                break;
            }
            points = FRAME_POINTS;
        }
        (low, high)
    }

    fn narrowed(&self, bet: f64, low: f64, high: f64, points: usize) -> (f64, f64) {
        let step = (high - low) / (points - 1) as f64;
        let mut values = [f64::NEG_INFINITY; SCAN_POINTS];
        for (index, value) in values.iter_mut().enumerate().take(points) {
            *value = self.ln_at(low + step * index as f64, bet);
        }
        let peak = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let kept = |value: &f64| *value >= peak - KEPT_NATS;
        let first = values.iter().position(kept).unwrap_or(0).saturating_sub(1);
        let last = values
            .iter()
            .rposition(kept)
            .unwrap_or(points)
            .saturating_add(1)
            .min(points - 1);
        let to = if last == points - 1 {
            high
        } else {
            low + step * last as f64
        };
        (low + step * first as f64, to)
    }

    fn simpson(&self, bet: f64, low: f64, high: f64) -> f64 {
        let step = (high - low) / (SIMPSON_POINTS - 1) as f64;
        let mut values = [0.0; SIMPSON_POINTS];
        for (index, value) in values.iter_mut().enumerate() {
            *value = self.ln_at(low + step * index as f64, bet);
        }
        let peak = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for (index, value) in values.iter().enumerate() {
            let factor = match index {
                0 => 1.0,
                _ if index == SIMPSON_POINTS - 1 => 1.0,
                _ if index % 2 == 1 => 4.0,
                _ => 2.0,
            };
            sum += factor * (value - peak).exp();
        }
        peak + (sum * step / 3.0).ln()
    }
}

/// `factor · logarithm()`, where nothing to the power of nought is one.
fn times(factor: f64, logarithm: impl FnOnce() -> f64) -> f64 {
    if factor == 0.0 {
        0.0
    } else {
        factor * logarithm()
    }
}

/// `ln(e^one + e^other)`.
pub(super) fn ln_add(one: f64, other: f64) -> f64 {
    let larger = one.max(other);
    if larger == f64::NEG_INFINITY {
        return larger;
    }
    larger + (one.min(other) - larger).exp().ln_1p()
}
