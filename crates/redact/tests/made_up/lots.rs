//! Chance from a seed.

/// Draws the same lots for the same seed.
pub(crate) struct Lots(u64);

impl Lots {
    pub(crate) fn new(seed: u64) -> Lots {
        Lots(seed ^ 0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The lower bits of this generator follow each other too closely.
        (self.0 >> 33) as usize % limit
    }

    pub(crate) fn one_of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    pub(crate) fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..length)
            .map(|_| char::from(*self.one_of(letters)))
            .collect()
    }

    pub(crate) fn groups(
        &mut self,
        alphabet: &str,
        count: usize,
        length: usize,
        joint: &str,
    ) -> String {
        let groups: Vec<String> = (0..count).map(|_| self.text(alphabet, length)).collect();
        groups.join(joint)
    }
}
