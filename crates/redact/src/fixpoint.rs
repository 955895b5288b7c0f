//! One line, looked at until nothing more is found.

use crate::REDACTED_FIELD;
use crate::certainty;
use crate::counts::{Counts, Kind};
use crate::faults::caught;
use crate::line::{self, Carry};
use crate::redactor::Rules;
use crate::signs::Signs;
use crate::spans::Spans;

/// A line that is still not clean after so many looks goes as a whole.
const MAX_LOOKS: usize = 4;

/// The line, which has no other `signs`, without what goes; nothing when all of it stays.
pub(crate) fn redact_line(
    rules: &Rules,
    text: &str,
    signs: Signs,
    carry: &mut Carry,
    spans: &mut Spans,
    counts: &mut Counts,
) -> Option<String> {
    if crate::MAX_LINE_BYTES < text.len() {
        return Some(whole_line(counts));
    }
    let look = |carry: &mut Carry| look_until_clean(rules, text, signs, carry, spans);
    failing_closed(carry, counts, look)
}

/// What `look` leaves of a line; a fault in it or no end of it costs the whole line.
fn failing_closed(
    carry: &mut Carry,
    counts: &mut Counts,
    look: impl FnOnce(&mut Carry) -> Outcome,
) -> Option<String> {
    let before = *carry;
    match caught(|| look(carry)) {
        Some(Outcome::Stays) => None,
        Some(Outcome::Clean(redacted, found)) => {
            counts.merge(&found);
            Some(redacted)
        }
        Some(Outcome::NeverClean) => Some(whole_line(counts)),
        None => {
            *carry = before;
            Some(whole_line(counts))
        }
    }
}

/// What came of looking at a line.
enum Outcome {
    /// Nothing goes.
    Stays,
    /// Something went, and another look found nothing more.
    Clean(String, Counts),
    /// Every look found more.
    NeverClean,
}

/// The second look is the one that fails closed: whatever it finds again and
/// again takes the whole line with it.
fn look_until_clean(
    rules: &Rules,
    text: &str,
    signs: Signs,
    carry: &mut Carry,
    spans: &mut Spans,
) -> Outcome {
    let before = *carry;
    spans.clear();
    line::find(rules, text, signs, carry, spans);
    if spans.is_empty() {
        return Outcome::Stays;
    }
    let in_key = carry.in_key;
    let mut found = Counts::default();
    let mut current = spans.write(text, &mut found);
    if let Some(candidate) = &current
        && !in_key
        && certainty::is_certain(text.as_bytes(), spans)
    {
        spans.clear();
        line::find_own(rules, candidate, spans);
        if spans.is_empty() {
            return current.map_or(Outcome::NeverClean, |text| Outcome::Clean(text, found));
        }
    }
    for _ in 0..MAX_LOOKS {
        let Some(candidate) = current else { break };
        *carry = Carry {
            in_key: false,
            ..before
        };
        spans.clear();
        line::find(rules, &candidate, Signs::UNKNOWN, carry, spans);
        carry.in_key = in_key;
        if spans.is_empty() {
            return Outcome::Clean(candidate, found);
        }
        current = spans.write(&candidate, &mut found);
    }
    Outcome::NeverClean
}

fn whole_line(counts: &mut Counts) -> String {
    counts.add(Kind::Field);
    REDACTED_FIELD.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::below::Pending;

    #[test]
    fn a_fault_costs_the_line_and_leaves_the_next_as_it_would_have_been() {
        let before = Carry {
            in_key: true,
            pending: Pending::Nothing,
        };
        let (mut carry, mut counts) = (before, Counts::default());
        let written = failing_closed(&mut carry, &mut counts, |carry| {
            carry.in_key = false;
            panic!("a fault in a rule")
        });
        assert_eq!(written.as_deref(), Some(REDACTED_FIELD));
        assert_eq!((carry, counts.get(Kind::Field)), (before, 1));
    }

    #[test]
    fn a_line_that_is_never_clean_goes_as_a_whole() {
        let (mut carry, mut counts) = (Carry::default(), Counts::default());
        let written = failing_closed(&mut carry, &mut counts, |_| Outcome::NeverClean);
        assert_eq!(written.as_deref(), Some(REDACTED_FIELD));
        assert_eq!(counts.get(Kind::Field), 1);
    }
}
