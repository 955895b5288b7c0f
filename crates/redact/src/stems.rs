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
static STEMS: [Stem; 36] = [
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
    part("senha"),
    word("contribsys"),
    part("api"),
];

const WORDS: usize = 512;
static STARTS: [u64; WORDS] = starts();

const fn starts() -> [u64; WORDS] {
    let mut table = [0; WORDS];
    let mut index = 0;
    while index < STEMS.len() {
        let text = STEMS[index].text;
        let hash = fold(fold(fold(0, text[0]), text[1]), text[2]);
        table[hash / 64] |= 1 << (hash % 64);
        index += 1;
    }
    table
}

/// The last three bytes, five bits each, which makes both cases alike.
const fn fold(hash: usize, byte: u8) -> usize {
    ((hash << 5) | (byte & 31) as usize) & 0x7fff
}

/// Every stem in `line` from `from` on, as start and end.
pub(crate) fn next(line: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut hash = 0;
    for (index, &byte) in line.iter().enumerate().skip(from) {
        hash = fold(hash, byte);
        if STARTS[hash / 64] >> (hash % 64) & 1 == 1
            && from + 2 <= index
            && let Some(length) = stem_at(line, index - 2)
        {
            return Some((index - 2, index - 2 + length));
        }
    }
    None
}

fn stem_at(line: &[u8], start: usize) -> Option<usize> {
    let rest = &line[start..];
    let stem = STEMS.iter().find(|stem| {
        rest.get(..stem.text.len())
            .is_some_and(|text| text.eq_ignore_ascii_case(stem.text))
    })?;
    let end = start + stem.text.len();
    (!stem.is_word || stands_alone(line, start, end)).then_some(stem.text.len())
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
