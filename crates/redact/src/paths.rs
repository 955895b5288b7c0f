//! Absolute file paths.

use memchr::memchr2_iter;

use crate::bytes::{
    at, before, is_alnum, is_escape_letter, is_letter, is_name, is_quote, is_stop, skip,
};
use crate::counts::Kind;
use crate::options::Options;
use crate::spans::Spans;

/// How far a quoted path with blanks may reach.
const MAX_QUOTED_BYTES: usize = 260;
/// How long a folder's name with blanks may be.
const MAX_BLANK_NAME_BYTES: usize = 40;

/// Finds absolute paths of Unix, Windows and home folders.
pub(crate) fn find(line: &[u8], options: &Options, spans: &mut Spans) {
    let mut done = 0;
    for slash in memchr2_iter(b'/', b'\\', line) {
        if slash < done {
            continue;
        }
        if let Some((start, style)) = starts_path(line, slash) {
            let end = end_of_path(line, start, slash, style);
            if is_path(&line[start..end], style) && !is_allowed(&line[start..end], options) {
                spans.add(start, end, Kind::Path);
            }
            done = end;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Unix,
    Windows,
}

/// Where the path starts whose first separator is at `slash`, if one does.
fn starts_path(line: &[u8], slash: usize) -> Option<(usize, Style)> {
    let next = at(line, slash + 1);
    match before(line, slash) {
        b':' if starts_drive(line, slash - 1) => Some((slash - 2, Style::Windows)),
        b'~' if line[slash] == b'/' && is_border(line, slash - 1) => Some((slash - 1, Style::Unix)),
        _ if line[slash] == b'\\' => {
            (next == b'\\' && starts_share(line, slash)).then_some((slash, Style::Windows))
        }
        _ if next == b'/' || next == b'*' || is_stop(next) => None,
        _ => is_border(line, slash).then_some((slash, Style::Unix)),
    }
}

fn starts_drive(line: &[u8], colon: usize) -> bool {
    is_letter(before(line, colon))
        && (is_border(line, colon - 1) || before(line, colon - 1) == b'/')
        && !(at(line, colon + 1) == b'/' && at(line, colon + 2) == b'/')
        && !is_escape_letter(line, colon - 1)
}

fn starts_share(line: &[u8], start: usize) -> bool {
    if !is_border(line, start) {
        return false;
    }
    let line = &line[..line.len().min(start + MAX_QUOTED_BYTES)];
    let host = skip(line, start, |byte| byte == b'\\');
    let name = skip(line, host, |byte| is_name(byte) || byte == b'.');
    let folder = skip(line, name, |byte| byte == b'\\');
    // In JSON each backslash stands twice.
    matches!((host - start, folder - name), (2, 1) | (4, 2))
        && host + 3 <= name
        && is_alnum(at(line, folder))
}

/// Whether a path may start at `start`: nothing before it makes it relative.
fn is_border(line: &[u8], start: usize) -> bool {
    let byte = before(line, start);
    match byte {
        b'<' | b'.' | b'/' | b'\\' | b')' | b']' | b'}' | b'*' | b'$' | b'~' | b'%' => false,
        b'I' | b'L' => start < 2 || line[start - 2] == b'-',
        _ if is_name(byte) => start
            .checked_sub(1)
            .is_some_and(|letter| is_escape_letter(line, letter)),
        _ => byte < 128,
    }
}

/// Where the path ends; a quote before it may hold blanks together.
fn end_of_path(line: &[u8], start: usize, slash: usize, style: Style) -> usize {
    let quote = before(line, start);
    if is_quote(quote) && quote != b'`' {
        let limit = (start + MAX_QUOTED_BYTES).min(line.len());
        let end = skip(&line[..limit], slash, |byte| {
            byte != quote && !is_end_of_quoted(byte)
        });
        if at(line, end) == quote && line[end - 1] != b'\\' && end < limit {
            return end;
        }
    }
    end_of_bare_path(line, slash, style)
}

const fn is_end_of_quoted(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'|' | b'"' | b'{' | b'}' | b';' | b'=')
}

fn end_of_bare_path(line: &[u8], slash: usize, style: Style) -> usize {
    let mut depth = 0_usize;
    let mut position = slash;
    while let Some(&byte) = line.get(position) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => break,
            b')' | b']' | b'}' => depth -= 1,
            b' ' if style == Style::Windows && folder_goes_on(line, position) => {}
            b'\\' if style == Style::Windows || at(line, position + 1) == b'/' => {}
            b':' | b';' | b',' | b'\\' => break,
            _ if is_stop(byte) => break,
            _ => {}
        }
        position += 1;
    }
    while slash < position && matches!(line[position - 1], b'.' | b'!' | b'?') {
        position -= 1;
    }
    position
}

/// `C:\Program Files\x`: the blank belongs to a name when a backslash follows.
fn folder_goes_on(line: &[u8], blank: usize) -> bool {
    let limit = (blank + MAX_BLANK_NAME_BYTES).min(line.len());
    let end = skip(&line[..limit], blank, |byte| {
        is_name(byte) || matches!(byte, b' ' | b'.' | b'(' | b')')
    });
    end < limit && line[end] == b'\\' && is_alnum(line[end - 1])
}

/// One name alone says nothing about a machine, unless it names a file.
fn is_path(path: &[u8], style: Style) -> bool {
    let is_separator = |byte: &u8| matches!(byte, b'/' | b'\\');
    let mut names = path
        .split(is_separator)
        .filter(|name| name.iter().any(|byte| is_alnum(*byte)));
    let (first, second) = (names.next(), names.next());
    match style {
        Style::Windows => second.is_some(),
        Style::Unix if path.starts_with(b"~") => first.is_some(),
        Style::Unix => second.is_some() || first.is_some_and(is_file_name),
    }
}

/// A name with an ending; an address behind a slash is none, nor is a marker.
fn is_file_name(name: &[u8]) -> bool {
    let marker = Kind::InternalIp.marker().as_bytes();
    let (mut depth, mut position) = (0_usize, 0);
    let (mut has_letter, mut has_dot) = (false, false);
    while let Some(&byte) = name.get(position) {
        if name[position..].starts_with(marker) {
            position += marker.len();
            continue;
        }
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'.' => has_dot = true,
            _ => has_letter |= depth == 0 && is_letter(byte),
        }
        position += 1;
    }
    has_letter && has_dot
}

fn is_allowed(path: &[u8], options: &Options) -> bool {
    let climbs = path
        .split(|byte| matches!(byte, b'/' | b'\\'))
        .any(|name| name == b"..");
    !climbs
        && options
            .allowed_path_prefixes
            .iter()
            .any(|prefix| is_below(path, prefix.as_bytes()))
}

fn is_below(path: &[u8], prefix: &[u8]) -> bool {
    let bare = prefix.strip_suffix(b"/").unwrap_or(prefix);
    !bare.is_empty()
        && path
            .strip_prefix(bare)
            .is_some_and(|rest| matches!(rest.first(), None | Some(b'/' | b'\\')))
}
