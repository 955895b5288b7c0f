//! Lines of settings whose words only blanks part: `enable secret 5 …`,
//! `requirepass …`, `snmp-server community … RO`.

use crate::below::behind_user;
use crate::bytes::{
    at, before, is_alnum, is_digit, is_escape_letter, is_letter, is_lower, is_space, is_upper,
    skip, skip_back,
};
use crate::calls::is_login;
use crate::chosen::looks_chosen;
use crate::keys::Label;
use crate::labels::take;
use crate::links::skip_closing;
use crate::names::{MAX_NAME_BYTES, Name};
use crate::spans::Spans;
use crate::values::{self, Reach, Value};
use crate::word_list::{LazyList, WordList};

/// Words with which devices of networks start a setting that holds a secret.
static DEVICE_WORDS: LazyList = LazyList::new(|| {
    WordList::new(
        "\
    aaa area authentication crypto enable ikev1 ikev2 ip ipv6 isis isakmp key key-string keyring \
    ldap-server local-user neighbor ntp peer ppp pre-shared-key radius radius-server \
    server failover aaa-server iwconfig server-key server-private d-i rootpw olcrootpw steamcmd set shared-secret snmp snmp-agent snmp-server standby \
    super tacacs tacacs-server tunnel-group user username vrrp wpa-psk wpa2-psk ikev",
    )
});

/// Words between a name and its value that say how the value is written.
static FORMS: LazyList = LazyList::new(|| {
    WordList::new(
        "\
    encrypted cipher simple ascii ascii-text hex ENC md5 sha hash irreversible-cipher clear \
    cleartext plain plaintext local remote read write ro rw hmac-md5 hmac-sha-1 hmac-sha-256 \
    unencrypted hashed level to manager operator --plaintext --iscrypted text",
    )
});

/// Words of settings that stand where a value could.
static KEYWORDS: LazyList = LazyList::new(|| {
    WordList::new(
        "\
    password secret key keys auth authentication authorization encryption address host hostname \
    timeout level privilege role group view chain policy manager prompt reset rotation strength \
    recovery expiry length string strings storage config-key mypubkey zeroize generate import \
    export query pubkey-chain method-list retransmit deadtime server servers",
    )
});

/// Words in front of the word community.
const SNMP_WORDS: [&[u8]; 6] = [
    b"snmp",
    b"snmp-server",
    b"snmp-agent",
    b"rw",
    b"ro",
    b"trap",
];

/// How many such words and numbers may stand there.
const MAX_FORMS: usize = 4;

/// Finds the value one word behind `name`, which no sign joins to it; says where it ends.
pub(crate) fn find(text: &[u8], name: Name, spans: &mut Spans) -> Option<usize> {
    let is_quoted = at(text, name.end) == b'"' && name.text(text) == b"AUTH";
    let from = name.end + usize::from(is_quoted);
    if !is_space(at(text, from)) || text.len() <= from {
        return None;
    }
    let value = value_behind(text, from)?;
    let value = half_of_pair(text, name, value)
        .or_else(|| last_of_login(text, name, value))
        .or_else(|| goes(text, name, value).then_some(value))?;
    take(text, Label::Password, value, Reach::Word, spans)
}

fn goes(text: &[u8], name: Name, value: Value) -> bool {
    let start = start_of_command(text, name.start);
    let first = &text[start..skip(text, start, |byte| !is_space(byte))];
    let word = &text[value.start..value.end];
    let is_device = DEVICE_WORDS.holds(first) && !first.iter().any(|byte| is_upper(*byte));
    if is_device {
        return is_value(text, value);
    }
    let is_told = name.label == Label::Password
        || (name.label == Label::Secret && !is_issued(name.text(text)));
    let is_alone = start == name.start && name.label != Label::Weak && is_directive(text, value);
    is_alone || (is_told && !value.quoted && looks_chosen(word))
}

/// Tokens are issued, never chosen.
fn is_issued(name: &[u8]) -> bool {
    [
        &b"token"[..],
        b"tokens",
        b"jwt",
        b"bearer",
        b"cookie",
        b"otp",
    ]
    .iter()
    .any(|word| {
        name.len()
            .checked_sub(word.len())
            .is_some_and(|cut| name[cut..].eq_ignore_ascii_case(word))
    })
}

