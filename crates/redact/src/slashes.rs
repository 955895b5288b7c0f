//! Keys in base64, whose slashes may leave no run that is long enough.

use memchr::memchr;

use crate::bytes::{at, before, is_alnum, is_lower, is_upper};
use crate::randomness::surprise_of_parts;

/// Shorter words say too little.
const MIN_WORD_BYTES: usize = 16;
/// From this surprise on, a word with slashes is no path.
const SURPRISING: i32 = 40;

/// Whether the word from `start` to `end` has slashes and looks drawn by lot.
pub(crate) fn is_random(line: &[u8], start: usize, end: usize) -> bool {
    let word = &line[start..end];
    MIN_WORD_BYTES <= word.len()
        && !is_path(line, start, end)
        && memchr(b'/', word).is_some()
        && word.iter().any(|byte| is_lower(*byte))
        && word.iter().any(|byte| is_upper(*byte))
        && SURPRISING <= surprise_of_parts(word)
}

/// Whether what stands around says that the word is of a path or a URL.
fn is_path(line: &[u8], start: usize, end: usize) -> bool {
    let has_ending = at(line, end) == b'.' && is_alnum(at(line, end + 1));
    line[start] == b'/' || matches!(before(line, start), b'.' | b'~' | b'@' | b'%') || has_ending
}
