//! E-mail addresses.

use memchr::{memchr_iter, memmem};

use crate::bytes::{
    at, before, is_alnum, is_digit, is_escape_letter, is_letter, is_name, is_stop, skip, skip_back,
};
use crate::chosen::looks_chosen;
use crate::counts::Kind;
use crate::randomness;
use crate::spans::Spans;

/// The longest part before or after the at sign.
const MAX_PART_BYTES: usize = 255;

/// Names of algorithms end in these: `chacha20-poly1305@openssh.com`.
const CIPHER_DOMAINS: [&[u8]; 2] = [b"openssh.com", b"libssh.org"];

/// Programs that take an account on a host.
const SHELLS: [&[u8]; 7] = [
    b"ssh",
    b"scp",
    b"sftp",
    b"rsync",
    b"plink",
    b"pscp",
    b"ssh-copy-id",
];
/// How far in front of an account its program may stand.
const MAX_COMMAND_BYTES: usize = 96;

/// Finds e-mail addresses; `git@host` names a server, not a person.
pub(crate) fn find(line: &[u8], spans: &mut Spans) {
    for sign in memchr_iter(b'@', line) {
        if is_alnum(at(line, sign + 1))
            && !spans.ends_key_at(sign)
            && !before(line, sign).is_ascii_whitespace()
        {
            find_at(line, sign, spans);
        }
    }
}

fn find_at(line: &[u8], sign: usize, spans: &mut Spans) {
    let is_local = |byte: u8| is_name(byte) || matches!(byte, b'.' | b'+' | b'%');
    let mut start = skip_back(line, sign, sign.saturating_sub(MAX_PART_BYTES), is_local);
    if is_escape_letter(line, start) {
        start += 1;
    }
    let limit = (sign + 1 + MAX_PART_BYTES).min(line.len());
    let last = skip(&line[..limit], sign + 1, |byte| {
        is_name(byte) || byte == b'.'
    });
    let end = skip_back(line, last, sign + 1, |byte| {
        matches!(byte, b'.' | b'-' | b'_')
    });
    let domain = &line[sign + 1..end];
    if domain.contains(&b'.') && is_password_of(line, start, sign) {
        spans.add(start, sign, Kind::Key);
        return;
    }
    let is_person = &line[start..sign] != b"git" && !CIPHER_DOMAINS.contains(&domain);
    if start < sign && is_person && is_domain(domain) {
        if names_account(line, start) {
            // The program may come out of sight when what stands between goes.
            spans.is_doubtful = true;
            return;
        }
        spans.add(start, end, Kind::Email);
        find_password(line, end, spans);
    } else if before(line, start) == b'/' && is_password_behind_slash(line, start, sign) {
        // `system/password@database`
        spans.add(start, sign, Kind::Key);
    }
}

/// `system/password@database`, but no part of a path or a URL.
fn is_password_behind_slash(line: &[u8], start: usize, sign: usize) -> bool {
    let word = &line[start..sign];
    let user = skip_back(
        line,
        start - 1,
        start.saturating_sub(MAX_COMMAND_BYTES),
        is_name,
    );
    let is_alone = user + 1 < start && matches!(before(line, user), b' ' | b'"' | b'\'' | b':');
    randomness::is_keylike(word) || (is_alone && looks_chosen(word))
}

/// `user:password@host`, without a scheme in front.
fn is_password_of(line: &[u8], start: usize, sign: usize) -> bool {
    before(line, start) == b':'
        && is_name(before(line, start - 1))
        && (randomness::is_keylike(&line[start..sign]) || looks_chosen(&line[start..sign]))
}

/// `ssh bob@host`: an account on a host, and no address of mail.
fn names_account(line: &[u8], start: usize) -> bool {
    let head = &line[start.saturating_sub(MAX_COMMAND_BYTES)..start];
    SHELLS.iter().any(|shell| {
        memmem::find_iter(head, shell).any(|at| {
            let is_word = !is_name(before(head, at));
            is_word && head[at + shell.len()..].first() == Some(&b' ')
        })
    })
}

/// `bob@example.com:password`, as lists of accounts are written.
fn find_password(line: &[u8], colon: usize, spans: &mut Spans) {
    if at(line, colon) != b':' {
        return;
    }
    let limit = line.len().min(colon + 1 + MAX_PART_BYTES);
    let end = skip(&line[..limit], colon + 1, |byte| {
        !is_stop(byte) && !matches!(byte, b'\\' | b'/')
    });
    let word = &line[colon + 1..end];
    if randomness::is_keylike(word) || looks_chosen(word) {
        spans.add(colon + 1, end, Kind::Key);
    }
}

fn is_domain(domain: &[u8]) -> bool {
    let mut labels = domain.rsplit(|byte| *byte == b'.');
    let Some(top) = labels.next() else {
        return false;
    };
    let top_is_name = 2 <= top.len()
        && is_letter(top[0])
        && (top.iter().all(|byte| is_letter(*byte)) || top.starts_with(b"xn--"));
    let mut count = 0;
    let all_filled = labels.all(|label| {
        count += 1;
        !label.is_empty()
    });
    top_is_name
        && all_filled
        && 0 < count
        && !domain
            .iter()
            .take(2)
            .all(|byte| is_digit(*byte) || *byte == b'.')
}
