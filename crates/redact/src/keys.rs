//! Which names say that their value is a secret.

use crate::bytes::{is_alnum, is_digit, is_lower, is_upper};
use crate::words::{Meaning, Word, meaning_of};

/// How much a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Label {
    /// The value may be a secret: it goes when it looks like one.
    Weak,
    /// The value is a secret, whatever it looks like; a short number is a count.
    Secret,
    /// The value is a password: numbers go as well.
    Password,
}

/// What `name` says about its value.
pub(crate) fn label_of(name: &[u8]) -> Option<Label> {
    last_label(name).map(|(label, _)| label)
}

/// What `name` says about its value, and where the word ends that says it.
pub(crate) fn last_label(name: &[u8]) -> Option<(Label, usize)> {
    let mut found: Option<(Label, usize)> = None;
    let mut previous = Meaning::PLAIN;
    for (start, end) in words(name) {
        let meaning = meaning_of(&name[start..end]);
        found = match meaning.word {
            Word::Plain => found,
            Word::About => None,
            Word::Name => found.filter(|(_, end)| is_told_by_name(&name[..*end])),
            Word::Id => found.map(|(_, end)| (Label::Weak, end)),
            Word::Weak if previous.opens => None,
            Word::Weak if previous.makes && is_key(&name[start..end]) => Some((Label::Secret, end)),
            Word::Weak => found
                .filter(|(label, _)| *label != Label::Weak)
                .or(Some((Label::Weak, end))),
            Word::Secret if previous.opens && is_opened(&name[start..end]) => None,
            Word::Secret => Some((Label::Secret, end)),
            Word::Password => Some((Label::Password, end)),
        };
        previous = meaning;
    }
    found
}

/// Whether some word of `name` speaks of secrets.
pub(crate) fn is_about(name: &[u8]) -> bool {
    words(name).any(|(start, end)| {
        matches!(
            meaning_of(&name[start..end]).word,
            Word::Weak | Word::Secret | Word::Password
        )
    })
}

/// Whether `name` says of something what kind it is or what it is called.
pub(crate) fn describes(name: &[u8]) -> bool {
    let last = words(name).last();
    last.is_some_and(|(start, end)| {
        matches!(
            meaning_of(&name[start..end]).word,
            Word::About | Word::Name | Word::Id
        )
    })
}

/// The name of a token is half of its credential; that of a secret is none.
fn is_told_by_name(name: &[u8]) -> bool {
    let ends = |word: &[u8]| {
        name.len()
            .checked_sub(word.len())
            .is_some_and(|cut| name[cut..].eq_ignore_ascii_case(word))
    };
    ends(b"token") || ends(b"pat")
}

fn is_key(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"key") || word.eq_ignore_ascii_case(b"keys")
}

/// A public token is no secret; a primary password still is one.
fn is_opened(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"token")
}

/// The words of a name: camel case, digits and joiners part them.
fn words(name: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        while from < name.len() && !is_alnum(name[from]) {
            from += 1;
        }
        let start = from;
        while from < name.len() && is_alnum(name[from]) && !(start < from && is_seam(name, from)) {
            from += 1;
        }
        (start < from).then_some((start, from))
    })
}

/// Whether a new word starts at `at`, behind a letter or digit.
fn is_seam(name: &[u8], at: usize) -> bool {
    let (before, here) = (name[at - 1], name[at]);
    let next_is_lower = name.get(at + 1).is_some_and(|byte| is_lower(*byte));
    (is_lower(before) && is_upper(here))
        || (is_upper(before) && is_upper(here) && next_is_lower)
        || (is_digit(before) && is_upper(here))
}
