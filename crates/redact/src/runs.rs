//! Long runs of letters and digits that no label announces.

use memchr::memchr;

use crate::bytes::{at, before, is_digit, is_escape_letter, is_name, skip, skip_back};
use crate::counts::Kind;
use crate::long_runs;
use crate::randomness::{is_random, weigh};
use crate::spans::Spans;
use crate::{hosts, slashes, vendors};

/// Shorter runs are not keys unless a label says so.
const MIN_RUN_BYTES: usize = 16;

const fn is_run(byte: u8) -> bool {
    is_name(byte) || byte == b'+'
}

/// Finds runs that look drawn by lot.
pub(crate) fn find(line: &[u8], spans: &mut Spans) {
    let (mut from, mut floor) = (0, 0);
    while let Some((first, end)) = long_runs::next(line, from, MIN_RUN_BYTES, long_runs::is_word) {
        let last = find_in_word(line, first, end, floor, spans);
        if last == floor && slashes::is_random(line, first, end) {
            spans.add(first, skip(line, end, |byte| byte == b'='), Kind::Key);
        }
        (from, floor) = (last.max(end + 1), last);
    }
}

/// Finds runs between the slashes of a word; says where the last one ends that goes.
fn find_in_word(
    line: &[u8],
    first: usize,
    word_end: usize,
    floor: usize,
    spans: &mut Spans,
) -> usize {
    let (mut from, mut floor) = (first, floor);
    while from < word_end {
        let slash = memchr(b'/', &line[from..word_end]);
        let end = slash.map_or(word_end, |offset| from + offset);
        let start = from + glued_bytes(line, from, end);
        from = end + 1;
        if end < start + MIN_RUN_BYTES {
            continue;
        }
        let is_key = is_random(&line[start..end]) && !hosts::is_first_label(line, start, end);
        if is_key || vendors::continues_key(line, start, end) {
            let (first, last) = widen(line, start, end, floor);
            spans.add(first, last, Kind::Key);
            (from, floor) = (last, last);
        }
    }
    floor
}

/// What stands in front of a run and is no part of it: the letter of `\n`, or
/// `[93m`, a color of the terminal.
fn glued_bytes(line: &[u8], start: usize, end: usize) -> usize {
    match before(line, start) {
        b'\\' => usize::from(is_escape_letter(line, start)),
        b'[' => {
            let digits = skip(&line[..end], start, is_digit) - start;
            let is_color = (1..=3).contains(&digits) && at(line, start + digits) == b'm';
            if is_color { digits + 1 } else { 0 }
        }
        _ => 0,
    }
}

/// A key may go on behind a dot, a slash or the like, and end in padding.
pub(crate) fn widen(line: &[u8], start: usize, end: usize, floor: usize) -> (usize, usize) {
    let is_link = |byte: u8| matches!(byte, b'.' | b'~' | b'/' | b'|' | b':' | b'+');
    let (mut first, mut last) = (start, end);
    while is_link(at(line, last)) && last < line.len() {
        let next = skip(line, last + 1, is_run);
        if !is_piece(&line[last + 1..next]) {
            break;
        }
        last = next;
    }
    while floor < first && is_link(before(line, first)) {
        let next = skip_back(line, first - 1, floor, is_run);
        if !is_piece(&line[next..first - 1]) {
            break;
        }
        first = next;
    }
    (first, skip(line, last, |byte| byte == b'='))
}

fn is_piece(piece: &[u8]) -> bool {
    let letters = piece.iter().filter(|byte| !is_digit(**byte)).count();
    let digits = piece.len() - letters;
    (0 < letters && 0 < digits && 4 <= piece.len()) || 8 <= digits || 0 < weigh(piece).sum
}
