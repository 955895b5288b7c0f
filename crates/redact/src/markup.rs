//! Tags that part a name from its value: `<key>token</key><string>…`.

use memchr::memchr;

use crate::bytes::{at, before, is_name, is_quote, is_space, skip, skip_back};

/// How many elements may open around a value.
const MAX_OPENINGS: usize = 3;
/// The longest namespace in front of an element's name.
const MAX_PREFIX_BYTES: usize = 16;
/// How far the attributes of an element may reach.
const MAX_ATTRIBUTES_BYTES: usize = 200;

/// Behind what parts a name, whose closing quotes end at `closed`, from its
/// value in another element or attribute.
pub(crate) fn behind_tags(text: &[u8], start: usize, closed: usize) -> Option<usize> {
    let value = match (before(text, start), at(text, closed)) {
        (b'<' | b':', b'>') => closed + 1,
        (b'<' | b':', b' ') if opens_element(text, start) => behind_attributes(text, closed)?,
        (b'>', b'<') => end_of_tag(text, closed)?,
        (quote, b'>') if is_quote(quote) && names_entry(text, start - 1) => closed + 1,
        _ => return None,
    };
    let inner = behind_openings(text, value);
    match before(text, start) {
        // Without an element of its own the text behind is no value.
        b'>' => inner,
        _ => inner.or(Some(value)),
    }
}

/// Behind the elements that open at `from`, if any does.
fn behind_openings(text: &[u8], from: usize) -> Option<usize> {
    let mut behind = None;
    for _ in 0..MAX_OPENINGS {
        let next = skip(text, behind.unwrap_or(from), is_space);
        let Some(end) = end_of_tag(text, next).filter(|_| at(text, next + 1) != b'/') else {
            break;
        };
        behind = Some(end);
    }
    behind
}

/// Whether the name at `start` is that of an element, maybe behind a namespace.
fn opens_element(text: &[u8], start: usize) -> bool {
    let first = skip_back(
        text,
        start,
        start.saturating_sub(MAX_PREFIX_BYTES),
        |byte| is_name(byte) || byte == b':',
    );
    before(text, first) == b'<'
}

/// Behind the attributes of an element and the mark that closes its tag.
fn behind_attributes(text: &[u8], from: usize) -> Option<usize> {
    let limit = text.len().min(from + MAX_ATTRIBUTES_BYTES);
    let end = from + memchr(b'>', &text[from..limit])?;
    let is_empty = before(text, end) == b'/';
    let has_attributes = text[from..end].contains(&b'=');
    (has_attributes && !is_empty).then_some(end + 1)
}

/// Behind the tag at `start`, if one without attributes stands there.
pub(crate) fn end_of_tag(text: &[u8], start: usize) -> Option<usize> {
    if at(text, start) != b'<' {
        return None;
    }
    let name = start + 1 + usize::from(at(text, start + 1) == b'/');
    let end = skip(text, name, |byte| is_name(byte) || byte == b':');
    (name < end && at(text, end) == b'>').then_some(end + 1)
}

/// Whether the quote opens the attribute that names an entry.
fn names_entry(text: &[u8], quote: usize) -> bool {
    let attribute = skip_back(text, quote, quote.saturating_sub(8), |byte| byte != b' ');
    matches!(&text[attribute..quote], b"key=" | b"name=")
}
