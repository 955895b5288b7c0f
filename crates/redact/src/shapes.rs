//! Shapes of numbers, hashes and ids, whoever makes them.

use std::ops::RangeInclusive;

use crate::bytes::{is_alnum, is_digit, is_hex, is_lower, is_upper};

/// Lengths of the parts of what carries the ids of a trace and a span.
const TRACE_CONTEXTS: [&[usize]; 6] = [
    &[2, 32, 16, 2],
    &[32, 16],
    &[32, 16, 1],
    &[32, 16, 2],
    &[32, 16, 1, 16],
    &[16, 16, 1, 16],
];

/// `8-4-4-4-12` hex digits.
pub(crate) fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => is_hex(*byte),
        })
}

/// Letters and digits in the shape of a UUID, though not all are hex digits.
pub(crate) fn is_uuid_shaped(text: &[u8]) -> bool {
    let groups = text.split(|byte| *byte == b'-').map(<[u8]>::len);
    (34..=40).contains(&text.len())
        && groups.take(4).eq([8, 4, 4, 4])
        && text.iter().all(|byte| is_alnum(*byte) || *byte == b'-')
}

/// One case of hex digits, with at least one digit; `0x` may stand before it.
pub(crate) fn is_hex_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    text.iter().all(|byte| is_hex(*byte))
        && text.iter().any(|byte| is_digit(*byte))
        && !(text.iter().any(|byte| is_lower(*byte)) && text.iter().any(|byte| is_upper(*byte)))
}

/// Lengths that hashes, trace ids, span ids and the like have.
pub(crate) fn is_hash_length(length: usize) -> bool {
    length <= 24
        || (length <= 32 && length.is_multiple_of(2))
        || matches!(length, 40 | 48 | 56 | 64 | 96 | 128)
}

/// Several groups of the same length, as product keys are printed.
pub(crate) fn is_product_key(text: &[u8]) -> bool {
    let mut groups = text.split(|byte| *byte == b'-');
    let Some(first) = groups.next() else {
        return false;
    };
    let shaped = |group: &[u8]| group.iter().all(|byte| is_upper(*byte) || is_digit(*byte));
    let mut count = 1;
    let alike = groups.all(|group| {
        count += 1;
        group.len() == first.len() && shaped(group)
    });
    let is_drawn = 4 <= first.len() || text.iter().any(|byte| is_digit(*byte));
    alike && shaped(first) && 3 <= count && 3 <= first.len() && 12 <= text.len() && is_drawn
}

/// A name with the two suffixes that Kubernetes draws by lot from letters that
/// spell no words: `checkout-799bw6c8qg-kvbzh`.
pub(crate) fn is_pod_name(run: &[u8]) -> bool {
    let mut parts = run.rsplit(|byte| *byte == b'-');
    let mut drawn = |lengths: RangeInclusive<usize>| {
        parts.next().is_some_and(|part| {
            lengths.contains(&part.len())
                && part
                    .iter()
                    .all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(byte))
        })
    };
    drawn(5..=5) && drawn(8..=10) && parts.next().is_some()
}

/// An id that sorts by time: twenty-six digits and capitals, of which the first
/// say the time.
pub(crate) fn is_ulid(run: &[u8]) -> bool {
    run.len() == 26
        && run.starts_with(b"01")
        && run.iter().all(|byte| is_digit(*byte) || is_upper(*byte))
}

/// The end of a Rust symbol in a backtrace: `h4bb1497076d04ab9`.
pub(crate) fn is_symbol_hash(run: &[u8]) -> bool {
    run.len() == 17 && run[0] == b'h' && run[1..].iter().all(|byte| is_hex(*byte))
}

/// The ids of a trace and a span, alone or as headers carry them: with version,
/// flags or the span above.
pub(crate) fn is_trace_context(run: &[u8]) -> bool {
    if !(35..=68).contains(&run.len()) {
        return false;
    }
    let lengths = || run.split(|byte| *byte == b'-').map(<[u8]>::len);
    TRACE_CONTEXTS
        .iter()
        .any(|known| lengths().eq(known.iter().copied()))
        && run.iter().all(|byte| is_hex(*byte) || *byte == b'-')
}
