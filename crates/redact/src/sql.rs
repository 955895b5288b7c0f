//! Passwords in statements of SQL: `IDENTIFIED BY '…'`.

use crate::bytes::{is_letter, is_name, is_space, skip};
use crate::keys::Label;
use crate::labels::take;
use crate::spans::Spans;
use crate::values::{self, Reach};

/// How far in front a statement may start.
const MAX_HEAD_BYTES: usize = 160;
/// How far behind the cue the password may end.
const MAX_TAIL_BYTES: usize = 512;
/// Words between the cue and the password.
const MAX_WORDS: usize = 5;

/// Verbs of statements that set passwords.
const VERBS: [&[u8]; 3] = [b"create", b"alter", b"grant"];

/// Finds the password behind the word `identified`, which stands from `start` to `end`.
pub(crate) fn find_identified(text: &[u8], start: usize, end: usize, spans: &mut Spans) {
    let head = &text[start.saturating_sub(MAX_HEAD_BYTES)..start];
    let is_statement = text[start..end].iter().all(u8::is_ascii_uppercase)
        || VERBS.iter().any(|verb| {
            head.windows(verb.len())
                .any(|window| window.eq_ignore_ascii_case(verb))
        });
    let whole_bytes = text.len();
    let text = &text[..text.len().min(end + MAX_TAIL_BYTES)];
    let Some(from) = is_statement.then(|| behind_words(text, end)).flatten() else {
        return;
    };
    let value = values::value_at(text, from, Reach::Word);
    if let Some(value) = value.filter(|value| value.end < text.len() || text.len() == whole_bytes) {
        take(text, Label::Password, value, Reach::Word, spans);
    }
}

/// Behind `BY`, `WITH … AS`, `BY VALUES` and the like.
fn behind_words(text: &[u8], from: usize) -> Option<usize> {
    let mut from = from;
    let mut is_joined = false;
    for _ in 0..MAX_WORDS {
        let start = skip(text, from, is_space);
        let end = skip(text, start, is_name);
        let word = &text[start..end];
        let is = |known: &str| word.eq_ignore_ascii_case(known.as_bytes());
        if is_joined && !is("values") && !is("password") {
            break;
        }
        is_joined |= is("by") || is("as") || is("using");
        if start == end
            || !word
                .iter()
                .all(|byte| is_letter(*byte) || matches!(byte, b'_' | b'0'..=b'9'))
        {
            break;
        }
        from = end;
    }
    is_joined.then_some(from)
}
