//! One line, looked at until nothing more is found.

use crate::REDACTED_FIELD;
use crate::counts::{Counts, Kind};
use crate::line::{self, Carry};
use crate::redactor::Rules;
use crate::spans::Spans;

/// A line that is still not clean after so many looks goes as a whole.
const MAX_LOOKS: usize = 4;

/// The line without what goes, or nothing when all of it stays.
///
/// The second look is the one that fails closed: whatever it finds again and
/// again takes the whole line with it.
pub(crate) fn redact_line(
    rules: &Rules,
    text: &str,
    carry: &mut Carry,
    spans: &mut Spans,
    counts: &mut Counts,
) -> Option<String> {
    if crate::MAX_LINE_BYTES < text.len() {
        return Some(whole_line(counts));
    }
    let before = *carry;
    spans.clear();
    line::find(rules, text, carry, spans);
    if spans.is_empty() {
        return None;
    }
    let in_key = carry.in_key;
    let mut found = Counts::default();
    let mut current = spans.write(text, &mut found);
    for _ in 0..MAX_LOOKS {
        let Some(candidate) = current else { break };
        *carry = Carry {
            in_key: false,
            ..before
        };
        spans.clear();
        line::find(rules, &candidate, carry, spans);
        carry.in_key = in_key;
        if spans.is_empty() {
            counts.merge(&found);
            return Some(candidate);
        }
        current = spans.write(&candidate, &mut found);
    }
    Some(whole_line(counts))
}

fn whole_line(counts: &mut Counts) -> String {
    counts.add(Kind::Field);
    REDACTED_FIELD.to_owned()
}
