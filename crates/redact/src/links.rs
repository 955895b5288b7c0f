//! What joins a name to its value.

use crate::bytes::{at, before, is_alnum, is_letter, is_quote, is_space, skip};
use crate::keys::Label;
use crate::markup;
use crate::names::{MAX_NAME_BYTES, Name};
use crate::values::{self, Reach, Value};
use crate::wrappings;

/// Headers whose value reaches to the end of the line.
const HEADERS: [&[u8]; 4] = [
    b"authorization",
    b"cookie",
    b"set-cookie",
    b"proxy-authorization",
];
/// Names of a field that holds the value of the name in the field before.
pub(crate) const VALUE_NAMES: [&[u8]; 4] = [b"value", b"val", b"default", b"content"];

/// What joins a name to its value.
#[derive(Clone, Copy)]
pub(crate) struct Link {
    pub(crate) from: usize,
    pub(crate) reach: Reach,
    /// Whether arguments follow the first one.
    pub(crate) is_call: bool,
    needs_quote: bool,
    /// Whether the name is in quotes, so that a bare number must stay one.
    pub(crate) is_json: bool,
}

impl Link {
    /// Where the arguments start that the link opens: `login(`, `auth=(`.
    pub(crate) fn opens_arguments(self, text: &[u8]) -> Option<usize> {
        let bracket = skip(text, self.from, is_space);
        match at(text, bracket) {
            _ if self.is_call && !self.is_json => Some(self.from),
            b'(' | b'[' => Some(bracket + 1),
            _ => None,
        }
    }

    /// The value that the link leads to.
    pub(crate) fn value(self, text: &[u8]) -> Option<Value> {
        let value = values::value_at(text, self.from, self.reach)?;
        let value = if self.is_json && !value.quoted {
            literal(text, value)
        } else {
            value
        };
        (value.quoted || !self.needs_quote).then_some(value)
    }
}

/// A literal of JSON ends before the mark that follows it.
fn literal(text: &[u8], value: Value) -> Value {
    let is_part = |byte: u8| is_alnum(byte) || matches!(byte, b'+' | b'-' | b'.');
    let end = skip(text, value.start, is_part);
    let ends = value.start < end && matches!(at(text, end), b',' | b'}' | b']' | b' ');
    if ends { Value { end, ..value } } else { value }
}

/// The link behind `name`, whose closing quotes end at `closed`.
pub(crate) fn behind(text: &[u8], name: Name, closed: usize) -> Option<Link> {
    let is_json = text
        .get(name.end..closed)?
        .iter()
        .any(|byte| is_quote(*byte));
    let spaced = skip(text, closed, |byte| byte == b' ' || byte == b'\t');
    let spaced = skip_type(text, spaced);
    let is_sign = |byte: u8| {
        matches!(
            byte,
            b'=' | b':' | b'?' | b'.' | b'!' | b'>' | b'~' | b'+' | b'|'
        )
    };
    let signs = skip(text, spaced, is_sign);
    let sign = &text[spaced..signs];
    let plain = Link {
        from: signs,
        reach: Reach::Word,
        is_call: false,
        needs_quote: false,
        is_json,
    };
    if let Some(from) = markup::behind_tags(text, name.start, closed) {
        return Some(Link {
            from,
            is_json: false,
            ..plain
        });
    }
    // LDIF marks what is base64 by a second colon.
    let is_path = sign.starts_with(b"::") && !sign.ends_with(b"=") && at(text, signs) != b' ';
    if sign.iter().any(|byte| matches!(byte, b'=' | b':')) && !is_path {
        let closes = is_quote(before(text, name.start)) && !is_json;
        let next = skip(text, signs, is_space);
        let is_own_end = closes && at(text, next) == before(text, name.start);
        let reach = reach_of(text, name, is_json, sign);
        return (!is_own_end).then(|| into_list(text, Link { reach, ..plain }));
    }
    behind_mark(
        text,
        name,
        closed,
        Link {
            from: spaced,
            needs_quote: true,
            ..plain
        },
    )
}

