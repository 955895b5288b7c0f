//! Passwords that stand in a call by their place alone: `login("bob", "…")`.

use crate::bytes::{is_digit, is_name, skip_back};
use crate::chosen::looks_chosen;
use crate::keys::Label;
use crate::labels::take;
use crate::links;
use crate::spans::Spans;
use crate::values::{self, Reach, Value};

/// How many arguments are looked at.
const MAX_ARGUMENTS: usize = 5;
/// How far behind its bracket a call is looked at.
pub(crate) const MAX_CALL_BYTES: usize = 384;
/// How much of an argument may say what it is.
const MAX_HINT_BYTES: usize = 64;
/// How much in front of its last word a function's name has.
const MAX_RECEIVER_BYTES: usize = 48;

/// Ends of the names of functions that take a user and a password.
const LOGINS: [&[u8]; 7] = [
    b"basic",
    b"login",
    b"logon",
    b"auth",
    b"authenticate",
    b"authentication",
    b"signin",
];

/// Parts of names of what is connected with, and of who connects.
const PEERS: [&[u8]; 22] = [
    b"sql", b"pg", b"db", b"odbc", b"oci", b"oracle", b"ftp", b"ssh", b"imap", b"pop3", b"smtp",
    b"mail", b"ldap", b"manager", b"source", b"mongo", b"host", b"url", b"uri", b"dsn", b"server",
    b"link",
];

/// Functions that give back what they are given, in another type.
const WRAPPERS: [&[u8]; 14] = [
    b"Some",
    b"Ok",
    b"Just",
    b"from",
    b"String",
    b"str",
    b"new",
    b"SecretStr",
    b"SecretString",
    b"Secret",
    b"of",
    b"b64decode",
    b"atob",
    b"strdup",
];

/// What is known of the person that binds.
const PERSONS: [&[u8]; 6] = [b"cn=", b"uid=", b"dc=", b"@", b"dn", b"user"];

/// One argument of a call.
#[derive(Clone, Copy, Default)]
struct Argument<'t> {
    text: &'t [u8],
    /// Where it stands if it is quoted.
    value: Option<Value>,
}

/// Finds the password of a call that the cue at `start` opens right before `from`.
pub(crate) fn find_behind_cue(text: &[u8], start: usize, from: usize, spans: &mut Spans) {
    let cue = &text[start..from];
    let is_part = |byte: u8| is_name(byte) || matches!(byte, b'.' | b':' | b'>' | b'$');
    let floor = start.saturating_sub(MAX_RECEIVER_BYTES);
    let receiver = &text[skip_back(text, start, floor, is_part)..start];
    let arguments = Arguments::of(text, from);
    let arguments = arguments.all();
    let is_cue = |name: &[u8]| cue.eq_ignore_ascii_case(name);
    let place = if is_cue(b"pdo(") {
        Some(2)
    } else if is_cue(b"connect(") || is_cue(b"connection(") {
        place_in_connection(receiver, is_cue(b"connection("), arguments)
    } else {
        place_in_bind(arguments)
    };
    add(text, place, arguments, spans);
}

/// Finds the second of two quoted arguments, or the one behind a user's name.
pub(crate) fn find_login(text: &[u8], from: usize, spans: &mut Spans) {
    let arguments = Arguments::of(text, from);
    let arguments = arguments.all();
    add(text, place_in_login(arguments), arguments, spans);
}

/// Whether a function with this name takes a user and a password.
pub(crate) fn is_login(name: &[u8]) -> bool {
    LOGINS.iter().any(|login| {
        name.len()
            .checked_sub(login.len())
            .is_some_and(|cut| name[cut..].eq_ignore_ascii_case(login))
    })
}

/// Finds quoted arguments that look like keys.
pub(crate) fn find_keys(text: &[u8], from: usize, spans: &mut Spans) {
    let arguments = Arguments::of(text, from);
    for value in arguments.all().iter().filter_map(|argument| argument.value) {
        take(text, Label::Weak, value, Reach::Word, spans);
    }
}

/// Finds quoted arguments that look like passwords.
pub(crate) fn find_chosen(text: &[u8], from: usize, spans: &mut Spans) {
    let arguments = Arguments::of(text, from);
    for value in arguments.all().iter().filter_map(|argument| argument.value) {
        if looks_chosen(&text[value.start..value.end]) {
            take(text, Label::Password, value, Reach::Word, spans);
        }
    }
}

/// What a call wraps that stands in place of a value: `Some("…")`.
pub(crate) struct Wrapped {
    pub(crate) value: Value,
    is_plain: bool,
}

impl Wrapped {
    /// How much `label` says about what is wrapped.
    pub(crate) fn label(&self, label: Label) -> Label {
        if self.is_plain { label } else { Label::Weak }
    }
}

