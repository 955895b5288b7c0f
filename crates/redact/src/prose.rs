//! Secrets that a sentence announces rather than a sign.

use memchr::memchr_iter;

use crate::bytes::{before, is_digit, is_letter, is_name, is_space, is_stop, skip, skip_back};
use crate::counts::Kind;
use crate::keys::Label;
use crate::labels::take;
use crate::names::{NEAR_BYTES, Name};
use crate::randomness;
use crate::spans::Spans;
use crate::values::{self, Reach};

/// Words between a password's name and the password itself.
const VERBS: [&[u8]; 4] = [b" is ", b" was ", b" set to ", b" = "];

/// How much of a token is looked at to decide about it.
const MAX_TOKEN_BYTES: usize = 256;

/// Adds a bare key a few words behind its label; says from where to look on.
pub(crate) fn find_near(text: &[u8], from: usize, spans: &mut Spans) -> usize {
    if find_typed(text, from, spans) {
        return from;
    }
    let limit = (from + NEAR_BYTES).min(text.len());
    let is_part = |byte: u8| is_name(byte) || matches!(byte, b'+' | b'/' | b'.' | b'~');
    let mut position = from;
    while position < limit {
        let start = skip(text, position, |byte| !is_part(byte));
        let seen = text.len().min(start + MAX_TOKEN_BYTES);
        let end = skip(&text[..seen], start, is_part);
        if start < limit && is_near_key(text, start, end) {
            let whole = skip(text, end, is_part);
            let padded = skip(text, whole, |byte| byte == b'=');
            spans.add(
                start,
                skip_back(text, padded, start, |byte| byte == b'.'),
                Kind::Key,
            );
            return if end < whole { whole } else { from };
        }
        position = end.max(position + 1);
    }
    from
}

/// `password 7 0822455D0A16`: network devices say by a digit how it is encoded.
fn find_typed(text: &[u8], from: usize, spans: &mut Spans) -> bool {
    let Some([b' ', digit, b' ', rest @ ..]) = text.get(from..) else {
        return false;
    };
    let length = skip(rest, 0, |byte| !is_stop(byte));
    let value = &rest[..length];
    let digits = value.iter().filter(|byte| is_digit(**byte)).count();
    let is_typed = matches!(digit, b'0' | b'5' | b'7' | b'8' | b'9');
    if is_typed && 3 <= digits && 8 <= length && digits < length {
        spans.add(from + 3, from + 3 + length, Kind::Key);
        return true;
    }
    false
}

/// Whether the token is a key; a path or a name with dots near a label is none.
fn is_near_key(text: &[u8], start: usize, end: usize) -> bool {
    let end = skip_back(text, end, start, |byte| byte == b'.');
    let token = &text[start..end];
    8 <= token.len()
        && !is_plain_number(text, start, end)
        && !token.starts_with(b"/")
        && !token.starts_with(b"./")
        && randomness::is_keylike(token)
}

/// Whether the token is a number too short for a key, or one that JSON needs.
fn is_plain_number(text: &[u8], start: usize, end: usize) -> bool {
    let gap = skip_back(text, start, start.saturating_sub(4), is_space);
    values::is_number(&text[start..end])
        && (end - start < 20 || matches!(before(text, gap), b':' | b',' | b'['))
}

/// `the password for x is "y"`: what is quoted behind it goes.
pub(crate) fn find_spoken(text: &[u8], name: Name, spans: &mut Spans) {
    if name.label != Label::Password {
        return;
    }
    let limit = (name.end + NEAR_BYTES).min(text.len());
    let spoken = &text[name.end..limit];
    if !memchr_iter(b' ', spoken).any(|blank| starts_verb(&spoken[blank..])) {
        return;
    }
    let mut position = name.end;
    while let Some(quote) = next_quote(text, position, limit) {
        let value = values::quoted_value(text, quote, quote);
        if text.len() <= value.end {
            return;
        }
        take(text, name.label, value, Reach::Word, spans);
        position = value.end + 1;
    }
}

fn starts_verb(text: &[u8]) -> bool {
    VERBS.iter().any(|verb| text.starts_with(verb))
}

fn next_quote(text: &[u8], from: usize, limit: usize) -> Option<usize> {
    let region = text.get(from..limit)?;
    region
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\''))
        .map(|offset| from + offset)
}

/// Adds the first value of a line whose label stands on the line above.
pub(crate) fn find_first_value(line: &[u8], label: Label, spans: &mut Spans) {
    let start = skip(line, 0, is_space);
    let name = skip(line, start, |byte| is_letter(byte) || byte == b'"');
    let is_value = [&b"value"[..], b"\"value\""].contains(&&line[start..name]);
    if is_value && line.get(name) == Some(&b':') {
        if let Some(value) = values::value_at(line, name + 1, Reach::Word) {
            take(line, label, value, Reach::Word, spans);
        }
    } else if let Some(value) = values::value_at(line, start, Reach::Word)
        && randomness::is_keylike(&line[value.start..value.end])
    {
        take(line, label, value, Reach::Word, spans);
    }
}
