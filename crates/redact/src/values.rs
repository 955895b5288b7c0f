//! What stands behind a label: where the value is, and whether it goes.

use crate::bytes::{
    at, is_alnum, is_digit, is_escaped, is_letter, is_name, is_quote, is_space, skip, skip_back,
};
use crate::keys::Label;
use crate::placeholders::{
    holds_template, is_code, is_description, is_index_or_tag, is_marker, is_name_of_secret,
    is_prompt, is_template, is_type, is_word_of_prose,
};
use crate::randomness::is_keylike;
use crate::references::is_reference;

/// How much of a value is looked at to decide about it.
pub(crate) const MAX_VALUE_BYTES: usize = 1024;

/// How templates open and close.
const TEMPLATES: [(&[u8], &[u8]); 3] = [(b"${{", b"}}"), (b"{{", b"}}"), (b"<%", b"%>")];

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) quoted: bool,
}

/// How far a value without quotes reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the next blank.
    Word,
    /// To the next parameter of a query.
    Query,
    /// To the end of the line.
    Line,
    /// To the apostrophe that closes what holds the name as well.
    Apostrophe,
}

/// The value that starts at `from`, blanks and a string prefix aside.
pub(crate) fn value_at(line: &[u8], from: usize, reach: Reach) -> Option<Value> {
    let start = skip(line, from, is_space);
    let start = start + string_prefix(line, start);
    let start = start + opening_of_text(line, start);
    if line.len() <= start {
        return None;
    }
    let escapes = skip(line, start, |byte| byte == b'\\');
    if is_quote(at(line, escapes)) && escapes < line.len() {
        if reach == Reach::Apostrophe {
            return None;
        }
        return Some(quoted_value(line, start, escapes));
    }
    let end = end_of_bare(line, start, reach);
    (start < end).then_some(Value {
        start,
        end,
        quoted: false,
    })
}

/// `<![CDATA[…]]>`: text that markup quotes.
fn opening_of_text(line: &[u8], start: usize) -> usize {
    const OPENING: &[u8] = b"<![CDATA[";
    let rest = line.get(start..).unwrap_or_default();
    if rest.starts_with(OPENING) {
        OPENING.len()
    } else {
        0
    }
}

/// `@"…"`, `b'…'`, `f"…"`: letters that belong to a quote.
fn string_prefix(line: &[u8], start: usize) -> usize {
    let prefix = matches!(
        at(line, start),
        b'@' | b'b' | b'r' | b'u' | b'f' | b'$' | b'L' | b'N' | b'E'
    );
    usize::from(prefix && is_quote(at(line, start + 1)))
}

/// The whole of a value whose end was out of sight when it was looked at.
pub(crate) fn whole(line: &[u8], value: Value) -> usize {
    if value.end - value.start < MAX_VALUE_BYTES {
        return value.end;
    }
    if value.quoted {
        let quote = line[..value.start].last().copied().unwrap_or(b'"');
        return skip(line, value.end, |byte| byte != quote && byte != b'"');
    }
    skip(line, value.end, |byte| {
        !is_space(byte) && !is_quote(byte) && byte != b'\\'
    })
}

/// From the quote at `quote`, behind escapes from `start` on, to its like.
pub(crate) fn quoted_value(line: &[u8], start: usize, quote: usize) -> Value {
    let mark = line[quote];
    let is_triple = 3 <= skip(line, quote, |byte| byte == mark) - quote;
    let inner = if is_triple { quote + 3 } else { quote + 1 };
    let limit = (inner + MAX_VALUE_BYTES).min(line.len());
    let end = (inner..limit)
        .filter(|position| line[*position] == mark)
        .find_map(|position| end_before(line, inner, position, quote - start))
        .unwrap_or(limit);
    Value {
        start: inner.min(end),
        end,
        quoted: true,
    }
}

/// Where a value ends if the mark at `position` closes it. A mark that was
/// opened behind backslashes is closed behind as many, or by a bare one.
fn end_before(line: &[u8], inner: usize, position: usize, opened: usize) -> Option<usize> {
    let escapes = position - skip_back(line, position, inner, |byte| byte == b'\\');
    match opened {
        0 => (escapes.is_multiple_of(2)).then_some(position),
        _ => (escapes <= opened).then_some(position - escapes),
    }
}

fn end_of_bare(line: &[u8], start: usize, reach: Reach) -> usize {
    let limit = (start + MAX_VALUE_BYTES).min(line.len());
    let line = &line[..limit];
    match reach {
        Reach::Line => return end_of_line(line, start),
        Reach::Apostrophe => {
            let end = skip(line, start, |byte| byte != b'\'');
            return skip_back(line, end, start, |byte| byte == b'\\' || is_space(byte));
        }
        Reach::Word | Reach::Query => {}
    }
    let mut position = end_of_template(line, start);
    while position < limit {
        match line[position] {
            byte if is_space(byte) || matches!(byte, b'"' | b'<' | b'>' | 0) => break,
            b'\'' | b'`' if start < position => break,
            b'\\' if ends_escaped(line, position) => break,
            b'&' | b'#' if reach == Reach::Query => break,
            b',' | b';' | b'&' if ends_parameter(line, position) => break,
            _ => position += 1,
        }
    }
    without_closers(line, start, position)
}

