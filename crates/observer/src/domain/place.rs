//! The smallest edit of a YAML text that puts a sentence of guidance at a place, such as
//! `agents.writer.persona`, and leaves every other byte as it is.
//!
//! Each edit is checked by reading the result again: at the place stands the old text with the
//! guidance, and everywhere else what stood there before.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use thiserror::Error;

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

fn events(yaml: &str) -> Result<Vec<(Event<'_>, Span)>, PlaceError> {
    Parser::new_from_str(yaml)
        .collect::<Result<_, _>>()
        .map_err(|error| PlaceError::Yaml(error.to_string()))
}

/// The text at a place: where it stands among the events and in the file.
struct Scalar {
    index: usize,
    value: String,
    style: ScalarStyle,
    span: Span,
    key_column: usize,
}

fn find(events: &[(Event<'_>, Span)], place: &Place) -> Result<Scalar, PlaceError> {
    let absent = || PlaceError::Absent(place.to_string());
    let mut index = events
        .iter()
        .position(|(event, _)| matches!(event, Event::DocumentStart(_)))
        .ok_or_else(absent)?
        + 1;
    let mut key_column = 0;
    for key in &place.0 {
        let (value, column) = match events.get(index).map(|(event, _)| event) {
            Some(Event::MappingStart(..)) => value_of_key(events, index, key, place)?,
            Some(Event::SequenceStart(..)) => (item(events, index, key), key_column),
            Some(Event::Alias(_)) => return Err(PlaceError::Ambiguous(place.to_string())),
            _ => return Err(absent()),
        };
        index = value.ok_or_else(absent)?;
        key_column = column;
    }
    match events.get(index) {
        Some((Event::Scalar(value, style, _, None), span)) => Ok(Scalar {
            index,
            value: value.to_string(),
            style: *style,
            span: *span,
            key_column,
        }),
        Some((Event::Alias(_), _)) => Err(PlaceError::Ambiguous(place.to_string())),
        _ => Err(PlaceError::NotText(place.to_string())),
    }
}

/// Where the value of `key` stands in the mapping that starts at `start`, and the key's column.
fn value_of_key(
    events: &[(Event<'_>, Span)],
    start: usize,
    key: &str,
    place: &Place,
) -> Result<(Option<usize>, usize), PlaceError> {
    let mut found = None;
    let mut column = 0;
    let mut index = start + 1;
    while !matches!(events.get(index), None | Some((Event::MappingEnd, _))) {
        let value = after_node(events, index);
        if let Some((Event::Scalar(name, ..), span)) = events.get(index)
            && name == key
        {
            if found.is_some() {
                return Err(PlaceError::Ambiguous(place.to_string()));
            }
            found = Some(value);
            column = span.start.col();
        }
        index = after_node(events, value);
    }
    Ok((found, column))
}

fn item(events: &[(Event<'_>, Span)], start: usize, key: &str) -> Option<usize> {
    let number: usize = key.parse().ok()?;
    let mut index = start + 1;
    for _ in 0..number {
        if matches!(events.get(index)?.0, Event::SequenceEnd) {
            return None;
        }
        index = after_node(events, index);
    }
    (!matches!(events.get(index)?.0, Event::SequenceEnd)).then_some(index)
}

/// The event after the whole node that starts at `index`.
fn after_node(events: &[(Event<'_>, Span)], mut index: usize) -> usize {
    let mut depth = 0_usize;
    while let Some((event, _)) = events.get(index) {
        index += 1;
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    index
}

impl Scalar {
    /// The file with `guidance` after the text, in the text's own style.
    fn appended(&self, yaml: &str, guidance: &str) -> Option<String> {
        let (start, end) = self.bytes(yaml);
        let source = &yaml[start..end];
        match self.style {
            ScalarStyle::Plain => {
                let end = start + source.trim_end().len();
                Some(inserted(yaml, end, &format!(" {guidance}")))
            }
            ScalarStyle::SingleQuoted => {
                let close = start + source.rfind('\'')?;
                Some(inserted(
                    yaml,
                    close,
                    &format!(" {}", guidance.replace('\'', "''")),
                ))
            }
            ScalarStyle::DoubleQuoted => {
                let close = start + source.rfind('"')?;
                Some(inserted(yaml, close, &format!(" {}", escaped(guidance))))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.appended_to_block(yaml, guidance, start, end)
            }
        }
    }

    /// A block gets one more line, indented like its first, before any blank lines at its end.
    fn appended_to_block(
        &self,
        yaml: &str,
        guidance: &str,
        start: usize,
        end: usize,
    ) -> Option<String> {
        let line_end = if yaml.contains("\r\n") { "\r\n" } else { "\n" };
        // The span starts at the first word and may reach into the next key's indentation.
        // At the end of a file the span of an empty block is that of its header instead.
        let first_line = match yaml[start..end].strip_prefix(['|', '>']) {
            Some(_) if self.value.is_empty() => start + yaml[start..end].find('\n')? + 1,
            _ => yaml[..start].rfind('\n')? + 1,
        };
        let content = yaml[first_line..end.max(first_line)].trim_end();
        if content.is_empty() {
            let indent = " ".repeat(self.key_column + 2);
            return Some(inserted(
                yaml,
                first_line,
                &format!("{indent}{guidance}{line_end}"),
            ));
        }
        let indent = &yaml[first_line..start];
        let added = format!("{line_end}{indent}{guidance}");
        Some(inserted(yaml, first_line + content.len(), &added))
    }

    /// The file with the text written anew in double quotes: for a plain text that the guidance
    /// would turn into something else.
    fn rewritten(&self, yaml: &str, value: &str) -> Option<String> {
        if self.style != ScalarStyle::Plain {
            return None;
        }
        let (start, end) = self.bytes(yaml);
        let end = start + yaml[start..end].trim_end().len();
        let quoted = format!("\"{}\"", escaped(&words(value)));
        Some(format!("{}{quoted}{}", &yaml[..start], &yaml[end..]))
    }

    fn replaced(&self, yaml: &str, old: &str, new: &str) -> Option<String> {
        let (start, end) = self.bytes(yaml);
        let (old, new) = match self.style {
            ScalarStyle::SingleQuoted => (old.replace('\'', "''"), new.replace('\'', "''")),
            ScalarStyle::DoubleQuoted => (escaped(old), escaped(new)),
            _ => (old.to_owned(), new.to_owned()),
        };
        let at = start + yaml[start..end].find(&old)?;
        Some(format!("{}{new}{}", &yaml[..at], &yaml[at + old.len()..]))
    }

    /// The span in bytes; the parser counts characters.
    fn bytes(&self, yaml: &str) -> (usize, usize) {
        let byte = |characters: usize| {
            let place = yaml.char_indices().nth(characters);
            place.map_or(yaml.len(), |(at, _)| at)
        };
        (byte(self.span.start.index()), byte(self.span.end.index()))
    }
}

fn inserted(text: &str, at: usize, added: &str) -> String {
    format!("{}{added}{}", &text[..at], &text[at..])
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
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
