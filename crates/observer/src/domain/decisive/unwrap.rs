//! Taking off what tools wrap around an error.

use std::borrow::Cow;

use serde_json::Value;

/// What an answer says of its error stands near its start.
const MAX_STATEMENT_BYTES: usize = 4000;

/// The text without control sequences, with real line ends.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let escaped_lines = 2 <= text.matches("\\n").count();
    if !escaped_lines && !text.contains(['\u{1b}', '\r']) {
        return Cow::Borrowed(text);
    }
    let text = match escaped_lines {
        true => text.replace("\\n", "\n"),
        false => text.to_owned(),
    };
    Cow::Owned(
        without_escapes(&text)
            .replace("\r\n", "\n")
            .replace('\r', "\n"),
    )
}

/// Colours and cursor movements are `ESC [ … letter`.
fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('\u{1b}');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let rest = part.strip_prefix('[').and_then(|sequence| {
            let end = sequence.find(|c: char| !matches!(c, '0'..='9' | ';' | '?'))?;
            sequence.get(end + 1..)
        });
        out.push_str(rest.unwrap_or(part));
    }
    out
}

/// The inner text of the wrappers that many tools use.
pub(super) fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    if let Some((_, inner)) = text.split_once("<tool_use_error>") {
        let inner = inner.split("</tool_use_error>").next().unwrap_or(inner);
        return first_statement(inner);
    }
    for prefix in ["Code output:", "Output:", "Stderr:", "stderr:"] {
        text = text.strip_prefix(prefix).map_or(text, str::trim_start);
    }
    if let Some(rest) = text.strip_prefix("Exit code ") {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if !rest.trim().is_empty() {
            text = rest.trim();
        }
    }
    text
}

/// The first line, or the second where the first only announces it; what follows echoes the
/// call's own input.
fn first_statement(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    match lines.next() {
        Some(second) if first.ends_with(':') => second,
        _ => first,
    }
}

/// The last part of an output that is divided by lines starting with `[NAME]`, as chains of checks
/// print it. The last check is the one that stands when those before it are put right.
pub(super) fn last_section(text: &str) -> Option<(&str, &str)> {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let (start, name) = starts
        .filter_map(|at| section_name(&text[at..]).map(|name| (at, name)))
        .next_back()?;
    let body = text[start + name.len() + 2..].trim();
    (!body.is_empty()).then_some((name, body))
}

fn section_name(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix('[')?.split_once(']')?;
    let valid = 3 <= name.len()
        && name.len() <= 24
        && name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-'))
        && !matches!(
            name,
            "ERROR" | "WARN" | "WARNING" | "INFO" | "DEBUG" | "FATAL" | "PATH" | "EMAIL"
        )
        && !name.starts_with("REDACTED")
        && !name.starts_with("EXTERNAL");
    valid.then_some(name)
}

/// A refused command is quoted without quotes: `Permission to use X with command … has been denied`.
pub(super) fn without_echoed_command(line: &str) -> Cow<'_, str> {
    let quoted = line.starts_with("Permission to use ");
    match (
        line.split_once(" with command "),
        line.rfind(" has been denied"),
    ) {
        (Some((before, _)), Some(end)) if quoted && before.len() < end => {
            Cow::Owned(format!("{before}{}", &line[end..]))
        }
        _ => Cow::Borrowed(line),
    }
}

/// What a JSON or Python dictionary says under `message`, `error` or `detail`.
pub(super) fn stated_message(line: &str) -> Option<&str> {
    let line = line.trim();
    let line = &line[..line.floor_char_boundary(MAX_STATEMENT_BYTES)];
    if !line.starts_with('{') {
        return None;
    }
    [
        "message",
        "error_description",
        "detail",
        "error",
        "errorMessage",
    ]
    .iter()
    .find_map(|key| text_under(line, key))
}

fn text_under<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    for quote in ['"', '\''] {
        let needle = format!("{quote}{key}{quote}");
        for (at, _) in line.match_indices(&needle) {
            let rest = line[at + needle.len()..].trim_start();
            let Some(value) = rest.strip_prefix(':') else {
                continue;
            };
            let value = value.trim_start();
            for end in ['"', '\''] {
                let Some(inner) = value.strip_prefix(end) else {
                    continue;
                };
                let closing = closing_quote(inner, end)?;
                if 0 < closing {
                    return Some(&inner[..closing]);
                }
            }
        }
    }
    None
}

fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// Whether the whole text is one JSON value.
pub(super) fn is_json(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<Value>(text).is_ok()
}
