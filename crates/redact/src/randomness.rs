//! Whether a stretch of text is a key rather than a word, a number or an id.

use crate::bytes::{Census, is_alnum, is_digit, is_letter};
use crate::commonness::{Tally, surprise};
use crate::{shapes, vendors};

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

/// Whether a run without a label is too random for a name or an id.
pub(crate) fn is_random(run: &[u8]) -> bool {
    if vendors::has_key_prefix(run) {
        return true;
    }
    let census = Census::of(run);
    if census.digits == 0 {
        return !is_plain(run, &census) && surprises(run, &census) && !is_name_or_id(run);
    }
    if !census.has_lower() && !census.has_upper() {
        return is_odd_hex(run);
    }
    !shapes::is_uuid(run)
        && (has_shape_of_key(run) || (surprises(run, &census) && !is_name_or_id(run)))
}

/// Whether the run says by its shape or its first word what it is.
fn is_name_or_id(run: &[u8]) -> bool {
    vendors::names_id(run)
        || shapes::is_pod_name(run)
        || shapes::is_symbol_hash(run)
        || shapes::is_ulid(run)
        || shapes::is_trace_context(run)
}

fn surprises(run: &[u8], census: &Census) -> bool {
    let weight = weigh(run);
    SURPRISING <= weight.most
        || (SURPRISING_TOGETHER <= weight.sum && 20 <= run.len())
        || (0 < census.digits && is_odd_hex(run))
        || surprises_as_whole(run, census)
}

/// Whether all of a run with digits or joints is no name.
fn surprises_as_whole(run: &[u8], census: &Census) -> bool {
    let is_joined = 0 < census.joints;
    if census.digits == 0 {
        return is_joined && SURPRISING <= surprise_of_parts(run);
    }
    let least = if is_joined {
        SURPRISING_JOINED
    } else if census.has_lower() && census.has_upper() {
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

/// Whether no change of case makes a run without digits more than words.
fn is_plain(run: &[u8], census: &Census) -> bool {
    !(census.has_lower() && census.has_upper())
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

/// How surprising the stretches of a run are.
pub(crate) struct Weight {
    most: i32,
    pub(crate) sum: i32,
}

pub(crate) fn weigh(run: &[u8]) -> Weight {
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
    let is_hex = census.is_hex_number() || (part.starts_with(b"0x") && shapes::is_hex_number(part));
    if census.digits == part.len() || is_hex {
        return 0;
    }
    let one_case = census.digits == 0 && !(census.has_lower() && census.has_upper());
    if one_case && part.len() < LONG_WORD_BYTES {
        return 0;
    }
    surprise(part)
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
