//! Values that stand for a secret and are none: markers, templates, code, prose.

use memchr::memchr3;

use crate::bytes::{at, is_letter, is_name, is_upper, skip, skip_back};
use crate::keys::{self, Label};
use crate::randomness::is_keylike;
use crate::word_list::{LazyList, WordList};

/// Words that a sentence may have where a value would stand.
static PROSE: LazyList = LazyList::new(|| {
    WordList::new(
        "\
    required missing invalid expired incorrect null none nil true false not is the must \
    cannot undefined empty wrong failed mismatch string str bool int a an unauthorized was \
    has and or no optional unknown error rejected revoked &str boolean number object any \
    bytes of for in to yes redacted nan if when this your could should may does did \
    signature malformed default write read it raise return throw await new self this if else None \
    [] {} () { [ ( | > - & =",
    )
});
/// Words that are settings even in quotes.
static SETTINGS: LazyList = LazyList::new(|| {
    WordList::new(
        "\
    null none true false base64 hex utf8 utf-8 ascii bearer basic",
    )
});

/// How values start that are there to be replaced.
const STAND_INS: [&[u8]; 8] = [
    b"your",
    b"my-",
    b"my_",
    b"<your",
    b"change",
    b"example",
    b"placeholder",
    b"insert",
];

pub(crate) fn is_marker(value: &[u8]) -> bool {
    let markers = [
        "[REDACTED",
        "[EXTERNAL_IP]",
        "[PATH]",
        "[EMAIL]",
        "192.168.x.x",
    ];
    markers
        .iter()
        .any(|marker| value.starts_with(marker.as_bytes()))
}

/// Whether all of `value` only names where the secret comes from.
pub(crate) fn is_template(value: &[u8]) -> bool {
    let enclosed = |open: &[u8], close: &[u8]| {
        value.starts_with(open) && value.ends_with(close) && open.len() + close.len() <= value.len()
    };
    let is_whole = (enclosed(b"${", b"}")
        && value.iter().filter(|byte| **byte == b'}').count() <= 2)
        || enclosed(b"{{", b"}}")
        || enclosed(b"<", b">")
        || enclosed(b"%(", b"s")
        || (enclosed(b"{", b"}") && value.len() < 24);
    let is_markup = value.starts_with(b"<") && is_letter(at(value, 1)) && value.contains(&b' ');
    let is_opened = value.starts_with(b"$(") || value.starts_with(b"<%") || is_markup;
    is_opened || ((is_whole || names_variable(value)) && !is_keylike(value))
}

/// `$DB_PASSWORD`, `$accountKey`: a variable, unlike the password `$ecret`.
fn names_variable(value: &[u8]) -> bool {
    let Some(name) = value.strip_prefix(b"$") else {
        return false;
    };
    is_letter(at(name, 0))
        && name.iter().all(|byte| is_name(*byte))
        && (name.iter().any(|byte| is_upper(*byte) || *byte == b'_')
            || keys::label_of(name).is_some())
}

pub(crate) fn holds_template(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"${").is_some() && value.contains(&b'}')
}

pub(crate) fn is_word_of_prose(value: &[u8], quoted: bool) -> bool {
    let is_mark = |byte: u8| matches!(byte, b'.' | b',' | b';' | b':' | b'!' | b'?' | b')');
    let bare = &value[..skip_back(value, value.len(), 1, is_mark)];
    SETTINGS.holds(bare) || !quoted && PROSE.holds(bare)
}

/// `!Ref name`, `ENV[`, `Optional[str]`, `Vec` before its `<`: code, not a value.
pub(crate) fn is_index_or_tag(value: &[u8], behind_value: &[u8]) -> bool {
    let next = at(behind_value, 0);
    let is_word = |text: &[u8]| is_letter(at(text, 0)) && text.iter().all(|byte| is_name(*byte));
    if let Some(tag) = value.strip_prefix(b"!") {
        return is_word(tag) && next == b' ' && is_upper(at(tag, 0));
    }
    let name = skip(value, 0, |byte| is_name(byte) || byte == b'.');
    let behind = &value[name..];
    let is_index = behind == b"["
        || behind.starts_with(b"[:")
        || (behind.starts_with(b"[") && behind.ends_with(b"]"));
    let is_generic =
        behind.is_empty() && next == b'<' && at(behind_value, 1) != b'/' && is_upper(at(value, 0));
    0 < name && is_letter(at(value, 0)) && (is_index || is_generic) && !is_keylike(value)
}

/// `SecretStr`: a type that is called like a secret.
pub(crate) fn is_type(value: &[u8]) -> bool {
    let ends = |ending: &[u8]| value.ends_with(ending);
    is_upper(at(value, 0))
        && value.iter().all(|byte| is_letter(*byte))
        && (ends(b"Str") || ends(b"String") || ends(b"Bytes") || ends(b"Value"))
        && keys::is_about(value)
}

/// `Password: ` asks for one.
pub(crate) fn is_prompt(value: &[u8]) -> bool {
    let asked = value.trim_ascii_end();
    let Some(asked) = asked.strip_suffix(b":").or(asked.strip_suffix(b"?")) else {
        return false;
    };
    asked.iter().all(|byte| is_letter(*byte) || *byte == b' ') && keys::is_about(asked)
}

/// A call: the program's text, not its value.
pub(crate) fn is_code(value: &[u8]) -> bool {
    let name = skip(value, 0, |byte| {
        is_name(byte) || matches!(byte, b'.' | b':')
    });
    let behind = skip(value, (name + 1).min(value.len()), is_letter);
    // A quote may have cut the value behind the prefix of a string.
    let is_whole = value.ends_with(b")") || behind == value.len();
    0 < name && at(value, name) == b'(' && is_whole && !is_keylike(&value[..name])
}

/// Whether quoted words tell what belongs in their place: `GitHub token here`.
pub(crate) fn is_description(value: &[u8]) -> bool {
    let words = || {
        value
            .split(|byte| *byte == b' ')
            .filter(|word| !word.is_empty())
    };
    let is_told = |word: &[u8]| memchr3(b'/', b'\\', b'@', word).is_none() && keys::is_about(word);
    3 <= words().count() && words().any(is_told) && !is_keylike(value)
}

/// Whether `value` is itself a name that announces a secret: `key="tableApiKey"`.
pub(crate) fn is_name_of_secret(value: &[u8]) -> bool {
    value
        .iter()
        .all(|byte| is_letter(*byte) || matches!(byte, b'_' | b'-' | b'.'))
        && keys::label_of(value).is_some_and(|label| label != Label::Weak)
}

/// Whether `value` is there to be replaced: `your-password`, `changeme`, `xxxx`, `...`.
pub(crate) fn is_stand_in(value: &[u8]) -> bool {
    let trimmed = value.trim_ascii();
    let starts = |word: &[u8]| {
        trimmed
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let is_filled = |byte: &u8| matches!(byte, b'.' | b'x' | b'X' | b'*' | b'-' | b'_');
    STAND_INS.iter().any(|word| starts(word)) && !is_keylike(trimmed)
        || trimmed.iter().all(is_filled)
}
