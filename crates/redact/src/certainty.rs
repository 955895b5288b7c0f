//! When one look at a line is enough.
//!
//! A second look exists for what the first one brought together: a marker is
//! shorter than what it replaces, so that a value may come within reach of a
//! name, and it may touch what stood beside. Where neither can be, the second
//! look would find nothing.

use crate::addresses;
use crate::bytes::{
    at, before, is_alnum, is_escape_letter, is_quote, is_space, is_stop, skip, skip_back,
};
use crate::counts::Kind;
use crate::keys::Label;
use crate::names::{MAX_NAME_BYTES, NEAR_BYTES, Name};
use crate::spans::{Span, Spans};
use crate::values::MAX_VALUE_BYTES;

/// Longer words are looked at again.
const MAX_WORD_BYTES: usize = 256;

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

/// The reach of the cue that starts at `start` and looks as far as `end`.
pub(crate) fn reach_of_cue(start: usize, end: usize) -> Reach {
    Reach {
        start: start.saturating_sub(2 * MAX_NAME_BYTES),
        end: end + MAX_VALUE_BYTES,
    }
}

/// The reach of the escape at `position`, joined with the one before it.
pub(crate) fn add_escape(position: usize, escapes: &mut Vec<Reach>) {
    const REACH_BYTES: usize = 2 * (MAX_NAME_BYTES + NEAR_BYTES + MAX_VALUE_BYTES);
    let (start, end) = (position.saturating_sub(REACH_BYTES), position + REACH_BYTES);
    match escapes.last_mut() {
        Some(last) if start <= last.end => last.end = end,
        _ => escapes.push(Reach { start, end }),
    }
}

/// Whether a second look at `line` without what was found would find nothing.
pub(crate) fn is_certain(line: &[u8], spans: &Spans) -> bool {
    if spans.is_doubtful {
        return false;
    }
    let mut names = spans.reaches.as_slice();
    let mut escapes = spans.escapes.as_slice();
    spans.iter().all(|span| {
        is_out_of_reach(span, &mut names)
            && is_out_of_reach(span, &mut escapes)
            && stands_apart(line, span)
    })
}

/// Whether `span` is outside of all reaches; those before it are left behind.
fn is_out_of_reach(span: &Span, reaches: &mut &[Reach]) -> bool {
    while let [first, rest @ ..] = *reaches
        && first.end <= span.start
    {
        *reaches = rest;
    }
    reaches.first().is_none_or(|reach| span.end <= reach.start)
}

/// Whether what goes touches nothing that a rule could join it with.
fn stands_apart(line: &[u8], span: &Span) -> bool {
    let is_plain = matches!(
        span.kind,
        Kind::InternalIp | Kind::ExternalIp | Kind::Path | Kind::Email | Kind::Url
    );
    let left = match before(line, span.start) {
        byte if parts(byte) || is_escape_letter(line, span.start.wrapping_sub(1)) => Side::Parted,
        b':' | b'[' | b']' | b',' => Side::Joined,
        byte if span.kind == Kind::Url && is_alnum(byte) => Side::Parted,
        b'/' if span.kind != Kind::Path => Side::Joined,
        _ => Side::Mixed,
    };
    let right = match (at(line, span.end), at(line, span.end + 1)) {
        (byte, _) if parts(byte) => Side::Parted,
        (b'\\', b'n' | b'r' | b't' | b'"') => Side::Parted,
        (b'.' | b'!' | b'?', next) if parts(next) || next == b'\\' => Side::Parted,
        (b':' | b'[' | b']' | b',', _) => Side::Joined,
        _ => Side::Mixed,
    };
    match (left, right) {
        (Side::Mixed, _) | (_, Side::Mixed) => false,
        (Side::Parted, Side::Parted) => is_plain,
        _ => is_plain && joins_nothing(line, span),
    }
}

/// What stands at one side of what goes.
#[derive(Clone, Copy)]
enum Side {
    /// Something that ends whatever a rule looks at.
    Parted,
    /// A mark that addresses and URLs may hold.
    Joined,
    /// Something that names and keys may hold.
    Mixed,
}

const fn parts(byte: u8) -> bool {
    is_space(byte) || is_quote(byte) || matches!(byte, b'=' | b';' | b'(' | b')' | b'<' | b'>')
}

/// Whether no URL and no address of version 6 is around what goes.
fn joins_nothing(line: &[u8], span: &Span) -> bool {
    let floor = span.start.saturating_sub(MAX_WORD_BYTES);
    let limit = (span.end + MAX_WORD_BYTES).min(line.len());
    let start = skip_back(line, span.start, floor, |byte| !is_stop(byte));
    let end = skip(&line[..limit], span.end, |byte| !is_stop(byte));
    let is_seen = (start == 0 || floor < start) && (end == line.len() || end < limit);
    is_seen && !holds_slashes(&line[start..end]) && !is_in_v6(line, span)
}

fn holds_slashes(word: &[u8]) -> bool {
    word.windows(2).any(|pair| pair == b"//") || word.windows(4).any(|four| four == br"\/\/")
}

fn is_in_v6(line: &[u8], span: &Span) -> bool {
    let floor = span.start.saturating_sub(addresses::MAX_V6_BYTES);
    let limit = (span.end + addresses::MAX_V6_BYTES).min(line.len());
    let start = skip_back(line, span.start, floor, addresses::is_v6);
    let end = skip(&line[..limit], span.end, addresses::is_v6);
    addresses::may_be_v6(&line[start..end])
}
