//! Names that announce a secret, and the values behind them.

use crate::bytes::{
    at, before, is_alnum, is_escape_letter, is_letter, is_name, is_quote, is_space, skip, skip_back,
};
use crate::counts::Kind;
use crate::keys::{self, Label};
use crate::runs;
use crate::spans::Spans;
use crate::stems;
use crate::values::{self, Fate, Reach, Value};

/// The longest name that is looked at.
const MAX_NAME_BYTES: usize = 128;
/// How much in front of a name is looked at for quotes around it.
const MAX_LEAD_BYTES: usize = 1024;
/// How far behind a label a bare key may stand.
const NEAR_BYTES: usize = 56;

/// A label without a value at the end of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pending {
    #[default]
    Nothing,
    /// The next line may hold the value.
    Value(Label),
}

/// Finds labelled values; `pending` comes from the line above and goes on to the next.
pub(crate) fn find(line: &[u8], pending: &mut Pending, spans: &mut Spans) {
    let above = *pending;
    let blank = skip(line, 0, is_space) == line.len();
    if blank {
        return;
    }
    *pending = Pending::Nothing;
    if let Pending::Value(label) = above {
        find_first_value(line, label, spans);
    }
    let mut done = 0;
    while let Some((stem, stem_end)) = stems::next(line, done) {
        let (start, end) = name_around(line, stem, stem_end, done);
        done = end.max(stem_end);
        if let Some((label, label_end)) = keys::last_label(&line[start..end]) {
            let name = Name {
                start,
                end,
                label: raised(line, start, label),
                label_end: start + label_end,
            };
            done = done.max(find_value(line, name, pending, spans));
        }
    }
}

/// Whether the value can only stand below: nothing or a colon ends the line.
fn announces_next_line(line: &[u8], name: Name) -> bool {
    if name.end + MAX_NAME_BYTES < line.len() {
        return false;
    }
    let end = skip_back(line, line.len(), name.end, is_space);
    let near = end <= name.end + NEAR_BYTES && line[..end].ends_with(b":");
    near || skip(line, name.end, |byte| !is_alnum(byte)) == line.len()
}

#[derive(Clone, Copy)]
struct Name {
    start: usize,
    end: usize,
    label: Label,
    label_end: usize,
}

fn name_around(line: &[u8], start: usize, end: usize, floor: usize) -> (usize, usize) {
    let is_part = |byte: u8| is_name(byte) || byte == b'.';
    let mut first = skip_back(
        line,
        start,
        floor.max(start.saturating_sub(MAX_NAME_BYTES)),
        is_part,
    );
    if is_escape_letter(line, first) {
        first += 1;
    }
    let limit = (end + MAX_NAME_BYTES).min(line.len());
    let last = skip(&line[..limit], end, is_part);
    (
        first.min(start),
        skip_back(line, last, end, |byte| byte == b'.'),
    )
}

/// `API key`, `private access key`: the word before makes a key a secret.
fn raised(line: &[u8], start: usize, label: Label) -> Label {
    if label != Label::Weak || start == 0 || before(line, start) != b' ' {
        return label;
    }
    let word = &line[skip_back(line, start - 1, start.saturating_sub(16), is_letter)..start - 1];
    let makers = [
        &b"api"[..],
        b"access",
        b"secret",
        b"private",
        b"license",
        b"encryption",
        b"account",
    ];
    if makers.iter().any(|maker| word.eq_ignore_ascii_case(maker)) {
        Label::Secret
    } else {
        label
    }
}

/// Looks for the value of `name`; says from where to look on.
fn find_value(line: &[u8], name: Name, pending: &mut Pending, spans: &mut Spans) -> usize {
    let inner = find_inner_value(line, name, spans) || find_value_before(line, name, spans);
    let Some(link) = link_behind(line, name) else {
        if !inner && !ends_in_api(&line[name.start..name.end]) {
            find_near(line, name.end, spans);
            find_spoken(line, name, spans);
        }
        if announces_next_line(line, name) {
            *pending = Pending::Value(name.label);
        }
        return name.end;
    };
    let Some(value) = link.value(line) else {
        *pending = Pending::Value(name.label);
        return name.end;
    };
    let is_number = !value.quoted && values::is_number(&line[value.start..value.end]);
    if is_number && (link.is_json || name.label == Label::Weak) {
        return value.end;
    }
    let gone = take(line, name.label, value, link.reach, spans);
    if link.is_call {
        take_arguments(line, name.label, value.end, spans);
    }
    if !value.quoted {
        let from = if gone { value.end } else { name.end };
        find_near(line, from, spans);
        return from;
    }
    if !gone {
        return name.end;
    }
    value.end
}

