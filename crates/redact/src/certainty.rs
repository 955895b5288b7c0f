//! When one look at a line is enough.
//!
//! A second look exists for what the first one brought together: a marker is
//! shorter than what it replaces, so that a value may come within reach of a
//! name, and it may touch what stood beside. Where neither can be, the second
//! look would find nothing.

use crate::addresses;
use crate::bytes::{at, before, is_escape_letter, skip, skip_back};
use crate::counts::Kind;
use crate::keys::Label;
use crate::names::{MAX_NAME_BYTES, NEAR_BYTES, Name};
use crate::spans::{Span, Spans};
use crate::values::MAX_VALUE_BYTES;

/// How far around a name what stands there has a say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    start: usize,
    end: usize,
}

/// The reach of `name`, when what was looked at for it ends at `end`.
pub(crate) fn reach_of(name: Name, end: usize) -> Reach {
    // A sentence about a password may end in a quoted value.
    let spoken_bytes = match name.label {
        Label::Password => MAX_VALUE_BYTES,
        Label::Weak | Label::Secret => 0,
    };
    Reach {
        start: name.start.saturating_sub(2 * MAX_NAME_BYTES),
        end: end.max(name.end) + NEAR_BYTES + spoken_bytes,
    }
}

/// Whether a second look at `line` without what was found would find nothing.
pub(crate) fn is_certain(line: &[u8], spans: &Spans) -> bool {
    if spans.is_doubtful {
        return false;
    }
    let mut reaches = spans.reaches.iter().peekable();
    spans.iter().all(|span| {
        while reaches.next_if(|reach| reach.end <= span.start).is_some() {}
        let is_free = reaches.peek().is_none_or(|reach| span.end <= reach.start);
        is_free && stands_apart(line, span)
    })
}

/// Whether what goes touches nothing that a rule could join it with.
fn stands_apart(line: &[u8], span: &Span) -> bool {
    let is_apart = |byte: u8| {
        matches!(
            byte,
            b' ' | b'\t' | b'"' | b'\'' | b'`' | b'=' | b',' | b';' | b'(' | b')' | b'>' | b'<'
        )
    };
    let (left, right) = (before(line, span.start), at(line, span.end));
    let is_plain = matches!(
        span.kind,
        Kind::InternalIp | Kind::ExternalIp | Kind::Path | Kind::Email
    );
    let left_is_apart = is_apart(left)
        || left == b':'
        || (left == b'/' && span.kind != Kind::Path)
        || is_escape_letter(line, span.start.wrapping_sub(1));
    is_plain
        && left_is_apart
        && (is_apart(right) || matches!(right, b':' | b'\\'))
        && !(matches!((left, right), (b':', _) | (_, b':')) && is_in_v6(line, span))
}

/// Whether an address of version 6 may begin or end where the marker comes.
fn is_in_v6(line: &[u8], span: &Span) -> bool {
    let floor = span.start.saturating_sub(addresses::MAX_V6_BYTES);
    let limit = (span.end + addresses::MAX_V6_BYTES).min(line.len());
    let start = skip_back(line, span.start, floor, addresses::is_v6);
    let end = skip(&line[..limit], span.end, addresses::is_v6);
    addresses::may_be_v6(&line[start..end])
}
