//! Names on a line that announce a secret.

use crate::bytes::{
    before, is_alnum, is_escape_letter, is_letter, is_name, is_space, skip, skip_back,
};
use crate::keys::{self, Label};
use crate::stems::{self, Found, Sort};

/// The longest name that is looked at, to each side of its stem.
pub(crate) const MAX_NAME_BYTES: usize = 128;
/// How far behind a label its value may stand.
pub(crate) const NEAR_BYTES: usize = 56;

/// Words that make the key after them a secret.
const MAKERS: [&[u8]; 7] = [
    b"api",
    b"access",
    b"secret",
    b"private",
    b"license",
    b"encryption",
    b"account",
];

/// Words that make the token after them one of a grammar.
const GRAMMAR: [&[u8]; 5] = [b"unexpected", b"expected", b"next", b"previous", b"stray"];

/// A name with a label.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) label: Label,
    /// Where the word ends that says it.
    pub(crate) label_end: usize,
}

impl Name {
    /// A word for a password in another language.
    fn foreign(stem: Found) -> Name {
        Name {
            start: stem.start,
            end: stem.end,
            label: Label::Password,
            label_end: stem.end,
        }
    }

    pub(crate) fn text(self, line: &[u8]) -> &[u8] {
        &line[self.start..self.end]
    }

    /// An interface is spoken of more often than its key, and a tenant by its id.
    pub(crate) fn is_spoken_of(self, line: &[u8]) -> bool {
        let text = self.text(line);
        text.len()
            .checked_sub(3)
            .is_some_and(|cut| text[cut..].eq_ignore_ascii_case(b"api"))
            || text.eq_ignore_ascii_case(b"tenant")
    }

    /// Whether a number of a few digits is the secret.
    pub(crate) fn is_pin(self, line: &[u8]) -> bool {
        self.text(line).eq_ignore_ascii_case(b"pin")
    }

    /// Whether words may follow that are the key of a wallet.
    pub(crate) fn names_wallet(self, line: &[u8]) -> bool {
        let text = self.text(line);
        [&b"seed"[..], b"mnemonic"].iter().any(|word| {
            text.windows(word.len())
                .any(|part| part.eq_ignore_ascii_case(word))
        })
    }

    /// Whether the value can only stand below: nothing or a colon ends the line.
    pub(crate) fn announces_next_line(self, line: &[u8]) -> bool {
        if self.end + MAX_NAME_BYTES < line.len() {
            return false;
        }
        let end = skip_back(line, line.len(), self.end, is_space);
        let near = end <= self.end + NEAR_BYTES && line[..end].ends_with(b":");
        near || skip(line, self.end, |byte| !is_alnum(byte)) == line.len()
    }
}

/// What announces a secret.
#[derive(Clone, Copy)]
pub(crate) enum Announcement {
    /// A name with a label.
    Name(Name),
    /// Words or a call that no label follows, as start and end.
    Cue(usize, usize),
}

/// The next announcement in `line` from `from` on.
pub(crate) fn next(line: &[u8], from: usize) -> Option<Announcement> {
    let mut from = from;
    loop {
        let stem = stems::next(line, from)?;
        match stem.sort {
            Sort::Cue => return Some(Announcement::Cue(stem.start, stem.end)),
            Sort::Foreign => return Some(Announcement::Name(Name::foreign(stem))),
            Sort::Part | Sort::Word => {}
        }
        let (start, end) = around(line, stem.start, stem.end, from);
        if let Some((label, label_end)) = keys::last_label(&line[start..end])
            && let Some(label) = after_word(line, start, label)
        {
            return Some(Announcement::Name(Name {
                start,
                end,
                label,
                label_end: start + label_end,
            }));
        }
        from = end.max(stem.end);
    }
}

fn around(line: &[u8], start: usize, end: usize, floor: usize) -> (usize, usize) {
    let is_part = |byte: u8| is_name(byte) || byte == b'.';
    let floor = floor.max(start.saturating_sub(MAX_NAME_BYTES));
    let mut first = skip_back(line, start, floor, is_part);
    if is_escape_letter(line, first) {
        first += 1;
    }
    let limit = (end + MAX_NAME_BYTES).min(line.len());
    let last = skip(&line[..limit], end, is_part);
    (
        first.min(start),
        skip_back(line, last, end, |byte| byte == b'.'),
    )
}

/// What the word before makes of a name: `API key` is a secret, and an
/// `unexpected token` one of a grammar.
fn after_word(line: &[u8], start: usize, label: Label) -> Option<Label> {
    if label == Label::Password || start == 0 || before(line, start) != b' ' {
        return Some(label);
    }
    let word = &line[skip_back(line, start - 1, start.saturating_sub(16), is_letter)..start - 1];
    let is_one_of = |words: &[&[u8]]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    match label {
        Label::Weak if is_one_of(&MAKERS) => Some(Label::Secret),
        Label::Secret if is_one_of(&GRAMMAR) => None,
        _ => Some(label),
    }
}
