//! Long runs of letters and digits that no label announces.

use memchr::memchr;

use crate::bytes::{
    at, before, is_alnum, is_digit, is_escape_letter, is_letter, is_lower, is_name, is_upper, skip,
    skip_back,
};
use crate::commonness::{Tally, surprise};
use crate::counts::Kind;
use crate::long_runs;
use crate::spans::Spans;
use crate::{hosts, shapes, slashes, vendors};

/// Shorter runs are not keys unless a label says so.
const MIN_RUN_BYTES: usize = 16;
/// From this surprise on, in quarters of a bit, a stretch is no word.
const SURPRISING: i32 = 36;
/// From this sum on, several lesser stretches are no words.
const SURPRISING_TOGETHER: i32 = 96;
/// From this surprise on, a stretch near a label is no word.
const SURPRISING_NEAR_LABEL: i32 = 6;

/// From this surprise on, a run with digits is no name as a whole: with joints,
/// of one case, and of both cases.
const SURPRISING_JOINED: i32 = 28;
const SURPRISING_ONE_CASE: i32 = 14;
const SURPRISING_MIXED: i32 = 24;
/// Fewer bytes say too little.
const MIN_JUDGED_BYTES: usize = 12;

/// No word is this long.
const LONG_WORD_BYTES: usize = 24;

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

/// Whether a run without a label is too random for a name or an id.
pub(crate) fn is_random(run: &[u8]) -> bool {
    if vendors::has_key_prefix(run) {
        return true;
    }
    if is_plain(run) || shapes::is_uuid(run) {
        return false;
    }
    if has_shape_of_key(run) {
        return true;
    }
    !is_name_or_id(run) && surprises(run)
}

/// Whether the run says by its shape or its first word what it is.
fn is_name_or_id(run: &[u8]) -> bool {
    vendors::names_id(run)
        || shapes::is_pod_name(run)
        || shapes::is_symbol_hash(run)
        || shapes::is_trace_context(run)
}

fn surprises(run: &[u8]) -> bool {
    let weight = weigh(run);
    SURPRISING <= weight.most
        || (SURPRISING_TOGETHER <= weight.sum && 20 <= run.len())
        || is_odd_hex(run)
        || surprises_as_whole(run)
}

/// Whether all of a run with digits or joints is no name.
fn surprises_as_whole(run: &[u8]) -> bool {
    let has = |is_of: fn(u8) -> bool| run.iter().any(|byte| is_of(*byte));
    let is_joined = !run.iter().all(|byte| is_alnum(*byte));
    if !has(is_digit) {
        return is_joined && SURPRISING <= surprise_of_parts(run);
    }
    let least = if is_joined {
        SURPRISING_JOINED
    } else if has(is_lower) && has(is_upper) {
        SURPRISING_MIXED
    } else {
        SURPRISING_ONE_CASE
    };
    least <= surprise_of_parts(run)
}

/// The surprise of a run without its numbers and hashes; what is too short has none.
pub(crate) fn surprise_of_parts(run: &[u8]) -> i32 {
    let mut tally = Tally::default();
    let mut bytes = 0;
    for part in run.split(|byte| !is_alnum(*byte)) {
        let is_number = part.iter().all(|byte| is_digit(*byte));
        if is_number || (4 <= part.len() && shapes::is_hex_number(part)) {
            continue;
        }
        if 0 < bytes {
            tally.add(b'_');
        }
        part.iter().for_each(|byte| tally.add(*byte));
        bytes += part.len();
    }
    if bytes < MIN_JUDGED_BYTES {
        0
    } else {
        tally.surprise()
    }
}

/// Whether no digit and no change of case makes the run more than words.
fn is_plain(run: &[u8]) -> bool {
    let census = Census::of(run);
    let is_mixed = 0 < census.digits || (census.has_lower && census.has_upper);
    !is_mixed
        && (run.len() < LONG_WORD_BYTES
            || run
                .split(|byte| !is_letter(*byte))
                .all(|word| word.len() < LONG_WORD_BYTES))
}

fn has_shape_of_key(run: &[u8]) -> bool {
    vendors::is_prefixed_hex(run)
        || vendors::is_prefixed_uuid(run)
        || vendors::is_lettered_hex(run)
        || vendors::has_stage(run)
        || vendors::has_key_suffix(run)
}

/// Whether a value near a label is more than a word or a number.
pub(crate) fn is_keylike(value: &[u8]) -> bool {
    if shapes::is_uuid_shaped(value)
        || shapes::is_product_key(value)
        || vendors::has_key_prefix(value)
    {
        return true;
    }
    let parts = || value.split(|byte| !is_alnum(*byte));
    let hex_bytes: usize = parts()
        .filter(|part| 4 <= part.len() && shapes::is_hex_number(part))
        .map(<[u8]>::len)
        .sum();
    let has_letter = value.iter().any(|byte| is_letter(*byte));
    (24 <= hex_bytes && has_letter)
        || parts().any(is_keylike_part)
        || SURPRISING_TOGETHER / 2 <= weigh(value).sum
}

/// Whether one stretch of a value alone makes it more than a word.
fn is_keylike_part(part: &[u8]) -> bool {
    let digits = part.iter().filter(|byte| is_digit(**byte)).count();
    let letters = part.len() - digits;
    match part.len() {
        0..8 => false,
        8..16 => SURPRISING_NEAR_LABEL <= judge(part),
        length => {
            (4 <= digits && 1 <= letters)
                || (20 <= length && letters == 0)
                || SURPRISING_NEAR_LABEL * 2 <= judge(part)
        }
    }
}

struct Weight {
    most: i32,
    sum: i32,
}

fn weigh(run: &[u8]) -> Weight {
    let mut weight = Weight { most: 0, sum: 0 };
    for part in run
        .split(|byte| !is_alnum(*byte))
        .filter(|part| 4 <= part.len())
    {
        let judged = judge(part);
        if 12 <= part.len() {
            weight.most = weight.most.max(judged);
        }
        weight.sum += judged.max(0);
    }
    weight
}

/// The surprise of a stretch; numbers, hashes and single-case words have none.
fn judge(part: &[u8]) -> i32 {
    let census = Census::of(part);
    if census.digits == part.len() || shapes::is_hex_number(part) {
        return 0;
    }
    let one_case = census.digits == 0 && !(census.has_lower && census.has_upper);
    if one_case && part.len() < LONG_WORD_BYTES {
        return 0;
    }
    surprise(part)
}

/// Which classes of bytes a text has.
struct Census {
    digits: usize,
    has_lower: bool,
    has_upper: bool,
}

impl Census {
    fn of(text: &[u8]) -> Census {
        let (mut digits, mut has_lower, mut has_upper) = (0, false, false);
        for &byte in text {
            digits += usize::from(is_digit(byte));
            has_lower |= is_lower(byte);
            has_upper |= is_upper(byte);
        }
        Census {
            digits,
            has_lower,
            has_upper,
        }
    }
}

/// Hex digits of a length that no hash has, or several such groups.
fn is_odd_hex(run: &[u8]) -> bool {
    let hex_bytes: usize = run
        .split(|byte| !is_alnum(*byte))
        .filter(|part| 6 <= part.len() && shapes::is_hex_number(part))
        .map(<[u8]>::len)
        .sum();
    let alone = hex_bytes == run.len();
    let mixed = run.iter().any(|byte| !is_digit(*byte));
    (alone && mixed && !shapes::is_hash_length(hex_bytes))
        || (!alone && 40 <= hex_bytes && run.len() <= hex_bytes + 4)
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
