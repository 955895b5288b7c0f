//! Values behind names that announce a secret.

use crate::below::{Column, Pending, behind_user};
use crate::bytes::{at, before, is_alnum, is_letter, is_quote, is_space, skip, skip_back};
use crate::chosen::looks_chosen;
use crate::counts::Kind;
use crate::keys::Label;
use crate::names::{self, Announcement, MAX_NAME_BYTES, Name};
use crate::prose::{find_half_near, find_near, find_quoted_near, find_spoken};
use crate::quotes::Quotes;
use crate::randomness;
use crate::runs;
use crate::spans::Spans;
use crate::values::{self, Fate, Reach, Value};
use crate::{calls, certainty, codes, cues, directives, hosts, links, objects, pipes, shapes};

/// Names of schemes that may stay in front of their credential.
const SCHEMES: [&[u8]; 6] = [
    b"bearer",
    b"basic",
    b"token",
    b"digest",
    b"negotiate",
    b"apikey",
];

/// Fewer groups are words of a sentence.
const MIN_GROUPS: usize = 3;
/// Longer numbers are keys behind any name.
const MAX_NUMBER_BYTES: usize = 24;

/// Finds labelled values; `pending` comes from the line above and goes on to the next.
pub(crate) fn find(line: &[u8], pending: &mut Pending, spans: &mut Spans) {
    if skip(line, 0, is_space) == line.len() {
        return;
    }
    *pending = pending.find(line, spans);
    let mut quotes = Quotes::new();
    let mut done = 0;
    while let Some(announcement) = names::next(line, done) {
        let name = match announcement {
            Announcement::Name(name) => name,
            Announcement::Cue(start, end) => {
                let closed = cues::end_of_name(line, start, end);
                let text = &line[..quotes.fence(line, closed)];
                let below = cues::find(text, start, end, spans);
                if let Some(below) = below.filter(|_| text.len() == line.len()) {
                    spans.is_doubtful = true;
                    *pending = below;
                }
                done = end;
                continue;
            }
        };
        let found = find_value(line, name, &mut quotes, spans);
        spans.add_reach(certainty::reach_of(name, found.seen));
        if let Some(below) = found.announces(line, name) {
            spans.is_doubtful = true;
            *pending = below.or_stronger(*pending);
        }
        done = name.end.max(found.end);
    }
}

/// What came of one name.
struct Found {
    /// From where to look on.
    end: usize,
    /// Where what was looked at ends.
    seen: usize,
    /// Whether the value can only stand on the next line.
    is_pending: bool,
}

impl Found {
    /// What `name` announces for the lines below: a column if it heads one.
    fn announces(&self, line: &[u8], name: Name) -> Option<Pending> {
        let is_alone = self.end == name.end;
        let column = is_alone.then(|| Column::headed_by(line, name)).flatten();
        column
            .map(Pending::Row)
            .or(self.is_pending.then(|| Pending::below(line, name)))
    }
}

/// Looks for the value of `name`, within the quotes around it if there are any.
fn find_value(line: &[u8], name: Name, quotes: &mut Quotes, spans: &mut Spans) -> Found {
    if let Some(end) = spans.end_of_credentials(line, name.start) {
        // The name is half of credentials, as in `https://token:…@host`.
        return Found {
            end,
            seen: end,
            is_pending: false,
        };
    }
    if name.names_wallet(line) {
        codes::find_phrase(line, name.end, spans);
    }
    let is_outside = quotes.fence(line, name.start) == line.len();
    let mut closed = links::skip_closing(line, name.end);
    if matches!(at(line, name.end), b'\'' | b'`') {
        // The text around may close right behind a name in quotes of its own.
        closed = closed.min(quotes.fence(line, name.end));
    }
    let fence = quotes.fence(line, closed);
    let text = &line[..fence];
    let inner = find_inner_value(line, name, spans);
    let known = inner.is_some() || (is_outside && find_value_before(line, name, spans));
    let Some((text, link)) = link_within(line, text, name, closed) else {
        let mut end = inner.unwrap_or(name.end);
        pipes::find(line, name, spans);
        find_quoted_near(line, name, spans);
        find_half_near(text, name, spans);
        if !known && let Some(directive) = directives::find(text, name, spans) {
            end = directive;
        } else if !known && !name.is_spoken_of(line) {
            end = find_near(text, name.end, spans);
            find_spoken(text, name, spans);
        }
        return Found {
            end,
            seen: end,
            is_pending: name.announces_next_line(line),
        };
    };
    if name.label == Label::Weak
        && calls::is_login(name.text(line))
        && let Some(open) = link.opens_arguments(text)
    {
        calls::find_login(text, open, spans);
    }
    if link.is_json
        && at(text, skip(text, link.from, is_space)) == b'{'
        && objects::holds_secrets(name.text(text), name.label)
    {
        let end = objects::find(text, link.from, spans);
        return Found {
            end: name.end,
            seen: end,
            is_pending: fence == line.len() && end == text.len(),
        };
    }
    if link.is_call && !link.is_json && name.label != Label::Weak {
        calls::find_chosen(text, link.from, spans);
    }
    let Some(value) = link.value(text) else {
        return Found {
            end: name.end,
            seen: link.from,
            is_pending: fence == line.len(),
        };
    };
    let number = &text[value.start..value.end];
    if matches!(number, b"|" | b">" | b"|-" | b">-" | b"|+" | b">+") && !value.quoted {
        // A scalar of YAML that stands below.
        return Found {
            end: value.end,
            seen: value.end,
            is_pending: fence == line.len(),
        };
    }
    let is_number = !value.quoted && values::is_number(number);
    let is_short = number.len() <= MAX_NUMBER_BYTES;
    if is_number && !link.is_json && name.is_pin(line) && (4..=8).contains(&number.len()) {
        spans.add(value.start, value.end, Kind::Key);
    }
    if is_number && (link.is_json || (name.label == Label::Weak && is_short)) {
        return Found {
            end: value.end,
            seen: value.end,
            is_pending: false,
        };
    }
    let looked = inner.unwrap_or(name.end);
    if !value.quoted && values::is_url(number) {
        return Found {
            end: value.end,
            seen: value.end,
            is_pending: false,
        };
    }
    let mut end =
        take(text, name.label, value, link.reach, spans).map_or(looked, |end| end.max(looked));
    if link.is_call {
        take_arguments(text, name.label, value.end, spans);
    }
    take_new_value(text, name.label, value, spans);
    if !value.quoted {
        end = find_near(text, end, spans);
        if name.label != Label::Weak {
            find_half_near(text, name, spans);
        }
    }
    Found {
        end,
        seen: end.max(value.end),
        is_pending: false,
    }
}

