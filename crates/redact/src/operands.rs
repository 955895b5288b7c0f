//! Secrets among the words of a command or a statement.

use crate::below::behind_user;
use crate::bytes::{at, before, is_hex, is_name, is_space, skip, skip_back};
use crate::calls::{self, MAX_CALL_BYTES};
use crate::chosen::looks_chosen;
use crate::counts::Kind;
use crate::keys::{self, Label};
use crate::labels::take;
use crate::links;
use crate::names::{MAX_NAME_BYTES, Name};
use crate::pipes;
use crate::spans::Spans;
use crate::values::{self, Reach, Value};

/// How many words of a command are looked at.
const MAX_WORDS: usize = 8;

/// The word at `from`, unless it is a flag.
pub(crate) fn find_word(text: &[u8], from: usize, spans: &mut Spans) {
    let value = values::value_at(text, from, Reach::Word);
    if let Some(value) = value.filter(|value| at(text, value.start) != b'-') {
        take(text, Label::Password, value, Reach::Word, spans);
    }
}

/// The value that a sign joins.
pub(crate) fn find_joined(text: &[u8], from: usize, spans: &mut Spans) {
    let closed = links::skip_closing(text, from);
    let sign = skip(text, closed, is_space);
    if matches!(at(text, sign), b':' | b'=') {
        find_word(text, sign + 1, spans);
    }
}

/// Behind the next word.
pub(crate) fn behind_word(text: &[u8], from: usize) -> usize {
    let text = &text[..text.len().min(from + MAX_CALL_BYTES)];
    skip(text, skip(text, from, is_space), |byte| !is_space(byte))
}

/// Whether `user …` ends right before `position`.
pub(crate) fn names_user(text: &[u8], position: usize) -> bool {
    let floor = position.saturating_sub(MAX_NAME_BYTES);
    let end = skip_back(text, position, floor, is_space);
    let user = skip_back(text, end, floor, |byte| !is_space(byte));
    text[floor..user].trim_ascii_end().ends_with(b" user")
}

/// The last quoted argument of a statement.
pub(crate) fn find_last_quoted(text: &[u8], from: usize, spans: &mut Spans) {
    let mut position = from;
    let mut last = None;
    for _ in 0..MAX_WORDS {
        let start = skip(text, position, |byte| !matches!(byte, b'\'' | b';'));
        if text.get(start) != Some(&b'\'') {
            break;
        }
        let value = values::quoted_value(text, start, start);
        last = Some(value)
            .filter(|value| looks_chosen(&text[value.start..value.end]))
            .or(last);
        position = value.end + 1;
    }
    if let Some(value) = last {
        take(text, Label::Password, value, Reach::Word, spans);
    }
}

/// `scott/…@main`: the word behind the first slash.
pub(crate) fn find_behind_slash(text: &[u8], from: usize, spans: &mut Spans) {
    let mut position = from;
    for _ in 0..MAX_WORDS {
        let start = skip(text, position, is_space);
        let end = skip(text, start, |byte| {
            !is_space(byte) && !matches!(byte, b'"' | b'\'' | b';')
        });
        let word = &text[start..end];
        let slash = skip(word, 0, is_name);
        if !word.starts_with(b"-") && 0 < slash && at(word, slash) == b'/' {
            let rest = &word[slash + 1..];
            let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
            let skipped = skip(rest, 0, is_name) + 1;
            let (first, last) = if at(rest, skipped - 1) == b',' {
                (skipped, rest.len())
            } else {
                (0, end_of_password(rest))
            };
            let base = end - rest.len();
            let quoted = false;
            let value = Value {
                start: base + first,
                end: base + last,
                quoted,
            };
            take(text, Label::Password, value, Reach::Word, spans);
            return;
        }
        if end == text.len() {
            return;
        }
        position = end.max(start + 1);
    }
}

/// A password in front of the last sign that parts it from the database.
fn end_of_password(word: &[u8]) -> usize {
    memchr::memrchr(b'@', word).unwrap_or(word.len())
}

/// Chosen words among the next ones of a command, in quotes or not.
pub(crate) fn find_chosen_words(text: &[u8], from: usize, count: usize, spans: &mut Spans) {
    let mut position = from;
    for _ in 0..count {
        let Some(value) = values::value_at(text, position, Reach::Word) else {
            return;
        };
        let word = &text[value.start..value.end];
        // `user%password` is taken apart at its flag.
        if looks_chosen(word) && !word.contains(&b'%') {
            take(text, Label::Password, value, Reach::Word, spans);
        }
        position = value.end + usize::from(value.quoted);
    }
}

/// `/p:…`, `/rp …`, `signtool … /p …`.
pub(crate) fn find_windows_flag(
    text: &[u8],
    start: usize,
    end: usize,
    cue: &[u8],
    spans: &mut Spans,
) {
    let from = if cue == b"signtool " {
        let limit = text.len().min(end + MAX_CALL_BYTES);
        memchr::memmem::find(&text[end..limit], b" /p ").map(|offset| end + offset + 4)
    } else {
        is_space(before(text, start)).then_some(end)
    };
    if let Some(from) = from {
        find_word(text, from, spans);
    }
}

/// What a script types in: `send "…\\r"`, `sudo -S <<< "…"`.
pub(crate) fn find_typed_in(text: &[u8], start: usize, end: usize, cue: &[u8], spans: &mut Spans) {
    let from = end - usize::from(cue.ends_with(b"\""));
    if is_name(before(text, start)) {
        return;
    }
    if let Some(value) = values::value_at(text, from, Reach::Word) {
        let typed = &text[value.start..value.end];
        let escapes = [&br"\r"[..], br"\n"]
            .iter()
            .find_map(|escape| typed.strip_suffix(*escape));
        let typed = escapes.unwrap_or(typed);
        if looks_chosen(typed) {
            spans.add(value.start, value.start + typed.len(), Kind::Key);
        }
    }
}

