//! Where a name may stand that announces a secret: one pass, three bytes at a time.

/// A part that names with a label have.
struct Stem {
    text: &'static [u8],
    /// Whether it counts only as a word of its own.
    is_word: bool,
}

const fn part(text: &'static str) -> Stem {
    Stem {
        text: text.as_bytes(),
        is_word: false,
    }
}

const fn word(text: &'static str) -> Stem {
    Stem {
        text: text.as_bytes(),
        is_word: true,
    }
}

/// No two start with the same three letters.
static STEMS: [Stem; 37] = [
    part("pass"),
    part("pwd"),
    word("psw"),
    part("secret"),
    part("token"),
    part("key"),
    part("cred"),
    part("bearer"),
    part("jwt"),
    part("auth"),
    part("cookie"),
    word("otp"),
    word("pat"),
    part("mnemonic"),
    word("sas"),
    part("private"),
    part("access"),
    part("login"),
    word("crumb"),
    part("sig"),
    part("hmac"),
    word("salt"),
    word("seed"),
    part("licen"),
    part("webhook"),
    word("sid"),
    word("tenant"),
    word("nonce"),
    word("cert"),
    word("pin"),
    part("csrf"),
    word("dsn"),
    word("srt"),
    word("psk"),
    part("senha"),
    word("contribsys"),
    part("api"),
];

/// How many values three folded bytes have.
const FOLDS: usize = 1 << 15;
/// Stands where no stem has these three letters.
const NO_STEM: u8 = u8::MAX;

/// Which stem starts with three letters, and as bits whether any does.
static STEM_OF: [u8; FOLDS] = stem_of();
static STARTS: [u32; FOLDS / 32] = starts();

const fn stem_of() -> [u8; FOLDS] {
    let mut table = [NO_STEM; FOLDS];
    let mut index = 0;
    while index < STEMS.len() {
        let text = STEMS[index].text;
        table[fold(fold(fold(0, text[0]), text[1]), text[2])] = index as u8;
        index += 1;
    }
    table
}

const fn starts() -> [u32; FOLDS / 32] {
    let stems = stem_of();
    let mut table = [0; FOLDS / 32];
    let mut hash = 0;
    while hash < FOLDS {
        if stems[hash] != NO_STEM {
            table[hash / 32] |= 1 << (hash % 32);
        }
        hash += 1;
    }
    table
}

/// The last three bytes, five bits each, which makes both cases alike.
const fn fold(hash: usize, byte: u8) -> usize {
    ((hash << 5) | (byte & 31) as usize) & (FOLDS - 1)
}

/// The next stem in `line` from `from` on, as start and end.
pub(crate) fn next(line: &[u8], from: usize) -> Option<(usize, usize)> {
    let rest = &line[from..];
    let mut letters = 0_usize;
    for (index, &byte) in rest.iter().enumerate() {
        // Older letters are cut off outside of the chain from byte to byte.
        letters = (letters << 5) | usize::from(byte & 31);
        let hash = letters & (FOLDS - 1);
        if (STARTS[hash / 32] >> (hash % 32)) & 1 == 1
            && let Some(start) = (from + index).checked_sub(2).filter(|start| from <= *start)
            && let Some(end) = stem_at(line, start, hash)
        {
            return Some((start, end));
        }
    }
    None
}

/// The end of the stem at `start`, whose letters fold to `hash`.
fn stem_at(line: &[u8], start: usize, hash: usize) -> Option<usize> {
    let stem = STEMS.get(usize::from(STEM_OF[hash]))?;
    let end = start + stem.text.len();
    let is_here = line.get(start..end)?.eq_ignore_ascii_case(stem.text);
    (is_here && (!stem.is_word || stands_alone(line, start, end))).then_some(end)
}

/// Whether no letter goes on with the word, other than another word's capital.
fn stands_alone(line: &[u8], start: usize, end: usize) -> bool {
    let first = line[start];
    let last = line[end - 1];
    let goes_before = start.checked_sub(1).is_some_and(|index| {
        let before = line[index];
        before.is_ascii_alphabetic() && before.is_ascii_uppercase() == first.is_ascii_uppercase()
    });
    let goes_on = line.get(end).is_some_and(|next| {
        next.is_ascii_alphabetic()
            && *next != b's'
            && !(next.is_ascii_uppercase() && last.is_ascii_lowercase())
    });
    !goes_before && !goes_on
}
