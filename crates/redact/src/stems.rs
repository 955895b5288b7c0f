//! Where a name may stand that announces a secret: one pass, every second byte.

use crate::bytes::{is_alnum, skip, skip_back};

/// A part of names with a label, or a cue of its own.
struct Stem {
    text: &'static [u8],
    sort: Sort,
}

/// How a stem counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Wherever it stands in a name.
    Part,
    /// As a word of its own.
    Word,
    /// As what announces a secret that has no name.
    Cue,
    /// As a password's name in a language of its own.
    Foreign,
}

const fn part(text: &'static str) -> Stem {
    Stem {
        text: text.as_bytes(),
        sort: Sort::Part,
    }
}

const fn word(text: &'static str) -> Stem {
    Stem {
        text: text.as_bytes(),
        sort: Sort::Word,
    }
}

const fn cue(text: &'static str) -> Stem {
    Stem {
        text: text.as_bytes(),
        sort: Sort::Cue,
    }
}

const fn foreign(text: &'static str) -> Stem {
    Stem {
        text: text.as_bytes(),
        sort: Sort::Foreign,
    }
}

/// Those whose first three letters fold alike stand together, longer ones first.
static STEMS: [Stem; 133] = [
    part("pass"),
    part("pwd"),
    word("psw"),
    cue("security code"),
    cue("securestring"),
    cue("secrets set "),
    part("secret"),
    part("token"),
    part("key"),
    cue("create_superuser("),
    cue("create_user("),
    cue("createuser "),
    part("cred"),
    part("bearer"),
    part("jwt"),
    cue("authentication_string"),
    cue("authentication text "),
    part("auth"),
    part("cookie"),
    word("otp"),
    word("pat"),
    part("mnemonic"),
    word("sas"),
    part("private"),
    part("access"),
    part("login"),
    word("crumb"),
    cue("signtool "),
    part("sig"),
    cue("hmac.new("),
    cue("hmac("),
    part("hmac"),
    foreign("salasana"),
    word("salt"),
    word("seed"),
    part("licen"),
    part("webhook"),
    word("sid"),
    word("tenant"),
    word("nonce"),
    word("cert"),
    word("pin"),
    part("csrf"),
    word("dsn"),
    word("srt"),
    word("psk"),
    cue("sendline("),
    cue("send \""),
    part("senha"),
    cue("connection("),
    foreign("contraseña"),
    cue("config set "),
    word("contribsys"),
    foreign("contrasena"),
    cue("connect("),
    part("api"),
    cue("identified"),
    cue("community"),
    cue("com2sec "),
    cue("pdo("),
    cue("bind_s("),
    part("bindpw"),
    cue("bind("),
    cue("client("),
    cue("username_pw_set("),
    cue("recovery"),
    cue("backup code"),
    cue("verification code"),
    cue("2fa code"),
    cue("door code"),
    cue("setuser "),
    cue("add-user.sh "),
    cue("add_user "),
    cue("addauth "),
    cue("using "),
    cue("+login "),
    part("rootpw"),
    part("_pw"),
    part("-pw"),
    part("pw="),
    part("pw:"),
    foreign("kennwort"),
    foreign("mot de passe"),
    foreign("wachtwoord"),
    foreign("hasło"),
    foreign("lösenord"),
    foreign("пароль"),
    foreign("密码"),
    foreign("密碼"),
    foreign("口令"),
    foreign("パスワード"),
    foreign("비밀번호"),
    cue("sp_addlinkedsrvlogin"),
    cue("sp_addlogin"),
    cue("sqlplus "),
    cue("expdp "),
    cue("impdp "),
    cue("rman target "),
    cue(".logon "),
    cue("htpasswd "),
    cue("mosquitto_passwd "),
    cue("net user "),
    cue("net use "),
    cue("/p:"),
    cue("/rp "),
    cue("nickserv"),
    cue("radtest "),
    cue("wpa_passphrase "),
    cue("http-basic."),
    cue("encrypt("),
    cue("bcrypt."),
    cue("wifi.begin("),
    cue("--from-literal="),
    cue("--secret-string "),
    cue("--value "),
    cue("--body "),
    cue("kv put "),
    cue(";p:"),
    cue(": eap "),
    cue(": xauth "),
    cue("ntlm"),
    cue("-hashes "),
    cue("smbclient "),
    cue("mc config host add "),
    cue("mc alias set "),
    cue("rclone obscure "),
    cue("-setairportnetwork "),
    cue("<<< "),
    cue("sudo -s"),
    cue("on >"),
    cue("scrypt:"),
    cue("pbkdf2:"),
    cue("ugfzc3dvcmq6"),
];

