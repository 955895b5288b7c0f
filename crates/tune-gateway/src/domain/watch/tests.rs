use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::verdict::QUALITY_STAKES;

const START: i64 = 29_000_000;

fn deployed() -> Timestamp {
    Timestamp::from_minute(START)
}

fn row(metric: Metric, minute: i64, x: u64, n: u64) -> SeriesRow {
    SeriesRow {
        minute: START + minute,
        metric,
        n,
        x,
        sum: None,
        wealth: None,
    }
}

fn failures(minute: i64, x: u64, n: u64) -> SeriesRow {
    row(Metric::Failure, minute, x, n)
}

/// Minutes in which quality was `quality`, against a bound on the loss of 0.25.
fn quality(minute: i64, quality: f64, n: u64) -> SeriesRow {
    let loss = 1.0 - quality;
    let power = i32::try_from(n).unwrap();
    let wealth = QUALITY_STAKES.map(|stake| (1.0 + stake / 0.25 * (loss - 0.25)).powi(power));
    SeriesRow {
        sum: Some(quality * n as f64),
        wealth: Some(wealth),
        ..row(Metric::Quality, minute, 0, n)
    }
}

/// A week with 5 % failures, and the same among the agents that do not change.
fn baseline() -> Baseline {
    let week = |x| vec![failures(-10_000, x, 4_000), failures(-5_000, x, 4_000)];
    Baseline::of_rows(&week(200), &week(200)).unwrap()
}

fn watched(
    baseline: &Baseline,
    changed: &[SeriesRow],
    unchanged: &[SeriesRow],
    minutes: i64,
) -> Watch {
    watched_by(&Rules::default(), baseline, changed, unchanged, minutes)
}

fn watched_by(
    rules: &Rules,
    baseline: &Baseline,
    changed: &[SeriesRow],
    unchanged: &[SeriesRow],
    minutes: i64,
) -> Watch {
    Watch::new(deployed())
        .advance(rules, baseline, changed, unchanged, START + minutes)
        .unwrap()
}

/// Every minute `x` of `n` sessions fail.
fn steady(minutes: i64, x: u64, n: u64) -> Vec<SeriesRow> {
    (0..minutes).map(|minute| failures(minute, x, n)).collect()
}

fn ruling(watch: &Watch, baseline: &Baseline) -> Ruling {
    watch.ruling(
        &Rules::default(),
        baseline,
        Timestamp::from_minute(watch.next_minute()),
    )
}

#[test]
fn a_regression_is_found_at_its_first_crossing_and_stays() {
    let rows = steady(30, 6, 20);
    let early = watched(&baseline(), &rows, &[], 3);
    let mut later = rows;
    later.extend((30..500).map(|minute| failures(minute, 0, 50)));
    let late = watched(&baseline(), &later, &[], 500);

    assert_eq!(early.outcome(), Outcome::Revert);
    assert_eq!(late, early);
    let said = ruling(&late, &baseline());
    assert_eq!(said.crossed_at_minute, Some(START + 1));
    assert_eq!(
        (said.figures.after_failures, said.figures.after_total),
        (12, 40)
    );
    assert_eq!(
        said.why,
        "error rate 5.0 % → 30.0 % over 40 sessions (8000 before); proven to be more than 25 % \
         worse than before"
    );
}

#[test]
fn nothing_is_stable_before_the_hour_is_over() {
    let rows = steady(200, 1, 20);
    assert_eq!(
        watched(&baseline(), &rows, &[], 59).outcome(),
        Outcome::Open
    );
    let stable = watched(&baseline(), &rows, &[], 60);
    assert_eq!(stable.outcome(), Outcome::Stable);
    assert_eq!(
        ruling(&stable, &baseline()).crossed_at_minute,
        Some(START + 59)
    );
}

#[test]
fn an_hour_counts_from_the_deployment_and_not_from_its_minute() {
    let deployed = deployed().plus(Duration::from_secs(30));
    let rows = steady(200, 1, 20);
    let at = |minutes| {
        Watch::new(deployed)
            .advance(&Rules::default(), &baseline(), &rows, &[], START + minutes)
            .unwrap()
            .outcome()
    };
    assert_eq!(at(60), Outcome::Open);
    assert_eq!(at(61), Outcome::Stable);
}

#[test]
fn stability_comes_without_new_sessions_once_the_hour_is_over() {
    let watch = watched(&baseline(), &steady(30, 1, 20), &[], 60);
    assert_eq!(watch.outcome(), Outcome::Stable);
}

