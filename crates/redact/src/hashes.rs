//! Hashes of passwords in the form that says how they were made: `$6$salt$…`.

use memchr::memchr_iter;

use crate::bytes::{at, before, is_alnum, is_name, skip};
use crate::counts::Kind;
use crate::spans::Spans;

/// The shortest tail of a hash.
const MIN_TAIL_BYTES: usize = 12;
/// The longest name of a method.
const MAX_METHOD_BYTES: usize = 16;

/// Finds hashes of passwords.
pub(crate) fn find(line: &[u8], spans: &mut Spans) {
    let mut done = 0;
    for mark in memchr_iter(b'$', line) {
        if done <= mark && !is_alnum(before(line, mark)) {
            done = find_at(line, mark, spans);
        }
    }
}

/// Looks at the hash that may start at `start`; says where it ends.
fn find_at(line: &[u8], start: usize, spans: &mut Spans) -> usize {
    let limit = line.len().min(start + 1 + MAX_METHOD_BYTES);
    let method = skip(&line[..limit], start + 1, is_name);
    if method == start + 1 || at(line, method) != b'$' {
        return start + 1;
    }
    let is_part =
        |byte: u8| is_name(byte) || matches!(byte, b'.' | b'/' | b'$' | b'=' | b',' | b'+');
    let end = skip(line, method, is_part);
    let tail = &line[method..end];
    let is_mixed = tail.iter().any(u8::is_ascii_digit)
        && tail.iter().any(u8::is_ascii_lowercase)
        && tail.iter().any(u8::is_ascii_uppercase);
    if MIN_TAIL_BYTES <= tail.len() && is_mixed {
        spans.add(start, end, Kind::Key);
    }
    end
}
