//! How vendors mark their keys, and how systems mark their ids.

use crate::bytes::{
    is_alnum, is_digit, is_escape_letter, is_hex, is_letter, is_lower, is_upper, skip_back,
};
use crate::shapes::{is_hash_length, is_hex_number, is_uuid};
use crate::word_list::{LazyList, WordList};

/// The length of a UUID as text.
const UUID_BYTES: usize = 36;
/// The shortest hex digits that a few letters make a key.
const MIN_HEX_BYTES: usize = 32;
/// The most letters with which a vendor marks hex digits.
const MAX_MARK_BYTES: usize = 8;

/// Beginnings of keys with how many name characters must follow at least.
const KEY_PREFIXES: &[(&[u8], usize)] = &[
    (b"sk-", 20),
    (b"sk_", 20),
    (b"rk_live_", 16),
    (b"pk_live_", 16),
    (b"whsec_", 16),
    (b"AKIA", 16),
    (b"ASIA", 16),
    (b"ABIA", 16),
    (b"ACCA", 16),
    (b"AIza", 30),
    (b"ya29.", 12),
    (b"GOCSPX-", 12),
    (b"ghp_", 20),
    (b"gho_", 20),
    (b"ghu_", 20),
    (b"ghs_", 20),
    (b"ghr_", 20),
    (b"github_pat_", 20),
    (b"glpat-", 12),
    (b"gldt-", 12),
    (b"glrt-", 12),
    (b"glsa_", 16),
    (b"glc_", 16),
    (b"xoxb-", 10),
    (b"xoxp-", 10),
    (b"xoxa-", 10),
    (b"xoxs-", 10),
    (b"xapp-", 10),
    (b"xoxe", 10),
    (b"hf_", 20),
    (b"npm_", 20),
    (b"pypi-", 16),
    (b"dop_v1_", 20),
    (b"doo_v1_", 20),
    (b"shpat_", 16),
    (b"shpss_", 16),
    (b"shpca_", 16),
    (b"shppa_", 16),
    (b"SG.", 16),
    (b"eyJ", 16),
    (b"dckr_pat_", 16),
    (b"dckr_oat_", 16),
    (b"lin_api_", 16),
    (b"sntrys_", 16),
    (b"sntryu_", 16),
    (b"sqp_", 20),
    (b"squ_", 20),
    (b"sqa_", 20),
    (b"sbp_", 20),
    (b"key-", 24),
    (b"pubkey-", 24),
    (b"hvs.", 16),
    (b"hvb.", 16),
    (b"ops_", 20),
    (b"AGE-SECRET-KEY-1", 20),
    (b"PMAK-", 20),
    (b"HRKU-", 20),
    (b"atlasv1", 20),
    (b"FLWSECK", 8),
    (b"EAAC", 30),
    (b"HUBSPOT-", 16),
    (b"NRAK-", 16),
    (b"nvapi-", 16),
    (b"gsk_", 20),
    (b"r8_", 20),
    (b"pat-", 20),
    (b"secret_", 20),
    (b"rubygems_", 20),
    (b"figd_", 16),
    (b"ATATT", 20),
    (b"ATBB", 20),
    (b"web_", 20),
    (b"sk_live_", 10),
    (b"pub-c-", 36),
    (b"sub-c-", 36),
    (b"sk-ant-", 12),
    (b"dapi", 32),
    (b"sk_test_", 10),
];

/// The first two bytes of every prefix, folded to ten bits.
static KEY_STARTS: [bool; 1024] = key_starts();

const fn key_starts() -> [bool; 1024] {
    let mut starts = [false; 1024];
    let mut index = 0;
    while index < KEY_PREFIXES.len() {
        starts[fold(KEY_PREFIXES[index].0[0], KEY_PREFIXES[index].0[1])] = true;
        index += 1;
    }
    starts
}

const fn fold(first: u8, second: u8) -> usize {
    ((first & 31) as usize) << 5 | (second & 31) as usize
}

