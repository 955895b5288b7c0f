//! Finding the text at a place among the events of a YAML parser.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{Place, PlaceError};

pub(super) fn events(yaml: &str) -> Result<Vec<(Event<'_>, Span)>, PlaceError> {
    Parser::new_from_str(yaml)
        .collect::<Result<_, _>>()
        .map_err(|error| PlaceError::Yaml(error.to_string()))
}

/// The text at a place: where it stands among the events and in the file.
pub(super) struct Scalar {
    pub(super) index: usize,
    pub(super) value: String,
    pub(super) style: ScalarStyle,
    pub(super) span: Span,
    pub(super) key_column: usize,
}

pub(super) fn find(events: &[(Event<'_>, Span)], place: &Place) -> Result<Scalar, PlaceError> {
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
