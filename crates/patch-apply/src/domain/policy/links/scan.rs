//! Finds whatever a browser, a shell or a renderer may take for a link.

use std::collections::BTreeSet;

use super::link::Link;

/// Schemes after which a browser needs no slashes to find a host.
const HOST_SCHEMES: [&str; 5] = ["http", "https", "ftp", "ws", "wss"];

/// Schemes that do something without any host.
const OPAQUE_SCHEMES: [&str; 12] = [
    "javascript",
    "vbscript",
    "livescript",
    "data",
    "mailto",
    "tel",
    "sms",
    "blob",
    "about",
    "file",
    "filesystem",
    "intent",
];

/// Nobody writes a longer host; past it a link is not followed.
const LONGEST_AUTHORITY: usize = 512;

/// Adds every link in `text` to `links`.
pub(super) fn scan(text: &str, links: &mut BTreeSet<Link>) {
    for (at, letter) in text.char_indices() {
        match letter {
            ':' => links.extend(after_colon(text, at)),
            '/' | '\\' => links.extend(without_scheme(text, at)),
            '@' => links.extend(copied_by_ssh(text, at)),
            'w' | 'W' => links.extend(linked_by_www(text, at)),
            _ => {}
        }
    }
}

fn from(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

fn is_slash(letter: char) -> bool {
    letter == '/' || letter == '\\'
}

/// `scheme://host`, `https:host`, `javascript:…`
fn after_colon(text: &str, at: usize) -> Option<Link> {
    let scheme = scheme_before(text, at);
    let rest = from(text, at + 1);
    let after = rest.trim_start_matches(|letter| is_slash(letter) || letter == '\t');
    let slashes = rest
        .get(..rest.len() - after.len())?
        .chars()
        .filter(|&letter| is_slash(letter))
        .count();
    let lower = scheme.to_ascii_lowercase();
    if slashes < 2 && OPAQUE_SCHEMES.contains(&lower.as_str()) {
        return acts_alone(&lower, rest).then(|| Link::opaque(&lower));
    }
    let needs_no_slashes = HOST_SCHEMES.contains(&lower.as_str());
    match slashes {
        0 | 1 if needs_no_slashes && opens_host(after) => read_link(&lower, after),
        0 | 1 => None,
        _ if lower == "file" => Some(Link::opaque(&lower)),
        _ => read_link(&lower, after),
    }
}

/// The letters before a colon that can be a scheme.
fn scheme_before(text: &str, colon: usize) -> &str {
    let before = text.get(..colon).unwrap_or_default();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    let start = before.rfind(|letter| !is_part(letter)).map_or(0, |at| {
        at + before
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(1, char::len_utf8)
    });
    from(before, start).trim_start_matches(|letter: char| !letter.is_ascii_alphabetic())
}

/// Whether an opaque scheme is used here and not just a word before a colon.
fn acts_alone(scheme: &str, rest: &str) -> bool {
    let next = rest.chars().next().unwrap_or(' ');
    match scheme {
        "data" => rest.find([',', ';']).is_some_and(|end| {
            let kind = rest.get(..end).unwrap_or_default();
            kind.chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "/+-.".contains(letter))
        }),
        "file" | "filesystem" | "blob" => is_slash(next) || rest.starts_with("http"),
        "tel" | "sms" => next == '+' || next.is_ascii_digit(),
        _ => next.is_ascii_alphanumeric() || "/\\%&(_$".contains(next),
    }
}

/// Whether what follows `https:` without slashes looks like a host rather than prose.
fn opens_host(after: &str) -> bool {
    let (authority, _) = split_authority(after);
    let first = authority.chars().next().unwrap_or(' ');
    let is_number = authority.len() > 5 && authority.chars().all(|letter| letter.is_ascii_digit());
    (first.is_alphanumeric() || first == '@' || first == '[' || first == '%')
        && (authority
            .trim_end_matches('.')
            .contains(['.', '[', '%', '@', '\u{3002}', '\u{ff0e}', '\u{ff61}'])
            || authority.starts_with("localhost")
            || is_number)
}

/// `//host` and `\\host`, where no word and no scheme stands before.
fn without_scheme(text: &str, at: usize) -> Option<Link> {
    let before = text.get(..at)?.chars().next_back().unwrap_or(' ');
    let inside = before.is_alphanumeric() || "_.~%-:)]}*".contains(before) || is_slash(before);
    if inside {
        return None;
    }
    let rest = from(text, at);
    let after = rest.trim_start_matches(is_slash);
    if rest.len() - after.len() < 2 {
        return None;
    }
    let (authority, _) = split_authority(after);
    looks_like_a_host(authority)
        .then(|| read_link("", after))
        .flatten()
}

