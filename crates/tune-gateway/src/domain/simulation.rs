//! How often the shipped rules take back a harmless change, and how soon a harmful one.
//!
//! Seeded runs of [`Watch`], with sessions that end and fail independently of each other, beside the rule
//! of seed 003 taken literally. A sample of the cells runs with every test; the feature `soak`
//! runs all of them with full counts, in about an hour. To see the tables:
//! `cargo test --release -p tune-gateway --features soak simulation -- --nocapture`.

use std::{collections::BTreeMap, num::NonZero, thread};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use types::{
    Timestamp,
    series::{Metric, SeriesRow},
};

use super::{
    verdict::Counts,
    watch::{Baseline, Method, Outcome, Rules, Watch},
};

const DEPLOYED_MINUTE: i64 = 29_000_000;
const SOAK: bool = cfg!(feature = "soak");

/// One kind of traffic, and what the change does to it.
#[derive(Clone, Copy)]
struct Cell {
    sessions_per_hour: u64,
    failure_rate: f64,
    ratio: f64,
    baseline_hours: u64,
    watched_minutes: i64,
}

/// One simulated change: what was before, and the minutes since.
struct Change {
    baseline: Baseline,
    rows: Vec<SeriesRow>,
}

impl Cell {
    fn null(sessions_per_hour: u64, failure_rate: f64, ratio: f64) -> Self {
        let (baseline_hours, watched_minutes) = (24, 60);
        Self {
            sessions_per_hour,
            failure_rate,
            ratio,
            baseline_hours,
            watched_minutes,
        }
    }

    fn harmful(failure_rate: f64, ratio: f64) -> Self {
        let (baseline_hours, watched_minutes) = (7 * 24, 24 * 60);
        Self {
            sessions_per_hour: 1_000,
            failure_rate,
            ratio,
            baseline_hours,
            watched_minutes,
        }
    }

    fn draw(&self, seed: u64) -> Change {
        let mut chance = StdRng::seed_from_u64(seed);
        let total = self.sessions_per_hour * self.baseline_hours;
        let failures = failures_among(total, self.failure_rate, &mut chance);
        let counts = Counts::new(failures, total).unwrap();
        let changed = BTreeMap::from([(Metric::Failure, counts)]);
        let rows = (0..self.watched_minutes).map(|minute| self.row(minute, &mut chance));
        Change {
            baseline: Baseline {
                changed,
                ..Baseline::default()
            },
            rows: rows.collect(),
        }
    }

    fn row(&self, minute: i64, chance: &mut StdRng) -> SeriesRow {
        let n = arrivals(self.sessions_per_hour as f64 / 60.0, chance);
        let x = failures_among(n, self.failure_rate * self.ratio, chance);
        let minute = DEPLOYED_MINUTE + minute;
        SeriesRow {
            minute,
            metric: Metric::Failure,
            n,
            x,
            sum: None,
            wealth: None,
        }
    }

    /// Watches `runs` changes, on all processors; each run has its own seed, so that the answer
    /// does not depend on how many there are.
    fn watched(&self, rules: &Rules, runs: u64) -> Vec<Watch> {
        let workers = thread::available_parallelism().map_or(1, NonZero::get) as u64;
        let share = |worker: u64| {
            (worker..runs)
                .step_by(workers as usize)
                .map(|run| self.watch(rules, run))
                .collect()
        };
        thread::scope(|scope| {
            let started: Vec<_> = (0..workers)
                .map(|worker| scope.spawn(move || -> Vec<Watch> { share(worker) }))
                .collect();
            started
                .into_iter()
                .flat_map(|worker| worker.join().unwrap())
                .collect()
        })
    }

    fn watch(&self, rules: &Rules, run: u64) -> Watch {
        let Change { baseline, rows } = self.draw(run);
        Watch::new(Timestamp::from_minute(DEPLOYED_MINUTE))
            .advance(
                rules,
                &baseline,
                &rows,
                &[],
                DEPLOYED_MINUTE + self.watched_minutes,
            )
            .unwrap()
    }

    fn share_reverted(&self, rules: &Rules, runs: u64) -> f64 {
        let watches = self.watched(rules, runs);
        let reverted = watches
            .iter()
            .filter(|watch| watch.outcome() == Outcome::Revert)
            .count();
        reverted as f64 / runs as f64
    }

