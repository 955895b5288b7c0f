//! One line of output, taken apart: service, times, level, text.

use std::borrow::Cow;

use types::Timestamp;

const LEVELS: &[(&str, Level)] = &[
    ("TRACE", Level::Plain),
    ("DEBUG", Level::Plain),
    ("INFO", Level::Plain),
    ("NOTICE", Level::Plain),
    ("LOG", Level::Plain),
    ("WARN", Level::Plain),
    ("WARNING", Level::Plain),
    ("ERROR", Level::Failure),
    ("EXCEPTION", Level::Failure),
    ("CRITICAL", Level::Failure),
    ("FATAL", Level::Failure),
    ("PANIC", Level::Failure),
];
/// A level stands near the start of a line, after the time and the logger's name.
const LEVEL_WITHIN_BYTES: usize = 80;
const MAX_SERVICE_BYTES: usize = 128;

/// Whether a record says that something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Plain,
    Failure,
}

/// A line without colours, cut into what docker compose put before it and the rest.
#[derive(Debug, PartialEq)]
pub(super) struct Line<'a> {
    /// The service, without the number of its replica.
    pub(super) service: Option<&'a str>,
    /// The time that docker wrote before the line.
    pub(super) stamp: Option<&'a str>,
    pub(super) text: &'a str,
}

/// How a record of a log begins.
#[derive(Debug, PartialEq)]
pub(super) struct Header<'a> {
    pub(super) time: Option<Timestamp>,
    pub(super) level: Level,
    pub(super) logger: Option<&'a str>,
    pub(super) message: &'a str,
}

/// The line without the sequences that colour it on a terminal.
pub(super) fn without_colours(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        let sequence = rest[at + 1..].strip_prefix('[').unwrap_or_default();
        let end = sequence.find(|mark: char| mark.is_ascii_alphabetic());
        rest = match end {
            Some(end) => &sequence[end + 1..],
            None => &rest[at + 1..],
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

impl<'a> Line<'a> {
    pub(super) fn parse(line: &'a str) -> Self {
        let (service, rest) = match service(line) {
            Some((service, rest)) => (Some(service), rest),
            None => (None, line),
        };
        let first = rest.split(' ').next().unwrap_or_default();
        let is_stamp = 20 <= first.len() && first.as_bytes()[10] == b'T';
        let stamp = Some(first).filter(|first| is_stamp && first.parse::<Timestamp>().is_ok());
        let text = match stamp {
            Some(stamp) => rest[stamp.len()..].strip_prefix(' ').unwrap_or_default(),
            None => rest,
        };
        Self {
            service,
            stamp,
            text,
        }
    }
}

/// `agixt-1  | text`: the service and the text behind the bar.
fn service(line: &str) -> Option<(&str, &str)> {
    let (before, rest) = line.split_once('|')?;
    let name = before.trim_end();
    let is_name = !name.is_empty()
        && name.len() <= MAX_SERVICE_BYTES
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && level_named(name).is_none();
    let is_parted = before.ends_with(' ') && (rest.is_empty() || rest.starts_with(' '));
    (is_name && is_parted).then(|| {
        (
            without_replica(name),
            rest.strip_prefix(' ').unwrap_or(rest),
        )
    })
}

fn without_replica(name: &str) -> &str {
    let stem = name.trim_end_matches(|mark: char| mark.is_ascii_digit());
    let has_number = stem.len() < name.len();
    stem.strip_suffix(['-', '_'])
        .filter(|stem| has_number && !stem.is_empty())
        .unwrap_or(name)
}

/// The start of a record: a time and perhaps a level, or a level with its mark.
pub(super) fn header(text: &str) -> Option<Header<'_>> {
    let open = text.strip_prefix('[').unwrap_or(text);
    match time(open) {
        Some((moment, rest)) => {
            let rest = rest.trim_start_matches([' ', ']', '|', '-', ':', ',']);
            Some(after_time(moment, rest))
        }
        None => by_level(text),
    }
}

fn after_time(moment: Timestamp, rest: &str) -> Header<'_> {
    let Some((at, word, level)) = level_within(rest) else {
        return Header {
            time: Some(moment),
            level: Level::Plain,
            logger: None,
            message: rest,
        };
    };
    let before = rest[..at].trim_matches([' ', '[', ']', '|', '-', ':']);
    let is_name = !before.is_empty() && !before.contains(char::is_whitespace);
    Header {
        time: Some(moment),
        level,
        logger: is_name.then_some(before),
        message: rest[at + word.len()..].trim_start_matches([' ', ']', '|', '-', ':']),
    }
}

/// `ERROR:    text`, `ERROR:logger:text` or `[ERROR] text`.
fn by_level(text: &str) -> Option<Header<'_>> {
    let (word, rest) = match text.strip_prefix('[') {
        Some(inner) => inner.split_once(']')?,
        None => text.split_once(':')?,
    };
    let level = level_named(word)?;
    let named = rest.split_once(':').filter(|(name, _)| {
        !text.starts_with('[')
            && !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    });
    let (logger, message) = match named {
        Some((name, message)) => (Some(name), message),
        None => (None, rest),
    };
    Some(Header {
        time: None,
        level,
        logger,
        message: message.trim_start(),
    })
}

