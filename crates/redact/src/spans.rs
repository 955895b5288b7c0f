//! The stretches of a line that go, and how the line reads without them.

use crate::bytes::{at, is_escape_letter, is_escaped, is_hex};
use crate::certainty::Reach;
use crate::counts::{Counts, Kind};

/// One stretch of a line that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

/// What was found on one line.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    found: Vec<Span>,
    /// Where names have a say in what goes, in order.
    pub(crate) reaches: Vec<Reach>,
    /// Where escapes may hide a name or a value, in order.
    pub(crate) escapes: Vec<Reach>,
    /// Whether something else may come up once what was found is gone.
    pub(crate) is_doubtful: bool,
}

impl Spans {
    pub(crate) fn add(&mut self, start: usize, end: usize, kind: Kind) {
        if start < end {
            self.found.push(Span { start, end, kind });
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Span> {
        self.found.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.found.clear();
        self.reaches.clear();
        self.escapes.clear();
        self.is_doubtful = false;
    }

    /// Remembers that a name has a say, if there is anything to have a say in.
    pub(crate) fn add_reach(&mut self, reach: Reach) {
        if !self.found.is_empty() {
            self.reaches.push(reach);
        }
    }

    /// The stretches where keys were found, in order.
    pub(crate) fn keys(&self) -> Vec<Span> {
        let is_key = |span: &&Span| span.kind == Kind::Key;
        let mut keys: Vec<Span> = self.found.iter().filter(is_key).copied().collect();
        keys.sort_unstable_by_key(|span| span.start);
        keys
    }

    /// Where the credentials of a URL end that were found around `position`, if any were.
    pub(crate) fn end_of_credentials(&self, line: &[u8], position: usize) -> Option<usize> {
        let is_around = |span: &&Span| {
            span.kind == Kind::Key
                && span.start <= position
                && position < span.end
                && at(line, span.end) == b'@'
        };
        self.found
            .iter()
            .rev()
            .take(64)
            .find(is_around)
            .map(|span| span.end)
    }

    /// Whether the credentials of a URL, found shortly before, end at `position`.
    pub(crate) fn ends_key_at(&self, position: usize) -> bool {
        self.found
            .iter()
            .rev()
            .take(64)
            .any(|span| span.end == position && span.kind == Kind::Key)
    }

    /// Sorts, keeps escapes whole and joins what overlaps.
    pub(crate) fn settle(&mut self, line: &[u8]) {
        for span in &mut self.found {
            keep_escapes_whole(line, span);
        }
        self.found.retain(|span| span.start < span.end);
        self.found
            .sort_unstable_by_key(|span| (span.start, usize::MAX - span.end));
        self.found.dedup_by(|next, kept| {
            let touches = next.start < kept.end
                || (next.start == kept.end && next.kind == kept.kind && next.kind != Kind::Url);
            if touches {
                join(kept, *next);
            }
            touches
        });
    }

    /// Writes `line` with markers, or nothing when a span splits a character.
    pub(crate) fn write(&self, line: &str, counts: &mut Counts) -> Option<String> {
        let mut written = String::with_capacity(line.len() + 32);
        let mut copied = 0;
        for span in &self.found {
            written.push_str(line.get(copied..span.start)?);
            written.push_str(span.kind.marker());
            counts.add(span.kind);
            copied = span.end;
        }
        written.push_str(line.get(copied..)?);
        Some(written)
    }
}

/// The longer of two overlapping spans names the kind, unless only a key
/// reaches over the edge: what is left of it must not pass as something else.
fn join(kept: &mut Span, next: Span) {
    if kept.end < next.end {
        kept.end = next.end;
        if next.kind == Kind::Key || kept.kind == Kind::Url {
            kept.kind = next.kind;
        }
    } else if kept.start == next.start && kept.end == next.end && next.kind == Kind::Key {
        kept.kind = Kind::Key;
    }
}

/// A marker must not follow the backslash of an escape that it half replaces.
fn keep_escapes_whole(line: &[u8], span: &mut Span) {
    if is_escape_letter(line, span.start) {
        span.start += 1;
    } else if is_escaped(line, span.start) {
        span.start -= 1;
    } else if let Some(start) = inside_unicode_escape(line, span.start) {
        span.start = start;
    }
    while span.start < span.end && span.end < line.len() && is_escaped(line, span.end) {
        span.end -= 1;
    }
    if let Some(start) = inside_unicode_escape(line, span.end) {
        span.end = (start + 6).min(line.len());
    }
}

/// The start of the `\u0041` that `position` lies within, if any.
fn inside_unicode_escape(line: &[u8], position: usize) -> Option<usize> {
    (2..6)
        .filter_map(|back| position.checked_sub(back))
        .find(|&start| {
            line.get(start..start + 6).is_some_and(|escape| {
                escape.starts_with(b"\\u") && escape[2..].iter().all(|byte| is_hex(*byte))
            }) && is_escaped(line, start + 1)
        })
}
