//! Internet addresses of both versions.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter};

use crate::bytes::{
    at, before, is_alnum, is_digit, is_escape_letter, is_hex, is_letter, skip, skip_back,
};
use crate::counts::Kind;
use crate::long_runs;
use crate::signs::Signs;
use crate::spans::Spans;

/// The shortest text of a version 6 address with all of its groups.
const MIN_FULL_V6_BYTES: usize = 15;

/// How many colons such a text has.
const FULL_V6_COLONS: usize = 7;
/// How many bytes are counted at a time; fewer than a byte can count.
const COUNTED_BYTES: usize = 128;

pub(crate) static DOUBLE_COLON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"::"));

/// The longest text of a version 6 address, with an embedded version 4 one.
pub(crate) const MAX_V6_BYTES: usize = 45;

/// Programs whose four-part versions stand after a slash.
const PROGRAMS: [&[u8]; 12] = [
    b"chrome",
    b"chromium",
    b"safari",
    b"edg",
    b"edge",
    b"firefox",
    b"version",
    b"opr",
    b"webkit",
    b"applewebkit",
    b"electron",
    b"gecko",
];

/// Finds addresses of both versions.
pub(crate) fn find(line: &[u8], signs: Signs, spans: &mut Spans) {
    if signs.double_colon {
        find_short_v6(line, spans);
    }
    find_full_v6(line, spans);
    let mut done = 0;
    for dot in memchr_iter(b'.', line) {
        if done <= dot && is_digit(before(line, dot)) && is_digit(at(line, dot + 1)) {
            done = find_v4(line, dot, done, spans);
        }
    }
}

/// Finds addresses with two colons in place of groups.
fn find_short_v6(line: &[u8], spans: &mut Spans) {
    let mut done = 0;
    for colon in DOUBLE_COLON.find_iter(line) {
        if done <= colon {
            done = find_v6(line, colon, done, spans);
        }
    }
}

/// Finds addresses with all eight groups: long runs of their characters, so
/// that most bytes need no look.
fn find_full_v6(line: &[u8], spans: &mut Spans) {
    if !has_many_colons(line) {
        return;
    }
    let mut from = 0;
    while let Some((start, end)) = long_runs::next(line, from, MIN_FULL_V6_BYTES, long_runs::is_v6)
    {
        if let Some(offset) = memchr(b':', &line[start..end]) {
            find_v6(line, start + offset, start, spans);
        }
        from = end + 1;
    }
}

/// Whether `line` may hold an address with all groups: few bytes at a time are
/// counted, so that the compiler can count many at once.
fn has_many_colons(line: &[u8]) -> bool {
    let mut colons = 0;
    line.chunks(COUNTED_BYTES).any(|chunk| {
        let count: u8 = chunk.iter().map(|byte| u8::from(*byte == b':')).sum();
        colons += usize::from(count);
        FULL_V6_COLONS <= colons
    })
}

pub(crate) const fn is_v6(byte: u8) -> bool {
    is_hex(byte) || byte == b':' || byte == b'.'
}

/// Looks at the run of digits and dots around `dot`; says where it ends.
fn find_v4(line: &[u8], dot: usize, floor: usize, spans: &mut Spans) -> usize {
    let is_part = |byte: u8| is_digit(byte) || byte == b'.';
    let start = skip_back(line, dot, floor, is_part);
    let end = skip(line, dot, is_part);
    let trimmed = skip_back(line, end, start, |byte| byte == b'.');
    if let Some(address) = parse_v4(&line[start..trimmed])
        && stands_alone(line, start, trimmed)
        && !is_version(line, start)
        && let Some(kind) = kind_of_v4(address)
    {
        spans.add(start, trimmed, kind);
    }
    end
}

