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

type Sink<'a> = &'a mut dyn FnMut(u64, Result<&[u8], TooLong>);

impl Splitter {
    pub(super) fn new(framing: Framing) -> Self {
        Self {
            framing,
            pending: Vec::new(),
            pending_bytes: 0,
            consumed_bytes: 0,
            line: 1,
            lines_in_pending: 0,
            scan: Scan::default(),
        }
    }

    pub(super) fn consumed_bytes(&self) -> u64 {
        self.consumed_bytes
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
        let before = record.iter().take_while(|byte| byte.is_ascii_whitespace());
        let blank_lines = before.filter(|byte| **byte == b'\n').count() as u64;
        let record = record.trim_ascii();
        if too_long {
            sink(self.line, Err(TooLong));
        } else if !record.is_empty() {
            sink(self.line + blank_lines, Ok(record));
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
        let mut splitter = Splitter::new(framing);
        let mut found = Vec::new();
        let mut sink = |line, unit: Result<&[u8], TooLong>| {
            found.push((line, String::from_utf8(unit.unwrap().to_vec()).unwrap()));
        };
        for bytes in text.as_bytes().chunks(piece) {
            splitter.feed(bytes, &mut sink);
        }
        splitter.finish(&mut sink);
        assert_eq!(splitter.consumed_bytes(), text.len() as u64);
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
        let mut splitter = Splitter::new(Framing::Lines);
        let mut count = 0;
        splitter.feed(b"{}\n{\"a\"", &mut |_, _| count += 1);
        assert_eq!((count, splitter.consumed_bytes()), (1, 3));
    }
}
