//! Credentials that stand behind a short flag of a well-known program.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::{self, Finder};

use crate::bytes::{at, before, is_name, skip};
use crate::keys::Label;
use crate::labels::take;
use crate::shapes;
use crate::spans::Spans;
use crate::values::{self, Reach, Value};

pub(crate) static FLAG_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" -"));

/// How far in front of its flag the program may stand.
const MAX_COMMAND_BYTES: usize = 400;

/// How a credential stands behind its flag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The whole word behind the flag.
    Word,
    /// `user:password`, `user%password`; a user without a password is a token.
    Pair,
    /// In the same word as the flag.
    Glued,
}

/// Programs, the flag of the credential, and how it stands there.
const FLAGS: [(&[u8], &str, Form); 30] = [
    (b"curl", "u", Form::Pair),
    (b"curl", "-user", Form::Pair),
    (b"curl", "U", Form::Pair),
    (b"curl", "-proxy-user", Form::Pair),
    (b"http", "a", Form::Pair),
    (b"https", "a", Form::Pair),
    (b"xh", "a", Form::Pair),
    (b"lftp", "u", Form::Pair),
    (b"ab", "A", Form::Pair),
    (b"smbclient", "U", Form::Pair),
    (b"rpcclient", "U", Form::Pair),
    (b"mysql", "p", Form::Glued),
    (b"mysqldump", "p", Form::Glued),
    (b"mysqladmin", "p", Form::Glued),
    (b"mariadb", "p", Form::Glued),
    (b"7z", "p", Form::Glued),
    (b"sshpass", "p", Form::Word),
    (b"mongo", "p", Form::Word),
    (b"mongosh", "p", Form::Word),
    (b"mongodump", "p", Form::Word),
    (b"mongorestore", "p", Form::Word),
    (b"cqlsh", "p", Form::Word),
    (b"login", "p", Form::Word),
    (b"ldapsearch", "w", Form::Word),
    (b"ldapmodify", "w", Form::Word),
    (b"ldapadd", "w", Form::Word),
    (b"redis-cli", "a", Form::Word),
    (b"snmpwalk", "c", Form::Word),
    (b"snmpget", "c", Form::Word),
    (b"openssl", "k", Form::Word),
];

/// Finds credentials behind flags.
pub(crate) fn find(line: &[u8], spans: &mut Spans) {
    for blank in FLAG_FINDER.find_iter(line) {
        let flag = blank + 2;
        if is_name(at(line, flag)) {
            find_behind(line, blank, flag, spans);
        }
    }
}

fn find_behind(line: &[u8], blank: usize, flag: usize, spans: &mut Spans) {
    let command = &line[blank.saturating_sub(MAX_COMMAND_BYTES)..blank];
    for (program, name, form) in FLAGS {
        let end = flag + name.len();
        if !line[flag..].starts_with(name.as_bytes()) {
            continue;
        }
        // The program may come nearer when what parts it from its flag goes.
        spans.is_doubtful |= MAX_COMMAND_BYTES < blank;
        if !names_program(command, program) {
            continue;
        }
        let is_glued = form == Form::Glued;
        if is_glued == matches!(at(line, end), b' ' | b'=') || line.len() <= end {
            continue;
        }
        let from = if is_glued { end } else { end + 1 };
        if let Some(value) = values::value_at(line, from, Reach::Word) {
            add(line, value, form, spans);
        }
        return;
    }
    let names_password = matches!(at(line, flag), b'p' | b'P' | b'w');
    if names_password && at(line, flag + 1) == b' ' {
        find_behind_any(line, flag + 2, spans);
    }
}

/// What looks like a key goes behind the password's flag of any program.
fn find_behind_any(line: &[u8], from: usize, spans: &mut Spans) {
    let Some(value) = values::value_at(line, from, Reach::Word) else {
        return;
    };
    let text = &line[value.start..value.end];
    if !shapes::is_uuid(text) && !shapes::is_hex_number(text) {
        take(line, Label::Weak, value, Reach::Word, spans);
    }
}

/// Whether `program` is a word of the command.
fn names_program(command: &[u8], program: &[u8]) -> bool {
    memmem::find_iter(command, program).any(|start| {
        let is_part = |byte: u8| is_name(byte) || byte == b'.';
        !is_part(before(command, start)) && !is_part(at(command, start + program.len()))
    })
}

fn add(line: &[u8], value: Value, form: Form, spans: &mut Spans) {
    let text = &line[value.start..value.end];
    let user = match form {
        Form::Pair => skip(text, 0, |byte| !matches!(byte, b':' | b'%' | b',')),
        Form::Word | Form::Glued => text.len(),
    };
    let has_password = user + 1 < text.len();
    let is_token = memchr(b':', &text[user..]).is_some();
    let (start, label) = match form {
        Form::Pair if has_password => (value.start + user + 1, Label::Password),
        Form::Pair if is_token => (value.start, Label::Password),
        Form::Pair => (value.start, Label::Weak),
        Form::Word | Form::Glued => (value.start, Label::Password),
    };
    let end = value.start + if has_password { text.len() } else { user };
    take(
        line,
        label,
        Value {
            start,
            end,
            ..value
        },
        Reach::Word,
        spans,
    );
}
