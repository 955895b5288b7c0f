//! File names in header lines.

use crate::name::{quote, unquote};

/// Which prefix a name needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Old,
    New,
}

impl Side {
    fn prefix(self) -> &'static str {
        match self {
            Self::Old => "a/",
            Self::New => "b/",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NameError {
    #[error("the name has no prefix: old names begin with 'a/', new ones with 'b/'")]
    NoPrefix,
    #[error("the quotes around the name are broken")]
    BrokenQuotes,
    #[error("the name is empty or holds a tab outside of quotes")]
    Unreadable,
    #[error("a time stands behind the name; separate them with a tab")]
    TimeInName,
    #[error("the time stands for a file that does not exist; write /dev/null instead")]
    EpochInsteadOfNull,
}

/// The name on a `---` or `+++` line of a git header; none for `/dev/null`.
pub(super) fn pair_name(text: &str, side: Side) -> Result<Option<String>, NameError> {
    let (name, _) = split_name(text)?;
    if name == "/dev/null" && !text.starts_with('"') {
        return Ok(None);
    }
    let bare = name
        .strip_prefix(side.prefix())
        .ok_or(NameError::NoPrefix)?;
    if bare.is_empty() {
        return Err(NameError::Unreadable);
    }
    Ok(Some(bare.to_owned()))
}

/// The same on a plain diff, whose names may be followed by a time.
pub(super) fn pair_name_with_time(text: &str, side: Side) -> Result<Option<String>, NameError> {
    let (name, time) = split_name(text)?;
    if !text.starts_with('"') && ends_in_time(&name) {
        return Err(NameError::TimeInName);
    }
    let name = pair_name(text, side)?;
    if name.is_some() && is_epoch_date(time) {
        return Err(NameError::EpochInsteadOfNull);
    }
    Ok(name)
}

/// git takes the first moment of Unix time for "there was no file", and so may a person.
fn is_epoch_date(time: &str) -> bool {
    time.contains("1970-01-01 ") || time.contains("1969-12-31 ")
}

/// git cuts a date or time off a plain name even where no tab separates them.
fn ends_in_time(name: &str) -> bool {
    let Some((_, last)) = name.rsplit_once([' ', '/']) else {
        return false;
    };
    let is_zone = |word: &str| {
        word.strip_prefix(['+', '-']).is_some_and(|digits| {
            !digits.is_empty()
                && digits
                    .chars()
                    .all(|letter| letter.is_ascii_digit() || letter == ':')
        })
    };
    let is_clock = |word: &str| {
        word.contains(':')
            && word
                .chars()
                .all(|letter| letter.is_ascii_digit() || ":.".contains(letter))
    };
    let is_year =
        |word: &str| word.len() == 4 && word.chars().all(|letter| letter.is_ascii_digit());
    let mentions_clock = name.split(' ').any(is_clock);
    is_clock(last) || (mentions_clock && (is_zone(last) || is_year(last)))
}

/// The name on a `rename` or `copy` line, which has no prefix and ends with the line.
pub(super) fn bare_name(text: &str) -> Result<String, NameError> {
    if text.starts_with('"') {
        return match unquote(text) {
            Some((name, "")) if !name.is_empty() => Ok(name),
            _ => Err(NameError::BrokenQuotes),
        };
    }
    if text.is_empty() || text.contains('\t') {
        return Err(NameError::Unreadable);
    }
    Ok(text.to_owned())
}

/// A name and what follows it after a tab.
fn split_name(text: &str) -> Result<(String, &str), NameError> {
    let (name, rest) = if text.starts_with('"') {
        let (name, rest) = unquote(text).ok_or(NameError::BrokenQuotes)?;
        let after = rest.strip_prefix('\t').unwrap_or(rest);
        if after.len() == rest.len() && !rest.is_empty() {
            return Err(NameError::BrokenQuotes);
        }
        (name, after)
    } else {
        let (name, rest) = text.split_once('\t').unwrap_or((text, ""));
        (name.to_owned(), rest)
    };
    if name.is_empty() {
        Err(NameError::Unreadable)
    } else {
        Ok((name, rest))
    }
}

/// Whether the rest of a `diff --git` line names exactly these two files.
pub(super) fn header_names(text: &str, old: &str, new: &str) -> bool {
    let spellings = |prefixed: String| [quote(&prefixed), prefixed];
    let plain = spellings(format!("a/{old}")).iter().any(|left| {
        text.strip_prefix(left.as_str())
            .and_then(|rest| rest.strip_prefix(' '))
            .is_some_and(|right| {
                spellings(format!("b/{new}"))
                    .iter()
                    .any(|name| name == right)
            })
    });
    plain
        || quoted_names(text).is_some_and(|(left, right)| {
            left.strip_prefix("a/") == Some(old) && right.strip_prefix("b/") == Some(new)
        })
}

/// Two names of which at least one is in quotes.
fn quoted_names(text: &str) -> Option<(String, String)> {
    let read_right = |text: &str| match unquote(text) {
        Some((name, "")) => Some(name),
        Some(_) => None,
        None => (!text.starts_with('"')).then(|| text.to_owned()),
    };
    if text.starts_with('"') {
        let (left, rest) = unquote(text)?;
        return Some((left, read_right(rest.strip_prefix(' ')?)?));
    }
    let (left, _) = text.split_once(" \"")?;
    Some((left.to_owned(), read_right(text.get(left.len() + 1..)?)?))
}

/// The one name of a header whose two names are the same.
pub(super) fn same_name(text: &str) -> Option<String> {
    if let Some((left, right)) = quoted_names(text) {
        let name = left.strip_prefix("a/")?;
        return (right.strip_prefix("b/")? == name).then(|| name.to_owned());
    }
    let middle = text.len().checked_sub(1)? / 2;
    let (left, right) = (text.get(..middle)?, text.get(middle..)?);
    let name = left.strip_prefix("a/").filter(|name| !name.is_empty())?;
    (right.strip_prefix(" b/")? == name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_names_of_a_header_are_split_where_they_are_equal() {
        let table = [
            ("a/x b/x", Some("x")),
            ("a/a b b/a b", Some("a b")),
            ("a/x b/y b/x b/y", Some("x b/y")),
            (r#""a/\303\274" "b/\303\274""#, Some("ü")),
            (r#"a/x "b/x""#, Some("x")),
            ("a/x b/y", None),
            ("a/ b/", None),
            ("x x", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(same_name(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_header_names_exactly_the_files_of_its_other_lines() {
        assert!(header_names("a/x y b/z", "x y", "z"));
        assert!(header_names(r#"a/x "b/\303\274""#, "x", "ü"));
        assert!(header_names("a/ü b/ü", "ü", "ü"));
        assert!(!header_names("a/x b/x", "x", "y"));
        assert!(!header_names("a/docs/x b/docs/x", ".env", ".env"));
    }

    #[test]
    fn names_need_their_prefix_and_may_be_followed_by_a_time() {
        let time = "a/x y\t2026-01-10 02:00:00.000000000 +0000";
        assert_eq!(
            pair_name_with_time(time, Side::Old),
            Ok(Some("x y".to_owned()))
        );
        assert_eq!(pair_name("/dev/null", Side::New), Ok(None));
        assert_eq!(pair_name("docs/x", Side::Old), Err(NameError::NoPrefix));
        assert_eq!(pair_name("b/x", Side::Old), Err(NameError::NoPrefix));
        assert_eq!(pair_name("a/", Side::Old), Err(NameError::Unreadable));
        assert_eq!(
            pair_name_with_time("a/x 2026-01-10 02:00:00 +0000", Side::Old),
            Err(NameError::TimeInName)
        );
        assert_eq!(
            pair_name_with_time("a/x\t1970-01-01 00:00:00 +0000", Side::Old),
            Err(NameError::EpochInsteadOfNull)
        );
    }
}