/// Behind a quoted name a list or an object is no value; what is quoted in it is.
fn into_list(text: &[u8], link: Link) -> Link {
    let start = skip(text, link.from, is_space);
    match at(text, start) {
        b'[' if link.is_json => Link {
            from: start + 1,
            is_call: true,
            needs_quote: true,
            ..link
        },
        b'{' if link.is_json => Link {
            needs_quote: true,
            ..link
        },
        _ => link,
    }
}

/// Joined by a comma, a bracket, an attribute or a blank.
fn behind_mark(text: &[u8], name: Name, closed: usize, link: Link) -> Option<Link> {
    let spaced = link.from;
    match at(text, spaced) {
        b',' if link.is_json => behind_comma(
            text,
            Link {
                from: spaced + 1,
                ..link
            },
        ),
        b'(' if spaced == closed && !link.is_json => Some(Link {
            from: spaced + 1,
            is_call: true,
            ..link
        }),
        _ if link.is_json && text[spaced..].starts_with(b"value=") => Some(Link {
            from: spaced + 6,
            ..link
        }),
        quote if is_quote(quote) && closed < spaced && !link.is_json && spaced < text.len() => {
            Some(link)
        }
        b'-' => None,
        _ if closed < spaced && is_flag(text, name) => Some(Link {
            needs_quote: false,
            ..link
        }),
        _ => None,
    }
}

/// `"KEY", "…"` and `"name": "KEY", "value": "…"`, but not the next field's name.
fn behind_comma(text: &[u8], link: Link) -> Option<Link> {
    let next = values::value_at(text, link.from, Reach::Word).filter(|value| value.quoted)?;
    let closed = skip_closing(text, next.end);
    let colon = skip(text, closed, is_space);
    if at(text, colon) != b':' {
        return Some(link);
    }
    let field = &text[next.start..next.end];
    let holds_value = VALUE_NAMES
        .iter()
        .any(|name| field.eq_ignore_ascii_case(name));
    holds_value.then_some(Link {
        from: wrappings::into_any_value(text, colon + 1),
        ..link
    })
}

/// Quotes, escapes and brackets that close a name: `"a"`, `\"a\"`, `['a']`, `a[25]`.
pub(crate) fn skip_closing(line: &[u8], from: usize) -> usize {
    let quotes = skip(line, from, |byte| is_quote(byte) || byte == b'\\');
    if at(line, quotes) == b'[' {
        let number = skip(line, quotes + 1, |byte| byte.is_ascii_digit());
        return if at(line, number) == b']' {
            number + 1
        } else {
            quotes
        };
    }
    if quotes == from {
        from
    } else {
        skip(line, quotes, |byte| byte == b']')
    }
}

/// `var token string = …`: a type may stand before the sign.
fn skip_type(line: &[u8], from: usize) -> usize {
    let word = skip(line, from, is_letter);
    let sign = skip(line, word, |byte| byte == b' ');
    if from < word && word < sign && at(line, sign) == b'=' {
        sign
    } else {
        from
    }
}

/// `--password …`: the next word is the value.
fn is_flag(line: &[u8], name: Name) -> bool {
    at(line, name.start) == b'-'
        && matches!(before(line, name.start), b' ' | b'"' | b'\'')
        && name.label != Label::Weak
}

/// How far a value without quotes may reach behind `sign`.
fn reach_of(line: &[u8], name: Name, is_json: bool, sign: &[u8]) -> Reach {
    if matches!(before(line, name.start), b'?' | b'&') && sign == b"=" {
        return Reach::Query;
    }
    if is_json || sign != b":" {
        return Reach::Word;
    }
    let text = name.text(line);
    let names_header = HEADERS
        .iter()
        .any(|header| text.eq_ignore_ascii_case(header));
    let starts_line = name.start < MAX_NAME_BYTES
        && line[..name.start]
            .iter()
            .all(|byte| is_space(*byte) || *byte == b'-');
    let has_joint = text.iter().any(|byte| matches!(byte, b'_' | b'.'));
    match before(line, name.start) {
        b'\'' if names_header => Reach::Apostrophe,
        _ if names_header || (starts_line && has_joint) => Reach::Line,
        _ => Reach::Word,
    }
}
