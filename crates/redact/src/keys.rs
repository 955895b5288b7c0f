//! Which names say that their value is a secret.

use std::sync::LazyLock;

use crate::bytes::{is_alnum, is_digit, is_lower, is_upper};

/// How much a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Label {
    /// The value may be a secret: it goes when it looks like one.
    Weak,
    /// The value is a secret, whatever it looks like; a short number is a count.
    Secret,
    /// The value is a password: numbers go as well.
    Password,
}

/// What one word of a name says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Nothing.
    Plain,
    /// `key`, `private`: the value may be a secret.
    Weak,
    /// `token`, `secret`: the value is one.
    Secret,
    /// `password`: the value is one that people choose.
    Password,
    /// `count`, `type`: the name is about the secret, not the secret.
    About,
}

/// All that a word says, also about the word after it.
#[derive(Clone, Copy)]
struct Meaning {
    word: Word,
    /// `public`, `primary`: the key after it is no secret.
    opens: bool,
    /// `api`, `access`: a key after it is a secret.
    makes: bool,
}

/// The longest word that is looked up.
const MAX_WORD_BYTES: usize = 32;

const PASSWORDS: &[&str] = &[
    "pass",
    "passwd",
    "password",
    "passwords",
    "passwort",
    "passphrase",
    "passcode",
    "pwd",
    "psw",
    "pswd",
    "pw",
    "passwrd",
    "userpass",
    "dbpass",
    "mypass",
    "contrasena",
    "kennwort",
    "motdepasse",
    "senha",
];
const SECRETS: &[&str] = &[
    "secret",
    "secrets",
    "secrete",
    "token",
    "apikey",
    "apikeys",
    "authtoken",
    "accesstoken",
    "credential",
    "credentials",
    "cred",
    "creds",
    "bearer",
    "jwt",
    "authorization",
    "authorisation",
    "cookie",
    "otp",
    "totp",
    "pat",
    "passkey",
    "mnemonic",
    "apitoken",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "masterkey",
    "accountkey",
    "sharedaccesskey",
    "sas",
    "srt",
    "idtoken",
    "refreshtoken",
    "clientsecret",
    "csrf",
    "xsrf",
    "dsn",
    "contribsys",
];
const WEAKS: &[&str] = &[
    "key",
    "keys",
    "auth",
    "private",
    "access",
    "login",
    "crumb",
    "signature",
    "sig",
    "hmac",
    "salt",
    "seed",
    "license",
    "licence",
    "webhook",
    "sid",
    "oauth",
    "tenant",
    "nonce",
    "cert",
    "pin",
    "bot",
    "tokens",
    "api",
    "iv",
    "cipher",
    "passwordless",
];
const ABOUT: &[&str] = &[
    "type",
    "count",
    "counts",
    "limit",
    "limits",
    "usage",
    "size",
    "length",
    "len",
    "url",
    "uri",
    "endpoint",
    "file",
    "filename",
    "path",
    "dir",
    "expiry",
    "expires",
    "expired",
    "expiration",
    "ttl",
    "error",
    "exception",
    "field",
    "label",
    "policy",
    "rotation",
    "index",
    "min",
    "max",
    "per",
    "ratio",
    "rate",
    "budget",
    "cost",
    "price",
    "window",
    "bucket",
    "selector",
    "version",
    "algorithm",
    "format",
    "provider",
    "prefix",
    "suffix",
    "hint",
    "strength",
    "enabled",
    "required",
    "valid",
    "present",
    "regex",
    "pattern",
    "schema",
    "class",
    "store",
    "ring",
    "manager",
    "reset",
    "placeholder",
    "word",
    "words",
    "board",
    "frame",
    "code",
    "codes",
    "map",
    "set",
    "list",
    "names",
    "permission",
    "permissions",
    "scope",
    "scopes",
    "status",
    "state",
    "age",
    "days",
    "hours",
    "minutes",
    "seconds",
    "ms",
    "at",
    "in",
    "on",
    "by",
    "for",
    "of",
    "is",
    "total",
    "used",
    "left",
    "remaining",
    "second",
    "minute",
    "hour",
    "day",
    "checksum",
    "ordering",
    "order",
    "column",
    "chain",
];
const OPEN: &[&str] = &[
    "redacted",
    "public",
    "primary",
    "foreign",
    "sort",
    "partition",
    "idempotency",
    "routing",
    "bucket",
    "unique",
    "composite",
    "schema",
    "group",
    "hot",
    "arrow",
    "page",
    "dedup",
    "grouping",
    "map",
    "dict",
    "json",
    "object",
    "translation",
    "i18n",
    "enter",
    "escape",
    "press",
    "shortcut",
    "row",
    "hash",
    "range",
    "index",
    "cache",
    "storage",
];
const MAKERS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "encryption",
    "signing",
    "signature",
    "master",
    "account",
    "shared",
    "client",
    "auth",
    "license",
    "licence",
    "service",
    "app",
    "application",
    "sdk",
    "dev",
    "developer",
    "subscription",
    "ssh",
    "deploy",
    "root",
    "admin",
    "consumer",
    "project",
    "server",
    "user",
    "write",
    "read",
    "ingest",
    "instrumentation",
    "integration",
    "merchant",
    "webhook",
    "host",
    "function",
    "functions",
    "decryption",
    "session",
    "jwt",
    "hmac",
    "vault",
    "org",
    "organization",
    "workspace",
    "team",
    "live",
    "test",
    "prod",
    "production",
    "platform",
    "search",
    "provision",
    "device",
    "publishable",
    "personal",
    "bot",
    "management",
    "rest",
];
/// Words that end like a label and are none.
const INNOCENT_ENDINGS: &[&str] = &[
    "bypass",
    "compass",
    "trespass",
    "monkey",
    "turkey",
    "hockey",
    "donkey",
    "jockey",
    "whiskey",
    "hotkey",
    "underpass",
    "subkey",
    "pubkey",
    "jsonwebtoken",
];

