//! Secrets that a sentence announces rather than a sign.

use memchr::{memchr_iter, memmem};

use crate::bytes::{at, before, is_digit, is_name, is_quote, is_space, is_stop, skip, skip_back};
use crate::calls::is_login;
use crate::chosen::looks_chosen;
use crate::counts::Kind;
use crate::keys::Label;
use crate::labels::take;
use crate::links;
use crate::names::{NEAR_BYTES, Name};
use crate::randomness;
use crate::spans::Spans;
use crate::values::{self, Reach, Value};

/// Words between a password's name and the password itself.
const VERBS: [&[u8]; 4] = [b" is ", b" was ", b" set to ", b" = "];

/// Further ones in front of a word that looks like a password.
const BARE_VERBS: [&[u8]; 8] = [
    b" is ",
    b" was ",
    b" to ",
    b" = ",
    b" lautet ",
    b" est ",
    b" es ",
    b" are ",
];

/// Words between a password and its name.
const VERBS_BEFORE: [&[u8]; 4] = [b" is the ", b" as the ", b" as ", b"\" into \""];

/// So many letters, each by itself, are a key.
const MIN_SPACED_LETTERS: usize = 16;

/// The longest password in quotes near its name.
const MAX_CHOSEN_BYTES: usize = 64;

/// How far behind a name such letters may stand.
const MAX_SPACED_BYTES: usize = 2048;

/// How much of a token is looked at to decide about it.
const MAX_TOKEN_BYTES: usize = 256;