/// `${{ … }}`, `{{ … }}`, `<% … %>`: a template may hold blanks.
fn end_of_template(line: &[u8], start: usize) -> usize {
    let text = &line[start..];
    let closed = TEMPLATES
        .iter()
        .find(|(open, _)| text.starts_with(open))
        .and_then(|(_, close)| Some(memchr::memmem::find(text, close)? + close.len()));
    start + closed.unwrap_or(0)
}

/// Marks at the end belong to the sentence, unless the value opened them.
fn without_closers(line: &[u8], start: usize, end: usize) -> usize {
    let opened = |open: u8| line[start..end].contains(&open);
    let keeps = (opened(b'('), opened(b'['), opened(b'{'));
    skip_back(line, end, start, |byte| match byte {
        b',' | b';' | b'.' => true,
        b')' => !keeps.0,
        b']' => !keeps.1,
        b'}' => !keeps.2,
        _ => false,
    })
}

fn end_of_line(line: &[u8], start: usize) -> usize {
    let mut end = line.len();
    for mark in [&b" #"[..], b" //"] {
        if let Some(comment) = memchr::memmem::find(&line[start..end], mark) {
            end = start + comment;
        }
    }
    skip_back(line, end, start, is_space)
}

/// An escape such as `\n`, `\t` or `\"` ends a value.
fn ends_escaped(line: &[u8], at: usize) -> bool {
    matches!(
        line.get(at + 1),
        None | Some(b'"' | b'\'' | b'n' | b'r' | b't' | b'u')
    )
}

/// Whether a new name or nothing follows the mark does.
fn ends_parameter(line: &[u8], mark: usize) -> bool {
    let from = mark + 1;
    let name = skip(line, from, |byte| {
        is_name(byte) || matches!(byte, b'.' | b'"' | b'\'')
    });
    let is_named = is_letter(at(line, from)) || is_quote(at(line, from));
    from == line.len()
        || (is_named && matches!(line.get(name), Some(b'=' | b':')))
        || line.get(from).is_some_and(|byte| is_space(*byte))
}

/// Whether the quotes of `value` are those of the texts around: one that only closes
/// a text is followed by what goes on behind it, and none within stands bare.
pub(crate) fn leaves_text(text: &[u8], value: Value) -> bool {
    let closes = matches!(at(text, value.start), b',' | b':' | b']' | b'}' | b' ');
    let is_bare = |position: usize| text[position] == b'"' && !is_escaped(text, position);
    value.quoted && (closes || (value.start..value.end).any(is_bare))
}

/// Whether a bare value and what stands behind it are code.
pub(crate) fn is_code_before(text: &[u8], value: Value) -> bool {
    !value.quoted && is_index_or_tag(&text[value.start..value.end], &text[value.end..])
}

/// What happens to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Stays,
    Goes,
    /// Code around words: only the words stay.
    GoesButWords,
}

/// Whether `value` goes, given its label.
pub(crate) fn fate(label: Label, value: &[u8], quoted: bool) -> Fate {
    let trimmed = value.trim_ascii();
    if trimmed.is_empty()
        || is_marker(trimmed)
        || is_template(trimmed)
        || is_word_of_prose(trimmed, quoted)
        || is_url(trimmed)
        || (quoted && (is_description(trimmed) || is_prompt(trimmed)))
    {
        return Fate::Stays;
    }
    if is_number(trimmed) {
        return number_fate(label, trimmed);
    }
    if trimmed.iter().all(|byte| *byte == b'*')
        || (label == Label::Weak && (!is_keylike(trimmed) || is_name_of_secret(trimmed)))
        || (!quoted && (is_code(trimmed) || is_reference(trimmed) || is_type(trimmed)))
    {
        return Fate::Stays;
    }
    if holds_template(trimmed) {
        Fate::GoesButWords
    } else {
        Fate::Goes
    }
}

/// Whether the rules of URLs decide about `value`: its host stays.
pub(crate) fn is_url(value: &[u8]) -> bool {
    let scheme = skip(value, 0, |byte| {
        is_name(byte) || matches!(byte, b'+' | b'.' | b':')
    });
    let behind = &value[scheme..];
    let host = match value[..scheme].last() {
        Some(b':') => behind.strip_prefix(b"//").or(behind.strip_prefix(br"\/\/")),
        _ => None,
    };
    is_letter(at(value, 0)) && host.is_some_and(|host| is_alnum(at(host, 0)) || at(host, 0) == b'[')
}

/// Whether `text` is made of digits and signs only, as numbers are in JSON.
pub(crate) fn is_number(text: &[u8]) -> bool {
    let is_part = |byte: u8| is_digit(byte) || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    text.iter().any(|byte| is_digit(*byte)) && text.iter().all(|byte| is_part(*byte))
}

fn number_fate(label: Label, number: &[u8]) -> Fate {
    let digits = number.iter().filter(|byte| is_digit(**byte)).count();
    let goes = match label {
        Label::Password => 3 < digits,
        Label::Secret => 12 < digits,
        Label::Weak => 24 < digits,
    };
    if goes { Fate::Goes } else { Fate::Stays }
}
