//! Lines of files that hold passwords without naming them.

use memchr::{memchr, memchr2};

use crate::bytes::{is_digit, is_hex, is_name, is_space, skip, skip_back};
use crate::chosen::looks_chosen;
use crate::counts::Kind;
use crate::placeholders::is_marker;
use crate::spans::Spans;

/// The longest line that is looked at.
const MAX_LINE_BYTES: usize = 1024;
/// The longest line of few words.
const MAX_WORDS_BYTES: usize = 160;

/// Finds the password on a line of a password file of PostgreSQL:
/// `host:port:database:user:password`.
pub(crate) fn find(line: &[u8], spans: &mut Spans) {
    find_accounts(line, spans);
    find_words(line, spans);
    let start = skip(line, 0, is_space);
    let colon = skip(line, start, |byte| !is_space(byte) && byte != b':');
    let is_told = names_host(&line[start..colon]) && line.get(colon) == Some(&b':');
    if !is_told || MAX_LINE_BYTES < line.len() {
        return;
    }
    let end = skip_back(line, line.len(), colon, is_space);
    let mut fields = line[start..end].splitn(5, |byte| *byte == b':');
    let mut next = || fields.next().unwrap_or_default();
    let (_, port, database, user, password) = (next(), next(), next(), next(), next());
    let all_filled = [database, user, password]
        .iter()
        .all(|field| !field.is_empty() && !field.iter().any(|byte| is_space(*byte)));
    if names_port(port) && all_filled && !is_marker(password) {
        spans.add(end - password.len(), end, Kind::Key);
    }
}

/// Finds the password on a line of few words: `client server password *`, and
/// `server user:password`.
fn find_words(line: &[u8], spans: &mut Spans) {
    let line = line.trim_ascii_end();
    // What goes may leave a line of this form.
    spans.is_doubtful |= !spans.is_empty() && (two_words(line).is_some() || line.ends_with(b"*"));
    if MAX_WORDS_BYTES < line.len() {
        return;
    }
    if line.ends_with(b"*") {
        find_third_of_four(line, spans);
        return;
    }
    if let Some((first, second)) = two_words(line)
        && names_server(first)
        && let Some(user) = memchr(b':', second)
    {
        add_chosen(line, &second[user + 1..], spans);
    }
}

/// The two words of `line`, if it has no more.
fn two_words(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii_start();
    let end = memchr2(b' ', b'\t', line)?;
    let second = line[end..].trim_ascii_start();
    memchr2(b' ', b'\t', second)
        .is_none()
        .then_some((&line[..end], second))
}

fn find_third_of_four(line: &[u8], spans: &mut Spans) {
    let mut words = line
        .split(|byte| is_space(*byte))
        .filter(|word| !word.is_empty());
    let third = words.by_ref().nth(2).unwrap_or_default();
    if words.next() == Some(b"*") && words.next().is_none() {
        let word = third.strip_prefix(b"\"").unwrap_or(third);
        add_chosen(line, word.strip_suffix(b"\"").unwrap_or(word), spans);
    }
}

/// `[smtp.example.com]:587`.
fn names_server(word: &[u8]) -> bool {
    let is_part = |byte: &u8| is_name(*byte) || matches!(byte, b'.' | b'[' | b']' | b':');
    word.contains(&b'.') && word.iter().all(is_part)
}

/// Adds `word`, which is a part of `line`, if it looks like a password.
fn add_chosen(line: &[u8], word: &[u8], spans: &mut Spans) {
    if looks_chosen(word)
        && let Some(start) = memchr::memmem::rfind(line, word)
    {
        spans.add(start, start + word.len(), Kind::Key);
    }
}

/// Finds the hashes on a line of a dump of Windows accounts:
/// `user:number:hash:hash:::`.
fn find_accounts(line: &[u8], spans: &mut Spans) {
    const TAIL: &[u8] = b":::";
    let end = line.trim_ascii_end().len();
    if !line[..end].ends_with(TAIL) {
        return;
    }
    spans.is_doubtful |= !spans.is_empty();
    if MAX_LINE_BYTES < end {
        return;
    }
    let is_hash = |field: &[u8]| field.len() == 32 && field.iter().all(|byte| is_hex(*byte));
    let fields = &line[..end - TAIL.len()];
    let mut position = 0;
    for field in fields.split(|byte| *byte == b':') {
        if is_hash(field) {
            spans.add(position, position + field.len(), Kind::Key);
        }
        position += field.len() + 1;
    }
}

fn names_host(text: &[u8]) -> bool {
    let is_part = |byte: &u8| is_name(*byte) || *byte == b'.';
    text == b"*" || text == b"localhost" || (text.contains(&b'.') && text.iter().all(is_part))
}

fn names_port(text: &[u8]) -> bool {
    text == b"*" || (4..=5).contains(&text.len()) && text.iter().all(|byte| is_digit(*byte))
}
