//! URLs: the host stays, credentials in front of it and all behind it go.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::bytes::{is_alnum, is_digit, is_stop, skip, skip_back};
use crate::counts::Kind;
use crate::options::Options;
use crate::placeholders::is_template;
use crate::spans::Spans;

pub(crate) static PLAIN_MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"://"));
pub(crate) static ESCAPED_MARK: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new(br":\/\/"));

/// The longest name of a scheme that is looked for.
const MAX_SCHEME_BYTES: usize = 40;
/// The longest part before the at sign of a URL.
const MAX_USER_BYTES: usize = 1024;

/// Finds what goes of each URL.
pub(crate) fn find(line: &[u8], options: &Options, spans: &mut Spans) {
    for mark in [&*PLAIN_MARK, &*ESCAPED_MARK] {
        let mut done = 0;
        for colon in mark.find_iter(line) {
            if done <= colon && starts_scheme(line, colon) {
                done = find_at(line, colon + mark.needle().len(), options, spans);
            }
        }
    }
}

fn starts_scheme(line: &[u8], colon: usize) -> bool {
    let floor = colon.saturating_sub(MAX_SCHEME_BYTES);
    let start = skip_back(line, colon, floor, |byte| {
        is_alnum(byte) || matches!(byte, b'+' | b'-' | b'.')
    });
    line[start..colon].iter().any(u8::is_ascii_alphabetic)
}

/// Looks at the URL whose authority starts at `start`; says where it ends.
fn find_at(line: &[u8], start: usize, options: &Options, spans: &mut Spans) -> usize {
    let host = start + user_bytes(line, start);
    if start < host && !is_known(&line[start..host - 1]) {
        spans.add(start, host - 1, Kind::Key);
    }
    let host_end = skip(line, host, is_host);
    add_bad_port(line, host, host_end, spans);
    let end = end_of_url(line, host_end);
    if host_end < end && !is_allowed(&line[host..host_end], options) {
        let tail = &line[host_end..end];
        if host == host_end {
            spans.add(host, end, Kind::Path);
        } else if tail != b"/" && tail != br"\/" {
            spans.add(host_end, end, Kind::Url);
        }
    }
    end
}

const fn is_host(byte: u8) -> bool {
    is_alnum(byte) || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']' | b',') || 128 <= byte
}

/// How many bytes name a user, with the at sign; passwords hold odd characters.
fn user_bytes(line: &[u8], start: usize) -> usize {
    let limit = (start + MAX_USER_BYTES).min(line.len());
    let end = skip(&line[..limit], start, |byte| {
        !is_stop(byte) && !matches!(byte, b'/' | b'?' | b'\\')
    });
    line[start..end]
        .iter()
        .rposition(|byte| *byte == b'@')
        .map_or(0, |sign| sign + 1)
}

/// Whether the credentials were taken out before, or only say where they come from.
fn is_known(user: &[u8]) -> bool {
    user == Kind::Key.marker().as_bytes() || user.split(|byte| *byte == b':').all(is_template)
}

/// What stands where a port should and is none may be half of a credential.
fn add_bad_port(line: &[u8], host: usize, host_end: usize, spans: &mut Spans) {
    let text = &line[host..host_end];
    if text.starts_with(b"[") || text.contains(&b',') {
        return;
    }
    if let Some(colon) = text.iter().position(|byte| *byte == b':') {
        let port = &text[colon + 1..];
        if port.ends_with(b"]") || port.contains(&b'[') {
            return;
        }
        if 5 < port.len() && !port.iter().all(|byte| is_digit(*byte) || *byte == b':') {
            spans.add(host + colon + 1, host_end, Kind::Key);
        }
    }
}

/// Where the URL ends that goes on at `from`.
fn end_of_url(line: &[u8], from: usize) -> usize {
    let goes_on = |byte: u8| matches!(byte, b'/' | b'?' | b'#' | b'\\' | b';');
    if !line.get(from).is_some_and(|byte| goes_on(*byte)) || opens_parameter(line, from) {
        return from;
    }
    let mut depth = 0_usize;
    let mut position = from;
    while let Some(&byte) = line.get(position) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => break,
            b')' | b']' | b'}' => depth -= 1,
            b'\\' if line.get(position + 1) != Some(&b'/') => break,
            _ if is_stop(byte) => break,
            _ => {}
        }
        position += 1;
    }
    skip_back(line, position, from, |byte| {
        matches!(byte, b'.' | b',' | b';' | b':' | b'!')
    })
}

/// `Endpoint=https://host;Secret=…` has fields, not a path.
fn opens_parameter(line: &[u8], at: usize) -> bool {
    line[at] == b';' || (line[at] == b'\\' && line.get(at + 1) != Some(&b'/'))
}

fn is_allowed(host: &[u8], options: &Options) -> bool {
    let name = host.split(|byte| *byte == b':').next().unwrap_or(host);
    options
        .allowed_url_hosts
        .iter()
        .any(|allowed| name.eq_ignore_ascii_case(allowed.as_bytes()))
}