/// An interface is spoken of more often than its key.
fn ends_in_api(name: &[u8]) -> bool {
    name.len()
        .checked_sub(3)
        .is_some_and(|cut| name[cut..].eq_ignore_ascii_case(b"api"))
}

/// Adds the value when it goes; says whether it does.
fn take(line: &[u8], label: Label, value: Value, reach: Reach, spans: &mut Spans) -> bool {
    let start = value.start + scheme_bytes(&line[value.start..value.end], reach);
    match values::fate(label, &line[start..value.end], value.quoted) {
        Fate::Stays => false,
        Fate::Goes => {
            spans.add(start, values::whole(line, value), Kind::Key);
            true
        }
        Fate::GoesButWords => {
            add_all_but_words(line, value, spans);
            true
        }
    }
}

/// `Bearer …`: the scheme may stay in front of its credential.
fn scheme_bytes(value: &[u8], reach: Reach) -> usize {
    let word = skip(value, 0, is_letter);
    let known = [
        &b"bearer"[..],
        b"basic",
        b"token",
        b"digest",
        b"negotiate",
        b"apikey",
    ];
    let is_scheme = reach != Reach::Query
        && known
            .iter()
            .any(|scheme| value[..word].eq_ignore_ascii_case(scheme));
    if is_scheme && at(value, word) == b' ' {
        skip(value, word, is_space)
    } else {
        0
    }
}

/// Words of three letters and more stay within code; all around them goes.
fn add_all_but_words(line: &[u8], value: Value, spans: &mut Spans) {
    let mut from = value.start;
    let mut position = value.start;
    while position < value.end {
        let end = skip(&line[..value.end], position, is_letter);
        if position + 3 <= end {
            spans.add(from, position, Kind::Key);
            from = end;
        }
        position = end.max(position + 1);
    }
    spans.add(from, value.end, Kind::Key);
}

/// `vendor-SECRET-9f86…`: the value is part of the name's own run.
fn find_inner_value(line: &[u8], name: Name, spans: &mut Spans) -> bool {
    let joint = skip(&line[..name.end], name.label_end, is_alnum);
    let start = skip(&line[..name.end], joint, |byte| !is_alnum(byte));
    let rest = &line[start..name.end];
    if 12 <= rest.len() && runs::is_keylike(rest) {
        let (start, end) = runs::widen(line, start, name.end, joint);
        spans.add(start, end, Kind::Key);
        return true;
    }
    false
}

/// `if ("…" == password)`: the value stands before its name.
fn find_value_before(line: &[u8], name: Name, spans: &mut Spans) -> bool {
    let gap = skip_back(line, name.start, 0, |byte| byte == b' ');
    let sign = skip_back(line, gap, gap.saturating_sub(3), |byte| {
        matches!(byte, b'=' | b'!')
    });
    if gap - sign < 2 {
        return false;
    }
    let close = skip_back(line, sign, sign.saturating_sub(2), |byte| byte == b' ');
    let quote = before(line, close);
    if !is_quote(quote) || close < 2 {
        return false;
    }
    let start = skip_back(
        line,
        close - 1,
        close.saturating_sub(MAX_NAME_BYTES),
        |byte| byte != quote,
    );
    let value = Value {
        start,
        end: close - 1,
        quoted: true,
    };
    before(line, start) == quote && take(line, name.label, value, Reach::Word, spans)
}

/// What joins a name to its value.
#[derive(Clone, Copy)]
struct Link {
    from: usize,
    reach: Reach,
    is_call: bool,
    needs_quote: bool,
    /// Whether the name is in quotes, so that a bare number must stay one.
    is_json: bool,
}

