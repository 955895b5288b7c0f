//! Lines of files that hold passwords without naming them.

use crate::bytes::{is_digit, is_name, is_space, skip, skip_back};
use crate::counts::Kind;
use crate::placeholders::is_marker;
use crate::spans::Spans;

/// The longest line that is looked at.
const MAX_LINE_BYTES: usize = 1024;

/// Finds the password on a line of a password file of PostgreSQL:
/// `host:port:database:user:password`.
pub(crate) fn find(line: &[u8], spans: &mut Spans) {
    let start = skip(line, 0, is_space);
    let colon = skip(line, start, |byte| !is_space(byte) && byte != b':');
    let is_told = names_host(&line[start..colon]) && line.get(colon) == Some(&b':');
    if !is_told || MAX_LINE_BYTES < line.len() {
        return;
    }
    let end = skip_back(line, line.len(), colon, is_space);
    let mut fields = line[start..end].splitn(5, |byte| *byte == b':');
    let mut next = || fields.next().unwrap_or_default();
    let (_, port, database, user, password) = (next(), next(), next(), next(), next());
    let all_filled = [database, user, password]
        .iter()
        .all(|field| !field.is_empty() && !field.iter().any(|byte| is_space(*byte)));
    if names_port(port) && all_filled && !is_marker(password) {
        spans.add(end - password.len(), end, Kind::Key);
    }
}

fn names_host(text: &[u8]) -> bool {
    let is_part = |byte: &u8| is_name(*byte) || *byte == b'.';
    text == b"*" || text == b"localhost" || (text.contains(&b'.') && text.iter().all(is_part))
}

fn names_port(text: &[u8]) -> bool {
    text == b"*" || (4..=5).contains(&text.len()) && text.iter().all(|byte| is_digit(*byte))
}
