//! Words that say "not finished", and paths that are true on one machine only.

use crate::{
    assert_kept,
    repository::{self, Text},
};

/// Each is put together from two halves, so that this file may stand in the repository.
const BANNED: [&str; 9] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[", "ignore"),
    concat!("for", " now"),
    concat!("/work", "/main"),
    concat!("/work", "/shared"),
    concat!("/tmp", "/team"),
];

#[test]
fn nothing_is_left_unfinished_or_tied_to_one_machine() {
    let breaches: Vec<String> = repository::texts().iter().flat_map(banned_lines).collect();
    assert_kept(
        "finish it, or open an issue; a path belongs in a setting",
        &breaches,
    );
}

fn banned_lines(text: &Text) -> Vec<String> {
    let lines = text.text.lines().enumerate();
    lines
        .flat_map(|(index, line)| {
            BANNED
                .iter()
                .filter(|word| contains_word(line, word))
                .map(move |word| format!("{}:{}: {word}", text.path, index + 1))
        })
        .collect()
}

/// Whether `word` stands in `line` with no letter or digit joined to either end.
fn contains_word(line: &str, word: &str) -> bool {
    let is_joined = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(start, found)| {
        let before = line[..start].chars().next_back();
        let after = line[start + found.len()..].chars().next();
        let joins_behind = word.ends_with(char::is_alphanumeric) && is_joined(after);
        !(is_joined(before) || joins_behind)
    })
}

#[test]
fn a_word_is_found_only_where_it_stands_alone() {
    let word = BANNED[0];
    for (line, expected) in [
        (format!("// {word}: later"), true),
        (word.to_owned(), true),
        (format!("{word}S and don'ts"), false),
        (format!("MASTO{word}N"), false),
        ("nothing of the kind".to_owned(), false),
    ] {
        assert_eq!(contains_word(&line, word), expected, "{line}");
    }
}
