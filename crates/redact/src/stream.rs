//! Text that arrives in pieces.

use std::borrow::Cow;

use memchr::memchr;

use crate::counts::{Counts, Kind};
use crate::fixpoint::redact_line;
use crate::line::Carry;
use crate::redactor::Redactor;
use crate::signs::Signs;
use crate::spans::Spans;
use crate::{MAX_LINE_BYTES, REDACTED_FIELD};

/// Redacts a stream line by line; how it is cut into pieces changes nothing.
///
/// Memory stays below twice [`MAX_LINE_BYTES`]. Bytes that are not UTF-8 come
/// out as replacement characters.
#[derive(Debug)]
pub struct StreamRedactor {
    redactor: Redactor,
    carry: Carry,
    spans: Spans,
    counts: Counts,
    line: Vec<u8>,
    too_long: bool,
}

impl StreamRedactor {
    /// A stream that has not begun.
    pub fn new(redactor: Redactor) -> StreamRedactor {
        StreamRedactor {
            redactor,
            carry: Carry::default(),
            spans: Spans::default(),
            counts: Counts::default(),
            line: Vec::new(),
            too_long: false,
        }
    }

    /// Takes the next piece and gives back every line that it completes.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        let mut rest = chunk;
        while let Some(end) = memchr(b'\n', rest) {
            self.keep(&rest[..end]);
            self.write_line(&mut output);
            output.push(b'\n');
            rest = &rest[end + 1..];
        }
        self.keep(rest);
        output
    }

    /// Ends the stream and gives back what had no line feed.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut output = Vec::new();
        self.write_line(&mut output);
        self.carry = Carry::default();
        output
    }

    /// What went so far, by kind.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    fn keep(&mut self, piece: &[u8]) {
        if self.too_long || MAX_LINE_BYTES < self.line.len() + piece.len() {
            self.too_long = true;
            self.line.clear();
        } else {
            self.line.extend_from_slice(piece);
        }
    }

    fn write_line(&mut self, output: &mut Vec<u8>) {
        if self.too_long {
            self.too_long = false;
            self.counts.add(Kind::Field);
            output.extend_from_slice(REDACTED_FIELD.as_bytes());
            return;
        }
        let text = match std::str::from_utf8(&self.line) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(&self.line),
        };
        let rules = &self.redactor.rules;
        match redact_line(
            rules,
            &text,
            Signs::UNKNOWN,
            &mut self.carry,
            &mut self.spans,
            &mut self.counts,
        ) {
            Some(redacted) => output.extend_from_slice(redacted.as_bytes()),
            None => output.extend_from_slice(text.as_bytes()),
        }
        self.line.clear();
    }
}