fn level_named(word: &str) -> Option<Level> {
    LEVELS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, level)| *level)
}

fn level_within(text: &str) -> Option<(usize, &str, Level)> {
    let words = text.split(|mark: char| !mark.is_ascii_alphanumeric() && mark != '_');
    words
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
        .take_while(|(at, _)| *at < LEVEL_WITHIN_BYTES)
        .find_map(|(at, word)| Some((at, word, level_named(word)?)))
}

/// A date and time at the start of a text, in UTC where it names no zone, and what follows.
fn time(text: &str) -> Option<(Timestamp, &str)> {
    let head = text.get(..19)?;
    let bytes = head.as_bytes();
    let is_shaped = bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes[10], b' ' | b'T')
        && bytes[13] == b':'
        && bytes[16] == b':';
    if !is_shaped {
        return None;
    }
    let mut rest = &text[19..];
    let mut written = format!("{}T{}", &head[..10], &head[11..]);
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        written.push('.');
        written.push_str(&fraction[..digits.min(9)]);
        rest = &fraction[digits..];
    }
    let zone = zone_length(rest);
    written.push_str(if zone == 0 { "Z" } else { &rest[..zone] });
    Some((written.parse().ok()?, &rest[zone..]))
}

/// How long `Z`, `+01:00` or `+0100` at the start of a text is.
fn zone_length(text: &str) -> usize {
    match text.as_bytes() {
        [b'Z', ..] => 1,
        [b'+' | b'-', rest @ ..] => {
            let length = rest
                .iter()
                .take_while(|byte| byte.is_ascii_digit() || **byte == b':');
            match length.count() {
                length @ (4 | 5) => length + 1,
                _ => 0,
            }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compose_writes_service_and_time_before_a_line() {
        for (line, service, stamp, text) in [
            (
                "agixt-1  | INFO:  ready",
                Some("agixt"),
                None,
                "INFO:  ready",
            ),
            (
                "agixt_db_1 |   File \"x\"",
                Some("agixt_db"),
                None,
                "  File \"x\"",
            ),
            ("web | ", Some("web"), None, ""),
            (
                "agixt-1  | 2026-01-10T14:32:00.123456789Z   File",
                Some("agixt"),
                Some("2026-01-10T14:32:00.123456789Z"),
                "  File",
            ),
            (
                "2026-01-10 14:32:00,123 | INFO | x",
                None,
                None,
                "2026-01-10 14:32:00,123 | INFO | x",
            ),
            ("INFO | x", None, None, "INFO | x"),
            ("a table | x", None, None, "a table | x"),
        ] {
            let expected = Line {
                service,
                stamp,
                text,
            };
            assert_eq!(Line::parse(line), expected, "{line}");
        }
        assert_eq!(
            without_colours("\u{1b}[36magixt-1  |\u{1b}[0m x"),
            "agixt-1  | x"
        );
    }

    #[test]
    fn a_record_begins_with_a_time_or_a_level() {
        for (text, time, level, logger, message) in [
            (
                "2026-01-10 14:32:00,120 | ERROR | no",
                true,
                Level::Failure,
                None,
                "no",
            ),
            (
                "[2026-01-10 14:32:00,120] [INFO] ok",
                true,
                Level::Plain,
                None,
                "ok",
            ),
            (
                "2026-01-10 14:32:00.12 - XT.agent - CRITICAL - no",
                true,
                Level::Failure,
                Some("XT.agent"),
                "no",
            ),
            (
                "2026-01-10 14:32:00.120 UTC [63] ERROR:  no",
                true,
                Level::Failure,
                None,
                "no",
            ),
            (
                "2026-01-10T15:32:00.12+01:00 started",
                true,
                Level::Plain,
                None,
                "started",
            ),
            ("ERROR:root:no", false, Level::Failure, Some("root"), "no"),
            (
                "INFO:     10.0.0.1:5 - \"GET / HTTP/1.1\" 200 OK",
                false,
                Level::Plain,
                None,
                "10.0.0.1:5 - \"GET / HTTP/1.1\" 200 OK",
            ),
            ("[FATAL] no", false, Level::Failure, None, "no"),
        ] {
            let header = header(text).unwrap();
            let seen = (header.level, header.logger, header.message);
            assert_eq!(seen, (level, logger, message), "{text}");
            assert_eq!(header.time.is_some(), time, "{text}");
            if let Some(moment) = header.time {
                assert_eq!(moment.to_string(), "2026-01-10T14:32:00.12Z", "{text}");
            }
        }
        for text in [
            "  File \"x\", line 2",
            "ValueError: no",
            "Traceback (most recent call last):",
            "",
        ] {
            assert_eq!(header(text), None, "{text}");
        }
    }
}