impl Link {
    fn value(self, line: &[u8]) -> Option<Value> {
        let value = values::value_at(line, self.from, self.reach)?;
        (value.quoted || !self.needs_quote).then_some(value)
    }
}

fn link_behind(line: &[u8], name: Name) -> Option<Link> {
    let closed = skip_closing(line, name.end);
    let was_quoted = line[name.end..closed].iter().any(|byte| is_quote(*byte));
    let in_quotes = is_quote(before(line, name.start)) && !was_quoted;
    let spaced = skip(line, closed, |byte| byte == b' ' || byte == b'\t');
    let spaced = skip_type(line, spaced);
    let signs = skip(line, spaced, |byte| {
        matches!(
            byte,
            b'=' | b':' | b'?' | b'.' | b'!' | b'>' | b'~' | b'+' | b'|'
        )
    });
    let sign = &line[spaced..signs];
    let link = |from, reach| {
        Some(Link {
            from,
            reach,
            is_call: false,
            needs_quote: false,
            is_json: was_quoted,
        })
    };
    if at(line, closed) == b'>' && before(line, name.start) == b'<' {
        return link(closed + 1, Reach::Word);
    }
    if sign.iter().any(|byte| matches!(byte, b'=' | b':'))
        && !sign.starts_with(b"::") | sign.ends_with(b"=")
    {
        if closes_own_quote(line, name, signs, in_quotes) {
            return None;
        }
        return link(signs, reach_of(line, name, was_quoted, sign));
    }
    behind_mark(line, name, closed, spaced, was_quoted)
}

/// Joined by a comma, a bracket, an attribute or a blank.
fn behind_mark(
    line: &[u8],
    name: Name,
    closed: usize,
    spaced: usize,
    was_quoted: bool,
) -> Option<Link> {
    let link = |from, is_call, needs_quote| {
        Some(Link {
            from,
            reach: Reach::Word,
            is_call,
            needs_quote,
            is_json: was_quoted,
        })
    };
    match at(line, spaced) {
        b',' if was_quoted && name.label != Label::Weak => link(spaced + 1, false, true),
        b',' if was_quoted => link(spaced + 1, false, true),
        b'(' if spaced == closed && !was_quoted => link(spaced + 1, true, true),
        _ if was_quoted && line[spaced..].starts_with(b"value=") => link(spaced + 6, false, true),
        quote
            if is_quote(quote)
                && closed < spaced
                && !was_quoted
                && opens_quote(line, name, spaced) =>
        {
            link(spaced, false, true)
        }
        _ if closed < spaced && is_flag(line, name) && at(line, spaced) != b'-' => {
            link(spaced, false, false)
        }
        _ => None,
    }
}

