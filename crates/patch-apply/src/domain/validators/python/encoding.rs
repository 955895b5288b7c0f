//! The encoding that a module declares.

use crate::domain::validators::Flaw;

/// Refuses a declaration under which Python would read other text than a reviewer sees.
pub(super) fn check(text: &str) -> Result<(), Flaw> {
    for (index, line) in text.lines().take(2).enumerate() {
        if let Some(name) = declared(line)
            && !matches!(
                name.to_ascii_lowercase().replace('_', "-").as_str(),
                "utf-8" | "utf8" | "ascii" | "us-ascii"
            )
        {
            return Err(Flaw::new(
                Some(index + 1),
                format!("the module declares the encoding {name}; use UTF-8"),
            ));
        }
    }
    Ok(())
}

/// The name after `coding:` or `coding=` in a comment.
fn declared(line: &str) -> Option<&str> {
    let comment = line.trim_start().strip_prefix('#')?;
    let mut starts = comment
        .match_indices("coding")
        .filter_map(|(at, word)| comment.get(at + word.len()..));
    let value = starts
        .find_map(|rest| rest.strip_prefix([':', '=']))?
        .trim_start();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let end = value.find(|letter| !is_part(letter)).unwrap_or(value.len());
    value.get(..end).filter(|name| !name.is_empty())
}
