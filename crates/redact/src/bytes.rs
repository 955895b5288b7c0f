//! Classes of bytes, looked up in one table.

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
const HEX: u8 = 8;
const JOIN: u8 = 16;
const SPACE: u8 = 32;
const QUOTE: u8 = 64;
const STOP: u8 = 128;

static CLASS: [u8; 256] = table();

const fn table() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = class(byte as u8);
        byte += 1;
    }
    classes
}

const fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'f' => LOWER | HEX,
        b'g'..=b'z' => LOWER,
        b'A'..=b'F' => UPPER | HEX,
        b'G'..=b'Z' => UPPER,
        b'0'..=b'9' => DIGIT | HEX,
        b'_' | b'-' => JOIN,
        b' ' | b'\t' | b'\r' | b'\n' => SPACE | STOP,
        b'"' | b'\'' | b'`' => QUOTE | STOP,
        b'<' | b'>' | b'|' | 0..=8 | 11 | 12 | 14..=31 | 127 => STOP,
        _ => 0,
    }
}

const fn has(byte: u8, classes: u8) -> bool {
    CLASS[byte as usize] & classes != 0
}

/// Which classes of bytes a text has.
#[derive(Clone, Copy)]
pub(crate) struct Census {
    classes: u8,
    /// The classes that all bytes have.
    common: u8,
    pub(crate) digits: usize,
    /// How many bytes are neither letters nor digits.
    pub(crate) joints: usize,
}

impl Census {
    pub(crate) fn of(text: &[u8]) -> Census {
        let (mut classes, mut common) = (0, u8::MAX);
        let (mut digits, mut joints) = (0, 0);
        for &byte in text {
            let class = CLASS[byte as usize];
            classes |= class;
            common &= class;
            digits += usize::from(class & DIGIT != 0);
            joints += usize::from(class & (LOWER | UPPER | DIGIT) == 0);
        }
        Census {
            classes,
            common,
            digits,
            joints,
        }
    }

    pub(crate) const fn has_lower(self) -> bool {
        self.classes & LOWER != 0
    }

    pub(crate) const fn has_upper(self) -> bool {
        self.classes & UPPER != 0
    }

    /// Whether all are hex digits of one case, and one of them a digit.
    pub(crate) const fn is_hex_number(self) -> bool {
        self.common & HEX != 0 && 0 < self.digits && !(self.has_lower() && self.has_upper())
    }
}

pub(crate) const fn is_lower(byte: u8) -> bool {
    has(byte, LOWER)
}

pub(crate) const fn is_upper(byte: u8) -> bool {
    has(byte, UPPER)
}

pub(crate) const fn is_letter(byte: u8) -> bool {
    has(byte, LOWER | UPPER)
}

pub(crate) const fn is_digit(byte: u8) -> bool {
    has(byte, DIGIT)
}

pub(crate) const fn is_hex(byte: u8) -> bool {
    has(byte, HEX)
}

pub(crate) const fn is_alnum(byte: u8) -> bool {
    has(byte, LOWER | UPPER | DIGIT)
}

/// A letter, a digit, `_` or `-`: what names and most keys are made of.
pub(crate) const fn is_name(byte: u8) -> bool {
    has(byte, LOWER | UPPER | DIGIT | JOIN)
}

pub(crate) const fn is_space(byte: u8) -> bool {
    has(byte, SPACE)
}

pub(crate) const fn is_quote(byte: u8) -> bool {
    has(byte, QUOTE)
}

/// White space, a quote, an angle bracket, a bar or a control character.
pub(crate) const fn is_stop(byte: u8) -> bool {
    has(byte, STOP)
}

/// The byte at `at`, or a blank outside of `line`.
pub(crate) fn at(line: &[u8], at: usize) -> u8 {
    line.get(at).copied().unwrap_or(b' ')
}

/// The byte before `at`, or a blank at the start of `line`.
pub(crate) fn before(line: &[u8], at: usize) -> u8 {
    at.checked_sub(1).map_or(b' ', |index| line[index])
}

/// The first position from `from` on where `holds` is false.
pub(crate) fn skip(line: &[u8], from: usize, holds: impl Fn(u8) -> bool) -> usize {
    let mut position = from;
    while position < line.len() && holds(line[position]) {
        position += 1;
    }
    position
}

/// The first position of the stretch that ends at `to` and satisfies `holds`,
/// never left of `floor`.
pub(crate) fn skip_back(line: &[u8], to: usize, floor: usize, holds: impl Fn(u8) -> bool) -> usize {
    let mut position = to;
    while floor < position && holds(line[position - 1]) {
        position -= 1;
    }
    position
}

/// Whether the byte at `at` is the letter of an escape such as `\n`.
pub(crate) fn is_escape_letter(line: &[u8], at: usize) -> bool {
    matches!(line.get(at), Some(b'n' | b'r' | b't' | b'b' | b'f')) && is_escaped(line, at)
}

/// Whether an odd number of backslashes stands before `at`.
pub(crate) fn is_escaped(line: &[u8], at: usize) -> bool {
    let start = skip_back(line, at, 0, |byte| byte == b'\\');
    (at - start) % 2 == 1
}
