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

/// The number of the stem that starts with three letters, counted from one.
static STEM_OF: [u8; FOLDS] = stem_of();

const fn stem_of() -> [u8; FOLDS] {
    let mut table = [0; FOLDS];
    let mut index = 0;
    while index < STEMS.len() {
        let text = STEMS[index].text;
        table[fold(fold(fold(0, text[0]), text[1]), text[2])] = index as u8 + 1;
        index += 1;
    }
    table
}

/// The last three bytes, five bits each, which makes both cases alike.
const fn fold(hash: usize, byte: u8) -> usize {
    ((hash << 5) | (byte & 31) as usize) & (FOLDS - 1)
}

/// How many bytes are looked at between two questions whether a stem is among them.
const STEP_BYTES: usize = 8;

/// The next stem in `line` from `from` on, as start and end.
pub(crate) fn next(line: &[u8], from: usize) -> Option<(usize, usize)> {
    let (steps, tail) = line.get(from..)?.as_chunks::<STEP_BYTES>();
    let mut letters = Letters(0);
    for (index, step) in steps.iter().enumerate() {
        let before = letters;
        if letters.start_stem(step) {
            let found = next_among(line, from, from + index * STEP_BYTES, step, before);
            if found.is_some() {
                return found;
            }
        }
    }
    next_among(line, from, line.len() - tail.len(), tail, letters)
}

/// The first stem whose third letter is in `bytes`, which stand at `position`.
fn next_among(
    line: &[u8],
    from: usize,
    position: usize,
    bytes: &[u8],
    letters: Letters,
) -> Option<(usize, usize)> {
    let mut letters = letters;
    for (index, &byte) in bytes.iter().enumerate() {
        let hash = letters.push(byte);
        if let Some(stem) = usize::from(STEM_OF[hash]).checked_sub(1)
            && let Some(start) = (position + index)
                .checked_sub(2)
                .filter(|start| from <= *start)
            && let Some(end) = stem_at(line, start, &STEMS[stem])
        {
            return Some((start, end));
        }
    }
    None
}

/// The last letters, folded; older ones are cut off when they are looked up.
#[derive(Clone, Copy)]
struct Letters(usize);

impl Letters {
    fn push(&mut self, byte: u8) -> usize {
        self.0 = (self.0 << 5) | usize::from(byte & 31);
        self.0 & (FOLDS - 1)
    }

    /// Takes all of `step`; whether some stem may start in it or shortly before.
    fn start_stem(&mut self, step: &[u8; STEP_BYTES]) -> bool {
        let mut bits = 0;
        for &byte in step {
            let hash = self.push(byte);
            bits |= STEM_OF[hash];
        }
        bits != 0
    }
}

/// Where `stem` ends if it stands at `start`.
fn stem_at(line: &[u8], start: usize, stem: &Stem) -> Option<usize> {
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