/// What the call wraps that a bare value opens, if it opens one.
pub(crate) fn wrapped(text: &[u8], value: Value) -> Option<Wrapped> {
    if value.quoted || !matches!(text.get(value.end), Some(b'"' | b'\'' | b'\\')) {
        return None;
    }
    let opening = &text[value.start..value.end];
    let (&bracket, name) = opening.split_last()?;
    let is_name = name
        .iter()
        .all(|byte| is_name(*byte) || matches!(byte, b'.' | b':'));
    let last = name.rsplit(|byte| matches!(byte, b'.' | b':')).next()?;
    let inner = values::value_at(text, value.end, Reach::Word).filter(|inner| inner.quoted)?;
    (bracket == b'(' && is_name && !name.is_empty()).then(|| Wrapped {
        value: inner,
        is_plain: WRAPPERS.contains(&last),
    })
}

fn add(text: &[u8], place: Option<usize>, arguments: &[Argument<'_>], spans: &mut Spans) {
    let argument = place.and_then(|place| arguments.get(place));
    if let Some(value) = argument.and_then(|argument| argument.value)
        && !text[value.start..value.end].contains(&b' ')
    {
        take(text, Label::Password, value, Reach::Word, spans);
    }
}

fn place_in_login(arguments: &[Argument<'_>]) -> Option<usize> {
    let mut quoted = (0..arguments.len()).filter(|place| arguments[*place].value.is_some());
    match (quoted.next(), quoted.next()) {
        (Some(_), Some(second)) => Some(second),
        (only, _) => only.filter(|place| 0 < *place),
    }
}

fn place_in_bind(arguments: &[Argument<'_>]) -> Option<usize> {
    let place = place_in_login(arguments)?;
    let person = arguments[place - 1].text;
    PERSONS
        .iter()
        .any(|part| holds(person, part))
        .then_some(place)
}

/// Behind what is connected with and the user; some name the user first.
fn place_in_connection(receiver: &[u8], is_pool: bool, all: &[Argument<'_>]) -> Option<usize> {
    let first = all.first()?;
    let is_told = PEERS
        .iter()
        .any(|part| holds(receiver, part) || first.value.is_none() && holds(first.text, part));
    let is_addressed = first.value.is_none() || is_address(first.text);
    let has_address_last = all.get(2).is_some_and(|third| is_address(third.text));
    match all.len() {
        _ if !is_told && !is_address(first.text) => None,
        2 => (is_pool && !is_addressed).then_some(1),
        _ if !is_addressed && has_address_last => Some(1),
        _ => Some(2),
    }
}

/// Whether a literal looks like a host, a URL or the name of a source.
fn is_address(literal: &[u8]) -> bool {
    let is_sign = |byte: &u8| matches!(byte, b'.' | b':' | b'/' | b'=');
    holds(literal, b"localhost") || literal.iter().any(is_sign)
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    let text = &text[..text.len().min(MAX_HINT_BYTES)];
    text.windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part))
}

/// The arguments of a call, kept without an allocation.
#[derive(Default)]
struct Arguments<'t> {
    list: [Argument<'t>; MAX_ARGUMENTS],
    count: usize,
}

impl<'t> Arguments<'t> {
    /// Those of the call that is open at `from`, without numbers such as ports.
    fn of(text: &'t [u8], from: usize) -> Arguments<'t> {
        let seen = &text[..text.len().min(from + MAX_CALL_BYTES)];
        let is_cut = seen.len() < text.len();
        let text = seen;
        let mut arguments = Arguments::default();
        let mut position = from;
        while arguments.count < MAX_ARGUMENTS {
            let (argument, end) = argument_at(text, position);
            let is_number = argument.text.iter().all(|byte| is_digit(*byte));
            // Of a literal that goes on out of sight nothing is known.
            if is_cut && end == text.len() {
                break;
            }
            if argument.value.is_some() || !is_number {
                arguments.list[arguments.count] = argument;
                arguments.count += 1;
            }
            if text.get(end) != Some(&b',') {
                break;
            }
            position = end + 1;
        }
        arguments
    }

    fn all(&self) -> &[Argument<'t>] {
        &self.list[..self.count]
    }
}

/// The argument at `from`, and where the comma or bracket stands that ends it.
fn argument_at(text: &[u8], from: usize) -> (Argument<'_>, usize) {
    let value = values::value_at(text, from, Reach::Word).filter(|value| value.quoted);
    let behind = value.map_or(from, |value| links::skip_closing(text, value.end));
    let end = end_of_argument(text, behind);
    let inner = value.map_or(from..end, |value| value.start..value.end);
    let text = text.get(inner).unwrap_or_default().trim_ascii();
    (Argument { text, value }, end)
}

fn end_of_argument(text: &[u8], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut position = from;
    while let Some(&byte) = text.get(position) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => break,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => break,
            _ => {}
        }
        position += 1;
    }
    position
}
