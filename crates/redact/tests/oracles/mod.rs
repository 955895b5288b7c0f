//! What holds for any text. Properties draw texts by lot and the fuzz targets
//! by what the rules branch on; both ask these functions, which panic on a breach.
#![allow(
    unreachable_pub,
    reason = "the fuzz targets reach them from another crate"
)]

pub mod material;

use std::borrow::Cow;

use redact::{Counts, Kind, Options, REDACTED_FIELD, Redactor, StreamRedactor};
use serde_json::Value;

/// How long the text is that [`long_text_is_redacted`] makes.
const LONG_BYTES: usize = 256 * 1024;
/// How many lines without any sign stand between two texts, so that a look
/// ahead comes to its end among them.
const QUIET_LINES: usize = 700;
/// The longest secret that deployments have.
const MAX_SECRET_BYTES: usize = 256;
/// Shorter values would be found in ordinary words.
const MIN_SECRET_BYTES: usize = 6;

/// Redacting twice changes nothing, and what stays is borrowed and counts as nothing.
pub fn redaction_is_idempotent(text: &str) {
    let redactor = Redactor::standard();
    let mut counts = Counts::default();
    let once = redactor.redact_counting(text, &mut counts);
    assert_eq!(matches!(once, Cow::Borrowed(_)), counts.is_empty());
    let twice = redactor.redact(&once);
    assert!(
        matches!(twice, Cow::Borrowed(_)),
        "{text:?} became {once:?} and then {twice:?}"
    );
}

/// The scanner meets no fault. A fault in redaction ends a fuzz target by itself.
pub fn no_rule_is_at_fault(text: &str) {
    let found = Redactor::standard().finds_secret(text);
    assert_ne!(found, Some(Kind::Field), "{text:?}");
}

/// A stream reads the same however it is cut, and counts the same.
pub fn cuts_change_nothing(text: &str, cuts: &[usize]) {
    let mut counts = Counts::default();
    let whole = Redactor::standard().redact_counting(text, &mut counts);
    let mut stream = StreamRedactor::new(Redactor::standard());
    let mut streamed = Vec::new();
    let mut rest = text.as_bytes();
    for cut in cuts {
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        streamed.extend(stream.push(piece));
        rest = after;
    }
    streamed.extend(stream.push(rest));
    streamed.extend(stream.finish());
    assert_eq!(
        String::from_utf8_lossy(&streamed),
        whole,
        "{text:?} cut at {cuts:?}"
    );
    assert_eq!(*stream.counts(), counts, "{text:?} cut at {cuts:?}");
}

/// Many lines at once read the same as each by itself.
pub fn neighbours_change_nothing(text: &str) {
    let quiet = "nothing to see in this line 0123\n".repeat(QUIET_LINES);
    cuts_change_nothing(&format!("{text}\n{quiet}{text}"), &[]);
}

/// The text of a JSON value stays JSON, on one line or on many.
pub fn json_text_stays_json(value: &Value) {
    for text in [value.to_string(), format!("{value:#}")] {
        let output = Redactor::standard().redact(&text);
        assert!(
            serde_json::from_str::<Value>(&output).is_ok(),
            "{text} became {output}"
        );
    }
}

/// Redacting a JSON value twice changes nothing.
pub fn json_redaction_is_idempotent(value: &Value) {
    let redactor = Redactor::standard();
    let mut once = value.clone();
    redactor.redact_json(&mut once);
    let mut twice = once.clone();
    redactor.redact_json(&mut twice);
    assert_eq!(once, twice, "from {value}");
}

/// A secret that the deployment named never survives, in text or in a field.
pub fn a_known_secret_goes(before: &str, secret: &str, after: &str) {
    let secret: String = secret.split_whitespace().collect();
    let is_part_of_marker = Kind::ALL
        .iter()
        .any(|kind| kind.marker().contains(secret.as_str()));
    if !(MIN_SECRET_BYTES..=MAX_SECRET_BYTES).contains(&secret.len()) || is_part_of_marker {
        return;
    }
    let Ok(redactor) = Redactor::new(Options {
        known_secrets: vec![secret.clone()],
        ..Options::default()
    }) else {
        return;
    };
    let text = format!("{before}{secret}{after}");
    for output in [
        redactor.redact(&text),
        redactor.redact_field("field", &text),
    ] {
        assert!(!output.contains(&secret), "{secret:?} in {output:?}");
    }
    assert!(redactor.finds_secret(&text).is_some(), "{text:?}");
}

/// A short text over and over is redacted like any other; the fuzz target gives
/// it a time limit, which only superlinear work meets.
pub fn long_text_is_redacted(unit: &str) {
    if unit.is_empty() {
        return;
    }
    let text = unit.repeat(LONG_BYTES.div_ceil(unit.len()));
    let output = Redactor::standard().redact(&text);
    let again = Redactor::standard().redact(&output);
    assert!(matches!(again, Cow::Borrowed(_)), "{unit:?} over and over");
}

/// A line over the limit goes as a whole, and only that line.
pub fn an_over_long_line_goes(before: &str, byte: u8, after: &str) {
    let redactor = Redactor::standard();
    let long = String::from_utf8_lossy(&[byte & 0x7f])
        .replace('\n', " ")
        .repeat(redact::MAX_LINE_BYTES + 1);
    let (first, last) = (format!("{before}\n"), format!("\n{after}"));
    let output = redactor
        .redact(&[first.as_str(), &long, &last].concat())
        .into_owned();
    let is_whole = output.split('\n').any(|line| line == REDACTED_FIELD);
    assert!(is_whole && output.len() < redact::MAX_LINE_BYTES);
}