#[test]
fn a_degraded_change_is_never_stable_and_may_still_regress() {
    let mut rows = steady(60, 5, 50);
    rows.iter_mut().skip(1).step_by(2).for_each(|row| row.x = 3);
    rows.extend((60..600).map(|minute| failures(minute, 1, 50)));
    let degraded = watched(&baseline(), &rows, &[], 600);
    assert_eq!(degraded.outcome(), Outcome::Degraded);
    let crossed = degraded.crossing().unwrap().minute;
    assert!(crossed < START + 60);

    rows.extend((600..900).map(|minute| failures(minute, 15, 50)));
    assert_eq!(
        watched(&baseline(), &rows, &[], 900).outcome(),
        Outcome::Revert
    );
}

#[test]
fn thin_data_stay_open_for_a_whole_day() {
    let rows: Vec<_> = (0..24).map(|hour| failures(hour * 60, 0, 1)).collect();
    let watch = watched(&baseline(), &rows, &[], 1_440);
    assert_eq!(watch.outcome(), Outcome::Open);
    let said = ruling(&watch, &baseline());
    assert_eq!((said.crossed_at_minute, said.no_data), (None, false));
    assert!(said.why.ends_with("too little to tell yet"), "{}", said.why);
}

#[test]
fn a_quarter_of_an_hour_without_any_session_is_worth_an_alert() {
    let silent = |minutes| ruling(&watched(&baseline(), &[], &[], minutes), &baseline()).no_data;
    assert!(!silent(14));
    assert!(silent(15));
    let seen = watched(&baseline(), &steady(1, 0, 1), &[], 60);
    assert!(!ruling(&seen, &baseline()).no_data);
}

#[test]
fn a_regression_that_hits_the_unchanged_agents_too_is_held() {
    let external = watched(&baseline(), &steady(30, 6, 20), &steady(30, 12, 120), 30);
    assert_eq!(external.outcome(), Outcome::External);
    let why = ruling(&external, &baseline()).why;
    assert!(
        why.contains("agents that did not change got worse too: error rate 5.0 %"),
        "{why}"
    );

    let own = watched(&baseline(), &steady(30, 6, 20), &steady(30, 6, 120), 30);
    assert_eq!(own.outcome(), Outcome::Revert);
}

#[test]
fn a_baseline_without_failures_is_judged_as_if_it_had_one() {
    let clean = Baseline::of_rows(&[failures(-1, 0, 2_000)], &[]).unwrap();
    let calm: Vec<_> = (0..240).map(|minute| failures(minute, 0, 20)).collect();
    assert_eq!(watched(&clean, &calm, &[], 240).outcome(), Outcome::Stable);
    assert_eq!(
        watched(&clean, &steady(30, 2, 20), &[], 30).outcome(),
        Outcome::Revert
    );
}

#[test]
fn without_a_baseline_nothing_is_ever_proven() {
    let none = Baseline::default();
    assert_eq!(
        watched(&none, &steady(300, 10, 20), &[], 300).outcome(),
        Outcome::Open
    );
    assert_eq!(
        watched(&none, &steady(300, 0, 20), &[], 300).outcome(),
        Outcome::Open
    );
}

#[test]
fn a_metric_that_may_not_revert_holds_the_change() {
    let stalls = |minute, x, n| row(Metric::Stall, minute, x, n);
    let before = [failures(-1, 400, 8_000), stalls(-1, 400, 8_000)];
    let baseline = Baseline::of_rows(&before, &[]).unwrap();
    let mut rows = steady(60, 1, 20);
    rows.extend((0..60).map(|minute| stalls(minute, 6, 20)));

    let held = watched(&baseline, &rows, &[], 60);
    assert_eq!(held.outcome(), Outcome::Degraded);
    assert_eq!(held.crossing().unwrap().metric, Metric::Stall);

    let rules = Rules {
        revert_on: vec![Metric::Failure, Metric::Stall],
        ..Rules::default()
    };
    let reverted = watched_by(&rules, &baseline, &rows, &[], 60);
    assert_eq!(reverted.outcome(), Outcome::Revert);
    let why = reverted.ruling(&rules, &baseline, deployed()).why;
    assert!(why.starts_with("stall rate 5.0 % → 30.0 %"), "{why}");
}

#[test]
fn several_metrics_that_may_revert_share_the_chance_of_a_false_one() {
    let before = |metric| row(metric, -1, 400, 8_000);
    let both = Baseline::of_rows(&[before(Metric::Failure), before(Metric::Stall)], &[]).unwrap();
    let alone = Baseline::of_rows(&[before(Metric::Failure)], &[]).unwrap();
    let rules = Rules {
        revert_on: vec![Metric::Failure, Metric::Stall],
        ..Rules::default()
    };
    let rows = steady(200, 2, 20);
    let crossed = |baseline| {
        watched_by(&rules, baseline, &rows, &[], 200)
            .crossing()
            .map(|crossing| crossing.minute)
    };
    let revert = |baseline| watched_by(&rules, baseline, &rows, &[], 200).standing(Metric::Failure);
    assert!(crossed(&alone) < crossed(&both));
    assert!(revert(&alone).ln_e_revert >= 100_f64.ln());
    assert!(revert(&both).ln_e_revert >= 200_f64.ln());
}

