//! Private keys in armour, over many lines or as one escaped line.

use std::sync::LazyLock;

use memchr::{memchr, memmem};

use crate::bytes::{is_alnum, is_space};
use crate::counts::Kind;
use crate::spans::Spans;

const BEGIN: &[u8] = b"-----BEGIN ";
pub(crate) static BEGIN_FINDER: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(BEGIN));
const END: &[u8] = b"-----END ";
const HEADERS: [&[u8]; 5] = [
    b"Proc-Type:",
    b"DEK-Info:",
    b"Version:",
    b"Comment:",
    b"Hash:",
];

/// Finds armoured keys on `line`; says whether one goes on below.
pub(crate) fn find(line: &[u8], spans: &mut Spans) -> bool {
    let mut from = 0;
    let mut armour_end = 0;
    while let Some(offset) = BEGIN_FINDER.find(&line[from..]) {
        let begin = from + offset;
        from = begin + BEGIN.len();
        if !is_private(&line[from..]) {
            continue;
        }
        if armour_end < from {
            armour_end = end_of(line, from).unwrap_or(usize::MAX);
        }
        let limit = armour_end.min(line.len());
        let quote = memchr(b'"', &line[from..limit]).map(|offset| from + offset);
        let end = quote.unwrap_or(limit);
        spans.add(begin, end, Kind::Key);
        if end == line.len() && armour_end == usize::MAX {
            return true;
        }
        from = end;
    }
    false
}

/// Whether `line`, below the start of a key, still belongs to it.
pub(crate) fn goes_on(line: &[u8]) -> bool {
    let is_edge = |byte: u8| !is_alnum(byte) && byte != b'/' && byte != b'+' && byte != b'=';
    let start = line
        .iter()
        .position(|byte| !is_edge(*byte))
        .unwrap_or(line.len());
    let end = line
        .iter()
        .rposition(|byte| !is_edge(*byte))
        .map_or(start, |last| last + 1);
    let body = &line[start..end];
    !body.iter().any(|byte| is_space(*byte) || *byte == b':')
        || HEADERS.iter().any(|header| body.starts_with(header))
}

/// Where the armour ends on a line inside of a key, if it does.
pub(crate) fn end_of(line: &[u8], from: usize) -> Option<usize> {
    let end = from + memmem::find(&line[from..], END)? + END.len();
    let dashes = memmem::find(&line[end..], b"-----").map_or(0, |offset| offset + 5);
    Some(end + dashes)
}

fn is_private(label: &[u8]) -> bool {
    let label = &label[..label.len().min(64)];
    let label = &label[..memmem::find(label, b"--").unwrap_or(label.len())];
    [&b"PRIVATE"[..], b"SECRET", b"Static key"]
        .iter()
        .any(|name| memmem::find(label, name).is_some())
}
