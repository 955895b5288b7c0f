//! Patterns that differ in one word only: a word with many values is a variable that no mask knew.

use std::collections::{BTreeMap, BTreeSet};

use super::Pattern;
use crate::domain::templates::WILDCARD;

/// So many values of one word make it a variable. Two may well be two different failures.
const MIN_VALUES: usize = 3;
/// A variable's values are many and each rare; what comes back often under one word is a failure
/// of its own.
const MAX_MEAN_COUNT: u64 = 3;
/// In a shorter text one word says too much.
const MIN_WORDS: usize = 4;

/// Gives patterns that are variants of the new one a common finding, that of the oldest; says
/// which rows changed.
pub(super) fn join(rows: &mut BTreeMap<u64, Pattern>, new: u64) -> Vec<u64> {
    let Some(added) = rows.get(&new) else {
        return Vec::new();
    };
    let words: Vec<&str> = added.template.split(' ').collect();
    if words.len() < MIN_WORDS {
        return Vec::new();
    }
    let mut at_position: BTreeMap<usize, Vec<(u64, &str)>> = BTreeMap::new();
    for row in rows.values() {
        if row.tool != added.tool || row.category != added.category || row.fingerprint == new {
            continue;
        }
        if let Some(position) = only_difference(&words, &row.template) {
            let word = row.template.split(' ').nth(position).unwrap_or_default();
            at_position
                .entry(position)
                .or_default()
                .push((row.fingerprint, word));
        }
    }
    let members = at_position.into_values().find_map(|others| {
        let values: BTreeSet<_> = others.iter().map(|(_, word)| *word).collect();
        let members: Vec<u64> = others.iter().map(|(fingerprint, _)| *fingerprint).collect();
        let count: u64 = members
            .iter()
            .filter_map(|it| rows.get(it))
            .map(|row| row.count)
            .sum();
        let rare = count < MAX_MEAN_COUNT * (values.len() as u64 + 1);
        (MIN_VALUES <= values.len() + 1 && rare).then_some(members)
    });
    unite(rows, members.unwrap_or_default(), new)
}

fn unite(rows: &mut BTreeMap<u64, Pattern>, mut members: Vec<u64>, new: u64) -> Vec<u64> {
    if members.is_empty() {
        return Vec::new();
    }
    members.push(new);
    let oldest = members
        .iter()
        .filter_map(|fingerprint| rows.get(fingerprint))
        .min_by_key(|row| (row.first_seen, row.fingerprint))
        .map(|row| row.finding.clone());
    let Some(finding) = oldest else {
        return Vec::new();
    };
    let mut changed = Vec::new();
    for fingerprint in members {
        if let Some(row) = rows
            .get_mut(&fingerprint)
            .filter(|row| row.finding != finding)
        {
            row.finding = finding.clone();
            changed.push(fingerprint);
        }
    }
    changed
}

/// Where two templates of equally many words differ, if in one plain word only.
fn only_difference(words: &[&str], other: &str) -> Option<usize> {
    let mut found = None;
    let mut count = 0;
    for (position, word) in other.split(' ').enumerate() {
        count += 1;
        let own = words.get(position)?;
        if *own == word {
            continue;
        }
        if found.is_some() || !is_plain(own) || !is_plain(word) {
            return None;
        }
        found = Some(position);
    }
    found.filter(|_| count == words.len())
}

/// A name of an exception and a number that was kept tell failures apart.
fn is_plain(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    !bare.is_empty()
        && !word.contains(WILDCARD)
        && !bare.ends_with("Error")
        && !bare.ends_with("Exception")
        && bare
            .chars()
            .all(|c| c.is_alphabetic() || c == '-' || c == '\'')
}

/// The template of two variants.
pub(super) fn common_template(left: &str, right: &str) -> String {
    if left == right || left.split(' ').count() != right.split(' ').count() {
        return left.to_owned();
    }
    let words = left.split(' ').zip(right.split(' '));
    let common = words.map(|(left, right)| if left == right { left } else { WILDCARD });
    common.collect::<Vec<_>>().join(" ")
}
