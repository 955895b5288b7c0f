//! Codes and phrases that get people in: recovery codes, codes of a second
//! factor, the words of a wallet.

use crate::bytes::{
    at, before, is_alnum, is_digit, is_letter, is_lower, is_space, skip, skip_back,
};
use crate::counts::Kind;
use crate::names::NEAR_BYTES;
use crate::spans::Spans;

/// Wallets have at least so many words, each of so many letters.
const MIN_WORDS: usize = 12;
const WORD_BYTES: std::ops::RangeInclusive<usize> = 3..=8;
/// The most words that a wallet has.
const MAX_WORDS: usize = 48;
/// How far behind the word codes may stand.
const MAX_CODES_BYTES: usize = 512;
/// How many digits a code of a second factor has.
const CODE_DIGITS: std::ops::RangeInclusive<usize> = 4..=8;

/// Finds what the words `recovery …` announce; says whether the lines below are codes.
pub(crate) fn find_recovery(text: &[u8], from: usize, spans: &mut Spans) -> bool {
    let word = skip(text, from, |byte| matches!(byte, b' ' | b'_' | b'-'));
    let end = skip(text, word, is_letter);
    match &text[word..end] {
        b"phrase" => {
            find_phrase(text, end, spans);
            false
        }
        b"code" | b"codes" | b"key" | b"keys" => find_codes(text, end, spans),
        _ => false,
    }
}

/// Finds codes behind the word that announces them; says whether they stand below.
pub(crate) fn find_codes(text: &[u8], from: usize, spans: &mut Spans) -> bool {
    let near = &text[..text.len().min(from + NEAR_BYTES)];
    let sign = skip(near, from, |byte| is_letter(byte) || is_space(byte));
    if at(near, sign) != b':' {
        return false;
    }
    let whole_bytes = text.len();
    let text = &text[..text.len().min(from + MAX_CODES_BYTES)];
    let is_cut = text.len() < whole_bytes;
    let mut position = skip(text, sign + 1, is_space);
    let is_below = position == text.len() && !is_cut;
    while let Some(end) = end_of_code(text, position) {
        if is_cut && end == text.len() {
            break;
        }
        spans.add(position, end, Kind::Key);
        position = skip(text, end, |byte| {
            is_space(byte) || matches!(byte, b',' | b';')
        });
    }
    is_below
}

/// Takes `line` if it is one code; says whether it was one.
pub(crate) fn find_code_below(line: &[u8], spans: &mut Spans) -> bool {
    let start = skip(line, 0, |byte| {
        is_space(byte) || matches!(byte, b'-' | b'*')
    });
    let code = end_of_code(line, start).filter(|end| skip(line, *end, is_space) == line.len());
    if let Some(end) = code {
        spans.add(start, end, Kind::Key);
    }
    code.is_some()
}

/// Where the code ends that starts at `start`, if one does.
fn end_of_code(text: &[u8], start: usize) -> Option<usize> {
    let end = skip(text, start, |byte| is_alnum(byte) || byte == b'-');
    let code = &text[start..end];
    let is_code = (8..=64).contains(&code.len())
        && code.iter().any(|byte| is_digit(*byte))
        && !matches!(at(text, end), b':' | b'/' | b'_' | b'=');
    is_code.then_some(end)
}

/// Finds the code of a second factor around the words from `start` to `end`.
pub(crate) fn find_factor(text: &[u8], start: usize, end: usize, spans: &mut Spans) {
    let limit = text.len().min(end + NEAR_BYTES);
    let near = &text[..limit];
    let verb = memchr::memmem::find(&near[end..], b" is ").map(|offset| end + offset + 4);
    let from =
        verb.unwrap_or_else(|| skip(near, end, |byte| matches!(byte, b' ' | b':' | b'=' | b'#')));
    if let Some((first, last)) = code_at(text, from) {
        spans.add(first, last, Kind::Key);
    } else {
        find_factor_before(text, start, spans);
    }
}

/// `123456 is your code`.
fn find_factor_before(text: &[u8], start: usize, spans: &mut Spans) {
    let floor = start.saturating_sub(NEAR_BYTES);
    let Some(verb) = memchr::memmem::rfind(&text[floor..start], b" is your ") else {
        return;
    };
    let end = floor + verb;
    let first = skip_back(text, end, floor, is_digit);
    if CODE_DIGITS.contains(&(end - first)) && !is_alnum(before(text, first)) {
        spans.add(first, end, Kind::Key);
    }
}

/// Four to eight digits at `from`, maybe behind a letter and a joint or in two groups.
fn code_at(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let lead = skip(text, from, is_letter);
    let start = if lead == from + 1 && at(text, lead) == b'-' {
        lead + 1
    } else {
        from
    };
    let half = skip(text, start, is_digit);
    let is_parted = matches!(at(text, half), b' ' | b'-') && half == start + 3;
    let end = match skip(text, half + 1, is_digit) {
        end if is_parted && end == half + 4 => end,
        _ => half,
    };
    let digits = text[start..end]
        .iter()
        .filter(|byte| is_digit(**byte))
        .count();
    let is_code = CODE_DIGITS.contains(&digits) && !is_alnum(at(text, end));
    is_code.then_some((start, end))
}

/// Finds the words of a wallet that start shortly behind `from`.
pub(crate) fn find_phrase(text: &[u8], from: usize, spans: &mut Spans) {
    let limit = text.len().min(from + NEAR_BYTES);
    let mut position = from;
    while position < limit {
        let start = skip(text, position, |byte| !is_lower(byte));
        let (words, end) = phrase_at(text, start);
        if MIN_WORDS <= words {
            spans.add(start, end, Kind::Key);
            return;
        }
        position = end.max(start + 1);
    }
}

/// How many words of a wallet stand at `start`, and where the last one ends.
fn phrase_at(text: &[u8], start: usize) -> (usize, usize) {
    let (mut words, mut end) = (0, start);
    loop {
        let from = if words == 0 { start } else { end + 1 };
        let next = skip(text, from, is_lower);
        if !WORD_BYTES.contains(&(next - from.min(next))) || is_alnum(at(text, next)) {
            return (words, end);
        }
        (words, end) = (words + 1, next);
        if at(text, end) != b' ' || MAX_WORDS <= words {
            return (words, end);
        }
    }
}
