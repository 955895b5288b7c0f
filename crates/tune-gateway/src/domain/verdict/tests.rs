#[cfg(feature = "shared-data")]
mod golden;

use proptest::prelude::*;

use super::*;

fn counts(failures: u64, total: u64) -> Counts {
    Counts::new(failures, total).unwrap()
}

fn baselines() -> impl Strategy<Value = Counts> {
    (1_u64..200_000).prop_flat_map(|total| (0..=total).prop_map(move |x| counts(x, total)))
}

fn afters() -> impl Strategy<Value = Counts> {
    (1_u64..20_000).prop_flat_map(|total| (0..=total).prop_map(move |x| counts(x, total)))
}

/// Sessions since the change of which fewer than half failed. Close to one failure per session
/// the limit of 1.25 times the rate leaves the range of rates, and E falls again.
fn moderate_afters() -> impl Strategy<Value = Counts> {
    (1_u64..20_000).prop_flat_map(|total| (0..=total / 2).prop_map(move |x| counts(x, total + 1)))
}

#[test]
fn the_answer_follows_the_counts() {
    for (baseline, after, expected) in [
        (counts(24, 480), counts(30, 300), Test::Open),
        (counts(24, 480), counts(60, 300), Test::Revert),
        (counts(240, 4_800), counts(48, 480), Test::Degraded),
        (counts(240, 4_800), counts(12, 300), Test::Stable),
        (counts(0, 480), counts(0, 300), Test::Open),
        (counts(0, 480), counts(11, 300), Test::Revert),
        (counts(480, 480), counts(300, 300), Test::Open),
        (counts(0, 0), counts(300, 300), Test::Open),
        (counts(24, 480), counts(0, 0), Test::Open),
    ] {
        let row = verdict_of_row(baseline, after, &Thresholds::default());
        assert_eq!(
            row.verdict, expected,
            "{baseline:?} then {after:?}: {row:?}"
        );
    }
}

#[test]
fn the_evidence_agrees_with_integrals_computed_to_ten_digits() {
    for (baseline, after, ln_e, ln_w, ln_f) in [
        (counts(0, 0), counts(1, 1), 0.224_109, 0.0, None),
        (
            counts(10, 10),
            counts(5, 6),
            -0.647_509,
            f64::NAN,
            Some(-0.068_133),
        ),
        (
            counts(9, 10),
            counts(10, 10),
            0.395_749,
            0.395_749,
            Some(-0.645_926),
        ),
        (
            counts(1, 1_000_000),
            counts(30, 1_000),
            99.106_726,
            99.330_683,
            Some(-6.300_214),
        ),
        (
            counts(5, 480),
            counts(1_000, 1_000),
            493.789_512,
            689.006_107,
            Some(-1.182_627),
        ),
        (
            counts(80, 100),
            counts(90, 100),
            -1.657_529,
            1.136_559,
            Some(1.980_934),
        ),
        (
            counts(3, 50_000),
            counts(2, 100_000),
            -1.762_407,
            -1.662_518,
            Some(949.972_025),
        ),
    ] {
        let evidence = judge(baseline, after);
        let far = |ours: f64, theirs: f64| (ours - theirs).abs() > 5e-4;
        assert!(
            !far(evidence.ln_e_revert, ln_e),
            "E of {baseline:?} then {after:?}: {evidence:?}"
        );
        assert!(
            !far(evidence.ln_e_degraded, ln_w),
            "W of {baseline:?} then {after:?}"
        );
        let ours = evidence.ln_f_stable.unwrap_or_default();
        assert!(
            !far(ours, ln_f.unwrap_or_default()),
            "F of {baseline:?} then {after:?}: {ours}"
        );
    }
}

#[test]
fn counts_that_cannot_be_are_refused() {
    assert!(matches!(
        Counts::new(2, 1),
        Err(InvalidCounts::MoreFailuresThanTotal { .. })
    ));
    assert_eq!(
        Counts::new(0, u64::MAX),
        Err(InvalidCounts::TooMany(u64::MAX))
    );
    assert!(counts(0, LARGEST_TOTAL).plus(counts(0, 1)).is_err());
    for text in [
        r#"{"failures":2,"total":1}"#,
        r#"{"failures":1}"#,
        r#"{"failures":-1,"total":1}"#,
    ] {
        assert!(serde_json::from_str::<Counts>(text).is_err(), "{text}");
    }
}

