//! Messages of parsers, which like to quote what they were given.

use std::borrow::Cow;

use redact::Redactor;

/// The message of a parser without the values that it quotes between double quotes.
///
/// `invalid type: string "hunter2", expected u16` says no more than it did before.
pub fn without_values(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find('"') {
        let (before, quoted) = rest.split_at(start);
        out.push_str(before);
        out.push('…');
        rest = quoted.get(end_of_quote(quoted)..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// How long a quoted text is, its quotes and what is escaped in it included. The last quote of a
/// message ends a text that holds quotes of its own, unescaped.
fn end_of_quote(quoted: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in quoted.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    quoted.len()
}

/// A message for whoever started a program: as it is, unless a credential stands in it. Addresses
/// and paths of the machine stay, for they say where to look.
pub fn presentable<'t>(redactor: &Redactor, message: &'t str) -> Cow<'t, str> {
    match redactor.finds_secret(message) {
        Some(_) => redactor.redact(message),
        None => Cow::Borrowed(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_quoted_is_gone() {
        for (message, expected) in [
            (
                r#"invalid type: string "hunter2", expected u16"#,
                "invalid type: string …, expected u16",
            ),
            (r#"empty host: "http://u:hunter2@:x""#, "empty host: …"),
            (r#"a "b\"hunter2" c"#, "a … c"),
            (r#"a "hunter2"#, "a …"),
            ("unknown field `x`", "unknown field `x`"),
        ] {
            assert_eq!(without_values(message), expected);
        }
    }

    #[test]
    fn a_path_stays_in_a_message_and_a_credential_does_not() {
        let redactor = Redactor::standard();
        let path = "/etc/attune/attune.toml cannot be read";
        assert_eq!(presentable(&redactor, path), path);
        let told = presentable(&redactor, "password=correct-horse-7 in /etc/attune");
        assert!(!told.contains("correct-horse"), "{told}");
    }
}
