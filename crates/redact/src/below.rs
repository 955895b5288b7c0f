//! Values that stand on the lines below their name.

use crate::bytes::{at, is_letter, is_name, is_quote, is_space, skip};
use crate::chosen::looks_chosen;
use crate::codes;
use crate::keys::{self, Label};
use crate::labels::take;
use crate::links::{self, VALUE_NAMES};
use crate::markup;
use crate::names::Name;
use crate::placeholders::is_marker;
use crate::randomness::is_keylike;
use crate::spans::Spans;
use crate::values::{self, Reach, Value};

/// How many lines below its name a value may stand.
const MAX_LINES: u8 = 5;
/// How many lines of a manifest are looked at.
const MAX_MANIFEST_LINES: u8 = 100;
/// The longest line that may name the columns of a table.
const MAX_HEADER_BYTES: usize = 512;

/// What may stand on the next line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pending {
    #[default]
    Nothing,
    /// The value of a name, or a block that holds it.
    Block(Block),
    /// A row of a table with a column of secrets.
    Row(Column),
    /// Codes, one on each line.
    Codes,
    /// A manifest of secrets.
    Manifest(Manifest),
}

/// The lines below a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    label: Label,
    /// How many blanks stand in front of the line with the name.
    indent: usize,
    lines: u8,
}

/// The column of secrets of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    label: Label,
    mark: u8,
    /// How many marks stand in front of the column, and in the whole row.
    place: usize,
    marks: usize,
    /// Whether the names of the columns are in quotes.
    is_quoted: bool,
}

impl Pending {
    /// What `name` announces, whose line ends without a value.
    pub(crate) fn below(line: &[u8], name: Name) -> Pending {
        if line.trim_ascii() == b"kind: Secret" {
            return Pending::Manifest(Manifest::default());
        }
        Pending::Block(Block {
            label: name.label,
            indent: skip(line, 0, is_space),
            lines: MAX_LINES,
        })
    }

    /// A password on the line below, which no name announces.
    pub(crate) fn password_below(line: &[u8]) -> Pending {
        Pending::Block(Block {
            label: Label::Password,
            indent: skip(line, 0, is_space),
            lines: MAX_LINES,
        })
    }

    /// This or `other`, which the same line announced before, if that says more.
    pub(crate) fn or_stronger(self, other: Pending) -> Pending {
        match (self, other) {
            (Pending::Row(this), Pending::Row(that)) if this.label < that.label => other,
            _ => self,
        }
    }

    /// Finds what was announced on `line`; what is left for the line after it.
    pub(crate) fn find(self, line: &[u8], spans: &mut Spans) -> Pending {
        match self {
            Pending::Nothing => Pending::Nothing,
            Pending::Block(block) => block.find(line, spans),
            Pending::Row(column) => column.find(line, spans),
            Pending::Manifest(manifest) => manifest.find(line, spans),
            Pending::Codes => {
                spans.is_doubtful = true;
                if codes::find_code_below(line, spans) || is_marker(line.trim_ascii()) {
                    self
                } else {
                    Pending::Nothing
                }
            }
        }
    }
}

impl Block {
    fn find(self, line: &[u8], spans: &mut Spans) -> Pending {
        let is_first = self.lines == MAX_LINES;
        let start = skip(line, 0, is_space);
        if !is_first && start <= self.indent {
            return Pending::Nothing;
        }
        spans.is_doubtful = true;
        self.find_input(line, spans);
        let is_item = line[start..].starts_with(b"- ");
        let from = start
            + if is_item {
                2
            } else {
                type_bytes(&line[start..])
            };
        let from = markup::end_of_tag(line, from).unwrap_or(from);
        if let Some(value) = values::value_at(line, from, Reach::Word) {
            self.find_value(line, value, is_first || is_item, spans);
        }
        match self.lines {
            1 => Pending::Nothing,
            lines => Pending::Block(Block {
                lines: lines - 1,
                ..self
            }),
        }
    }

    /// Whether all of the first line below is the value.
    fn takes(self, line: &[u8], value: Value) -> bool {
        let text = &line[value.start..value.end];
        let end = value.end + usize::from(value.quoted);
        let is_alone = skip(line, end, |byte| is_space(byte) || byte == b',') == line.len();
        is_keylike(text) || (self.label == Label::Password && is_alone && looks_chosen(text))
    }

    /// `… [input_value='…']`: a complaint about the value of a field.
    fn find_input(self, line: &[u8], spans: &mut Spans) {
        const INPUT: &[u8] = b"value=";
        if let Some(start) = memchr::memmem::find(line, INPUT)
            && let Some(value) = values::value_at(line, start + INPUT.len(), Reach::Word)
            && value.quoted
            && !values::leaves_text(line, value)
        {
            take(line, self.label, value, Reach::Word, spans);
        }
    }

    fn find_value(self, line: &[u8], value: Value, is_first: bool, spans: &mut Spans) {
        if let Some((name, sign)) = own_name(line, value) {
            let text = &line[name.start..name.end];
            let holds_value = VALUE_NAMES
                .iter()
                .any(|known| text.eq_ignore_ascii_case(known));
            let label = if holds_value { self.label } else { Label::Weak };
            let is_told = keys::label_of(text).is_some() || keys::describes(text);
            let inner = values::value_at(line, sign + 1, Reach::Word);
            // What only may be a secret is one word.
            let is_text = |inner: &Value| {
                self.label == Label::Weak && line[inner.start..inner.end].contains(&b' ')
            };
            if let Some(inner) = inner.filter(|inner| !is_told && !is_text(inner)) {
                take(line, label, inner, Reach::Word, spans);
            }
        } else if let Some(password) = behind_user(line, value) {
            if self.label == Label::Password {
                take(line, self.label, password, Reach::Word, spans);
            }
        } else if is_first && self.takes(line, value) {
            take(line, self.label, value, Reach::Word, spans);
        }
    }
}