/// A stem that stands on a line.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) sort: Sort,
}

/// How many values three folded bytes have.
const FOLDS: usize = 1 << 15;

/// The number of the first stem that starts with three letters, counted from one.
static STEM_OF: [u8; FOLDS] = stem_of();

const fn stem_of() -> [u8; FOLDS] {
    let mut table = [0; FOLDS];
    let mut index = STEMS.len();
    while 0 < index {
        index -= 1;
        let text = STEMS[index].text;
        table[fold(text[0], text[1], text[2])] = index as u8 + 1;
    }
    table
}

/// Five bits of each byte, which makes both cases alike.
const fn fold(first: u8, second: u8, third: u8) -> usize {
    ((first & 31) as usize) << 10 | ((second & 31) as usize) << 5 | (third & 31) as usize
}

/// How many values four folded bytes have once they are hashed.
const HASHES: usize = 1 << 16;

/// Where a stem may start, seen from the place of four bytes: there, one byte
/// before it or one behind.
const HERE: u8 = 1;
const BEFORE: u8 = 2;
const BEHIND: u8 = 4;

/// Which of these may be, by the hash of four folded bytes. Every second byte is
/// looked at, so that each stem is seen from one place.
static MAY_START: [u8; HASHES] = may_start();

const fn may_start() -> [u8; HASHES] {
    let mut table = [0; HASHES];
    let mut index = 0;
    while index < STEMS.len() {
        let text = STEMS[index].text;
        let mut any = 0;
        while any < 128 {
            let fourth = if 3 < text.len() { text[3] } else { any };
            table[hash([text[0], text[1], text[2], fourth])] |= HERE;
            if 3 < text.len() {
                let fifth = if 4 < text.len() { text[4] } else { any };
                table[hash([text[1], text[2], text[3], fifth])] |= BEFORE;
            } else {
                table[hash([any, text[0], text[1], text[2]])] |= BEHIND;
            }
            any += 1;
        }
        index += 1;
    }
    table
}

