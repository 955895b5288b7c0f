//! Words that are looked up whatever their case.

use std::sync::LazyLock;

const BUCKETS: usize = 32;

/// A list of words, by their first letter.
pub(crate) struct WordList([Vec<&'static str>; BUCKETS]);

/// A list that is made when it is first used.
pub(crate) type LazyList = LazyLock<WordList>;

impl WordList {
    /// The words of `text`, which blanks part.
    pub(crate) fn new(text: &'static str) -> WordList {
        let mut buckets = std::array::from_fn(|_| Vec::new());
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            buckets[bucket(word.as_bytes())].push(word);
        }
        WordList(buckets)
    }

    pub(crate) fn holds(&self, word: &[u8]) -> bool {
        self.0[bucket(word)]
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(word))
    }
}

/// Both cases of a letter share the lower five bits.
fn bucket(word: &[u8]) -> usize {
    word.first().map_or(0, |byte| usize::from(*byte) % BUCKETS)
}