/// What `name` says about its value.
pub(crate) fn label_of(name: &[u8]) -> Option<Label> {
    last_label(name).map(|(label, _)| label)
}

/// What `name` says about its value, and where the word ends that says it.
pub(crate) fn last_label(name: &[u8]) -> Option<(Label, usize)> {
    let mut found: Option<(Label, usize)> = None;
    let mut previous = Meaning {
        word: Word::Plain,
        opens: false,
        makes: false,
    };
    for (start, end) in words(name) {
        let meaning = meaning_of(&name[start..end]);
        found = match meaning.word {
            Word::Plain => found,
            Word::About => None,
            Word::Weak if previous.opens => None,
            Word::Weak if previous.makes && is_key(&name[start..end]) => Some((Label::Secret, end)),
            Word::Weak => found
                .filter(|(label, _)| *label != Label::Weak)
                .or(Some((Label::Weak, end))),
            Word::Secret if previous.opens && is_opened(&name[start..end]) => None,
            Word::Secret => Some((Label::Secret, end)),
            Word::Password => Some((Label::Password, end)),
        };
        previous = meaning;
    }
    found
}

fn is_key(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"key") || word.eq_ignore_ascii_case(b"keys")
}

/// A public token is no secret; a primary password still is one.
fn is_opened(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"token")
}

/// The words of a name: camel case, digits and joiners part them.
fn words(name: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        while from < name.len() && !is_alnum(name[from]) {
            from += 1;
        }
        let start = from;
        while from < name.len() && is_alnum(name[from]) && !(start < from && is_seam(name, from)) {
            from += 1;
        }
        (start < from).then_some((start, from))
    })
}

/// Whether a new word starts at `at`, behind a letter or digit.
fn is_seam(name: &[u8], at: usize) -> bool {
    let (before, here) = (name[at - 1], name[at]);
    let next_is_lower = name.get(at + 1).is_some_and(|byte| is_lower(*byte));
    (is_lower(before) && is_upper(here))
        || (is_upper(before) && is_upper(here) && next_is_lower)
        || (is_digit(before) && is_upper(here))
}

static MEANINGS: LazyLock<Vec<(&str, Meaning)>> = LazyLock::new(|| {
    let lists = [
        (PASSWORDS, Word::Password),
        (SECRETS, Word::Secret),
        (WEAKS, Word::Weak),
        (ABOUT, Word::About),
    ];
    let mut meanings: Vec<(&str, Meaning)> = Vec::new();
    let mut put = |text: &'static str, change: &dyn Fn(&mut Meaning)| {
        if !meanings.iter().any(|(known, _)| *known == text) {
            meanings.push((
                text,
                Meaning {
                    word: Word::Plain,
                    opens: false,
                    makes: false,
                },
            ));
        }
        meanings
            .iter_mut()
            .filter(|(known, _)| *known == text)
            .for_each(|(_, meaning)| change(meaning));
    };
    for (list, word) in lists {
        list.iter()
            .for_each(|text| put(text, &|meaning| meaning.word = word));
    }
    OPEN.iter()
        .for_each(|text| put(text, &|meaning| meaning.opens = true));
    MAKERS
        .iter()
        .for_each(|text| put(text, &|meaning| meaning.makes = true));
    meanings.sort_unstable_by_key(|(text, _)| *text);
    meanings
});

fn meaning_of(word: &[u8]) -> Meaning {
    let plain = Meaning {
        word: Word::Plain,
        opens: false,
        makes: false,
    };
    let mut lower = [0_u8; MAX_WORD_BYTES];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return plain;
    };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let Ok(text) = std::str::from_utf8(lower) else {
        return plain;
    };
    let text = text.trim_end_matches(|character: char| character.is_ascii_digit());
    match MEANINGS.binary_search_by_key(&text, |(known, _)| known) {
        Ok(index) => MEANINGS[index].1,
        Err(_) => Meaning {
            word: compound(text),
            ..plain
        },
    }
}

/// Words written together, such as `jwtsecret`.
fn compound(text: &str) -> Word {
    if INNOCENT_ENDINGS.contains(&text) {
        Word::Plain
    } else if text.contains("password")
        || text.contains("passwd")
        || text.contains("passphrase")
        || text.ends_with("pwd")
        || text.ends_with("pass")
    {
        Word::Password
    } else if text.contains("secret") && !text.contains("secretar")
        || text.contains("apikey")
        || text.ends_with("token")
        || text.ends_with("credentials")
    {
        Word::Secret
    } else if (text.ends_with("key") || text.ends_with("api")) && 3 < text.len() {
        Word::Weak
    } else {
        Word::Plain
    }
}
