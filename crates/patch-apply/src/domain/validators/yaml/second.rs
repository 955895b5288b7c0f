//! A second reader, of YAML 1.1, so that nothing passes that two readers read differently.

use libyaml_safer::{EventData, Parser, ScalarStyle};
use saphyr_parser::Event;

use crate::domain::validators::Flaw;

/// One event, reduced to what both readers must agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Scalar {
        text: String,
        is_plain: bool,
        marks: Marks,
    },
    Alias,
    Sequence(Marks),
    Mapping(Marks),
    End,
    Document,
}

/// Whether an anchor or a tag stands before a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    anchor: bool,
    tag: bool,
}

impl Piece {
    /// The piece of an event of the first reader; none for what is no content.
    pub(super) fn of(event: &Event<'_>) -> Option<Self> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = *style == saphyr_parser::ScalarStyle::Plain;
                Some(Self::scalar(
                    text,
                    is_plain,
                    marks(*anchor > 0, tag.is_some()),
                ))
            }
            Event::Alias(_) => Some(Self::Alias),
            Event::SequenceStart(anchor, tag) => {
                Some(Self::Sequence(marks(*anchor > 0, tag.is_some())))
            }
            Event::MappingStart(anchor, tag) => {
                Some(Self::Mapping(marks(*anchor > 0, tag.is_some())))
            }
            Event::SequenceEnd | Event::MappingEnd => Some(Self::End),
            Event::DocumentStart(_) => Some(Self::Document),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => None,
        }
    }

    fn of_second(data: EventData) -> Option<Self> {
        match data {
            EventData::Scalar {
                anchor,
                tag,
                value,
                style,
                ..
            } => {
                let is_plain = style == ScalarStyle::Plain;
                Some(Self::scalar(
                    &value,
                    is_plain,
                    marks(anchor.is_some(), tag.is_some()),
                ))
            }
            EventData::Alias { .. } => Some(Self::Alias),
            EventData::SequenceStart { anchor, tag, .. } => {
                Some(Self::Sequence(marks(anchor.is_some(), tag.is_some())))
            }
            EventData::MappingStart { anchor, tag, .. } => {
                Some(Self::Mapping(marks(anchor.is_some(), tag.is_some())))
            }
            EventData::SequenceEnd | EventData::MappingEnd => Some(Self::End),
            EventData::DocumentStart { .. } => Some(Self::Document),
            EventData::StreamStart { .. }
            | EventData::StreamEnd
            | EventData::DocumentEnd { .. } => None,
        }
    }

    fn agrees(&self, other: &Self, is_ended: bool) -> bool {
        match (self, other) {
            (
                Self::Scalar {
                    text,
                    is_plain,
                    marks,
                },
                Self::Scalar {
                    text: other_text,
                    is_plain: other_is_plain,
                    marks: other_marks,
                },
            ) if !is_ended => {
                let is_same_text = text.trim_end_matches('\n') == other_text.trim_end_matches('\n');
                is_same_text && is_plain == other_is_plain && marks == other_marks
            }
            _ => self == other,
        }
    }

    /// The readers write an empty value in different ways.
    fn scalar(text: &str, is_plain: bool, marks: Marks) -> Self {
        let text = if is_plain && text == "~" { "" } else { text };
        Self::Scalar {
            text: text.to_owned(),
            is_plain,
            marks,
        }
    }
}

fn marks(anchor: bool, tag: bool) -> Marks {
    Marks { anchor, tag }
}

/// Checks that the second reader reads what the first one read.
///
/// The second reader cannot bear a block that ends without a line feed, so it gets one, and the
/// line feeds at the end of a value do not count then. Should it fail in another way of its own,
/// the text counts as one that not every reader can read.
pub(super) fn check(text: &str, pieces: &[(Piece, usize)]) -> Result<(), Flaw> {
    let is_ended = text.ends_with('\n');
    let ended = if is_ended {
        text.to_owned()
    } else {
        format!("{text}\n")
    };
    let compare = || compare(&ended, pieces, is_ended);
    std::panic::catch_unwind(compare).unwrap_or_else(|_| Err(disagreement(None)))
}

fn compare(text: &str, pieces: &[(Piece, usize)], is_ended: bool) -> Result<(), Flaw> {
    let mut bytes = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut bytes);
    let mut expected = pieces.iter();
    loop {
        let event = parser.parse().map_err(|error| {
            let line = error
                .problem_mark()
                .and_then(|mark| usize::try_from(mark.line).ok());
            Flaw::new(
                line.map(|line| line + 1),
                format!("YAML 1.1 readers refuse this: {error}"),
            )
        })?;
        let is_end = matches!(event.data, EventData::StreamEnd);
        if let Some(piece) = Piece::of_second(event.data) {
            match expected.next() {
                Some((first, _)) if first.agrees(&piece, is_ended) => {}
                other => return Err(disagreement(other.map(|(_, line)| *line))),
            }
        } else if is_end {
            return match expected.next() {
                None => Ok(()),
                Some((_, line)) => Err(disagreement(Some(*line))),
            };
        }
    }
}

fn disagreement(line: Option<usize>) -> Flaw {
    Flaw::new(
        line,
        "readers of YAML 1.1 and 1.2 disagree on what this says; put it in quotes or on lines of its own",
    )
}
