//! Code that says where a secret comes from: `process.env.API_KEY`, `var.db_password`.

use crate::bytes::{at, is_lower, is_name, is_upper, skip};
use crate::keys;
use crate::randomness::is_keylike;
use crate::word_list::{LazyList, WordList};

/// What the first name of a reference is called in many languages.
static ROOTS: LazyList = LazyList::new(|| {
    WordList::new(
        "\
    account args argv attrs body cfg conf config configuration context credentials crypto ctx \
    data env environ environment event form github inputs local locals matrix module needs \
    options opts os param params payload process props random req request res resp response \
    secrets self session setting settings state steps std string strings sys system this user \
    util utils value values var vars vault",
    )
});

/// Whether all of `value` is a chain of names, of which one says what it stands for.
pub(crate) fn is_reference(value: &[u8]) -> bool {
    let start = skip(value, 0, |byte| matches!(byte, b'&' | b'*' | b'!'));
    let end = skip(value, start, |byte| is_name(byte) || byte == b'.');
    let chain = &value[start..end];
    let is_chain = 2 <= chain.split(|byte| *byte == b'.').count()
        && chain.split(|byte| *byte == b'.').all(is_identifier);
    let goes_on = matches!(at(value, end), b' ' | b'[' | b'(' | b'{' | b',' | b')');
    is_chain && goes_on && says_what(chain) && !is_keylike(chain)
}

fn is_identifier(name: &[u8]) -> bool {
    name.first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        && !name.contains(&b'-')
}

fn says_what(chain: &[u8]) -> bool {
    let mut names = chain.split(|byte| *byte == b'.');
    names.next().is_some_and(|root| ROOTS.holds(root))
        || names.any(|name| is_joined(name) && keys::is_about(name))
}

/// More than one word, as people do not choose passwords.
fn is_joined(name: &[u8]) -> bool {
    let turns = name
        .windows(2)
        .any(|pair| is_lower(pair[0]) && is_upper(pair[1]));
    turns || name.contains(&b'_')
}
