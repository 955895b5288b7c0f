use proptest::prelude::*;

use super::*;

fn counts(failures: u64, total: u64) -> Counts {
    Counts::new(failures, total).unwrap()
}

#[test]
fn the_effect_is_named_only_when_the_interval_supports_it() {
    for (before, after, expected) in [
        (counts(120, 300), counts(3, 60), Effect::Improved),
        (counts(120, 300), counts(0, 20), Effect::Improved),
        (counts(10, 300), counts(40, 200), Effect::Worse),
        (counts(400, 2_000), counts(390, 2_000), Effect::Unchanged),
        (counts(6, 300), counts(1, 40), Effect::Unknown),
        (counts(0, 300), counts(3, 60), Effect::Unknown),
        (counts(120, 300), counts(0, 0), Effect::Unknown),
    ] {
        let reading = effect(before, after);
        assert_eq!(
            reading.effect, expected,
            "{before:?} then {after:?}: {reading:?}"
        );
    }
}

#[test]
fn without_the_finding_before_or_sessions_after_there_is_no_interval() {
    assert_eq!(effect(counts(0, 300), counts(3, 60)).ratio, None);
    assert_eq!(effect(counts(3, 300), counts(0, 0)).ratio, None);
}

proptest! {
    #[test]
    fn the_interval_holds_the_observed_ratio_and_narrows_with_data(
        x0 in 1_u64..500,
        x1 in 1_u64..500,
        more in 2_u64..10,
    ) {
        let (before, after) = (counts(x0, 1_000), counts(x1, 1_000));
        let [least, most] = effect(before, after).ratio.unwrap();
        let observed = x1 as f64 / x0 as f64;
        prop_assert!(least < observed && observed < most, "{least} {observed} {most}");

        let (before, after) = (counts(x0 * more, 1_000 * more), counts(x1 * more, 1_000 * more));
        let [closer, nearer] = effect(before, after).ratio.unwrap();
        prop_assert!(nearer / closer < most / least);
    }
}
