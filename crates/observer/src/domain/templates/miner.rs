//! Finding the templates of a stream of log lines.

use std::{collections::HashMap, sync::Arc};

use super::{mask_line, merge::merge};
use crate::domain::identity::fingerprint;

/// The template of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mined {
    /// The same for the same template, in any run.
    pub template_id: Arc<str>,
    /// The constant words, with `<*>` for what varies.
    pub template: Arc<str>,
}

/// Masked lines seen so far, each once: memory grows with them, not with the lines.
#[derive(Default)]
pub struct Miner {
    numbers: HashMap<Box<str>, usize>,
    patterns: Vec<Pattern>,
}

/// One masked line and how many lines it stands for.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) text: Box<str>,
    pub(super) lines: u64,
}

impl Miner {
    /// Takes in one line; gives the number of its pattern.
    pub fn add(&mut self, line: &str) -> usize {
        let masked = mask_line(line);
        if let Some(number) = self.numbers.get(masked.as_str()) {
            self.patterns[*number].lines += 1;
            return *number;
        }
        let number = self.patterns.len();
        let text: Box<str> = masked.into();
        self.numbers.insert(text.clone(), number);
        self.patterns.push(Pattern { text, lines: 1 });
        number
    }

    /// The template of each pattern, by its number, as known by now.
    pub fn templates(&self) -> Vec<Mined> {
        let merged = merge(&self.patterns);
        let mut known: HashMap<String, Mined> = HashMap::new();
        let templates = merged.into_iter().map(|template| {
            let mined = known.entry(template).or_insert_with_key(|template| Mined {
                template_id: format!("t{:016x}", fingerprint(&["template", template])).into(),
                template: template.as_str().into(),
            });
            mined.clone()
        });
        templates.collect()
    }
}

/// The template of every line, with all lines known.
pub fn mine<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<Mined> {
    let mut miner = Miner::default();
    let numbers: Vec<usize> = lines.into_iter().map(|line| miner.add(line)).collect();
    let templates = miner.templates();
    numbers
        .into_iter()
        .map(|number| templates[number].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::mine;

    #[test]
    fn lines_that_differ_in_values_share_a_template() {
        let mined = mine([
            "Connection to 10.0.0.1 closed",
            "Session opened for alice",
            "Connection to 10.0.0.2 closed",
        ]);
        assert_eq!(&*mined[0].template, "Connection to <*> closed");
        assert_eq!(mined[0], mined[2]);
        assert_ne!(mined[0].template_id, mined[1].template_id);
    }
}
