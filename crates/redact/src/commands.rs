//! Credentials that stand behind a short flag of a well-known program.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::{self, Finder};

use crate::bytes::{at, before, is_letter, is_name, skip};
use crate::keys::Label;
use crate::labels::take;
use crate::quotes::Quotes;
use crate::shapes;
use crate::spans::Spans;
use crate::values::{self, Reach, Value};

pub(crate) static FLAG_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" -"));

/// The start of a flag in a list of arguments.
pub(crate) static QUOTED_FLAG_FINDER: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new(b"\"-"));

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
    /// Both of them in the same word as the flag.
    GluedPair,
}

/// The programs of net-snmp.
const SNMP: &str = "snmpwalk snmpget snmpset snmpbulkwalk snmpbulkget snmptrap snmpgetnext";

/// Programs, the flag of the credential, and how it stands there.
const FLAGS: [(&str, &str, Form); 26] = [
    ("curl", "u", Form::Pair),
    ("curl", "-user", Form::Pair),
    ("curl", "U", Form::Pair),
    ("curl", "-proxy-user", Form::Pair),
    ("http https xh", "a", Form::Pair),
    ("http https xh", "-auth", Form::Pair),
    ("ctr", "-user", Form::Pair),
    ("lftp open", "u", Form::Pair),
    ("ab", "A", Form::Pair),
    ("smbclient rpcclient", "U", Form::Pair),
    (
        "mysql mysqldump mysqladmin mariadb 7z unrar rar sshpass",
        "p",
        Form::Glued,
    ),
    ("rar", "hp", Form::Glued),
    ("sqlcmd bcp osql", "P", Form::Glued),
    ("ldapsearch ldapmodify ldapadd", "w", Form::Glued),
    ("curl", "u", Form::GluedPair),
    (
        "sshpass mongo mongosh mongodump mongorestore cqlsh login security",
        "p",
        Form::Word,
    ),
    (
        "ldapsearch ldapmodify ldapadd ldapwhoami ldappasswd",
        "w",
        Form::Word,
    ),
    ("ldappasswd", "s", Form::Word),
    ("redis-cli", "a", Form::Word),
    (SNMP, "c", Form::Word),
    (SNMP, "A", Form::Word),
    (SNMP, "X", Form::Word),
    ("openssl", "k", Form::Word),
    ("openssl", "K", Form::Word),
    ("zip unzip knife", "P", Form::Word),
    ("gh", "b", Form::Glued),
];

/// Programs that ask for the password when a blank follows its flag.
const ASKING: [&[u8]; 4] = [b"mysql", b"mysqldump", b"mysqladmin", b"mariadb"];

/// Flags of a user's name; with one of them the flag `-p` is no port.
const USER_FLAGS: [&[u8]; 7] = [
    b" -u ",
    b" -U ",
    b" -x ",
    b" -D ",
    b" --user ",
    b" --username ",
    b" -user ",
];

/// Finds credentials behind flags.
pub(crate) fn find(line: &[u8], spans: &mut Spans) {
    let mut quotes = Quotes::new();
    for blank in FLAG_FINDER.find_iter(line) {
        let flag = blank + 2;
        if is_name(at(line, flag)) {
            let text = &line[..quotes.fence(line, flag)];
            find_behind(text, blank, flag, spans);
        }
    }
}

/// Finds credentials behind flags in lists of arguments.
pub(crate) fn find_quoted(line: &[u8], spans: &mut Spans) {
    for quote in QUOTED_FLAG_FINDER.find_iter(line) {
        find_behind_quoted(line, quote, spans);
    }
}

