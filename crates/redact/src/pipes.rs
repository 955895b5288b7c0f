//! Values that are piped into a command: `echo … | tool secrets create …`.

use crate::below::behind_user;
use crate::bytes::{at, is_name, is_space, skip};
use crate::keys::Label;
use crate::labels::take;
use crate::names::Name;
use crate::spans::Spans;
use crate::values::{self, Reach};

/// How far in front of a name its value may be piped.
const MAX_PIPE_BYTES: usize = 256;

/// Commands that write their arguments.
const WRITERS: [&[u8]; 2] = [b"echo ", b"printf "];

/// Finds the value that is piped into the command of `name`.
pub(crate) fn find(line: &[u8], name: Name, spans: &mut Spans) {
    let floor = name.start.saturating_sub(MAX_PIPE_BYTES);
    let head = &line[floor..name.start];
    let Some(pipe) = memchr::memrchr(b'|', head) else {
        return;
    };
    let Some(from) = WRITERS.iter().find_map(|writer| {
        Some(floor + memchr::memmem::rfind(&head[..pipe], writer)? + writer.len())
    }) else {
        return;
    };
    spans.is_doubtful = true;
    let from = behind_flags(line, from);
    let text = &line[..floor + pipe];
    let Some(value) = values::value_at(text, from, Reach::Word) else {
        return;
    };
    if values::leaves_text(text, value) {
        return;
    }
    let closed = value.end + usize::from(value.quoted);
    if skip(text, closed, is_space) < text.len() {
        return;
    }
    let password = (name.label == Label::Password).then(|| behind_user(line, value));
    let value = password.flatten().unwrap_or(value);
    take(line, name.label, value, Reach::Word, spans);
}

fn behind_flags(line: &[u8], from: usize) -> usize {
    let mut from = skip(line, from, is_space);
    while at(line, from) == b'-' {
        from = skip(line, skip(line, from, is_name), is_space);
    }
    from
}