const fn hash(four: [u8; 4]) -> usize {
    // Without the bit of the case; digits and letters stay apart.
    let folded = u32::from_le_bytes(four) & 0x5f5f_5f5f;
    (folded.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// How many places are looked at between two questions whether a stem is among them.
const STEPS: usize = 8;
/// The bytes that so many steps see: the last one sees four.
const BLOCK_BYTES: usize = 2 * STEPS + 2;

/// The next stem in `line` from `from` on.
pub(crate) fn next(line: &[u8], from: usize) -> Option<Found> {
    let mut position = from;
    while let Some(block) = line.get(position..)?.first_chunk() {
        let found = next_in_block(line, from, position, block);
        if found.is_some() {
            return found;
        }
        position += 2 * STEPS;
    }
    let tail = line.get(position..)?;
    let mut block = [b' '; BLOCK_BYTES];
    block[..tail.len()].copy_from_slice(tail);
    next_in_block(line, from, position, &block)
}

/// The first stem from `from` on that a step in the block at `position` sees.
#[inline(always)]
fn next_in_block(
    line: &[u8],
    from: usize,
    position: usize,
    block: &[u8; BLOCK_BYTES],
) -> Option<Found> {
    let mut marks = marks_of(block);
    while marks != 0 {
        let step = marks.trailing_zeros() as usize;
        let seen = MAY_START[hash_at(block, step)];
        let found = next_around(line, from, position + 2 * step, seen);
        if found.is_some() {
            return found;
        }
        marks &= marks - 1;
    }
    None
}

/// A bit for each step that may see the start of a stem.
fn marks_of(block: &[u8; BLOCK_BYTES]) -> u32 {
    let mut marks = 0;
    for step in 0..STEPS {
        marks |= u32::from(MAY_START[hash_at(block, step)] != 0) << step;
    }
    marks
}

fn hash_at(block: &[u8; BLOCK_BYTES], step: usize) -> usize {
    let at = 2 * step;
    hash([block[at], block[at + 1], block[at + 2], block[at + 3]])
}

/// The first stem from `from` on where `seen` says that one may start around `place`.
fn next_around(line: &[u8], from: usize, place: usize, seen: u8) -> Option<Found> {
    let before = (seen & BEFORE != 0 && from < place)
        .then(|| starting_at(line, place - 1))
        .flatten();
    before
        .or_else(|| (seen & HERE != 0).then(|| starting_at(line, place))?)
        .or_else(|| (seen & BEHIND != 0).then(|| starting_at(line, place + 1))?)
}

/// The stem that starts at `start`, if one does.
fn starting_at(line: &[u8], start: usize) -> Option<Found> {
    let &[first, second, third] = line.get(start..)?.first_chunk()?;
    let group = usize::from(STEM_OF[fold(first, second, third)]).checked_sub(1)?;
    STEMS[group..usize::from(ENDS[group])]
        .iter()
        .find_map(|stem| stem_at(line, start, stem))
}

/// Where the group of stems ends that begin like the one with this number.
static ENDS: [u8; STEMS.len()] = ends();

const fn ends() -> [u8; STEMS.len()] {
    let mut ends = [0; STEMS.len()];
    let mut index = STEMS.len();
    let mut end = index;
    while 0 < index {
        index -= 1;
        if index + 1 < STEMS.len() {
            let (this, next) = (STEMS[index].text, STEMS[index + 1].text);
            if fold(this[0], this[1], this[2]) != fold(next[0], next[1], next[2]) {
                end = index + 1;
            }
        }
        ends[index] = end as u8;
    }
    ends
}

/// The stem if it stands at `start`.
fn stem_at(line: &[u8], start: usize, stem: &Stem) -> Option<Found> {
    let end = start + stem.text.len();
    let is_here = line.get(start..end)?.eq_ignore_ascii_case(stem.text);
    if !is_here || (stem.sort == Sort::Word && !stands_alone(line, start, end)) {
        return None;
    }
    let is_mark = |byte: u8| stem.sort == Sort::Part && !is_alnum(byte);
    Some(Found {
        start: skip(line, start, is_mark),
        end: skip_back(line, end, start, is_mark),
        sort: stem.sort,
    })
}

/// Whether no letter goes on with the word, other than another word's capital.
fn stands_alone(line: &[u8], start: usize, end: usize) -> bool {
    let first = line[start];
    let last = line[end - 1];
    let goes_before = start.checked_sub(1).is_some_and(|index| {
        let before = line[index];
        before.is_ascii_alphabetic() && before.is_ascii_uppercase() == first.is_ascii_uppercase()
    });
    let goes_on = line.get(end).is_some_and(|next| {
        next.is_ascii_alphabetic()
            && *next != b's'
            && !(next.is_ascii_uppercase() && last.is_ascii_lowercase())
    });
    !goes_before && !goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stem_is_found_wherever_it_starts_and_ends() {
        for stem in &STEMS {
            let text = String::from_utf8_lossy(stem.text);
            for before in 0..40 {
                for after in [0, 1, 2, 3, 20, 40] {
                    let line = [
                        "-".repeat(before),
                        text.to_ascii_uppercase(),
                        " ".repeat(after),
                    ];
                    let found = next(line.concat().as_bytes(), before / 3).map(|found| found.start);
                    // Marks around a part are no part of the name.
                    let is_there =
                        found.is_some_and(|start| start <= before + 1 && before <= start);
                    assert!(is_there, "{text} {before} {after}");
                }
            }
        }
    }

    #[test]
    fn stems_with_the_same_start_stand_together() {
        let start_of = |stem: &Stem| fold(stem.text[0], stem.text[1], stem.text[2]);
        let starts: Vec<_> = STEMS.iter().map(start_of).collect();
        for (index, start) in starts.iter().enumerate() {
            let first = starts.iter().position(|other| other == start);
            let between = &starts[first.unwrap_or(index)..=index];
            assert!(between.iter().all(|other| other == start));
        }
    }
}