fn find_behind(line: &[u8], blank: usize, flag: usize, spans: &mut Spans) {
    let command = &line[blank.saturating_sub(MAX_COMMAND_BYTES)..blank];
    for (programs, name, form) in FLAGS {
        let end = flag + name.len();
        if !line[flag..].starts_with(name.as_bytes()) {
            continue;
        }
        // The program may come nearer when what parts it from its flag goes.
        spans.is_doubtful |= MAX_COMMAND_BYTES < blank;
        if !names_one_of(command, programs) {
            continue;
        }
        let is_glued = matches!(form, Form::Glued | Form::GluedPair);
        if is_glued == matches!(at(line, end), b' ' | b'=') || line.len() <= end {
            continue;
        }
        let from = if is_glued { end } else { end + 1 };
        if let Some(value) = values::value_at(line, from, Reach::Word) {
            spans.is_doubtful |= !spans.is_empty();
            add(line, value, form, spans);
        }
        return;
    }
    let letter = at(line, flag);
    let is_double = letter == b'p' && at(line, flag + 1) == b'w';
    let end = flag + 1 + usize::from(is_double);
    let is_flag = matches!(letter, b'p' | b'P' | b'w') && at(line, end) == b' ';
    if is_flag && !ASKING.iter().any(|program| names_program(command, program)) {
        let user = memmem::find(command, b"useradd").is_some()
            || memchr::memchr_iter(b'-', command).any(|dash| {
                let from = dash.saturating_sub(1);
                USER_FLAGS
                    .iter()
                    .any(|flag| command[from..].starts_with(flag))
            });
        find_behind_any(line, end + 1, user || is_double, spans);
    }
}

/// `["redis-cli", "-a", "…"]`.
fn find_behind_quoted(line: &[u8], quote: usize, spans: &mut Spans) {
    let flag = quote + 2;
    let end = skip(line, flag, is_name);
    let Some(value) = [&b"\", \""[..], b"\",\""].iter().find_map(|mark| {
        line[end..]
            .starts_with(mark)
            .then(|| values::value_at(line, end + mark.len() - 1, Reach::Word))?
    }) else {
        return;
    };
    let command = &line[quote.saturating_sub(MAX_COMMAND_BYTES)..quote];
    spans.is_doubtful |= MAX_COMMAND_BYTES < quote;
    let row = FLAGS.iter().find(|(programs, name, _)| {
        &line[flag..end] == name.as_bytes() && names_one_of(command, programs)
    });
    if let Some((_, _, form)) = row {
        add(line, value, *form, spans);
    }
}

/// What looks like a key goes behind the password's flag of any program, and
/// behind a user's name whatever is no number and no path.
fn find_behind_any(line: &[u8], from: usize, has_user: bool, spans: &mut Spans) {
    let Some(value) = values::value_at(line, from, Reach::Word) else {
        return;
    };
    spans.is_doubtful |= !spans.is_empty();
    let text = &line[value.start..value.end];
    let is_number = text.iter().all(|byte| !is_letter(*byte));
    let is_place = text
        .iter()
        .any(|byte| matches!(byte, b'/' | b':' | b'\\' | b'['));
    if has_user && !is_number && !is_place && !text.starts_with(b"-") {
        take(line, Label::Password, value, Reach::Word, spans);
    } else if !shapes::is_uuid(text) && !shapes::is_hex_number(text) {
        take(line, Label::Weak, value, Reach::Word, spans);
    }
}

/// Whether one of `programs`, which blanks part, is a word of the command.
fn names_one_of(command: &[u8], programs: &str) -> bool {
    programs
        .split(' ')
        .any(|program| names_program(command, program.as_bytes()))
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
        Form::Pair | Form::GluedPair => skip(text, 0, |byte| !matches!(byte, b':' | b'%' | b',')),
        Form::Word | Form::Glued => text.len(),
    };
    let has_password = user + 1 < text.len();
    let is_token = memchr(b':', &text[user..]).is_some();
    let (start, label) = match form {
        Form::Pair | Form::GluedPair if has_password => (value.start + user + 1, Label::Password),
        Form::Pair | Form::GluedPair if is_token => (value.start, Label::Password),
        Form::Pair | Form::GluedPair => (value.start, Label::Weak),
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
