//! Scalars: text, or something that a reader may take for a number, a date or a switch.

use saphyr_parser::ScalarStyle;

/// A single value of a YAML document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Text for every reader.
    Text(String),
    /// Plain text that YAML 1.1 or 1.2 may take for something else.
    Typed(String),
    /// A value with an explicit tag other than that of text.
    Tagged {
        /// The tag in full.
        tag: String,
        /// The value as it is written.
        text: String,
    },
}

impl Scalar {
    pub(super) fn new(text: &str, style: ScalarStyle, tag: Option<&str>) -> Self {
        const TEXT_TAG: &str = "tag:yaml.org,2002:str";
        let text = text.to_owned();
        match tag {
            Some(TEXT_TAG) => Self::Text(text),
            Some(tag) => Self::Tagged {
                tag: tag.to_owned(),
                text,
            },
            None if style == ScalarStyle::Plain && may_be_typed(&text) => Self::Typed(text),
            None => Self::Text(text),
        }
    }

    /// The value after unescaping.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Typed(text) | Self::Tagged { text, .. } => text,
        }
    }
}

/// Whether some YAML reader takes this plain scalar for anything but text.
fn may_be_typed(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=", ".nan",
    ];
    let lower = text.to_ascii_lowercase();
    WORDS.contains(&lower.as_str()) || looks_numeric(&lower) || looks_like_a_date(&lower)
}

fn looks_numeric(lower: &str) -> bool {
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(lower);
    let starts = unsigned.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.');
    starts
        && unsigned
            .chars()
            .all(|letter| letter.is_ascii_hexdigit() || "_.:+-xoinf".contains(letter))
}

fn looks_like_a_date(lower: &str) -> bool {
    let mut parts = lower.splitn(3, '-');
    let year = parts.next().unwrap_or_default();
    let month = parts.next().unwrap_or_default();
    let digits =
        |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    year.len() == 4 && digits(year) && digits(month) && parts.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_that_some_reader_converts_are_not_text() {
        for typed in [
            "",
            "~",
            "null",
            "Yes",
            "off",
            "12",
            "-1_000",
            "0x1F",
            "0o17",
            "1.5e+3",
            ".inf",
            "-.INF",
            ".nan",
            "12:30:45",
            "2026-01-10",
            "2026-01-10 02:00:00",
            "=",
            "<<",
        ] {
            assert!(may_be_typed(typed), "{typed}");
        }
        for text in [
            "a",
            "web_search",
            "3 times a day",
            "claude-sonnet",
            "yes please",
            "e.g.",
            "1st",
        ] {
            assert!(!may_be_typed(text), "{text}");
        }
    }
}
