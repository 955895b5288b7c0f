//! Tags that part a name from its value: `<key>token</key><string>…`.

use crate::bytes::{at, before, is_name, is_quote, is_space, skip, skip_back};

/// Behind what parts a name, whose closing quotes end at `closed`, from its
/// value in another element or attribute.
pub(crate) fn behind_tags(text: &[u8], start: usize, closed: usize) -> Option<usize> {
    let value = match (before(text, start), at(text, closed)) {
        (b'<', b'>') => closed + 1,
        (b'>', b'<') => end_of_tag(text, closed)?,
        (quote, b'>') if is_quote(quote) && names_entry(text, start - 1) => closed + 1,
        _ => return None,
    };
    let next = skip(text, value, is_space);
    let inner = end_of_tag(text, next).filter(|_| at(text, next + 1) != b'/');
    match before(text, start) {
        // Without an element of its own the text behind is no value.
        b'>' => inner,
        _ => inner.or(Some(value)),
    }
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