/// `echo … | sudo -S …`.
pub(crate) fn find_piped(text: &[u8], start: usize, spans: &mut Spans) {
    let (end, label_end) = (start, start);
    let label = Label::Password;
    pipes::find(
        text,
        Name {
            start,
            end,
            label,
            label_end,
        },
        spans,
    );
}

/// Quoted arguments of the method whose name starts at `from`.
pub(crate) fn find_in_method(text: &[u8], from: usize, spans: &mut Spans) {
    let open = skip(text, from, is_name);
    if at(text, open) == b'(' {
        calls::find_chosen(text, open + 1, spans);
    }
}

/// `name=…`.
pub(crate) fn find_assigned(text: &[u8], from: usize, spans: &mut Spans) {
    let sign = skip(text, from, |byte| is_name(byte) || byte == b'.');
    if at(text, sign) == b'=' {
        find_word(text, sign + 1, spans);
    }
}

/// `a=… b=…`.
pub(crate) fn find_all_assigned(text: &[u8], from: usize, spans: &mut Spans) {
    let mut position = from;
    for _ in 0..MAX_WORDS {
        let start = skip(text, position, is_space);
        let sign = skip(text, start, |byte| is_name(byte) || byte == b'.');
        if at(text, sign) == b'='
            && looks_chosen(
                text[sign + 1..]
                    .split(|byte| is_space(*byte))
                    .next()
                    .unwrap_or_default(),
            )
        {
            find_word(text, sign + 1, spans);
        }
        position = skip(text, start, |byte| !is_space(byte));
    }
}

/// `config set --secret name …`: the name says whether the value is one.
pub(crate) fn find_setting(text: &[u8], from: usize, spans: &mut Spans) {
    let mut position = from;
    for _ in 0..MAX_WORDS {
        let start = skip(text, position, is_space);
        let end = skip(text, start, |byte| !is_space(byte));
        let word = &text[start..end];
        if !word.starts_with(b"-") && keys::label_of(word).is_some_and(|label| label != Label::Weak)
        {
            find_word(text, end, spans);
            return;
        }
        position = end;
    }
}

/// `WIFI:T:WPA;S:name;P:…;;`.
pub(crate) fn find_in_code_of_network(text: &[u8], from: usize, spans: &mut Spans) {
    let head = &text[from.saturating_sub(MAX_NAME_BYTES)..from];
    if memchr::memmem::find(head, b"WIFI:").is_some() {
        let seen = text.len().min(from + MAX_CALL_BYTES);
        let end = skip(&text[..seen], from, |byte| byte != b';');
        if end == seen {
            return;
        }
        let value = Value {
            start: from,
            end,
            quoted: true,
        };
        take(text, Label::Password, value, Reach::Word, spans);
    }
}

/// Hex digits of the length of a hash behind `NTLM :` or `-hashes`.
pub(crate) fn find_hashes(text: &[u8], from: usize, spans: &mut Spans) {
    let mut position = skip(text, from, |byte| is_space(byte) || byte == b':');
    for _ in 0..2 {
        let end = skip(text, position, is_hex);
        if end - position == 32 {
            spans.add(position, end, Kind::Key);
        }
        position = end + 1;
    }
}

/// `ACL SETUSER bob on >… ~*`: passwords stand behind a mark.
pub(crate) fn find_marked(text: &[u8], from: usize, spans: &mut Spans) {
    let from = from - 1;
    let limit = text.len().min(from + MAX_CALL_BYTES);
    for mark in memchr::memchr2_iter(b'>', b'<', &text[from..limit]) {
        let start = from + mark + 1;
        if let Some(value) = values::value_at(text, start, Reach::Word)
            && value.start == start
        {
            take(text, Label::Password, value, Reach::Word, spans);
        }
    }
}

/// `createUser bob SHA "…" AES "…"`: passphrases stand behind the names of methods.
pub(crate) fn find_behind_methods(text: &[u8], from: usize, spans: &mut Spans) {
    let mut from = behind_word(text, from);
    for _ in 0..2 {
        let start = skip(text, from, is_space);
        let end = skip(text, start, is_name);
        let is_method = ["SHA", "MD5", "AES", "DES"]
            .iter()
            .any(|method| text[start..end].starts_with(method.as_bytes()));
        let Some(value) = values::value_at(text, end, Reach::Word).filter(|_| is_method) else {
            return;
        };
        take(text, Label::Password, value, Reach::Word, spans);
        from = value.end + usize::from(value.quoted);
    }
}

/// `addauth digest bob:…`.
pub(crate) fn find_pair(text: &[u8], from: usize, spans: &mut Spans) {
    let pair = values::value_at(text, behind_word(text, from), Reach::Word);
    if let Some(password) = pair.and_then(|pair| behind_user(text, pair)) {
        take(text, Label::Password, password, Reach::Word, spans);
    }
}

/// `ConvertTo-SecureString -String "…"`
pub(crate) fn find_quoted(text: &[u8], from: usize, spans: &mut Spans) {
    let blank = skip(text, from, is_space);
    let flag = if at(text, blank) == b'-' {
        skip(text, blank, |byte| !is_space(byte))
    } else {
        blank
    };
    let value = values::value_at(text, flag, Reach::Word).filter(|value| value.quoted);
    if let Some(value) = value.filter(|_| from < blank) {
        take(text, Label::Password, value, Reach::Word, spans);
    }
}