/// A manifest whose data are secrets, whatever they are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// How far the data are indented, once they began.
    indent: Option<usize>,
    lines: u8,
}

impl Manifest {
    fn find(self, line: &[u8], spans: &mut Spans) -> Pending {
        let start = skip(line, 0, is_space);
        let text = line.trim_ascii();
        let begins = matches!(text, b"data:" | b"stringData:");
        let is_data = self.indent.is_some_and(|indent| indent < start);
        if text == b"---" || MAX_MANIFEST_LINES <= self.lines {
            return Pending::Nothing;
        }
        spans.is_doubtful = true;
        if is_data
            && let Some(field) = values::value_at(line, start, Reach::Word)
            && let Some((_, sign)) = own_name(line, field)
            && let Some(value) = values::value_at(line, sign + 1, Reach::Word)
        {
            take(line, Label::Password, value, Reach::Word, spans);
        }
        Pending::Manifest(Manifest {
            indent: if begins {
                Some(start)
            } else {
                self.indent.filter(|_| is_data)
            },
            lines: self.lines + 1,
        })
    }
}

/// `string(32) "…"`: how long the type is that stands before a value.
fn type_bytes(text: &[u8]) -> usize {
    let name = skip(text, 0, is_letter);
    let number = skip(text, name + 1, |byte| byte.is_ascii_digit());
    let is_type =
        0 < name && at(text, name) == b'(' && text[number.min(text.len())..].starts_with(b") ");
    if is_type { number + 2 } else { 0 }
}

/// `"name": …`, `name = …`: the name of a field and the sign behind it.
fn own_name(line: &[u8], value: Value) -> Option<(Value, usize)> {
    let end = if value.quoted {
        value.end
    } else {
        skip(line, value.start, |byte| {
            is_name(byte) || byte == b'.' || byte == b'/'
        })
    };
    let closed = if value.quoted {
        links::skip_closing(line, end)
    } else {
        end
    };
    let sign = skip(line, closed, is_space);
    let is_padding = skip(line, sign, |byte| byte == b'=' || is_space(byte)) == line.len();
    let is_pair = at(line, sign) == b':' && !value.quoted && !is_space(at(line, sign + 1));
    let is_sign =
        matches!(at(line, sign), b':' | b'=') && value.start < end && !is_pair && !is_padding;
    is_sign.then_some((Value { end, ..value }, sign))
}

/// `user:password`, without a blank as in no field of YAML.
pub(crate) fn behind_user(line: &[u8], value: Value) -> Option<Value> {
    let colon = skip(line, value.start, is_name);
    let is_pair = value.start < colon && colon + 1 < value.end && line[colon] == b':';
    is_pair.then_some(Value {
        start: colon + 1,
        ..value
    })
}

impl Column {
    /// The column that `name` heads, if `line` is nothing but names of columns.
    pub(crate) fn headed_by(line: &[u8], name: Name) -> Option<Column> {
        let is_mark = |byte: u8| matches!(byte, b',' | b';' | b'\t' | b'|');
        if MAX_HEADER_BYTES < line.len() {
            return None;
        }
        let is_part = |byte: u8| is_name(byte) || is_quote(byte) || matches!(byte, b' ' | b'.');
        let mark = line
            .get(skip(line, name.end, is_part))
            .or(line[..name.start]
                .iter()
                .rev()
                .find(|byte| !is_part(**byte)))
            .copied()
            .filter(|byte| is_mark(*byte))?;
        let is_list = mark == b','
            && (line.array_windows().any(|pair| pair == b", ")
                || line.trim_ascii().ends_with(b","));
        let is_header = !is_list
            && is_letter(at(line, skip(line, 0, |byte| !is_name(byte))))
            && line
                .iter()
                .all(|byte| is_part(*byte) || *byte == mark || *byte == b'\r');
        is_header.then(|| Column {
            label: name.label,
            mark,
            place: count(&line[..name.start], mark),
            marks: count(line, mark),
            is_quoted: line.contains(&b'"'),
        })
    }

    fn find(self, line: &[u8], spans: &mut Spans) -> Pending {
        if MAX_HEADER_BYTES < line.len() || count(line, self.mark) != self.marks {
            return Pending::Nothing;
        }
        spans.is_doubtful = true;
        let mut cells = line.split(|byte| *byte == self.mark);
        let before: usize = cells
            .by_ref()
            .take(self.place)
            .map(|cell| cell.len() + 1)
            .sum();
        let cell = cells.next().unwrap_or_default();
        let is_edge = |byte: u8| is_space(byte) || is_quote(byte);
        let start = before + skip(cell, 0, is_edge);
        let end = before + cell.len() - skip_last(cell, is_edge);
        let text = &line[start.min(end)..end];
        let is_rule = text.iter().all(|byte| matches!(byte, b'-' | b':'));
        // In JSON a number stays one, and a quote ends what it opened.
        let is_number = self.is_quoted && values::is_number(text);
        if !is_rule && !is_number && !text.contains(&b'"') {
            let quoted = true;
            take(
                line,
                self.label,
                Value { start, end, quoted },
                Reach::Word,
                spans,
            );
        }
        Pending::Row(self)
    }
}

/// How many bytes at the end of `text` satisfy `holds`.
fn skip_last(text: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    text.iter().rev().take_while(|byte| holds(**byte)).count()
}

fn count(text: &[u8], mark: u8) -> usize {
    text.iter().filter(|byte| **byte == mark).count()
}
