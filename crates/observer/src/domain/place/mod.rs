//! The smallest edit of a YAML text that puts a sentence of guidance at a place, such as
//! `agents.writer.persona`, and leaves every other byte as it is.
//!
//! Each edit is checked by reading the result again: at the place stands the old text with the
//! guidance, and everywhere else what stood there before.

mod edit;
mod find;

use saphyr_parser::{Event, Span};
use thiserror::Error;

use find::{events, find};

/// Why a text was not edited.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// The file is not YAML.
    #[error("the file is not valid YAML: {0}")]
    Yaml(String),
    /// There is no such place.
    #[error("there is nothing at {0}")]
    Absent(String),
    /// The place is there twice, or reached through an alias or a merge.
    #[error("{0} is ambiguous: it is there twice or reached through an alias")]
    Ambiguous(String),
    /// The place holds something else than text.
    #[error("{0} does not hold text")]
    NotText(String),
    /// The guidance is there already.
    #[error("the guidance is there already")]
    AlreadyThere,
    /// The guidance to be replaced is not there.
    #[error("the guidance to be replaced is not there")]
    NotThere,
    /// The guidance is empty, too long or more than one line.
    #[error("guidance is one line of at most {MAX_GUIDANCE_CHARS} characters")]
    Guidance,
    /// The text could not be changed without changing something else.
    #[error("the text at {0} cannot be changed without touching something else")]
    Unsafe(String),
}

/// Guidance may be this long.
pub const MAX_GUIDANCE_CHARS: usize = 600;

/// A path of keys, and of numbers for list items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Vec<String>);

impl Place {
    /// The place that the settings write as `pattern`, for one agent: `{agent}` stands for its
    /// name, whatever characters that has.
    pub fn of_agent(pattern: &str, agent: &str) -> Self {
        let keys = pattern.split('.').map(|key| key.replace("{agent}", agent));
        Self(keys.collect())
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.join("."))
    }
}

/// The text at the place.
pub fn text_at(yaml: &str, place: &Place) -> Result<String, PlaceError> {
    Ok(find(&events(yaml)?, place)?.value)
}

/// The file with the guidance added at the end of the text at the place.
pub fn insert_guidance(yaml: &str, place: &Place, guidance: &str) -> Result<String, PlaceError> {
    let guidance = checked(guidance)?;
    let before = events(yaml)?;
    let scalar = find(&before, place)?;
    if words(&scalar.value).contains(&words(guidance)) {
        return Err(PlaceError::AlreadyThere);
    }
    let expected = format!("{} {guidance}", scalar.value);
    let edits = [
        scalar.appended(yaml, guidance),
        scalar.rewritten(yaml, &format!("{} {guidance}", scalar.value.trim_end())),
    ];
    first_right(edits, &before, place, &expected)
}

/// The file with one guidance at the place replaced by another.
pub fn replace_guidance(
    yaml: &str,
    place: &Place,
    old: &str,
    new: &str,
) -> Result<String, PlaceError> {
    let (old, new) = (checked(old)?, checked(new)?);
    let before = events(yaml)?;
    let scalar = find(&before, place)?;
    if words(&scalar.value).contains(&words(new)) {
        return Err(PlaceError::AlreadyThere);
    }
    if !words(&scalar.value).contains(&words(old)) {
        return Err(PlaceError::NotThere);
    }
    let expected = words(&scalar.value).replacen(&words(old), &words(new), 1);
    first_right(
        [scalar.replaced(yaml, old, new), None],
        &before,
        place,
        &expected,
    )
}

fn checked(guidance: &str) -> Result<&str, PlaceError> {
    let guidance = guidance.trim();
    let valid = !guidance.is_empty()
        && guidance.chars().count() <= MAX_GUIDANCE_CHARS
        && !guidance.chars().any(char::is_control);
    if valid {
        Ok(guidance)
    } else {
        Err(PlaceError::Guidance)
    }
}

