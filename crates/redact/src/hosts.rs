//! Names of hosts, whose first label may be drawn by lot.

use crate::bytes::{at, is_alnum, is_letter, is_lower, is_upper, skip};

/// The longest name of a host.
const MAX_HOST_BYTES: usize = 253;
/// Ends of names with more than two letters.
const TOP_LABELS: [&[u8]; 14] = [
    b"com",
    b"net",
    b"org",
    b"dev",
    b"app",
    b"cloud",
    b"internal",
    b"local",
    b"info",
    b"edu",
    b"gov",
    b"tech",
    b"site",
    b"localdomain",
];

/// Whether the run from `start` to `end` is the first label of a host's full name.
pub(crate) fn is_first_label(line: &[u8], start: usize, end: usize) -> bool {
    let label = &line[start..end];
    let is_one_case =
        !(label.iter().any(|byte| is_lower(*byte)) && label.iter().any(|byte| is_upper(*byte)));
    if at(line, end) != b'.' || !is_one_case || !label.iter().all(|byte| is_part(*byte)) {
        return false;
    }
    let limit = line.len().min(end + MAX_HOST_BYTES);
    let last = skip(&line[..limit], end, |byte| is_part(byte) || byte == b'.');
    let mut labels = line[end + 1..last]
        .rsplit(|byte| *byte == b'.')
        .skip_while(|label| label.is_empty());
    let top = labels.next().unwrap_or_default();
    let is_country = top.len() == 2 && top.iter().all(|byte| is_letter(*byte));
    let names_domain = labels
        .next()
        .is_some_and(|domain| domain.iter().any(|byte| is_letter(*byte)));
    names_domain && (is_country || TOP_LABELS.contains(&top))
}

/// Whether all of `text` is the full name of a host.
pub(crate) fn is_host(text: &[u8]) -> bool {
    let mut labels = text.rsplit(|byte| *byte == b'.');
    let top = labels.next().unwrap_or_default();
    let is_country = top.len() == 2 && top.iter().all(|byte| is_lower(*byte));
    (is_country || TOP_LABELS.contains(&top))
        && labels.clone().next().is_some()
        && labels.all(|label| {
            !label.is_empty() && label.iter().all(|byte| is_part(*byte) && !is_upper(*byte))
        })
}

const fn is_part(byte: u8) -> bool {
    is_alnum(byte) || byte == b'-'
}
