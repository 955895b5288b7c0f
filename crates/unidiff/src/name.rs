//! File names in diffs: quoting, and names that git refuses.

/// Why git would refuse a name in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameDanger {
    /// An absolute name, or one with an empty component.
    NotRelative,
    /// A component `.` or `..`.
    Traversal,
    /// A component that some file system reads as `.git`.
    GitFolder,
    /// A NUL byte or a backslash.
    Separator,
}

impl NameDanger {
    /// The danger in words.
    pub fn explain(self) -> &'static str {
        match self {
            Self::NotRelative => "the name must be relative, without empty components",
            Self::Traversal => "the name must not contain '.' or '..' as a component",
            Self::GitFolder => "the name must not reach into anything that reads as .git",
            Self::Separator => "the name must not contain a backslash or a NUL",
        }
    }
}

/// What makes `path` a name that git would refuse, if anything does.
pub fn name_danger(path: &str) -> Option<NameDanger> {
    if path.contains(['\\', '\0']) {
        return Some(NameDanger::Separator);
    }
    for component in path.split('/') {
        match component {
            "" => return Some(NameDanger::NotRelative),
            "." | ".." => return Some(NameDanger::Traversal),
            other if reads_as_git(other) => return Some(NameDanger::GitFolder),
            _ => {}
        }
    }
    None
}

/// Whether a file system may take this component for `.git`: HFS+ skips some code points,
/// NTFS skips dots and spaces at the end, cuts streams off and has short names.
fn reads_as_git(component: &str) -> bool {
    let visible: String = component
        .chars()
        .filter(|&letter| !is_skipped_by_hfs(letter))
        .collect();
    let folded = visible.to_lowercase();
    let before_stream = folded.split(':').next().unwrap_or_default();
    let trimmed = before_stream.trim_end_matches(['.', ' ']);
    trimmed == ".git" || is_short_name_of_git(trimmed)
}

fn is_short_name_of_git(name: &str) -> bool {
    name.strip_prefix("git~")
        .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

fn is_skipped_by_hfs(letter: char) -> bool {
    matches!(letter, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// Writes a name as git does, in quotes where it holds anything but plain text.
pub(crate) fn quote(name: &str) -> String {
    if !name.chars().any(needs_quotes) {
        return name.to_owned();
    }
    let mut quoted = String::from("\"");
    for letter in name.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            control if control.is_ascii_control() => {
                quoted.push_str(&format!("\\{:03o}", u32::from(control)));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

fn needs_quotes(letter: char) -> bool {
    letter.is_ascii_control() || letter == '"' || letter == '\\'
}

/// Reads a quoted name at the start of `text`; the name and what follows the closing quote.
pub(crate) fn unquote(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?.as_bytes();
    let mut name = Vec::new();
    loop {
        match rest {
            [b'"', after @ ..] => {
                let after = std::str::from_utf8(after).ok()?;
                return Some((String::from_utf8(name).ok()?, after));
            }
            [b'\\', escaped @ ..] => {
                let (byte, used) = unescape(escaped)?;
                name.push(byte);
                rest = escaped.get(used..)?;
            }
            [plain, after @ ..] => {
                name.push(*plain);
                rest = after;
            }
            [] => return None,
        }
    }
}

/// The byte of one escape, and how many bytes it takes after the backslash.
fn unescape(escaped: &[u8]) -> Option<(u8, usize)> {
    let single = |byte| Some((byte, 1));
    match escaped {
        [b'a', ..] => single(0x07),
        [b'b', ..] => single(0x08),
        [b't', ..] => single(b'\t'),
        [b'n', ..] => single(b'\n'),
        [b'v', ..] => single(0x0b),
        [b'f', ..] => single(0x0c),
        [b'r', ..] => single(b'\r'),
        [b'"', ..] => single(b'"'),
        [b'\\', ..] => single(b'\\'),
        [
            high @ b'0'..=b'3',
            middle @ b'0'..=b'7',
            low @ b'0'..=b'7',
            ..,
        ] => Some(((high - b'0') << 6 | (middle - b'0') << 3 | (low - b'0'), 3)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_name_comes_back_as_it_was() {
        for name in [
            "plain",
            "with space",
            "tab\there",
            "a\"b",
            "a\\b",
            "line\nfeed",
            "ümlaut",
            "\u{7f}",
        ] {
            let quoted = quote(name);
            match unquote(&quoted) {
                Some((back, rest)) => assert_eq!((back.as_str(), rest), (name, "")),
                None => assert_eq!(quoted, name),
            }
        }
    }

    #[test]
    fn octal_escapes_are_bytes_and_broken_quotes_are_refused() {
        assert_eq!(unquote(r#""\303\274x" y"#), Some(("üx".to_owned(), " y")));
        for broken in [
            r#"""#,
            r#""\"#,
            r#""\4""#,
            r#""\400""#,
            r#""\q""#,
            r#""\377""#,
            "x",
        ] {
            assert_eq!(unquote(broken), None, "{broken}");
        }
    }

    #[test]
    fn names_that_git_refuses_are_dangerous() {
        use NameDanger::*;
        let table = [
            ("docs/a.md", None),
            ("docs/.github/x", None),
            ("docs/.gitkeep", None),
            ("docs/git~x", None),
            ("/etc/passwd", Some(NotRelative)),
            ("docs//a", Some(NotRelative)),
            ("docs/", Some(NotRelative)),
            ("", Some(NotRelative)),
            ("../a", Some(Traversal)),
            ("docs/./a", Some(Traversal)),
            (".git/config", Some(GitFolder)),
            ("docs/.GIT/x", Some(GitFolder)),
            (".git ./x", Some(GitFolder)),
            (".git::$INDEX_ALLOCATION/x", Some(GitFolder)),
            ("git~1/x", Some(GitFolder)),
            ("GIT~2", Some(GitFolder)),
            (".g\u{200c}it/x", Some(GitFolder)),
            ("docs\\..\\a", Some(Separator)),
        ];
        for (name, expected) in table {
            assert_eq!(name_danger(name), expected, "{name}");
        }
    }
}