/// Adds a bare key a few words behind its label; says from where to look on.
pub(crate) fn find_near(text: &[u8], from: usize, spans: &mut Spans) -> usize {
    if find_typed(text, from, spans) {
        return from;
    }
    let limit = (from + NEAR_BYTES).min(text.len());
    find_parted(text, from, limit, spans);
    find_spaced(text, skip(text, from, is_space), limit, spans);
    let is_part = |byte: u8| is_name(byte) || matches!(byte, b'+' | b'/' | b'.' | b'~');
    let mut position = from;
    while position < limit {
        let start = skip(&text[..limit], position, |byte| !is_part(byte));
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
    let is_literal = match before(text, gap) {
        b':' => is_quote(before(text, gap - 1)),
        byte => matches!(byte, b',' | b'['),
    };
    values::is_number(&text[start..end]) && (end - start < 20 || is_literal)
}

/// `"9f86…" + "d1f0…"`: halves of a key; and `9 f 8 6 …`, letter by letter.
fn find_parted(text: &[u8], from: usize, limit: usize, spans: &mut Spans) {
    let mut position = links::skip_closing(text, from);
    while let Some(quote) = next_quote(text, position, limit) {
        let first = values::quoted_value(text, quote, quote);
        let sign = skip(text, first.end + 1, is_space);
        let second = values::value_at(text, sign + 1, Reach::Word).filter(|value| value.quoted);
        if let Some(second) = second.filter(|_| text.get(sign) == Some(&b'+')) {
            for half in [first, second] {
                let inner = &text[half.start..half.end];
                if inner.iter().any(|byte| is_digit(*byte)) && !inner.contains(&b' ') {
                    spans.add(half.start, half.end, Kind::Key);
                }
            }
            return;
        }
        position = first.end + 1;
    }
}

/// `9 f 8 6 …`: a key letter by letter, and others shortly behind it.
fn find_spaced(text: &[u8], from: usize, limit: usize, spans: &mut Spans) {
    let text = &text[..text.len().min(limit + MAX_SPACED_BYTES)];
    let (mut start, mut limit) = (from, limit);
    while start < limit {
        let mut end = start;
        while end < text.len() && !is_stop(text[end]) && is_space(at(text, end + 1)) {
            end += 2;
        }
        if MIN_SPACED_LETTERS <= (end - start) / 2 {
            spans.add(start, end - 1, Kind::Key);
            limit = end + NEAR_BYTES;
        }
        start = skip(text, skip(text, end, |byte| !is_space(byte)), is_space).max(start + 1);
    }
}

/// `the password for x is "y"`: what is quoted behind it goes.
pub(crate) fn find_spoken(text: &[u8], name: Name, spans: &mut Spans) {
    let ends_text = at(text, name.end) == b'"' && before(text, name.start) != b'"';
    if name.label != Label::Password || ends_text {
        return;
    }
    let limit = (name.end + NEAR_BYTES).min(text.len());
    let spoken = &text[name.end..limit];
    find_spoken_bare(text, name.end, spans);
    find_spoken_before(text, name, spans);
    if !memchr_iter(b' ', spoken).any(|blank| starts_verb(&spoken[blank..])) {
        return;
    }
    let mut position = links::skip_closing(text, name.end);
    while let Some(quote) = next_quote(text, position, limit) {
        let value = values::quoted_value(text, quote, quote);
        if text.len() <= value.end {
            return;
        }
        take(text, name.label, value, Reach::Word, spans);
        position = value.end + 1;
    }
}

/// `the password is …`: the word right behind the verb or the colon.
fn find_spoken_bare(text: &[u8], from: usize, spans: &mut Spans) {
    let limit = (from + NEAR_BYTES).min(text.len());
    let behind = |blank: usize| {
        let rest = &text[blank..];
        let verb = BARE_VERBS.iter().find(|verb| rest.starts_with(verb));
        match verb {
            Some(verb) => Some(blank + verb.len()),
            None if before(text, blank) == b':' => Some(blank + 1),
            None => None,
        }
    };
    for start in memchr_iter(b' ', &text[from..limit]).filter_map(|blank| behind(from + blank)) {
        if let Some(value) = values::value_at(text, start, Reach::Word)
            && !value.quoted
            && looks_chosen(&text[value.start..value.end])
        {
            take(text, Label::Password, value, Reach::Word, spans);
        }
    }
}

/// `… is the password`, `use … as the password`.
fn find_spoken_before(text: &[u8], name: Name, spans: &mut Spans) {
    let head = &text[..name.start];
    let verb = VERBS_BEFORE.iter().find(|verb| head.ends_with(verb));
    let Some(end) = verb.map(|verb| head.len() - verb.len()) else {
        return;
    };
    let start = skip_back(text, end, end.saturating_sub(NEAR_BYTES), |byte| {
        !is_stop(byte)
    });
    if looks_chosen(&text[start..end]) {
        spans.add(start, end, Kind::Key);
    }
}

/// `creds: bob / …`, `login with bob:…`: the half behind the user.
pub(crate) fn find_half_near(text: &[u8], name: Name, spans: &mut Spans) {
    let limit = (name.end + NEAR_BYTES).min(text.len());
    let near = &text[name.end..limit];
    let seen = text.len().min(limit + MAX_TOKEN_BYTES);
    let is_cut = |end: usize| end == seen && seen < text.len();
    let end_of = |start: usize| skip(&text[..seen], start, |byte| !is_stop(byte));
    if let Some(mark) = memmem::find(near, b" / ").filter(|_| name.label != Label::Weak) {
        let start = name.end + mark + 3;
        let end = end_of(start);
        if !is_cut(end) && looks_chosen(&text[start..end]) {
            spans.add(start, end, Kind::Key);
        }
    }
    if name.label != Label::Weak || is_login(name.text(text)) {
        for mark in memchr_iter(b':', near) {
            let start = name.end + mark + 1;
            let end = end_of(start);
            if is_name(before(text, start - 1)) && !is_cut(end) && looks_chosen(&text[start..end]) {
                spans.add(start, end, Kind::Key);
            }
        }
    }
}

/// A chosen word in quotes near the name of a password: an argument of a call.
pub(crate) fn find_quoted_near(line: &[u8], name: Name, spans: &mut Spans) {
    if name.label == Label::Weak {
        return;
    }
    let limit = (name.end + NEAR_BYTES).min(line.len());
    let mut position = name.end;
    while let Some(quote) = next_quote(line, position, limit) {
        let start = quote + 1;
        let seen = line.len().min(start + MAX_CHOSEN_BYTES);
        let end = skip(&line[..seen], start, |byte| byte != line[quote]);
        let is_argument = matches!(before(line, quote), b'(' | b' ' | b',')
            && !matches!(before(line, quote.saturating_sub(1)), b'=' | b'>')
            && !line[..quote].ends_with(b"\": ");
        if is_argument && end < seen && looks_chosen(&line[start..end]) {
            let quoted = true;
            take(
                line,
                name.label,
                Value { start, end, quoted },
                Reach::Word,
                spans,
            );
            position = end + 1;
            continue;
        }
        position = start;
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
