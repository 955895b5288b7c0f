//! Which parts of a line stand between double quotes.

use memchr::memchr;

use crate::bytes::is_escaped;

/// Follows the quotes of one line from left to right.
pub(crate) struct Quotes {
    inside: bool,
    /// Quotes before this position are counted.
    counted: usize,
    /// Where the text closes that was entered last.
    closing: usize,
}

impl Quotes {
    pub(crate) fn new() -> Quotes {
        Quotes {
            inside: false,
            counted: 0,
            closing: 0,
        }
    }

    /// Where the text around `position` ends: at the quote that closes it, or
    /// at the line's end. Positions must not go back.
    pub(crate) fn fence(&mut self, line: &[u8], position: usize) -> usize {
        if self.inside && position <= self.closing {
            return self.closing;
        }
        self.inside ^= is_odd(line, self.counted, position);
        self.counted = self.counted.max(position);
        if !self.inside {
            return line.len();
        }
        self.closing = next_quote(line, self.counted);
        self.closing
    }
}

/// Whether an odd number of quotes stands in this stretch of `line`.
fn is_odd(line: &[u8], from: usize, to: usize) -> bool {
    if to <= from {
        return false;
    }
    let floor = from.max(2);
    let head = (from..floor.min(to)).filter(|position| is_quote(line, *position));
    let is_odd_head = head.count() % 2 == 1;
    let Some(stretch) = line.get(floor..to) else {
        return is_odd_head;
    };
    // One backslash escapes a quote; only where there are more they are counted.
    let (mut odd, mut has_more) = (false, false);
    let pairs = line[floor - 2..].iter().zip(&line[floor - 1..]);
    for (&byte, (&second, &first)) in stretch.iter().zip(pairs) {
        let is_quote = byte == b'"';
        odd ^= is_quote & (first != b'\\');
        has_more |= is_quote & (first == b'\\') & (second == b'\\');
    }
    if has_more {
        odd = (floor..to).filter(|at| is_quote(line, *at)).count() % 2 == 1;
    }
    odd ^ is_odd_head
}

fn is_quote(line: &[u8], position: usize) -> bool {
    line[position] == b'"' && !is_escaped(line, position)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fence_is_the_quote_that_closes_the_text_around() {
        let line = br#"a "b \" c" d "\\" "\\\" e" "" f"#;
        for from in 0..line.len() {
            let mut quotes = Quotes::new();
            quotes.fence(line, from / 2);
            let before = (0..from).filter(|position| is_quote(line, *position));
            let expected = if before.count() % 2 == 1 {
                next_quote(line, from)
            } else {
                line.len()
            };
            assert_eq!(quotes.fence(line, from), expected, "at {from}");
        }
    }
}