    /// How many sessions since the change it took to take it back, in the median of all runs.
    fn median_sessions_to_revert(&self, rules: &Rules, runs: u64) -> Option<u64> {
        let sessions = |watch: &Watch| match watch.outcome() {
            Outcome::Revert => watch.standing(Metric::Failure).after.total(),
            _ => u64::MAX,
        };
        let mut needed: Vec<u64> = self.watched(rules, runs).iter().map(sessions).collect();
        needed.sort_unstable();
        Some(needed[needed.len() / 2]).filter(|median| *median < u64::MAX)
    }
}

/// How many sessions end within a minute, when `expected` do so independently of each other.
fn arrivals(expected: f64, chance: &mut StdRng) -> u64 {
    let mut sessions = 0;
    let mut time = 0.0;
    loop {
        let uniform: f64 = chance.random();
        time -= (1.0 - uniform).ln() / expected;
        if time > 1.0 {
            return sessions;
        }
        sessions += 1;
    }
}

/// How many of `total` sessions fail: skips from failure to failure, so that rare ones are cheap.
fn failures_among(total: u64, rate: f64, chance: &mut StdRng) -> u64 {
    let ln_pass = (-rate).ln_1p();
    let mut failures = 0;
    let mut seen = 0.0;
    loop {
        let uniform: f64 = chance.random();
        seen += ((1.0 - uniform).ln() / ln_pass).floor() + 1.0;
        if seen > total as f64 {
            return failures;
        }
        failures += 1;
    }
}

fn naive_rules() -> Rules {
    Rules {
        method: Method::NaiveRise { rise: 0.25 },
        ..Rules::default()
    }
}

fn null_cells() -> Vec<Cell> {
    if !SOAK {
        return vec![
            Cell::null(20, 0.01, 1.0),
            Cell::null(100, 0.05, 1.25),
            Cell::null(1_000, 0.05, 1.25),
            Cell::null(10_000, 0.2, 1.0),
        ];
    }
    let mut cells = Vec::new();
    for sessions_per_hour in [20, 100, 1_000, 10_000] {
        for failure_rate in [0.01, 0.05, 0.2] {
            cells.extend(
                [1.0, 1.25].map(|ratio| Cell::null(sessions_per_hour, failure_rate, ratio)),
            );
        }
    }
    cells
}

#[test]
fn harmless_changes_are_reverted_in_at_most_one_of_a_hundred_windows() {
    let runs = if SOAK { 20_000 } else { 40 };
    println!("sessions/h  rate  ratio  windows  reverted %  naive rule %");
    for cell in null_cells() {
        let reverted = cell.share_reverted(&Rules::default(), runs);
        let naively = cell.share_reverted(&naive_rules(), runs);
        let Cell {
            sessions_per_hour,
            failure_rate,
            ratio,
            ..
        } = cell;
        println!(
            "{sessions_per_hour:>10}  {failure_rate:>4}  {ratio:>5}  {runs:>7}  {:>10.3}  {:>12.1}",
            100.0 * reverted,
            100.0 * naively
        );
        assert!(
            reverted <= 0.01,
            "{sessions_per_hour}/h at {failure_rate} × {ratio}: {reverted}"
        );
        assert!(naively >= reverted);
    }
}

#[test]
fn harmful_changes_are_reverted_within_the_sessions_that_are_promised() {
    let runs = if SOAK { 4_000 } else { 41 };
    println!("rate  ratio  windows  median sessions  at most  naive rule");
    for (failure_rate, ratio, at_most) in [
        (0.01, 2.0, 3_100),
        (0.05, 2.0, 600),
        (0.2, 2.0, 150),
        (0.05, 5.0, 45),
    ] {
        let cell = Cell::harmful(failure_rate, ratio);
        let median = cell
            .median_sessions_to_revert(&Rules::default(), runs)
            .unwrap();
        let naively = cell
            .median_sessions_to_revert(&naive_rules(), runs)
            .unwrap();
        println!(
            "{failure_rate:>4}  {ratio:>5}  {runs:>7}  {median:>15}  {at_most:>7}  {naively:>10}"
        );
        assert!(
            median <= at_most,
            "{failure_rate} × {ratio}: {median} sessions"
        );
    }
}