/// Quotes, escapes and brackets that close a name: `"a"`, `\"a\"`, `['a']`, `a[25]`.
fn skip_closing(line: &[u8], from: usize) -> usize {
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

/// `"Password: "`: the quote behind the sign closes the one before the name.
fn closes_own_quote(line: &[u8], name: Name, signs: usize, in_quotes: bool) -> bool {
    let next = skip(line, signs, is_space);
    in_quotes && at(line, next) == before(line, name.start)
}

/// Whether the quote at `quote` opens a text rather than closes the one around the name.
fn opens_quote(line: &[u8], name: Name, quote: usize) -> bool {
    if line.len() <= quote || MAX_LEAD_BYTES < name.start {
        return false;
    }
    line[quote] != b'"' || memchr::memchr_iter(b'"', &line[..name.start]).count() % 2 == 0
}

fn is_flag(line: &[u8], name: Name) -> bool {
    at(line, name.start) == b'-'
        && matches!(before(line, name.start), b' ' | b'"' | b'\'')
        && name.label != Label::Weak
}

/// How far a value without quotes may reach behind `sign`.
fn reach_of(line: &[u8], name: Name, was_quoted: bool, sign: &[u8]) -> Reach {
    let first = matches!(before(line, name.start), b'?' | b'&');
    if first && sign == b"=" {
        return Reach::Query;
    }
    let headers = [
        &b"authorization"[..],
        b"cookie",
        b"set-cookie",
        b"proxy-authorization",
    ];
    let text = &line[name.start..name.end];
    let names_header = headers
        .iter()
        .any(|header| text.eq_ignore_ascii_case(header));
    if was_quoted || sign != b":" || MAX_LEAD_BYTES < name.start {
        return Reach::Word;
    }
    let lead = &line[..name.start];
    let starts_line = lead.iter().all(|byte| is_space(*byte) || *byte == b'-');
    let has_joint = text.iter().any(|byte| matches!(byte, b'_' | b'.'));
    match before(line, name.start) {
        quote if names_header && is_quote(quote) => Reach::Quote(quote),
        _ if names_header && lead.contains(&b'"') => Reach::Quote(b'"'),
        _ if names_header || (starts_line && has_joint) => Reach::Line,
        _ => Reach::Word,
    }
}

/// `Credential("name", "password")`: every quoted argument goes.
fn take_arguments(line: &[u8], label: Label, from: usize, spans: &mut Spans) {
    let mut position = from + 1;
    for _ in 0..4 {
        let comma = skip(line, position, is_space);
        if at(line, comma) != b',' {
            return;
        }
        let Some(value) =
            values::value_at(line, comma + 1, Reach::Word).filter(|value| value.quoted)
        else {
            return;
        };
        take(line, label, value, Reach::Word, spans);
        position = value.end + 1;
    }
}

/// A bare key a few words behind its label.
fn find_near(line: &[u8], from: usize, spans: &mut Spans) {
    let limit = (from + NEAR_BYTES).min(line.len());
    let is_part = |byte: u8| is_name(byte) || matches!(byte, b'+' | b'/' | b'.' | b'~');
    let mut position = from;
    while position < limit {
        let start = skip(line, position, |byte| !is_part(byte));
        let end = skip(line, start, is_part);
        if start < limit
            && 8 <= end - start
            && !values::is_number(&line[start..end])
            && runs::is_keylike(&line[start..end])
            && looks_near(&line[start..end])
        {
            let padded = skip(line, end, |byte| byte == b'=');
            spans.add(
                start,
                skip_back(line, padded, start, |byte| byte == b'.'),
                Kind::Key,
            );
            return;
        }
        position = end.max(position + 1);
    }
}

/// A path or a name with dots near a label is none of its value.
fn looks_near(text: &[u8]) -> bool {
    !text.starts_with(b"/") && !text.starts_with(b"./")
}

/// `the password for x is "y"`: what is quoted behind it goes.
fn find_spoken(line: &[u8], name: Name, spans: &mut Spans) {
    if name.label != Label::Password {
        return;
    }
    let limit = (name.end + NEAR_BYTES).min(line.len());
    let spoken = &line[name.end..limit];
    let Some(verb) = [&b" is "[..], b" was ", b" set to ", b" = "]
        .iter()
        .find_map(|verb| memchr::memmem::find(spoken, verb))
    else {
        return;
    };
    let _ = verb;
    let mut position = name.end;
    while let Some(offset) = line[position..limit.max(position)]
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\''))
    {
        let value = values::quoted_value(line, position + offset, position + offset);
        if line.len() <= value.end {
            return;
        }
        take(line, name.label, value, Reach::Word, spans);
        position = value.end + 1;
    }
}

/// The first value of a line whose label stands on the line above.
fn find_first_value(line: &[u8], label: Label, spans: &mut Spans) {
    let start = skip(line, 0, is_space);
    let name = skip(line, start, |byte| is_letter(byte) || byte == b'"');
    let is_value = line[start..name].eq_ignore_ascii_case(b"value")
        || line[start..name].eq_ignore_ascii_case(b"\"value\"");
    if is_value && at(line, name) == b':' {
        if let Some(value) = values::value_at(line, name + 1, Reach::Word) {
            take(line, label, value, Reach::Word, spans);
        }
        return;
    }
    if let Some(value) = values::value_at(line, start, Reach::Word)
        && runs::is_keylike(&line[value.start..value.end])
    {
        take(line, label, value, Reach::Word, spans);
    }
}