/// The link behind `name`. A stray quote may make a value look like the text's
/// end: no text goes on with a letter behind the quote that closes it.
fn link_within<'t>(
    line: &'t [u8],
    text: &'t [u8],
    name: Name,
    closed: usize,
) -> Option<(&'t [u8], links::Link)> {
    let link = links::behind(text, name, closed)?;
    let is_stray = text.len() < line.len()
        && skip(text, link.from, is_space) == text.len()
        && is_alnum(at(line, text.len() + 1));
    if is_stray {
        links::behind(line, name, closed).map(|link| (line, link))
    } else {
        Some((text, link))
    }
}

/// Adds the value when it goes; says where it ends if it does.
pub(crate) fn take(
    text: &[u8],
    label: Label,
    value: Value,
    reach: Reach,
    spans: &mut Spans,
) -> Option<usize> {
    if values::is_code_before(text, value) {
        return None;
    }
    if let Some(inner) = calls::wrapped(text, value) {
        return take(text, inner.label(label), inner.value, reach, spans);
    }
    let start = value.start + scheme_bytes(&text[value.start..value.end], reach);
    match values::fate(label, &text[start..value.end], value.quoted) {
        Fate::Stays => take_half(text, value, spans),
        Fate::Goes => {
            let end = values::whole(text, value);
            let end = if value.quoted {
                end
            } else {
                end_of_groups(text, start, end)
            };
            spans.add(start, end, Kind::Key);
            Some(end)
        }
        Fate::GoesButWords => {
            add_all_but_words(text, value, spans);
            Some(value.end)
        }
    }
}

/// `"…" -> "…"`: a plan names the old value and the new one.
fn take_new_value(text: &[u8], label: Label, old: Value, spans: &mut Spans) {
    let arrow = skip(text, old.end + 1, is_space);
    if old.quoted && text.get(arrow..arrow + 2) == Some(b"->") {
        let new = values::value_at(text, arrow + 2, Reach::Word).filter(|value| value.quoted);
        if let Some(new) = new {
            take(text, label, new, Reach::Word, spans);
        }
    }
}

/// `abcd efgh ijkl mnop`: a value may be printed in groups of the same length.
fn end_of_groups(text: &[u8], start: usize, end: usize) -> usize {
    let length = end - start;
    if !(3..=8).contains(&length) {
        return end;
    }
    let (mut last, mut count) = (end, 1);
    while at(text, last) == b' ' && skip(text, last + 1, is_alnum) == last + 1 + length {
        last += 1 + length;
        count += 1;
    }
    if MIN_GROUPS <= count { last } else { end }
}

/// `login=bob:…`: what stays as a whole may end in a password.
fn take_half(text: &[u8], value: Value, spans: &mut Spans) -> Option<usize> {
    let half = behind_user(text, value)?;
    looks_chosen(&text[half.start..half.end]).then(|| {
        spans.add(half.start, half.end, Kind::Key);
        half.end
    })
}

/// `Bearer …`: the scheme may stay in front of its credential.
fn scheme_bytes(value: &[u8], reach: Reach) -> usize {
    let word = skip(value, 0, is_letter);
    let is_scheme = reach != Reach::Query
        && SCHEMES
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

/// `vendor-SECRET-9f86…`: the value is part of the name's own run. Says from where to look on.
fn find_inner_value(line: &[u8], name: Name, spans: &mut Spans) -> Option<usize> {
    let joint = skip(&line[..name.end], name.label_end, is_alnum);
    let start = skip(&line[..name.end], joint, |byte| !is_alnum(byte));
    let rest = &line[start..name.end];
    if 12 <= rest.len() && randomness::is_keylike(rest) && !shapes::is_pod_name(name.text(line)) {
        let (start, end) = runs::widen(line, start, name.end, joint);
        spans.add(start, end, Kind::Key);
        // Other names may stand in a short run, and have values behind them.
        let is_long = name.end + MAX_NAME_BYTES < end;
        return Some(if is_long { end } else { name.end });
    }
    None
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
    before(line, start) == quote && take(line, name.label, value, Reach::Word, spans).is_some()
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
        if !hosts::is_host(&line[value.start..value.end]) {
            take(line, label, value, Reach::Word, spans);
        }
        position = value.end + 1;
    }
}