fn looks_like_a_host(authority: &str) -> bool {
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let name = host.split(':').next().unwrap_or(host).trim_end_matches('.');
    let last = name
        .rsplit(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'])
        .next()
        .unwrap_or(name);
    let starts = name.starts_with(|letter: char| letter.is_alphanumeric() || letter == '%');
    let has_ending = last.len() < name.len()
        && last.chars().count() > 1
        && last.chars().all(char::is_alphanumeric);
    let is_address = name.split('.').count() == 4
        && name
            .chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.');
    let has_port = host.split_once(':').is_some_and(|(_, port)| {
        !port.is_empty() && port.chars().all(|letter| letter.is_ascii_digit())
    });
    host.starts_with('[')
        || (starts && (has_ending || is_address || has_port || name == "localhost"))
}

/// `user@host:path`
fn copied_by_ssh(text: &str, at: usize) -> Option<Link> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let before = text.get(..at)?.chars().next_back()?;
    let after = from(text, at + 1);
    let host = after
        .split(|letter| !is_part(letter))
        .next()
        .unwrap_or_default();
    let next = from(after, host.len())
        .strip_prefix(':')?
        .chars()
        .next()
        .unwrap_or(' ');
    let is_link = is_part(before)
        && host.contains('.')
        && (next.is_ascii_alphabetic() || next == '/' || next == '~');
    is_link.then(|| Link::new("ssh", host, false))
}

/// `www.host.name`, which renderers turn into a link.
fn linked_by_www(text: &str, at: usize) -> Option<Link> {
    let before = text.get(..at)?.chars().next_back().unwrap_or(' ');
    let rest = from(text, at);
    let is_www = rest
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("www."));
    if !is_www || before.is_alphanumeric() || "/\\@.-_".contains(before) {
        return None;
    }
    let (authority, _) = split_authority(rest);
    (looks_like_a_host(authority) && authority.matches('.').count() > 1)
        .then(|| read_link("", rest))
        .flatten()
}

/// Reads the authority at the start of `text`; none where there is just punctuation.
fn read_link(scheme: &str, text: &str) -> Option<Link> {
    let (authority, rest) = split_authority(text);
    let trimmed = if ends_word(rest) {
        trim_punctuation(authority)
    } else {
        authority
    };
    if trimmed.is_empty() && !rest.starts_with(['$', '{', '%', '*']) {
        return None;
    }
    Some(Link::new(scheme, trimmed, is_doubtful(rest)))
}

/// Splits after the host: at a slash or at anything that cannot be in a host. A name before an
/// `@` is part of the authority, whatever it is made of.
fn split_authority(text: &str) -> (&str, &str) {
    let ends =
        |letter: char| is_slash(letter) || letter.is_whitespace() || "?#\"<>`".contains(letter);
    let mut letters = text.char_indices().enumerate();
    let stop = letters.find(|(count, (_, letter))| ends(*letter) || *count == LONGEST_AUTHORITY);
    let hard_end = stop.map_or(text.len(), |(_, (at, _))| at);
    let user_end = text
        .get(..hard_end)
        .and_then(|part| part.rfind('@'))
        .map_or(0, |at| at + 1);
    let host = text.get(user_end..hard_end).unwrap_or_default();
    let is_part = |letter: char| {
        letter.is_ascii_alphanumeric()
            || ".-_:%[]~".contains(letter)
            || (!letter.is_ascii() && letter != '…')
    };
    let end = host.find(|letter| !is_part(letter)).unwrap_or(host.len());
    let host = host.get(..end).unwrap_or_default();
    let unopened = if host.starts_with('[') {
        None
    } else {
        host.find(['[', ']'])
    };
    let length = user_end + unopened.unwrap_or(host.len());
    text.split_at_checked(length).unwrap_or((text, ""))
}

fn ends_word(rest: &str) -> bool {
    !rest.starts_with(is_slash) && !rest.starts_with(['?', '#'])
}

fn trim_punctuation(authority: &str) -> &str {
    authority.trim_end_matches(['.', ',', ';', ':', '!', '_', '~', '-'])
}

/// Whether what follows the host may still change it for some reader.
fn is_doubtful(rest: &str) -> bool {
    let mut letters = rest.chars();
    let next = |letters: &mut std::str::Chars<'_>| letters.next().unwrap_or(' ');
    match next(&mut letters) {
        '$' | '{' | '%' => true,
        '!' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | ';' | '=' => {
            continues_host(letters.as_str())
        }
        '\\' => matches!(
            next(&mut letters),
            'x' | 'u' | 'U' | 'N' | '0'..='9' | '.' | '@' | '\n' | '\r'
        ),
        '?' | '#' => {
            let token = rest
                .split(|letter: char| letter.is_whitespace() || is_slash(letter))
                .next();
            token.is_some_and(|token| token.contains('@') && !token.contains('='))
        }
        '\t' | '\n' | '\r' => rest
            .trim_start_matches(['\t', '\n', '\r'])
            .starts_with(['.', '@']),
        _ => false,
    }
}

/// Browsers allow these signs in a host; what follows may be the rest of its name.
fn continues_host(after: &str) -> bool {
    let ends =
        |letter: char| is_slash(letter) || letter.is_whitespace() || "?#\"<>`:".contains(letter);
    let mut letters = after.char_indices().enumerate();
    let stop = letters.find(|(count, (_, letter))| ends(*letter) || *count == LONGEST_AUTHORITY);
    let Some((_, (end, _))) = stop else {
        return false;
    };
    let (token, rest) = after.split_at_checked(end).unwrap_or((after, ""));
    let goes_on = token.starts_with(|letter: char| letter.is_alphanumeric() || letter == '.');
    let names_host = token
        .split('.')
        .skip(1)
        .any(|label| label.starts_with(|letter: char| letter.is_alphanumeric()));
    let is_cut = end >= LONGEST_AUTHORITY;
    goes_on && (is_cut || (names_host && rest.starts_with(is_slash)))
}
