//! A diff as numbered lines.

/// One line of the diff as it came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawLine<'a> {
    /// From 1.
    pub(crate) number: usize,
    /// The bytes without the line feed.
    pub(crate) text: &'a [u8],
    /// Whether a line feed follows.
    pub(crate) ended: bool,
}

/// The lines of a diff with a place to read from.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'a> {
    lines: Vec<RawLine<'a>>,
    at: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let numbered = bytes.split_inclusive(|&byte| byte == b'\n').enumerate();
        let lines = numbered.map(|(index, line)| match line.strip_suffix(b"\n") {
            Some(text) => RawLine {
                number: index + 1,
                text,
                ended: true,
            },
            None => RawLine {
                number: index + 1,
                text: line,
                ended: false,
            },
        });
        Self {
            lines: lines.collect(),
            at: 0,
        }
    }

    pub(crate) fn all(&self) -> &[RawLine<'a>] {
        &self.lines
    }

    pub(crate) fn peek(&self) -> Option<RawLine<'a>> {
        self.peek_at(0)
    }

    /// The line that is `ahead` lines after the next one.
    pub(crate) fn peek_at(&self, ahead: usize) -> Option<RawLine<'a>> {
        self.lines.get(self.at + ahead).copied()
    }

    pub(crate) fn skip(&mut self) {
        self.at += 1;
    }

    /// Takes the next line if it begins with `prefix`.
    pub(crate) fn take_prefixed(&mut self, prefix: &str) -> Option<RawLine<'a>> {
        let line = self
            .peek()
            .filter(|line| line.text.starts_with(prefix.as_bytes()))?;
        self.skip();
        Some(line)
    }

    /// The number of the next line, or one past the last.
    pub(crate) fn number(&self) -> usize {
        self.at + 1
    }
}

/// The lines of a file, each with its line feed.
pub(crate) fn split_lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').collect()
}