/// First words of runs that name things; hex after them is a hash or an id.
static ID_WORDS: LazyList = LazyList::new(|| {
    WordList::new(
        "\
    account agent app artifact asst batch blk blob block branch build cache call chat \
    chatcmpl chunk client cmd cmpl code commit container conv correlation ctx deploy \
    device digest disk doc err etag event evt exec file gen git group guid hash host id \
    image img instance item job layer log md5 message msg net node obj object op org \
    page plan pod pool proc prompt proposal pvc rec ref release req request resp \
    response rev role rs run sess session sha sha1 sha256 sha512 snap snapshot span step \
    task team temp test thread tmp tool toolu trace tree turn tx txn user uuid version \
    video vol volume window worker",
    )
});

/// Whether `run` starts like a key of a known shape and is long enough for one.
pub(crate) fn has_key_prefix(run: &[u8]) -> bool {
    let [first, second, ..] = run else {
        return false;
    };
    KEY_STARTS[fold(*first, *second)]
        && KEY_PREFIXES.iter().any(|(prefix, least)| {
            prefix[0] == *first
                && prefix[1] == *second
                && run
                    .strip_prefix(*prefix)
                    .is_some_and(|rest| *least <= rest.len())
        })
}

/// Names that a dot parts from the key behind them.
const DOTTED_PREFIXES: [&[u8]; 11] = [
    b"SG", b"ya29", b"AQ", b"hvs", b"hvb", b"hvr", b"mlsn", b"dt0c01", b"hawk", b"pt", b"v1",
];

/// Whether a mark joins the run to a first half that makes it a key: `SG.…`,
/// `pat….9f86…`, `1234567890:9f86…`.
pub(crate) fn continues_key(line: &[u8], start: usize, end: usize) -> bool {
    let Some(mark) = start
        .checked_sub(1)
        .filter(|mark| matches!(line[*mark], b'.' | b':'))
    else {
        return false;
    };
    let first = skip_back(line, mark, mark.saturating_sub(24), is_alnum);
    let half = &line[first + usize::from(is_escape_letter(line, first))..mark];
    let digits = half.iter().filter(|byte| is_digit(**byte)).count();
    let is_hex = 32 <= end - start && is_hex_number(&line[start..end]);
    match line[mark] {
        b'.' if DOTTED_PREFIXES.contains(&half) => 16 <= end - start,
        b'.' => is_hex && 12 <= half.len() && 0 < digits && digits < half.len(),
        _ => is_hex && 10 <= digits && digits == half.len(),
    }
}

/// A few letters right in front of or behind at least 32 hex digits: a vendor's
/// mark, unless the letters say that an id follows.
pub(crate) fn is_lettered_hex(run: &[u8]) -> bool {
    if run.len() < MIN_HEX_BYTES + 2 {
        return false;
    }
    let (head, tail) = run.split_at(run.len() / 2);
    let is_hex_end = tail.iter().all(|byte| is_hex(*byte));
    let is_hex_start = head.iter().all(|byte| is_hex(*byte));
    match (is_hex_start, is_hex_end) {
        (false, true) => has_mark_before(run),
        (true, false) => has_mark_behind(run),
        (true, true) => has_capitals_before(run),
        (false, false) => false,
    }
}

/// `vtk9f86…`: the last letter that is no hex digit ends the mark or stands in it.
fn has_mark_before(run: &[u8]) -> bool {
    let mark = run
        .iter()
        .rposition(|byte| !is_hex(*byte))
        .map_or(0, |last| last + 1);
    let hex = &run[mark..];
    let is_long_enough = 2 <= mark || !is_hash_length(hex.len());
    let letters = mark + hex.iter().take_while(|byte| is_letter(**byte)).count();
    is_long_enough
        && is_mark(&run[..mark])
        && MIN_HEX_BYTES <= hex.len()
        && is_hex_number(hex)
        && !(mark..=letters).any(|end| is_id_word(&run[..end]))
}

