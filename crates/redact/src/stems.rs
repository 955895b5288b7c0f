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
static STEMS: [Stem; 129] = [
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

/// Whether four bytes, folded and hashed, may stand at or beside the start of a stem.
static MAY_START: [u8; FOLDS] = may_start();

const fn may_start() -> [u8; FOLDS] {
    let mut table = [0; FOLDS];
    let mut index = 0;
    while index < STEMS.len() {
        let text = STEMS[index].text;
        let mut any = 0;
        while any < 32 {
            // Every second byte is looked at: the stem starts there or one byte beside.
            let fourth = if 3 < text.len() { text[3] } else { any };
            table[hash([text[0], text[1], text[2], fourth])] = 1;
            let last = if 4 < text.len() { text[4] } else { any };
            let beside = if 3 < text.len() {
                [text[1], text[2], text[3], last]
            } else {
                [any, text[0], text[1], text[2]]
            };
            table[hash(beside)] = 1;
            any += 1;
        }
        index += 1;
    }
    table
}

const fn hash(four: [u8; 4]) -> usize {
    let folded = u32::from_le_bytes(four) & 0x1f1f_1f1f;
    (folded.wrapping_mul(0x9e37_79b1) >> 17) as usize
}

/// How many places are looked at between two questions whether a stem is among them.
const STEPS: usize = 8;

/// The next stem in `line` from `from` on.
pub(crate) fn next(line: &[u8], from: usize) -> Option<Found> {
    let mut position = from;
    while let Some(block) = block_at(line, position) {
        let mut marks = marks_of(block);
        while marks != 0 {
            let place = position + 2 * marks.trailing_zeros() as usize;
            let found = next_from(line, place.saturating_sub(1).max(from), place + 2);
            if found.is_some() {
                return found;
            }
            marks &= marks - 1;
        }
        position += 2 * STEPS;
    }
    next_from(line, position.saturating_sub(1).max(from), line.len())
}

/// The bytes from `position` on in which each step sees four.
fn block_at(line: &[u8], position: usize) -> Option<&[u8; 2 * STEPS + 2]> {
    line.get(position..)?.first_chunk()
}

/// A bit for each step that may see the start of a stem.
fn marks_of(block: &[u8; 2 * STEPS + 2]) -> u32 {
    let mut marks = 0;
    for step in 0..STEPS {
        let at = 2 * step;
        let four = [block[at], block[at + 1], block[at + 2], block[at + 3]];
        marks |= u32::from(MAY_START[hash(four)]) << step;
    }
    marks
}

/// The first stem that starts between `from` and `to`.
fn next_from(line: &[u8], from: usize, to: usize) -> Option<Found> {
    let windows = line.get(from..)?.array_windows().take(to - from);
    windows
        .enumerate()
        .find_map(|(offset, [first, second, third])| {
            let stem = usize::from(STEM_OF[fold(*first, *second, *third)]);
            let stems = STEMS.get(stem.checked_sub(1)?..)?;
            stem_at(line, from + offset, stems)
        })
}

/// The one of `stems` that stands at `start`, of those that begin like the first.
fn stem_at(line: &[u8], start: usize, stems: &'static [Stem]) -> Option<Found> {
    stems
        .iter()
        .take_while(|stem| starts_like(stem, &stems[0]))
        .find_map(|stem| {
            let end = start + stem.text.len();
            let is_here = line.get(start..end)?.eq_ignore_ascii_case(stem.text);
            let counts = is_here && (stem.sort != Sort::Word || stands_alone(line, start, end));
            let is_mark = |byte: u8| stem.sort == Sort::Part && !is_alnum(byte);
            counts.then(|| Found {
                start: skip(line, start, is_mark),
                end: skip_back(line, end, start, is_mark),
                sort: stem.sort,
            })
        })
}

/// Whether both begin with letters that fold alike.
fn starts_like(one: &Stem, other: &Stem) -> bool {
    let folded = |stem: &Stem| fold(stem.text[0], stem.text[1], stem.text[2]);
    folded(one) == folded(other)
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