#[test]
fn the_sentence_names_both_rates_and_the_number_of_sessions() {
    for (baseline, after, sentence) in [
        (
            counts(98, 2_400),
            counts(41, 412),
            "error rate 4.1 % → 10.0 % over 412 sessions (2400 before); proven to be more than \
             25 % worse than before",
        ),
        (
            counts(1, 5_000),
            counts(0, 1),
            "error rate 0.02 % → 0.0 % over 1 session (5000 before); too little to tell yet",
        ),
        (
            counts(1, 10),
            counts(0, 0),
            "error rate was 10.0 %; no session since the change yet",
        ),
        (
            counts(0, 0),
            counts(1, 2),
            "error rate 50.0 % over 2 sessions since the change, but no session from before to \
             compare it with",
        ),
    ] {
        let why = verdict_of_row(baseline, after, &Thresholds::default()).why;
        assert_eq!(why, sentence);
    }
}

#[test]
fn the_naive_rule_reverts_above_a_quarter_more() {
    for (baseline, after, expected) in [
        (counts(100, 1_000), counts(125, 1_000), Test::Open),
        (counts(100, 1_000), counts(126, 1_000), Test::Revert),
        (counts(100, 1_000), counts(1, 1), Test::Revert),
        (counts(0, 1_000), counts(1, 1_000), Test::Revert),
        (counts(0, 0), counts(1, 1), Test::Open),
        (counts(100, 1_000), counts(0, 0), Test::Open),
    ] {
        assert_eq!(
            naive(baseline, after, 0.25),
            expected,
            "{baseline:?} then {after:?}"
        );
    }
}

#[test]
fn the_bound_on_quality_narrows_with_the_values_behind_it() {
    assert_eq!(quality_bound(1, 0.9), None);
    let few = quality_bound(100, 90.0).unwrap();
    let many = quality_bound(100_000, 90_000.0).unwrap();
    assert!(0.15 < many && many < 0.16, "{many}");
    assert!(few > many + 0.1 && few <= 1.0, "{few}");
}

#[test]
fn wealth_grows_when_quality_falls_and_a_bad_factor_changes_nothing() {
    let bound: f64 = 0.2;
    let factors = |loss: f64| QUALITY_STAKES.map(|stake| 1.0 + stake / bound * (loss - bound));
    let mut fallen = Wealth::default();
    let mut kept = Wealth::default();
    for _ in 0..200 {
        fallen = fallen.after_minute(&factors(0.4));
        kept = kept.after_minute(&factors(0.1));
    }
    assert!(fallen.ln_mean() > 125_f64.ln(), "{}", fallen.ln_mean());
    assert!(kept.ln_mean() < 0.0, "{}", kept.ln_mean());
    assert_eq!(
        kept.after_minute(&[f64::NAN, 0.0, -1.0, f64::INFINITY, 1.0, 1.0]),
        kept
    );
    assert!(Wealth::default().ln_mean().abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_evidence_is_always_a_number(baseline in baselines(), after in afters()) {
        let evidence = judge(baseline, after);
        prop_assert!(evidence.ln_e_revert.is_finite());
        prop_assert!(evidence.ln_e_degraded.is_finite());
        prop_assert!(evidence.ln_closed_form.is_finite());
        prop_assert!(evidence.ln_f_stable.is_none_or(f64::is_finite));
        prop_assert_eq!(evidence.ln_f_stable.is_none(), baseline.failures() == 0);
    }

    #[test]
    fn one_failure_more_is_more_evidence_of_harm(
        baseline in baselines(),
        after in moderate_afters(),
    ) {
        let worse = counts(after.failures() + 1, after.total());
        let (now, then) = (judge(baseline, after), judge(baseline, worse));
        let slack = 1e-3;
        prop_assert!(then.ln_e_revert > now.ln_e_revert - slack, "{now:?} {then:?}");
        prop_assert!(then.ln_e_degraded > now.ln_e_degraded - slack, "{now:?} {then:?}");
        if let (Some(now), Some(then)) = (now.ln_f_stable, then.ln_f_stable) {
            prop_assert!(then < now + slack, "{now} {then}");
        }
    }

    #[test]
    fn harm_is_never_proven_where_the_rate_did_not_rise(
        baseline in baselines(),
        total in 1_u64..20_000,
    ) {
        let failures = u64::try_from(
            u128::from(total) * u128::from(baseline.failures()) / u128::from(baseline.total()),
        );
        let answer = judge(baseline, counts(failures.unwrap(), total)).test(&Thresholds::default());
        prop_assert!(!matches!(answer, Test::Revert | Test::Degraded), "{answer:?}");
    }

    #[test]
    fn no_row_proves_both_harm_and_stability_beyond_doubt(
        baseline in baselines(),
        after in afters(),
    ) {
        // Between 1.25 and 2 times the rate both may hold; the answer is then the harm.
        let evidence = judge(baseline, after);
        let answer = evidence.test(&Thresholds::default());
        let harmed = evidence.ln_e_revert >= 100_f64.ln() || evidence.ln_e_degraded >= 100_f64.ln();
        prop_assert_eq!(harmed, matches!(answer, Test::Revert | Test::Degraded));
    }
}
