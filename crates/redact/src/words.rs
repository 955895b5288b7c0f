//! What single words say about the value behind a name.

use std::sync::LazyLock;

use crate::bytes::{is_digit, skip_back};
use crate::word_list::{LazyList, WordList};

/// The longest word that is looked up.
const MAX_WORD_BYTES: usize = 32;

/// What people choose to get in.
const PASSWORDS: &str = "\
    pass passwd password passwords passwort passphrase passcode pwd psw pswd pw passwrd \
    userpass dbpass mypass passe rootpw bindpw userpw adminpw dbpw contrasena kennwort motdepasse senha";
/// What is secret by its name alone.
const SECRETS: &str = "\
    secret secrets secrete token apikey apikeys authtoken accesstoken credential \
    credentials cred creds bearer jwt authorization authorisation cookie otp totp pat \
    passkey mnemonic apitoken accesskey secretkey privatekey authkey masterkey accountkey \
    sharedaccesskey masterauth sas srt psk idtoken refreshtoken clientsecret csrf xsrf dsn contribsys";
/// What may be secret, if it looks so.
const WEAKS: &str = "\
    key keys auth private access login crumb signature sig hmac salt seed license licence \
    webhook sid oauth tenant nonce cert pin bot tokens api iv cipher passwordless authenticate signin";
/// What is about a secret and none itself.
const ABOUT: &str = "\
    type count counts limit limits usage size length len url uri endpoint file filename \
    path dir expiry expires expired expiration ttl error exception field label policy \
    rotation index min max per ratio rate budget cost price window bucket selector version \
    algorithm format provider prefix suffix hint strength enabled required valid present \
    regex pattern schema class store ring manager reset placeholder word words board frame \
    code codes map set list names permission permissions scope scopes status state age days \
    hours minutes seconds ms at in on by for of is total used left remaining second minute \
    hour day checksum ordering order column chain ref refs reference source exchange mgmt \
    management mode kind";
/// What stands for a secret.
const IDS: &str = "id ids identifier";
/// What makes the key or token after it no secret.
const OPEN: &str = "\
    redacted public primary foreign sort partition idempotency bucket unique \
    composite schema group hot arrow page dedup grouping map dict json object translation \
    i18n enter escape press shortcut row hash range index cache storage";
/// What makes a key after it a secret.
const MAKERS: &str = "\
    api access secret private encryption signing signature master account shared client \
    auth license licence service app application sdk dev developer subscription ssh deploy \
    root admin consumer project server user write read ingest instrumentation integration \
    merchant webhook host function functions decryption session jwt hmac vault org \
    organization workspace team live test prod production platform search provision device \
    publishable personal bot management rest";
/// Words that end like a secret's name and are none.
static INNOCENT_ENDINGS: LazyList = LazyList::new(|| {
    WordList::new(
        "\
    secretary secretaries secretariat bypass compass trespass monkey turkey hockey donkey jockey whiskey hotkey underpass \
    subkey pubkey jsonwebtoken",
    )
});

/// What one word of a name says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
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
    /// `name`: about the secret, unless a token is told by name and value together.
    Name,
    /// `id`: what stands for the secret, which some vendors keep secret as well.
    Id,
}

/// All that a word says, also about the word after it.
#[derive(Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) word: Word,
    /// `public`, `primary`: the key after it is no secret.
    pub(crate) opens: bool,
    /// `api`, `access`: a key after it is a secret.
    pub(crate) makes: bool,
}

impl Meaning {
    pub(crate) const PLAIN: Meaning = Meaning {
        word: Word::Plain,
        opens: false,
        makes: false,
    };
}

/// What is known of words, by their first letter.
static MEANINGS: LazyLock<[Vec<(&str, Meaning)>; 26]> = LazyLock::new(|| {
    let lists = [
        (PASSWORDS, Word::Password),
        (SECRETS, Word::Secret),
        (WEAKS, Word::Weak),
        (ABOUT, Word::About),
        (IDS, Word::Id),
        ("name", Word::Name),
    ];
    let mut meanings: [Vec<(&str, Meaning)>; 26] = std::array::from_fn(|_| Vec::new());
    for (list, word) in lists {
        list.split(' ')
            .for_each(|text| change(&mut meanings, text, |meaning| meaning.word = word));
    }
    OPEN.split(' ')
        .for_each(|text| change(&mut meanings, text, |meaning| meaning.opens = true));
    MAKERS
        .split(' ')
        .for_each(|text| change(&mut meanings, text, |meaning| meaning.makes = true));
    meanings
});

fn change(
    meanings: &mut [Vec<(&'static str, Meaning)>; 26],
    text: &'static str,
    change: impl FnOnce(&mut Meaning),
) {
    let Some(list) = bucket(text.as_bytes()).and_then(|bucket| meanings.get_mut(bucket)) else {
        return;
    };
    match list.iter_mut().find(|(known, _)| *known == text) {
        Some((_, meaning)) => change(meaning),
        None => {
            let mut meaning = Meaning::PLAIN;
            change(&mut meaning);
            list.push((text, meaning));
        }
    }
}

fn bucket(text: &[u8]) -> Option<usize> {
    let first = text.first()?;
    first
        .is_ascii_lowercase()
        .then(|| usize::from(first - b'a'))
}

fn known_meaning(text: &[u8]) -> Option<Meaning> {
    let list = &MEANINGS[bucket(text)?];
    list.iter()
        .find(|(known, _)| known.as_bytes() == text)
        .map(|(_, meaning)| *meaning)
}

/// What `word` says, whatever its case and the digits at its end.
pub(crate) fn meaning_of(word: &[u8]) -> Meaning {
    let mut lower = [0_u8; MAX_WORD_BYTES];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return Meaning::PLAIN;
    };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let text = &lower[..skip_back(lower, lower.len(), 0, is_digit)];
    known_meaning(text).unwrap_or_else(|| Meaning {
        word: compound(text),
        ..Meaning::PLAIN
    })
}

/// Words written together, such as `jwtsecret`.
fn compound(text: &[u8]) -> Word {
    let word = ending(text);
    let is_innocent = word != Word::Plain && INNOCENT_ENDINGS.holds(text);
    if is_innocent { Word::Plain } else { word }
}

fn ending(text: &[u8]) -> Word {
    let ends = |part: &[u8]| text.ends_with(part);
    if ends(b"pass") || ends(b"pwd") || holds_password(text) {
        Word::Password
    } else if ends(b"token")
        || ends(b"credentials")
        || holds(text, b"apikey")
        || holds(text, b"secret")
    {
        Word::Secret
    } else if (ends(b"key") || ends(b"api")) && 3 < text.len() {
        Word::Weak
    } else {
        Word::Plain
    }
}

fn holds_password(text: &[u8]) -> bool {
    holds(text, b"pass")
        && (holds(text, b"password") || holds(text, b"passwd") || holds(text, b"passphrase"))
}

fn holds<const LENGTH: usize>(text: &[u8], part: &[u8; LENGTH]) -> bool {
    text.array_windows().any(|window| window == part)
}
