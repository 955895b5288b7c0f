//! Cutting a stream of bytes into records: lines, or whole JSON values.

/// A record that is longer than this is skipped, so that memory stays bounded.
const MAX_RECORD_BYTES: usize = 256 * 1024 * 1024;

/// What ends a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// A line end. A broken record spoils its own line only.
    Lines,
    /// The end of a JSON value, however many lines it takes.
    Values,
}

/// A record was longer than is ever held in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// A place in a file between two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// So many bytes are before it.
    pub offset: u64,
    /// The line on which it is, counted from 1.
    pub line: u64,
}

impl Place {
    /// The start of a file.
    pub const START: Self = Self { offset: 0, line: 1 };
}

/// Finds records in pieces of a file.
pub(super) struct Splitter {
    framing: Framing,
    /// The start of a record whose end has not come yet.
    pending: Vec<u8>,
    /// The bytes of that record, also those that were too many to keep.
    pending_bytes: u64,
    consumed_bytes: u64,
    line: u64,
    lines_in_pending: u64,
    scan: Scan,
}

/// How far the JSON value under way has come.
#[derive(Clone, Copy, Debug, Default)]
struct Scan {
    depth: u32,
    in_text: bool,
    escaped: bool,
    started: bool,
}

/// Gets each record with the place where it starts.
type Sink<'a> = &'a mut dyn FnMut(Place, Result<&[u8], TooLong>);

impl Splitter {
    /// Finds the records from `place` on.
    pub(super) fn new(framing: Framing, place: Place) -> Self {
        Self {
            framing,
            pending: Vec::new(),
            pending_bytes: 0,
            consumed_bytes: place.offset,
            line: place.line,
            lines_in_pending: 0,
            scan: Scan::default(),
        }
    }

    /// The end of the last record that is complete.
    pub(super) fn place(&self) -> Place {
        Place {
            offset: self.consumed_bytes,
            line: self.line,
        }
    }

    /// How many bytes of a record wait for the rest of it.
    pub(super) fn pending_bytes(&self) -> u64 {
        self.pending_bytes
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8], sink: Sink<'_>) {
        while let Some(end) = self.record_end(bytes) {
            let (record, rest) = bytes.split_at(end);
            self.emit(record, sink);
            bytes = rest;
        }
        self.hold(bytes);
    }

    pub(super) fn finish(&mut self, sink: Sink<'_>) {
        if self.pending_bytes != 0 {
            self.emit(&[], sink);
        }
    }

    fn record_end(&mut self, bytes: &[u8]) -> Option<usize> {
        match self.framing {
            Framing::Lines => memchr::memchr(b'\n', bytes).map(|at| at + 1),
            Framing::Values => bytes
                .iter()
                .position(|byte| self.scan.ends_value(*byte))
                .map(|at| at + 1),
        }
    }

    fn emit(&mut self, tail: &[u8], sink: Sink<'_>) {
        let start = self.place();
        self.consumed_bytes += self.pending_bytes + tail.len() as u64;
        let too_long = MAX_RECORD_BYTES < self.pending_bytes as usize + tail.len();
        let lines = self.lines_in_pending + count_lines(tail);
        let pending = std::mem::take(&mut self.pending);
        let joined;
        let record = if pending.is_empty() {
            tail
        } else {
            joined = [&pending, tail].concat();
            joined.as_slice()
        };
        let (start_of_text, text) = match self.framing {
            // How far a line is set in says what it belongs to.
            Framing::Lines => (start, record.trim_ascii_end()),
            Framing::Values => {
                let blank = record.len() - record.trim_ascii_start().len();
                let offset = start.offset + blank as u64;
                let line = start.line + count_lines(&record[..blank]);
                (Place { offset, line }, record.trim_ascii())
            }
        };
        if too_long {
            sink(start, Err(TooLong));
        } else if !text.is_empty() {
            sink(start_of_text, Ok(text));
        }
        self.line += lines;
        self.pending_bytes = 0;
        self.lines_in_pending = 0;
        self.scan = Scan::default();
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.pending_bytes += bytes.len() as u64;
        self.lines_in_pending += count_lines(bytes);
        if self.pending_bytes as usize <= MAX_RECORD_BYTES {
            self.pending.extend_from_slice(bytes);
        } else {
            self.pending = Vec::new();
        }
    }
}

impl Scan {
    /// Whether this byte is the last of a value. A bare word or number ends with its line.
    fn ends_value(&mut self, byte: u8) -> bool {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            b'\n' => return self.started && self.depth == 0,
            _ => {}
        }
        self.started |= !byte.is_ascii_whitespace();
        false
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(framing: Framing, text: &str, piece: usize) -> Vec<(u64, String)> {
        let mut splitter = Splitter::new(framing, Place::START);
        let mut found = Vec::new();
        let mut sink = |place: Place, unit: Result<&[u8], TooLong>| {
            let unit = String::from_utf8(unit.unwrap().to_vec()).unwrap();
            assert!(text[usize::try_from(place.offset).unwrap()..].starts_with(&unit));
            found.push((place.line, unit));
        };
        for bytes in text.as_bytes().chunks(piece) {
            splitter.feed(bytes, &mut sink);
        }
        splitter.finish(&mut sink);
        assert_eq!(splitter.place().offset, text.len() as u64);
        found
    }

    #[test]
    fn records_do_not_depend_on_how_the_stream_is_cut() {
        let lines = "{\"a\":1}\n\n  \nbroken {\r\n{\"b\":2}";
        let values = "\n{\"a\":\n \"}\\\"\"}\n[1,\n2] {\"c\":{}}\nnull\n{";
        for piece in 1..40 {
            assert_eq!(
                records(Framing::Lines, lines, piece),
                [(1, "{\"a\":1}"), (4, "broken {"), (5, "{\"b\":2}")]
                    .map(|(line, text)| (line, text.to_owned()))
            );
            assert_eq!(
                records(Framing::Values, values, piece),
                [
                    (2, "{\"a\":\n \"}\\\"\"}"),
                    (4, "[1,\n2]"),
                    (5, "{\"c\":{}}"),
                    (6, "null"),
                    (7, "{"),
                ]
                .map(|(line, text)| (line, text.to_owned()))
            );
        }
    }

    #[test]
    fn a_half_written_record_is_not_consumed() {
        let mut splitter = Splitter::new(Framing::Lines, Place::START);
        let mut count = 0;
        splitter.feed(b"{}\n{\"a\"", &mut |_, _| count += 1);
        assert_eq!(count, 1);
        assert_eq!(splitter.place(), Place { offset: 3, line: 2 });
        assert_eq!(splitter.pending_bytes(), 4);
    }
}
