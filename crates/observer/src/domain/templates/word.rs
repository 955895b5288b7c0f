//! What a single word of a line is: part of the message, or a value.

/// Where the value begins after a name and a row of dots: `depth........4`.
pub(super) fn leader_end(word: &str) -> Option<usize> {
    let dots = word.find("...").filter(|at| 0 < *at)?;
    let name = &word[..dots];
    let end = word.len() - word[dots..].trim_start_matches('.').len();
    name.chars().all(char::is_alphabetic).then_some(end)
}

/// The name and its sign in `name=value` or `name:value`; names stay.
pub(super) fn assigned_name(word: &str) -> Option<&str> {
    let at = word.find('=').or_else(|| word.find(':'))?;
    let (name, value) = (&word[..at], &word[at + 1..]);
    let is_name = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '.' | '-' | ':');
    let valid = 2 <= name.len()
        && !value.is_empty()
        && !value.starts_with([':', '/', '\\'])
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(is_name)
        && (word[at..].starts_with('=') || !name.contains('.'));
    valid.then(|| &word[..=at])
}

/// `Fri` and `Jun` in `Fri Jun 17`.
pub(super) fn is_date_word(word: &str, next: &str) -> bool {
    const WORDS: &[&str] = &[
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let next = next.trim_start_matches([' ', ',']);
    let date_goes_on = next.starts_with(|c: char| c.is_ascii_digit())
        || next.get(..3).is_some_and(|word| WORDS.contains(&word));
    word.len() == 3 && date_goes_on && WORDS.contains(&word)
}

/// The length of a unit of time or size after a number, with the space before it.
pub(super) fn unit_length(word: &str, next: &str) -> usize {
    const UNITS: &[&str] = &[
        "ns", "us", "ms", "s", "sec", "secs", "second", "seconds", "min", "mins", "minute",
        "minutes", "hour", "hours", "day", "days", "B", "KB", "MB", "GB", "TB", "KiB", "MiB",
        "GiB", "byte", "bytes", "kB",
    ];
    let Some(rest) = next.strip_prefix(' ') else {
        return 0;
    };
    let end = rest
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
    let is_unit = is_number && UNITS.contains(&&rest[..end]);
    if is_unit { 1 + end } else { 0 }
}

/// Whether a word is a value rather than part of the message, which stands `before` it as far as it
/// is masked, and goes on with `next`.
pub(super) fn is_variable(word: &str, before: &str, next: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '/' | '~' | '\\'));
    if bare.is_empty() || is_exception_name(bare) || is_error_code(bare, before) {
        return false;
    }
    bare.bytes().any(|byte| byte.is_ascii_digit())
        || matches!(bare, "true" | "false")
        || bare.contains("://")
        || (bare.contains(['/', '\\']) && !is_alternative(bare))
        || bare.contains('@')
        || is_identifier(bare, next)
}

/// `and/or`, `read/write`: two words of a sentence.
fn is_alternative(word: &str) -> bool {
    let mut parts = word.split('/');
    let plain = |part: &str| !part.is_empty() && part.chars().all(char::is_alphabetic);
    word.split('/').count() == 2 && parts.all(plain)
}

fn is_exception_name(word: &str) -> bool {
    ["Error", "Exception", "Warning"]
        .iter()
        .any(|end| word.ends_with(end))
}

/// `E0308` and `TS2304` in the mouth of a compiler: after the word error or at the start, one or
/// two capitals and at least three digits.
fn is_error_code(word: &str, before: &str) -> bool {
    let before = before.trim_end_matches([' ', '[', ':']);
    if !before.is_empty() && !before.ends_with("error") {
        return false;
    }
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.len() - letters;
    (1..=2).contains(&letters)
        && (3..=5).contains(&digits)
        && word.bytes().skip(letters).all(|byte| byte.is_ascii_digit())
}

/// `snake_case`, `a.dotted.name`, a file name: names that a caller chose. A name before a colon
/// says where the message comes from, or which class of error it is.
fn is_identifier(word: &str, next: &str) -> bool {
    let introduces = next.starts_with(": ");
    let snake = word.contains('_') && word.chars().any(char::is_lowercase);
    let dotted = word
        .rsplit_once('.')
        .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    (snake || dotted) && !introduces
}
