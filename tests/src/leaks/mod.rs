//! Secrets to push through every entrance, and the search for them afterwards.

mod fields;
mod finder;
mod forge;

pub use fields::{Leaf, leaves};
pub use finder::{Finder, Sighting};
pub use forge::{Forged, Shape};

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// One secret and where it was pushed in.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The entrance, in words.
    pub entrance: String,
    /// What kind of secret it is.
    pub shape: Shape,
    /// The part that nobody may ever see again.
    pub needle: String,
}

/// A harmless word that was let in through an entrance, to show that the search would find more.
#[derive(Clone, Debug)]
pub struct Canary {
    /// The entrance, in words.
    pub entrance: String,
    /// The word.
    pub word: String,
}

/// Makes secrets, each one once, and remembers where they went.
#[derive(Debug)]
pub struct Vault {
    random: StdRng,
    turn: usize,
    birds: usize,
    /// What was made.
    pub secrets: Vec<Secret>,
    /// The words that were let in.
    pub canaries: Vec<Canary>,
}

impl Vault {
    /// The same seed makes the same secrets.
    pub fn seeded(seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            turn: 0,
            birds: 0,
            secrets: Vec::new(),
            canaries: Vec::new(),
        }
    }

    /// A secret of one word, for ids, headers, names and the values of queries.
    pub fn word(&mut self, entrance: &str) -> String {
        self.forge(entrance, &Shape::WORDS)
    }

    /// A sentence or a few lines with a secret of any kind in it.
    pub fn text(&mut self, entrance: &str) -> String {
        self.forge(entrance, &Shape::ALL)
    }

    /// A line with a secret of any kind that has one, beside a word that is let in.
    pub fn line_with_canary(&mut self, entrance: &str) -> String {
        let word = self.canary(entrance);
        let line = self.forge(entrance, &Shape::LINES);
        format!("The bird {word} sings. {line}")
    }

    /// A line with a credential in it, of the kinds that a diff may not add.
    pub fn credential(&mut self, entrance: &str) -> String {
        self.forge(entrance, &Shape::CREDENTIALS)
    }

    /// A sentence with a secret, beside a word that is let in.
    pub fn text_with_canary(&mut self, entrance: &str) -> String {
        let word = self.canary(entrance);
        let text = self.text(entrance);
        format!("The bird {word} sings. {text}")
    }

    /// A word that is let in.
    pub fn canary(&mut self, entrance: &str) -> String {
        // Letters of both halves make words that nobody takes for a key.
        const FIRST: [&str; 8] = [
            "wood", "river", "meadow", "stone", "marsh", "field", "barn", "rain",
        ];
        const SECOND: [&str; 8] = [
            "lark", "finch", "wren", "thrush", "robin", "heron", "crane", "plover",
        ];
        let number = self.birds;
        self.birds += 1;
        assert!(number < 512, "no bird is left");
        let word = format!(
            "{}{}-{}",
            FIRST[number % 8],
            SECOND[number / 8 % 8],
            [
                "one", "two", "three", "four", "five", "six", "seven", "eight"
            ][number / 64 % 8]
        );
        self.canaries.push(Canary {
            entrance: entrance.to_owned(),
            word: word.clone(),
        });
        word
    }

    fn forge(&mut self, entrance: &str, shapes: &[Shape]) -> String {
        let shape = shapes[self.turn % shapes.len()];
        self.turn += 1;
        let Forged { text, needle } = forge::forge(shape, &mut self.random);
        assert!(
            self.secrets.iter().all(|known| known.needle != needle),
            "a secret was made twice"
        );
        self.secrets.push(Secret {
            entrance: entrance.to_owned(),
            shape,
            needle,
        });
        text
    }

    /// A number below `bound`, for choices of the test.
    pub fn below(&mut self, bound: usize) -> usize {
        self.random.random_range(0..bound)
    }
}

#[cfg(test)]
mod tests {
    use redact::Redactor;

    use super::*;

    /// What the rules do not know, no entrance can keep out: the rules have tests of their own.
    #[test]
    fn every_kind_of_secret_is_known_to_the_rules() {
        let redactor = Redactor::standard();
        let mut vault = Vault::seeded(1);
        for _ in 0..20 * Shape::ALL.len() {
            let text = vault.text("a test");
            let secret = vault.secrets.last().unwrap();
            let redacted = redactor.redact(&text);
            let shape = secret.shape;
            assert!(text.contains(&secret.needle), "{shape:?}: {text}");
            assert!(!redacted.contains(&secret.needle), "{shape:?}: {text}");
        }
        for _ in 0..20 * Shape::CREDENTIALS.len() {
            let line = vault.credential("a test");
            let shape = vault.secrets.last().unwrap().shape;
            assert!(redactor.finds_secret(&line).is_some(), "{shape:?}: {line}");
        }
    }

    #[test]
    fn a_canary_is_let_in() {
        let redactor = Redactor::standard();
        let mut vault = Vault::seeded(1);
        for _ in 0..200 {
            let word = vault.canary("a test");
            assert_eq!(redactor.redact(&word), word);
        }
    }
}