/// `credentials bob:…`, `creds bob / …`: what stands behind the user.
fn half_of_pair(text: &[u8], name: Name, value: Value) -> Option<Value> {
    let is_chosen = |value: &Value| looks_chosen(&text[value.start..value.end]);
    let counts = name.label != Label::Weak || is_login(name.text(text));
    let glued = behind_user(text, value)
        .filter(|_| counts)
        .filter(is_chosen);
    glued.or_else(|| {
        let mark = skip(text, value.end, is_space);
        let is_parted = text[mark..].starts_with(b"/ ") && name.label != Label::Weak;
        values::value_at(text, mark + 1, Reach::Word)
            .filter(|_| is_parted)
            .filter(is_chosen)
    })
}

/// `AUTH bob …`, `LOGIN bob …`: the last of one or two words.
fn last_of_login(text: &[u8], name: Name, value: Value) -> Option<Value> {
    let is_command = matches!(name.text(text), b"AUTH" | b"LOGIN")
        || name.label == Label::Password
        || (name.text(text) == b"login" && start_of_command(text, name.start) == name.start);
    if value.end + 2 * MAX_NAME_BYTES < text.len() {
        return None;
    }
    let second = values::value_at(text, value.end + usize::from(value.quoted), Reach::Word);
    let last = second.unwrap_or(value);
    let end = last.end + usize::from(last.quoted);
    let is_last = skip(text, end, |byte| is_space(byte) || byte == b'"') == text.len();
    (is_command && is_last && looks_chosen(&text[last.start..last.end])).then_some(last)
}

/// Finds the name of a community of SNMP, which is its password, behind the cue
/// from `start` to `end`.
pub(crate) fn find_community(text: &[u8], start: usize, end: usize, spans: &mut Spans) {
    let command = start_of_command(text, start);
    let head = text[command..start].trim_ascii_end();
    let closed = skip_closing(text, end);
    let sign = skip(text, closed, is_space);
    let is_joined = matches!(at(text, sign), b'=' | b':');
    let from = if is_joined { sign + 1 } else { end };
    let is_told = if is_joined {
        let near = &text[start.saturating_sub(MAX_NAME_BYTES / 2)..start];
        near.windows(4)
            .any(|part| part.eq_ignore_ascii_case(b"snmp"))
    } else {
        is_space(at(text, end)) && SNMP_WORDS.iter().any(|word| head.ends_with(word))
    };
    let value = value_behind(text, from).filter(|value| is_told && is_value(text, *value));
    if let Some(value) = value {
        take(text, Label::Password, value, Reach::Word, spans);
    }
}

/// Where the command starts whose word is at `position`: behind a prompt, a
/// quote, a colon or an escaped line feed.
fn start_of_command(text: &[u8], position: usize) -> usize {
    let floor = position.saturating_sub(MAX_NAME_BYTES);
    let mut start = skip_back(text, position, floor, |byte| {
        !matches!(
            byte,
            b'#' | b'>' | b'"' | b'\'' | b':' | b'\\' | b'|' | b'+'
        )
    });
    start += usize::from(is_escape_letter(text, start));
    skip(&text[..position], start, |byte| {
        is_space(byte) || byte == b'-'
    })
}

/// The word behind a name and the words that say how it is written.
fn value_behind(text: &[u8], from: usize) -> Option<Value> {
    let mut from = from;
    for _ in 0..MAX_FORMS {
        let start = skip(text, from, is_space);
        let end = skip(text, start, |byte| !is_space(byte));
        let word = &text[start..end];
        let is_number = word.len() <= 3 && word.iter().all(|byte| is_digit(*byte));
        if end == text.len() || !(is_number || FORMS.holds(word)) {
            break;
        }
        from = end;
    }
    values::value_at(text, from, Reach::Word)
}

/// Whether the word is no other word of the command.
fn is_value(text: &[u8], value: Value) -> bool {
    let word = &text[value.start..value.end];
    3 < word.len() && !KEYWORDS.holds(word)
}

/// Whether the value is all that follows, and more than a plain word.
fn is_directive(text: &[u8], value: Value) -> bool {
    let behind = skip(text, value.end, |byte| is_space(byte) || byte == b';');
    let is_last =
        behind == text.len() || at(text, behind) == b'\\' && is_escape_letter(text, behind + 1);
    let word = &text[value.start..value.end];
    let has = |is_of: fn(u8) -> bool| word.iter().any(|byte| is_of(*byte));
    let is_mixed = has(is_lower) && word.iter().skip(1).any(|byte| is_upper(*byte));
    is_last
        && 3 < word.len()
        && has(is_letter)
        && (has(is_digit) || is_mixed || word.iter().any(|byte| !is_alnum(*byte)))
        && before(text, value.start) != b'('
}
