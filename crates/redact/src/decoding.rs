//! A second look at text in other clothes: `%3D`, `&quot;`, `\\u003d`.

use std::cell::RefCell;

use memchr::{memchr3, memchr3_iter};

use crate::below::Pending;
use crate::bytes::is_hex;
use crate::certainty;
use crate::counts::Kind;
use crate::labels;
use crate::options::Options;
use crate::signs::Signs;
use crate::spans::Spans;
use crate::{addresses, mail, paths, urls};

/// Entities by name, and what they stand for.
const ENTITIES: [(&[u8], u8); 5] = [
    (b"&quot;", b'"'),
    (b"&apos;", b'\''),
    (b"&amp;", b'&'),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
];

thread_local! {
    /// Kept from line to line, so that lines with escapes cost no allocation.
    static DECODED: RefCell<Decoded> = RefCell::default();
}

/// Finds what shows only once the line is decoded, and marks it as it is written.
pub(crate) fn find(line: &[u8], options: &Options, spans: &mut Spans) {
    let mut marks = memchr3_iter(b'%', b'&', b'\\', line);
    let Some(first) = marks.find(|mark| escape_at(line, *mark).is_some()) else {
        return;
    };
    let mut decoded = DECODED.take();
    decoded.fill(line, first);
    if !spans.is_empty() {
        for escape in &decoded.escapes {
            certainty::add_escape(*escape, &mut spans.escapes);
        }
    }
    find_decoded(&decoded, options, spans);
    decoded.clear();
    DECODED.set(decoded);
}

fn find_decoded(decoded: &Decoded, options: &Options, spans: &mut Spans) {
    let mut found = Spans::default();
    urls::find(&decoded.text, options, &mut found);
    paths::find(&decoded.text, options, &mut found);
    labels::find(&decoded.text, &mut Pending::Nothing, &mut found);
    addresses::find(&decoded.text, Signs::UNKNOWN, &mut found);
    mail::find(&decoded.text, &mut found);
    let keys = spans.keys();
    for span in found.iter() {
        let (start, end) = (decoded.origins[span.start], decoded.origins[span.end]);
        // An escaped sign in a URL's password makes no address of its host.
        let key = keys[..keys.partition_point(|key| key.start <= start)].last();
        let is_user = span.kind == Kind::Email && key.is_some_and(|key| start < key.end);
        if !is_user {
            spans.add(start, end, span.kind);
        }
    }
}

/// A line without escapes, and where each of its bytes comes from.
#[derive(Default)]
struct Decoded {
    text: Vec<u8>,
    origins: Vec<usize>,
    /// Where the escapes are.
    escapes: Vec<usize>,
}

impl Decoded {
    /// Decodes `line`, whose first escape is at `first`.
    fn fill(&mut self, line: &[u8], first: usize) {
        self.push_plain(line, 0, first);
        let mut position = first;
        while position < line.len() {
            if let Some((byte, length)) = escape_at(line, position) {
                self.push_escape(byte, position);
                position += length;
                continue;
            }
            let next = memchr3(b'%', b'&', b'\\', &line[position + 1..]);
            let end = next.map_or(line.len(), |offset| position + 1 + offset);
            self.push_plain(line, position, end);
            position = end;
        }
        self.origins.push(line.len());
    }

    fn push_plain(&mut self, line: &[u8], from: usize, to: usize) {
        self.text.extend_from_slice(&line[from..to]);
        self.origins.extend(from..to);
    }

    fn clear(&mut self) {
        self.text.clear();
        self.origins.clear();
        self.escapes.clear();
    }

    /// A decoded quote stays escaped, so that it does not end the text around it.
    fn push_escape(&mut self, byte: u8, origin: usize) {
        self.escapes.push(origin);
        if byte == b'"' {
            self.push(b'\\', origin);
        }
        self.push(byte, origin);
    }

    fn push(&mut self, byte: u8, origin: usize) {
        self.text.push(byte);
        self.origins.push(origin);
    }
}

/// The byte that an escape at `start` stands for, and how long the escape is.
fn escape_at(line: &[u8], start: usize) -> Option<(u8, usize)> {
    let (byte, length) = match line[start] {
        b'%' => (hex(line.get(start + 1..start + 3)?)?, 3),
        b'\\' if line[start..].starts_with(b"\\u00") => (hex(line.get(start + 4..start + 6)?)?, 6),
        b'&' => entity_at(&line[start..])?,
        _ => return None,
    };
    let is_kept = (b' '..0x7f).contains(&byte) && byte != b'\\';
    is_kept.then_some((byte, length))
}

fn entity_at(rest: &[u8]) -> Option<(u8, usize)> {
    if let Some((name, byte)) = ENTITIES.iter().find(|(name, _)| rest.starts_with(name)) {
        return Some((*byte, name.len()));
    }
    let number = rest.strip_prefix(b"&#")?;
    let end = number.iter().take(5).position(|byte| *byte == b';')?;
    let digits = std::str::from_utf8(&number[..end]).ok()?;
    let byte = match digits.strip_prefix('x') {
        Some(digits) => u8::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((byte, end + 3))
}

fn hex(digits: &[u8]) -> Option<u8> {
    let all_hex = digits.iter().all(|byte| is_hex(*byte));
    let digits = std::str::from_utf8(digits).ok().filter(|_| all_hex)?;
    u8::from_str_radix(digits, 16).ok()
}