#[test]
fn quality_is_judged_by_the_wealth_of_its_bets() {
    let before = [failures(-1, 400, 8_000), quality(-1, 0.9, 8_000)];
    let baseline = Baseline::of_rows(&before, &[]).unwrap();
    let rules = Rules {
        revert_on: vec![Metric::Quality],
        ..Rules::default()
    };
    let of = |level: f64| {
        let rows: Vec<_> = (0..60).map(|minute| quality(minute, level, 20)).collect();
        watched_by(&rules, &baseline, &rows, &[], 60)
    };
    assert_eq!(of(0.9).outcome(), Outcome::Open);
    let fallen = of(0.6);
    assert_eq!(fallen.outcome(), Outcome::Revert);
    let why = fallen.ruling(&rules, &baseline, deployed()).why;
    assert!(why.starts_with("quality 0.90 → 0.60 over"), "{why}");
}

#[test]
fn the_naive_rule_reverts_on_the_first_bad_minute_and_keeps_after_the_hour() {
    let rules = Rules {
        method: Method::NaiveRise { rise: 0.25 },
        ..Rules::default()
    };
    let unlucky = watched_by(&rules, &baseline(), &steady(1, 1, 10), &[], 1);
    assert_eq!(unlucky.outcome(), Outcome::Revert);
    let why = unlucky.ruling(&rules, &baseline(), deployed()).why;
    assert!(why.ends_with("above the fixed limit of 25 % more"), "{why}");

    let lucky = steady(60, 1, 20);
    assert_eq!(
        watched_by(&rules, &baseline(), &lucky, &[], 59).outcome(),
        Outcome::Open
    );
    assert_eq!(
        watched_by(&rules, &baseline(), &lucky, &[], 60).outcome(),
        Outcome::Stable
    );
    assert_eq!(
        watched_by(&rules, &baseline(), &[], &[], 60).outcome(),
        Outcome::Open
    );
}

#[test]
fn a_row_that_cannot_be_is_refused() {
    let watch = Watch::new(deployed());
    let refused = watch.advance(
        &Rules::default(),
        &baseline(),
        &[failures(0, 2, 1)],
        &[],
        START + 1,
    );
    assert!(refused.is_err());
}

#[test]
fn a_watch_survives_being_written_down() {
    let watch = watched(&baseline(), &steady(20, 1, 20), &steady(20, 1, 20), 20);
    let written = serde_json::to_string(&watch).unwrap();
    let read: Watch = serde_json::from_str(&written).unwrap();
    assert_eq!(read.outcome(), watch.outcome());
    assert_eq!(read.next_minute(), watch.next_minute());
    assert_eq!(read.standings(), watch.standings());
}

fn minutes() -> impl Strategy<Value = Vec<SeriesRow>> {
    let minute = (0_i64..90, 0_u64..30, 0.0_f64..0.4).prop_map(|(minute, n, share)| {
        let x = (n as f64 * share).round() as u64;
        (minute, x, n)
    });
    prop::collection::vec(minute, 0..60).prop_map(|rows| {
        rows.into_iter()
            .map(|(minute, x, n)| failures(minute, x, n))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_replay_ends_where_looking_every_minute_ended(
        changed in minutes(),
        unchanged in minutes(),
        bundle in 1_i64..20,
    ) {
        let (rules, baseline) = (Rules::default(), baseline());
        let replayed = watched(&baseline, &changed, &unchanged, 90);
        let mut looked = Watch::new(deployed());
        let mut outcomes = Vec::new();
        for until in (1..=90).filter(|minute| minute % bundle == 0 || *minute == 90) {
            looked = looked.advance(&rules, &baseline, &changed, &unchanged, START + until).unwrap();
            outcomes.push(looked.outcome());
        }
        prop_assert_eq!(&looked, &replayed);
        if let Some(first) = outcomes.iter().position(|outcome| outcome.is_final()) {
            prop_assert!(outcomes[first..].iter().all(|outcome| *outcome == outcomes[first]));
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(rows in minutes()) {
        let backwards: Vec<_> = rows.iter().rev().cloned().collect();
        let (one, other) =
            (watched(&baseline(), &rows, &[], 90), watched(&baseline(), &backwards, &[], 90));
        prop_assert_eq!(one, other);
    }
}
