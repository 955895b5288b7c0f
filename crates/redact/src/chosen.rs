//! Words that look like passwords which people chose.

use crate::bytes::{is_digit, is_letter};
use crate::shapes;

/// Starts of the names of algorithms, which are no passwords.
const ALGORITHMS: [&[u8]; 9] = [
    b"sha", b"md5", b"aes", b"hs2", b"hs5", b"rs2", b"es2", b"utf", b"base",
];

/// Whether a word of a sentence or a command looks like a password: letters and
/// digits or marks together, and no version, name of a file, hash or algorithm.
pub(crate) fn looks_chosen(word: &[u8]) -> bool {
    let padding = word.iter().rev().take_while(|byte| **byte == b'=').count();
    let word = &word[..word.len() - padding];
    if is_grouped(word) {
        return true;
    }
    let count = |is_of: fn(u8) -> bool| word.iter().filter(|byte| is_of(**byte)).count();
    let (letters, digits) = (count(is_letter), count(is_digit));
    let Some(inner) = word.get(1..word.len().saturating_sub(1)) else {
        return false;
    };
    let is_mark = |byte: &u8| {
        matches!(
            byte,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'*' | b'+' | b'~'
        )
    };
    let is_foreign = |byte: &u8| {
        matches!(
            byte,
            b'/' | b'\\' | b'(' | b'=' | b':' | b',' | b'[' | b'{' | b'<' | b';'
        )
    };
    let marks = inner.iter().filter(|byte| is_mark(byte)).count();
    let is_file = inner.contains(&b'.') && marks == 0;
    6 <= word.len()
        && 2 <= letters
        && (2 <= digits || (1 <= digits + marks && 1 <= marks))
        && !word.iter().any(is_foreign)
        && !is_file
        && !is_known(word)
}

/// `abcd-efgh-ijkl-mnop`.
fn is_grouped(word: &[u8]) -> bool {
    let mut groups = word.split(|byte| *byte == b'-').map(<[u8]>::len);
    let first = groups.clone().next().unwrap_or_default();
    (4..=6).contains(&first)
        && 4 <= groups.clone().count()
        && groups.all(|length| length == first)
        && word.iter().all(|byte| is_letter(*byte) || *byte == b'-')
}

/// Whether the word is an id, a hash or the name of an algorithm.
fn is_known(word: &[u8]) -> bool {
    let starts = |name: &[u8]| {
        word.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    shapes::is_uuid(word)
        || shapes::is_hex_number(word)
        || ALGORITHMS.iter().any(|name| starts(name))
        || word.starts_with(b"{")
        || word.starts_with(b"$")
}