fn parse_v4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut parts = text.split(|byte| *byte == b'.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| (1..=3).contains(&part.len()))?;
        let value = part
            .iter()
            .fold(0_u16, |value, digit| value * 10 + u16::from(digit - b'0'));
        *octet = u8::try_from(value).ok()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

/// Whether no letter or further part makes the number something else.
fn stands_alone(line: &[u8], start: usize, end: usize) -> bool {
    let free_before =
        !is_letter(before(line, start)) || is_escape_letter(line, start.saturating_sub(1));
    let suffix = at(line, end) == b'-' && is_letter(at(line, end + 1));
    free_before && !is_letter(at(line, end)) && !suffix
}

/// Whether the words before `start` say that a version follows.
fn is_version(line: &[u8], start: usize) -> bool {
    let is_gap = |byte: u8| matches!(byte, b' ' | b'=' | b':' | b'/' | b'"' | b'\'' | b'^' | b'~');
    let end = skip_back(line, start, start.saturating_sub(4), is_gap);
    let word = &line[skip_back(line, end, end.saturating_sub(16), is_letter)..end];
    if before(line, start) == b'/' {
        return PROGRAMS
            .iter()
            .any(|program| word.eq_ignore_ascii_case(program));
    }
    end < start
        && [&b"version"[..], b"ver", b"release", b"v"]
            .iter()
            .any(|name| word.eq_ignore_ascii_case(name))
}

fn kind_of_v4(address: Ipv4Addr) -> Option<Kind> {
    let [first, second, ..] = address.octets();
    if address.is_loopback() || first == 0 || first == 255 {
        return None;
    }
    let shared = first == 100 && (64..128).contains(&second);
    if address.is_private() || address.is_link_local() || shared {
        Some(Kind::InternalIp)
    } else {
        Some(Kind::ExternalIp)
    }
}

/// Looks at the run of hex groups around `colon`; says where it ends.
fn find_v6(line: &[u8], colon: usize, floor: usize, spans: &mut Spans) -> usize {
    let mut start = skip_back(line, colon, floor, is_v6);
    let end = skip(line, colon, is_v6);
    if !may_be_v6(&line[start..end]) {
        return end;
    }
    if is_escape_letter(line, start) {
        start += 1;
    }
    let from = start + leading_label(&line[start..end]);
    let trimmed = trim(line, from, end);
    if let Some(address) = parse_v6(line, from, trimmed)
        && let Some(kind) = kind_of_v6(address)
    {
        spans.add(from, trimmed, kind);
    }
    end
}

/// Times have two colons; an address has a double one or many.
pub(crate) fn may_be_v6(run: &[u8]) -> bool {
    let colons = run.iter().filter(|byte| **byte == b':').count();
    6 <= colons || run.windows(2).any(|pair| pair == b"::")
}

/// `a:2001:…` may be a label and an address: a single colon first is no part.
fn leading_label(text: &[u8]) -> usize {
    usize::from(text.starts_with(b":") && !text.starts_with(b"::"))
}

fn trim(line: &[u8], start: usize, end: usize) -> usize {
    let trimmed = skip_back(line, end, start, |byte| byte == b'.' || byte == b':');
    if line[start..end].ends_with(b"::") && trimmed + 2 == end {
        end
    } else {
        trimmed
    }
}

fn parse_v6(line: &[u8], start: usize, end: usize) -> Option<Ipv6Addr> {
    let text = line
        .get(start..end)
        .filter(|text| (6..=MAX_V6_BYTES).contains(&text.len()))?;
    let word = |byte: u8| is_alnum(byte) || byte == b'_';
    let escaped = start
        .checked_sub(1)
        .is_some_and(|index| is_escape_letter(line, index));
    if (word(before(line, start)) && !escaped) || word(at(line, end)) {
        return None;
    }
    let address = std::str::from_utf8(text).ok()?.parse().ok()?;
    text.iter().any(|byte| is_digit(*byte)).then_some(address)
}

fn kind_of_v6(address: Ipv6Addr) -> Option<Kind> {
    if let Some(embedded) = address.to_ipv4_mapped() {
        return kind_of_v4(embedded);
    }
    if address.is_loopback() || address.is_unspecified() {
        return None;
    }
    let inside = address.is_unique_local() || address.is_unicast_link_local();
    Some(if inside || address.segments()[0] == 0xfe80 {
        Kind::InternalIp
    } else {
        Kind::ExternalIp
    })
}