/// The first edit that did what it should and nothing else.
fn first_right(
    edits: [Option<String>; 2],
    before: &[(Event<'_>, Span)],
    place: &Place,
    expected: &str,
) -> Result<String, PlaceError> {
    let right = edits.into_iter().flatten().find(|edited| {
        let Ok(after) = events(edited) else {
            return false;
        };
        let Ok(scalar) = find(&after, place) else {
            return false;
        };
        words(&scalar.value) == words(expected) && same_elsewhere(before, &after, scalar.index)
    });
    right.ok_or_else(|| PlaceError::Unsafe(place.to_string()))
}

fn same_elsewhere(before: &[(Event<'_>, Span)], after: &[(Event<'_>, Span)], at: usize) -> bool {
    before.len() == after.len()
        && before
            .iter()
            .zip(after)
            .enumerate()
            .all(|(index, (old, new))| index == at || old.0 == new.0)
}

/// The words of a text, one space between them: folding and line ends do not matter.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "Retry a timed-out call once: after that, say so # and stop.";

    fn place(path: &str) -> Place {
        Place::of_agent(path, "writer.v2")
    }

    #[test]
    fn guidance_goes_to_the_end_of_the_text_and_nothing_else_moves() {
        for (before, expected) in [
            (
                "# top\nagents:\n  writer.v2:\n    persona: |\n      You write.\n      Well.\n\n    tools: [a] # keep\n",
                "# top\nagents:\n  writer.v2:\n    persona: |\n      You write.\n      Well.\n      Retry a timed-out call once: after that, say so # and stop.\n\n    tools: [a] # keep\n",
            ),
            (
                "agents:\n  writer.v2:\n    persona: >-\n        You write\n        well.\n  other: {persona: x}\n",
                "agents:\n  writer.v2:\n    persona: >-\n        You write\n        well.\n        Retry a timed-out call once: after that, say so # and stop.\n  other: {persona: x}\n",
            ),
            (
                "agents:\n  writer.v2:\n    persona: 'It''s you.' # why\n",
                "agents:\n  writer.v2:\n    persona: 'It''s you. Retry a timed-out call once: after that, say so # and stop.' # why\n",
            ),
            (
                "agents:\n  writer.v2: {persona: \"You \\\"write\\\".\", tools: []}\n",
                "agents:\n  writer.v2: {persona: \"You \\\"write\\\". Retry a timed-out call once: after that, say so # and stop.\", tools: []}\n",
            ),
            (
                "agents:\n  writer.v2:\n    persona: You write. # why\n    b: 1\n",
                "agents:\n  writer.v2:\n    persona: \"You write. Retry a timed-out call once: after that, say so # and stop.\" # why\n    b: 1\n",
            ),
            (
                "é: ü\nagents:\n  writer.v2:\n    persona: |\n      Größe.",
                "é: ü\nagents:\n  writer.v2:\n    persona: |\n      Größe.\n      Retry a timed-out call once: after that, say so # and stop.",
            ),
            (
                "agents:\r\n  writer.v2:\r\n    persona: |\r\n      You.\r\n    b: 1\r\n",
                "agents:\r\n  writer.v2:\r\n    persona: |\r\n      You.\r\n      Retry a timed-out call once: after that, say so # and stop.\r\n    b: 1\r\n",
            ),
        ] {
            let after = insert_guidance(before, &place("agents.{agent}.persona"), NEW);
            assert_eq!(after.as_deref(), Ok(expected));
            let twice = insert_guidance(expected, &place("agents.{agent}.persona"), NEW);
            assert_eq!(twice, Err(PlaceError::AlreadyThere));
        }
    }

    #[test]
    fn plain_text_stays_plain_where_it_can() {
        let after = insert_guidance("a:\n  - b: You write.\n", &place("a.0.b"), "Then stop.");
        assert_eq!(after.as_deref(), Ok("a:\n  - b: You write. Then stop.\n"));
    }

    #[test]
    fn an_empty_text_gets_its_first_sentence() {
        for (before, expected) in [
            (
                "a:\n  p: |\n  b: 1\n",
                "a:\n  p: |\n    Then stop.\n  b: 1\n",
            ),
            ("a:\n  p: |\n", "a:\n  p: |\n    Then stop.\n"),
            ("a:\n  p: ''\n", "a:\n  p: ' Then stop.'\n"),
        ] {
            let after = insert_guidance(before, &place("a.p"), "Then stop.");
            assert_eq!(after.as_deref(), Ok(expected));
        }
    }

    #[test]
    fn guidance_is_replaced_in_place() {
        let yaml = "a:\n  p: |\n    You.\n    Then stop.\n    End.\n";
        let after = replace_guidance(yaml, &place("a.p"), "Then stop.", "Then go on.");
        assert_eq!(
            after.as_deref(),
            Ok("a:\n  p: |\n    You.\n    Then go on.\n    End.\n")
        );
        let missing = replace_guidance(yaml, &place("a.p"), "Never.", "Then go on.");
        assert_eq!(missing, Err(PlaceError::NotThere));
    }

    #[test]
    fn a_place_that_cannot_be_edited_safely_is_refused() {
        let absent = |path: &str| PlaceError::Absent(path.to_owned());
        for (yaml, path, expected) in [
            ("a:\n  b: x\n", "a.c", absent("a.c")),
            ("a:\n  b: x\n", "a.b.c", absent("a.b.c")),
            ("", "a", absent("a")),
            ("a: [1]\n", "a.1", absent("a.1")),
            ("a: {b: {}}\n", "a.b", PlaceError::NotText("a.b".to_owned())),
            ("a: x\na: y\n", "a", PlaceError::Ambiguous("a".to_owned())),
            (
                "x: &x {b: y}\na: *x\n",
                "a.b",
                PlaceError::Ambiguous("a.b".to_owned()),
            ),
        ] {
            assert_eq!(
                insert_guidance(yaml, &place(path), NEW),
                Err(expected),
                "{yaml}"
            );
        }
        let broken = insert_guidance("a: [", &place("a"), NEW);
        assert!(matches!(broken, Err(PlaceError::Yaml(_))));
        let lines = insert_guidance("a: b\n", &place("a"), "two\nlines");
        assert_eq!(lines, Err(PlaceError::Guidance));
    }
}
