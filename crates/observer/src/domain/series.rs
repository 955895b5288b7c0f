//! Sessions and operations as rows of `/series`: per minute and metric, so many of so many.

use std::collections::BTreeMap;

use types::series::{Metric, SeriesRow};

use super::sessions::Outcome;

/// The shares of its wealth that each of the six bets on a fall of quality risks.
pub const BETS: [f64; 6] = [0.02, 0.05, 0.1, 0.2, 0.4, 0.7];

/// Rows under way.
#[derive(Clone, Debug, Default)]
pub struct SeriesBuilder {
    quality_bound: Option<f64>,
    rows: BTreeMap<(i64, Metric), Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    n: u64,
    x: u64,
    quality: f64,
    wealth: [f64; 6],
}

impl SeriesBuilder {
    /// Rows whose bets are laid against `quality_bound`, the largest mean loss that the time before
    /// the change allows.
    pub fn new(quality_bound: Option<f64>) -> Self {
        Self {
            quality_bound: quality_bound.filter(|bound| 0.0 < *bound),
            rows: BTreeMap::new(),
        }
    }

    /// Counts a session in the minute of its end. `has_finding` is given when sessions with one
    /// finding are asked for.
    pub fn add_session(&mut self, outcome: &Outcome, has_finding: Option<bool>) {
        let minute = outcome.ended_at.minute();
        self.count(minute, Metric::Failure, outcome.failed);
        self.count(minute, Metric::Stall, outcome.stalled);
        if let Some(has_finding) = has_finding {
            self.count(minute, Metric::Finding, has_finding);
        }
        let bound = self.quality_bound;
        let row = self.row(minute, Metric::Quality);
        row.n += 1;
        row.quality += outcome.quality;
        for (wealth, factor) in row.wealth.iter_mut().zip(factors(outcome.quality, bound)) {
            *wealth *= factor;
        }
    }

    /// Counts `n` operations of one minute, `x` of them of the kind that the metric counts.
    pub fn add_operations(&mut self, minute: i64, metric: Metric, n: u64, x: u64) {
        let row = self.row(minute, metric);
        row.n += n;
        row.x += x;
    }

    /// The rows, by minute, then metric.
    pub fn rows(&self) -> Vec<SeriesRow> {
        let rows = self.rows.iter().filter(|(_, row)| row.n != 0);
        rows.map(|((minute, metric), row)| {
            let is_quality = *metric == Metric::Quality;
            SeriesRow {
                minute: *minute,
                metric: *metric,
                n: row.n,
                x: row.x,
                sum: is_quality.then_some(row.quality),
                wealth: self
                    .quality_bound
                    .filter(|_| is_quality)
                    .map(|_| row.wealth),
            }
        })
        .collect()
    }

    fn count(&mut self, minute: i64, metric: Metric, hit: bool) {
        self.add_operations(minute, metric, 1, u64::from(hit));
    }

    fn row(&mut self, minute: i64, metric: Metric) -> &mut Row {
        self.rows.entry((minute, metric)).or_insert(Row {
            n: 0,
            x: 0,
            quality: 0.0,
            wealth: [1.0; 6],
        })
    }
}

/// `1 + (c/q)(L - q)` for each bet, where L is the loss of the session and q the bound.
fn factors(quality: f64, bound: Option<f64>) -> [f64; 6] {
    let Some(bound) = bound else {
        return [1.0; 6];
    };
    let loss = 1.0 - quality.clamp(0.0, 1.0);
    BETS.map(|bet| 1.0 + bet / bound * (loss - bound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::Timestamp;

    fn outcome(minute: i64, failed: bool, quality: f64) -> Outcome {
        Outcome {
            started_at: Timestamp::from_minute(minute),
            ended_at: Timestamp::from_minute(minute),
            failed,
            stalled: false,
            quality,
        }
    }

    #[test]
    fn sessions_are_counted_by_minute_and_metric() {
        let mut series = SeriesBuilder::new(Some(0.5));
        series.add_session(&outcome(7, true, 0.0), Some(true));
        series.add_session(&outcome(7, false, 1.0), Some(false));
        series.add_operations(8, Metric::Slow, 10, 3);

        let rows = series.rows();

        let seen: Vec<_> = rows
            .iter()
            .map(|row| (row.minute, row.metric, row.n, row.x))
            .collect();
        assert_eq!(
            seen,
            [
                (7, Metric::Failure, 2, 1),
                (7, Metric::Stall, 2, 0),
                (7, Metric::Quality, 2, 0),
                (7, Metric::Finding, 2, 1),
                (8, Metric::Slow, 10, 3),
            ]
        );
        let quality = &rows[2];
        assert_eq!(quality.sum, Some(1.0));
        for (wealth, bet) in quality.wealth.unwrap().iter().zip(BETS) {
            assert!((wealth - (1.0 + bet) * (1.0 - bet)).abs() < 1e-12);
        }
    }

    #[test]
    fn without_a_bound_nothing_is_bet() {
        let mut series = SeriesBuilder::new(None);
        series.add_session(&outcome(1, false, 1.0), None);
        assert!(series.rows().iter().all(|row| row.wealth.is_none()));
    }
}
