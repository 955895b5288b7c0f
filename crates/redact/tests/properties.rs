//! Rules that hold for any text.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::prelude::*;
use redact::{Counts, Redactor, StreamRedactor};
use serde_json::Value;

/// Pieces that the rules look at, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("password"),
        Just("api_key"),
        Just("token"),
        Just("secret: "),
        Just("Authorization: Bearer "),
        Just("KEY"),
        Just("="),
        Just(": "),
        Just(":="),
        Just("\""),
        Just("'"),
        Just("\\\""),
        Just("\\n"),
        Just("\\u0041"),
        Just("\\"),
        Just("\n"),
        Just(" "),
        Just("\t"),
        Just(","),
        Just(";"),
        Just("&"),
        Just("?"),
        Just("("),
        Just(")"),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("<"),
        Just(">"),
        Just("${x}"),
        Just("https://"),
        Just("host.example.com"),
        Just("/home/a/b"),
        Just("/"),
        Just("C:\\Users\\a"),
        Just("~/x"),
        Just("10.1.2.3"),
        Just("8.8.4.4:53"),
        Just("fe80::1"),
        Just("::"),
        Just(":"),
        Just("."),
        Just("a@b.example"),
        Just("@"),
        Just("-----BEGIN PRIVATE KEY-----"),
        Just("-----END PRIVATE KEY-----"),
        Just("9fceb02d0ae598e95dc970b74767f193"),
        Just("zQ7xV9pL2kR8mT4wB6nC1dF3"),
        Just("hunter2"),
        Just("42"),
        Just("é"),
        Just("密"),
        Just("Value"),
        Just("is "),
        Just("user:pw@"),
        Just("[REDACTED_KEY]"),
        Just("[PATH]"),
        Just("192.168.x.x"),
        Just("-"),
        Just("_"),
        Just("=="),
        Just("!="),
        Just("value="),
        Just("#"),
        Just("//"),
        Just("%"),
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
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
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((pieces(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn streamed(text: &str, cuts: &[usize]) -> Vec<u8> {
    let mut stream = StreamRedactor::new(Redactor::standard());
    let (mut output, mut start) = (Vec::new(), 0);
    for cut in cuts {
        let end = (start + cut).min(text.len());
        output.extend(stream.push(&text.as_bytes()[start..end]));
        start = end;
    }
    output.extend(stream.push(&text.as_bytes()[start..]));
    output.extend(stream.finish());
    output
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn redacting_twice_changes_nothing(text in any_text()) {
        let redactor = Redactor::standard();
        let once = redactor.redact(&text).into_owned();
        prop_assert_eq!(redactor.redact(&once), Cow::Borrowed(once.as_str()));
    }

    #[test]
    fn what_stays_is_borrowed_and_counted_as_nothing(text in any_text()) {
        let mut counts = Counts::default();
        let output = Redactor::standard().redact_counting(&text, &mut counts);
        prop_assert_eq!(matches!(output, Cow::Borrowed(_)), counts.is_empty());
    }

    #[test]
    fn no_rule_panics(text in any_text()) {
        let mut counts = Counts::default();
        let output = Redactor::standard().redact_counting(&text, &mut counts);
        prop_assert!(text == redact::REDACTED_FIELD || output != redact::REDACTED_FIELD || text.is_empty());
    }

    #[test]
    fn a_stream_reads_the_same_however_it_is_cut(text in any_text(), cuts in vec(1_usize..40, 0..12)) {
        let whole = Redactor::standard().redact(&text).into_owned();
        prop_assert_eq!(streamed(&text, &cuts), whole.into_bytes());
    }

    #[test]
    fn json_text_stays_json(value in json()) {
        let text = value.to_string();
        let output = Redactor::standard().redact(&text);
        let parsed = serde_json::from_str::<Value>(&output);
        prop_assert!(parsed.is_ok(), "{} became {}", text, output);
    }

    #[test]
    fn redacting_a_json_value_twice_changes_nothing(value in json()) {
        let redactor = Redactor::standard();
        let mut once = value;
        redactor.redact_json(&mut once);
        let mut twice = once.clone();
        redactor.redact_json(&mut twice);
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn a_known_secret_never_survives(before in any_text(), secret in "[!-~]{8,40}", after in any_text()) {
        let options = redact::Options { known_secrets: vec![secret.clone()], ..redact::Options::default() };
        let redactor = Redactor::new(options).unwrap();
        let text = format!("{before}{secret}{after}");
        prop_assume!(!redact::Kind::ALL.iter().any(|kind| kind.marker().contains(&secret)));
        let output = redactor.redact(&text);
        prop_assert!(!output.contains(&secret), "{}", output);
    }
}

#[test]
fn long_monotonous_text_takes_linear_time() {
    let redactor = Redactor::standard();
    for unit in [
        "a",
        "a/a/a",
        "/a",
        "\\",
        "\\n",
        ":",
        "1.",
        "a@",
        "key=",
        "\"",
        "(",
        "://",
        "zQ7xV9pL2kR8mT4w/",
        "::",
        "token token ",
    ] {
        let text = unit.repeat(1_000_000 / unit.len());
        let started = std::time::Instant::now();
        redactor.redact(&text);
        assert!(
            started.elapsed().as_secs() < 30,
            "{unit} took {:?}",
            started.elapsed()
        );
    }
}
