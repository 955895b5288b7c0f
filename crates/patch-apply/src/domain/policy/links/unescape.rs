//! Other ways in which a renderer may read a text: HTML entities and Markdown's backslashes.

/// The text with entities decoded, and that without backslashes before punctuation; only where
/// they differ from the text itself.
pub(super) fn variants(text: &str) -> Vec<String> {
    let mut variants = Vec::new();
    let decoded = if text.contains('&') {
        decode_entities(text)
    } else {
        text.to_owned()
    };
    let unescaped = if decoded.contains('\\') {
        drop_backslashes(&decoded)
    } else {
        decoded.clone()
    };
    if unescaped != decoded {
        variants.push(unescaped);
    }
    if decoded != text {
        variants.push(decoded);
    }
    variants
}

fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let (before, from) = rest.split_at(start);
        decoded.push_str(before);
        match entity(from) {
            Some((letter, used)) => {
                decoded.push(letter);
                rest = from.get(used..).unwrap_or_default();
            }
            None => {
                decoded.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

/// The character of an entity at the start of `text` and how many bytes it takes. The closing
/// semicolon may be missing after a number, as browsers have it.
fn entity(text: &str) -> Option<(char, usize)> {
    const NAMED: [(&str, char); 14] = [
        ("&colon;", ':'),
        ("&sol;", '/'),
        ("&bsol;", '\\'),
        ("&period;", '.'),
        ("&commat;", '@'),
        ("&quest;", '?'),
        ("&num;", '#'),
        ("&percnt;", '%'),
        ("&lowbar;", '_'),
        ("&hyphen;", '-'),
        ("&dash;", '-'),
        ("&Tab;", '\t'),
        ("&NewLine;", '\n'),
        ("&amp;", '&'),
    ];
    if let Some((name, letter)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((*letter, name.len()));
    }
    let number = text.strip_prefix("&#")?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    let end = digits
        .find(|letter: char| !letter.is_digit(radix))
        .unwrap_or(digits.len());
    let value = u32::from_str_radix(digits.get(..end)?, radix).ok()?;
    let letter = char::from_u32(value)?;
    let used = text.len() - digits.len() + end;
    let closed = usize::from(digits.get(end..)?.starts_with(';'));
    Some((letter, used + closed))
}

fn drop_backslashes(text: &str) -> String {
    let mut letters = text.chars().peekable();
    let mut kept = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        match letters.peek() {
            Some(next) if letter == '\\' && next.is_ascii_punctuation() => {
                kept.extend(letters.next());
            }
            _ => kept.push(letter),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded_and_escapes_dropped() {
        assert_eq!(
            decode_entities("a&#58;&#x2F;&sol;b &amp c &#xffffffff; &"),
            "a://b &amp c &#xffffffff; &"
        );
        assert_eq!(drop_backslashes("a\\:\\/b\\n\\\\c"), "a:/b\\n\\c");
        assert!(variants("plain").is_empty());
    }
}
