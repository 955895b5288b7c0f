//! YAML: documents as trees, with everything in them that could be read in two ways.

mod scalar;
mod second;
mod tree;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::Flaw;
pub use scalar::Scalar;
use tree::Builder;

/// How large a document may be, aliases written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Collections within collections.
    pub depth: usize,
    /// Scalars and collections together.
    pub nodes: usize,
}

/// The documents of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// In order.
    pub documents: Vec<Node>,
    /// Anchors, aliases, tags and merge keys, in order.
    pub marks: Vec<Mark>,
}

/// One value of a document, aliases written out.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping, in the order of the file.
    Mapping(Vec<(Node, Node)>),
}

/// Something in a document that is more than plain data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// `&name`
    Anchor,
    /// `*name`, with the number of the anchor.
    Alias(usize),
    /// `!tag`, written out in full.
    Tag(String),
    /// `<<`
    Merge,
}

impl Mark {
    /// Whether this is a tag outside of YAML's core schema.
    pub fn is_foreign_tag(&self) -> bool {
        const CORE: [&str; 7] = ["str", "int", "float", "bool", "null", "seq", "map"];
        match self {
            Self::Tag(tag) => !tag
                .strip_prefix("tag:yaml.org,2002:")
                .is_some_and(|name| CORE.contains(&name)),
            Self::Anchor | Self::Alias(_) | Self::Merge => false,
        }
    }
}

/// Reads a file, which must be well formed, small enough and without duplicate keys.
pub fn read(text: &str, limits: Limits) -> Result<Stream, Flaw> {
    let mut builder = Builder::new(limits);
    let offsets = Offsets::new(text);
    let mut pieces = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span): (Event<'_>, Span) = event.map_err(|error| {
            Flaw::new(
                Some(error.marker().line()),
                format!("the YAML does not parse: {}", error.info()),
            )
        })?;
        check_tabs(text, &offsets, &event, span)?;
        let line = span.start.line();
        pieces.extend(second::Piece::of(&event).map(|piece| (piece, line)));
        builder.take(event, line)?;
    }
    second::check(text, &pieces)?;
    Ok(builder.finish())
}

/// Where each character begins; nothing where characters are bytes.
struct Offsets(Vec<usize>);

impl Offsets {
    fn new(text: &str) -> Self {
        let starts = || text.char_indices().map(|(start, _)| start).collect();
        Self(if text.is_ascii() {
            Vec::new()
        } else {
            starts()
        })
    }

    fn byte(&self, index: usize) -> usize {
        if self.0.is_empty() {
            index
        } else {
            self.0.get(index).copied().unwrap_or_default()
        }
    }
}

/// Some readers refuse a tab between tokens, some take it for indentation.
fn check_tabs(text: &str, offsets: &Offsets, event: &Event<'_>, span: Span) -> Result<(), Flaw> {
    let is_inside =
        matches!(event, Event::Scalar(value, ScalarStyle::Plain, ..) if value.contains('\t'));
    let before = text
        .get(..offsets.byte(span.start.index()))
        .unwrap_or_default()
        .bytes()
        .rev();
    let mut blanks = before.take_while(|byte| matches!(byte, b' ' | b'\t'));
    if is_inside || blanks.any(|byte| byte == b'\t') {
        return Err(Flaw::new(
            Some(span.start.line()),
            "a tab stands inside or between the parts of the YAML; use spaces",
        ));
    }
    Ok(())
}

impl Stream {
    /// Hands every scalar, keys included, to `visit`.
    pub fn visit_scalars<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        for document in &self.documents {
            document.visit_scalars(visit);
        }
    }
}

impl Node {
    fn visit_scalars<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        match self {
            Self::Scalar(scalar) => visit(scalar.text()),
            Self::Sequence(items) => items.iter().for_each(|item| item.visit_scalars(visit)),
            Self::Mapping(entries) => {
                for (key, value) in entries {
                    key.visit_scalars(visit);
                    value.visit_scalars(visit);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        depth: 8,
        nodes: 200,
    };

    #[test]
    fn well_formed_files_are_read() {
        for text in [
            "",
            "# only a comment\n",
            "a: 1\nb: [1, 2, {c: d}]\n",
            "a: &x 1\nb: *x\n",
            "base: &b {x: 1}\nc:\n  <<: *b\n  x: 2\n",
            "--- a\n--- b\n",
            "a: |\n  text\n  more\nb: >-\n  folded\n",
            "? complex\n: value\n",
        ] {
            assert!(
                read(text, LIMITS).is_ok(),
                "{text}: {:?}",
                read(text, LIMITS)
            );
        }
    }

    #[test]
    fn files_that_are_broken_ambiguous_or_too_large_are_not() {
        let bomb =
            "a: &a [x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c]\n";
        let deep = "[".repeat(9) + &"]".repeat(9);
        for text in [
            "a: 1\na: 2\n",
            "a: 1\n\"a\": 2\n",
            "a: 1\n\"\\x61\": 2\n",
            "1: a\n\"1\": b\n",
            "{a: 1, a: 2}\n",
            "? [a]\n: 1\n? [a]\n: 2\n",
            "a: [1\n",
            "a: b: c\n",
            "\tb: c\n",
            "a:\tb\n",
            "a: b\tc\n",
            "a: {b: 1}\nwords on\n  lines: 2\n",
            "a: \"x\u{2028}y\"\n: b\n",
            "a: *nowhere\n",
            "a: &a [*a]\n",
            bomb,
            &deep,
        ] {
            assert!(read(text, LIMITS).is_err(), "{text}");
        }
    }

    #[test]
    fn marks_are_listed_in_order() {
        let stream = read("a: &x !!str 1\nb: *x\nc: !py/x {<<: {}}\n", LIMITS).expect("a stream");
        assert_eq!(stream.marks.len(), 5, "{:?}", stream.marks);
        assert_eq!(
            stream
                .marks
                .iter()
                .filter(|mark| mark.is_foreign_tag())
                .count(),
            1
        );
    }
}
