//! Which parts of a line stand between double quotes.

use memchr::memchr;

use crate::bytes::is_escaped;

/// Follows the quotes of one line from left to right.
pub(crate) struct Quotes {
    inside: bool,
    next: usize,
}

impl Quotes {
    pub(crate) fn new(line: &[u8]) -> Quotes {
        Quotes {
            inside: false,
            next: next_quote(line, 0),
        }
    }

    /// Where the text around `position` ends: at the quote that closes it, or
    /// at the line's end. Positions must not go back.
    pub(crate) fn fence(&mut self, line: &[u8], position: usize) -> usize {
        while self.next < position {
            self.inside = !self.inside;
            self.next = next_quote(line, self.next + 1);
        }
        if self.inside { self.next } else { line.len() }
    }
}

fn next_quote(line: &[u8], from: usize) -> usize {
    let mut from = from;
    while let Some(offset) = memchr(b'"', &line[from..]) {
        let quote = from + offset;
        if !is_escaped(line, quote) {
            return quote;
        }
        from = quote + 1;
    }
    line.len()
}
