//! Bringing together patterns that differ where no mask saw a variable.
//!
//! Two patterns of equally many words that differ in one only may be one template with a variable
//! there. That many different words stand in one place is evidence for it; so is that these words
//! are values elsewhere, or that the place already held a masked value.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{WILDCARD, miner::Pattern};

/// So many words in one place make it a variable by themselves.
const MIN_VALUES: usize = 4;
/// The first word mostly says what happened, or to which part.
const MIN_FIRST_VALUES: usize = 12;
/// In a shorter text one word says too much.
const MIN_WORDS: usize = 4;
/// Each pass can find one more variable in a template.
const MAX_PASSES: usize = 4;

/// The final template of each pattern.
pub(super) fn merge(patterns: &[Pattern]) -> Vec<String> {
    let mut templates: Vec<Vec<&str>> = patterns
        .iter()
        .map(|pattern| pattern.text.split(' ').collect())
        .collect();
    let mut values: HashSet<&str> = HashSet::new();
    for _ in 0..MAX_PASSES {
        let places = places(&templates);
        let known = values.len();
        let mut changed = false;
        for (position, members) in &places {
            if is_variable_place(&templates, *position, members, &values) {
                changed = true;
                for member in members {
                    let word = std::mem::replace(&mut templates[*member][*position], WILDCARD);
                    if word != WILDCARD {
                        values.insert(word);
                    }
                }
            }
        }
        if !changed && known == values.len() {
            break;
        }
    }
    templates.into_iter().map(|words| words.join(" ")).collect()
}

/// Templates that are alike but for one place, by that place.
fn places(templates: &[Vec<&str>]) -> Vec<(usize, Vec<usize>)> {
    let mut buckets: BTreeMap<(usize, Vec<&str>), Vec<usize>> = BTreeMap::new();
    for (number, words) in templates.iter().enumerate() {
        if words.len() < MIN_WORDS {
            continue;
        }
        for position in 0..words.len() {
            let mut rest = words.clone();
            rest.remove(position);
            buckets.entry((position, rest)).or_default().push(number);
        }
    }
    let shared = buckets.into_iter().filter(|(_, members)| 1 < members.len());
    shared
        .map(|((position, _), members)| (position, members))
        .collect()
}

fn is_variable_place(
    templates: &[Vec<&str>],
    position: usize,
    members: &[usize],
    values: &HashSet<&str>,
) -> bool {
    let words: BTreeSet<&str> = members.iter().map(|it| templates[*it][position]).collect();
    if words.len() < 2 {
        return false;
    }
    let plain: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| *word != WILDCARD)
        .collect();
    if !plain.iter().all(|word| is_plain(word)) {
        return false;
    }
    let enough = match position {
        0 => MIN_FIRST_VALUES,
        _ => MIN_VALUES,
    };
    enough <= words.len()
        || plain.len() < words.len()
        || plain.iter().all(|word| values.contains(word))
}

/// A word that could be a value: not punctuation, and nothing masked in part.
fn is_plain(word: &str) -> bool {
    !word.contains(WILDCARD) && word.chars().any(char::is_alphanumeric)
}