/// `9f86…NRAL`.
fn has_mark_behind(run: &[u8]) -> bool {
    let mark = run
        .iter()
        .position(|byte| !is_hex(*byte))
        .unwrap_or(run.len());
    2 <= run.len() - mark
        && is_mark(&run[mark..])
        && MIN_HEX_BYTES <= mark
        && run[..mark].iter().any(|byte| is_digit(*byte))
}

/// `ABCA9f86…`: all are hex digits, but not all of one case.
fn has_capitals_before(run: &[u8]) -> bool {
    let mark = run.iter().take_while(|byte| is_upper(**byte)).count();
    (2..=MAX_MARK_BYTES).contains(&mark)
        && MIN_HEX_BYTES <= run.len() - mark
        && run[mark..].iter().any(|byte| is_lower(*byte))
        && is_hex_number(&run[mark..])
}

fn is_mark(text: &[u8]) -> bool {
    text.len() <= MAX_MARK_BYTES && text.iter().all(|byte| is_letter(*byte))
}

/// A vendor's few letters in front of a UUID: `sdk-8aeb51f3-…`.
pub(crate) fn is_prefixed_uuid(run: &[u8]) -> bool {
    let Some(cut) = run.len().checked_sub(UUID_BYTES + 1) else {
        return false;
    };
    let (mark, prefix) = (run[cut], &run[..cut]);
    (2..=6).contains(&cut)
        && matches!(mark, b'-' | b'_')
        && prefix.iter().all(|byte| is_letter(*byte))
        && is_uuid(&run[cut + 1..])
        && !is_id_word(prefix)
}

/// `vendor_live_…`: a word for where a key works, and the key.
pub(crate) fn has_stage(run: &[u8]) -> bool {
    let mut parts = run.split(|byte| matches!(byte, b'_' | b'-'));
    run.first().is_some_and(|byte| is_letter(*byte))
        && parts.by_ref().skip(1).any(is_stage)
        && parts.any(|part| {
            16 <= part.len()
                && part.iter().any(|byte| is_digit(*byte))
                && part.iter().any(|byte| is_letter(*byte))
        })
}

fn is_stage(part: &[u8]) -> bool {
    matches!(
        part,
        b"live" | b"prod" | b"production" | b"sandbox" | b"secret" | b"sk" | b"pat"
    )
}

/// Whether the run's first word says that an id follows.
pub(crate) fn names_id(run: &[u8]) -> bool {
    let mut words = run.split(|byte| matches!(byte, b'_' | b'-'));
    words.find(|word| !word.is_empty()).is_some_and(is_id_word)
}

fn is_id_word(word: &[u8]) -> bool {
    ID_WORDS.holds(word)
}

/// License keys of one vendor carry their mark at the end.
pub(crate) fn has_key_suffix(run: &[u8]) -> bool {
    run.len() == 40 && run.ends_with(b"_mmk")
}

/// Short words and then at least twenty hex digits: a key under a vendor's name.
pub(crate) fn is_prefixed_hex(run: &[u8]) -> bool {
    let is_hex_end = |length: usize| run[run.len() - length..].iter().all(|byte| is_hex(*byte));
    if run.len() < 22 || !is_hex_end(8) || !is_letter(run[0]) {
        return false;
    }
    let mut parts = run.rsplit(|byte| matches!(byte, b'_' | b'-'));
    let mut hex_bytes = 0;
    let first_word = parts.by_ref().find(|part| {
        let is_group = 8 <= part.len() && is_hex_number(part);
        hex_bytes += if is_group { part.len() } else { 0 };
        !is_group
    });
    let is_short = |part: &[u8]| part.len() <= 10 && part.iter().all(|byte| is_alnum(*byte));
    let words = first_word.into_iter().chain(parts);
    20 <= hex_bytes
        && (1..=3).contains(&words.clone().count())
        && words.clone().all(is_short)
        && !names_id(run)
}
