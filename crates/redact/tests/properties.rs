//! Rules that hold for any text.

mod oracles;

use oracles::material::{PIECES, json_of};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use redact::{Counts, Kind, Redactor};
use serde_json::Value;

/// Pieces that the rules look at, in any order.
fn pieces() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        pieces(),
        ".*",
        "[ -~\n]{0,200}",
        vec(any::<char>(), 0..80).prop_map(String::from_iter)
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any_text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null)
    ];
    let nested = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((pieces(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    prop_oneof![
        nested,
        vec(any::<u8>(), 0..60).prop_map(|bytes| json_of(&bytes))
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn redacting_twice_changes_nothing(text in any_text()) {
        oracles::redaction_is_idempotent(&text);
    }

    #[test]
    fn no_rule_is_at_fault(text in any_text()) {
        oracles::no_rule_is_at_fault(&text);
        let mut counts = Counts::default();
        Redactor::standard().redact_counting(&text, &mut counts);
        prop_assert_eq!(counts.get(Kind::Field), 0);
    }

    #[test]
    fn a_stream_reads_the_same_however_it_is_cut(text in any_text(), cuts in vec(0_usize..40, 0..12)) {
        oracles::cuts_change_nothing(&text, &cuts);
    }

    #[test]
    fn many_lines_read_the_same_as_each_by_itself(text in any_text()) {
        oracles::neighbours_change_nothing(&text);
    }

    #[test]
    fn json_text_stays_json(value in json()) {
        oracles::json_text_stays_json(&value);
    }

    #[test]
    fn redacting_a_json_value_twice_changes_nothing(value in json()) {
        oracles::json_redaction_is_idempotent(&value);
    }

    #[test]
    fn a_known_secret_never_survives(before in any_text(), secret in "[!-~]{6,40}", after in any_text()) {
        oracles::a_known_secret_goes(&before, &secret, &after);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn a_line_over_the_limit_goes_as_a_whole(before in pieces(), byte in any::<u8>(), after in pieces()) {
        oracles::an_over_long_line_goes(&before, byte, &after);
    }
}

#[test]
fn monotonous_text_is_redacted_like_any_other() {
    for unit in PIECES {
        oracles::long_text_is_redacted(unit);
    }
}
