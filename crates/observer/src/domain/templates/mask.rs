//! Masking: what differs between two occurrences of one failure becomes `<*>`.

/// Stands for a part that varies.
pub const WILDCARD: &str = "<*>";

/// The line with its variable parts masked: quoted values, paths, addresses, numbers, ids.
pub fn mask_line(line: &str) -> String {
    let mut masked = Masked {
        out: String::with_capacity(line.len()),
    };
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' | '‘' | '“' => masked.quoted(rest, first),
            '<' => masked.angled(rest),
            '[' => masked.bracketed(rest),
            _ if first.is_whitespace() => masked.space(rest),
            _ if is_word_char(first) => masked.word(rest),
            _ => {
                masked.out.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    collapsed(&masked.out)
}

struct Masked {
    out: String,
}

impl Masked {
    fn wildcard(&mut self) {
        self.out.push_str(WILDCARD);
    }

    fn space(&mut self, rest: &str) -> usize {
        self.out.push(' ');
        rest.len() - rest.trim_start().len()
    }

    /// A quoted value, unless it names a type: `'NoneType' object` says what went wrong.
    fn quoted(&mut self, rest: &str, open: char) -> usize {
        let inner = &rest[open.len_utf8()..];
        let close = match open {
            '‘' => '’',
            '“' => '”',
            other => other,
        };
        let begins_word = self
            .out
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        let end = closing(inner, close);
        let (Some(end), false) = (end, begins_word) else {
            self.out.push(open);
            return open.len_utf8();
        };
        let whole = open.len_utf8() + end + close.len_utf8();
        if rest[whole..].starts_with(" object") {
            self.out.push_str(&rest[..whole]);
        } else {
            self.wildcard();
        }
        whole
    }

    /// `<http.Client object at 0x7f>` and `<*>` itself.
    fn angled(&mut self, rest: &str) -> usize {
        let end = rest.find('>').filter(|end| *end <= 160 && 1 < *end);
        match end {
            Some(end) => {
                self.wildcard();
                end + 1
            }
            None => {
                self.out.push('<');
                1
            }
        }
    }

    /// A list of values or a marker of the redaction; a bracketed word stays.
    fn bracketed(&mut self, rest: &str) -> usize {
        let Some(end) = rest.find(']').filter(|end| *end <= 400) else {
            self.out.push('[');
            return 1;
        };
        let inner = &rest[1..end];
        let marker = inner.starts_with("REDACTED") || inner.starts_with("EXTERNAL");
        let values = inner
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | ',' | '.' | '-' | '+' | 'e'));
        if marker || values || inner.contains(',') {
            self.wildcard();
            return end + 1;
        }
        self.out.push('[');
        1
    }

    fn word(&mut self, rest: &str) -> usize {
        let end = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        let whole = &rest[..end];
        let word = whole.trim_end_matches(['.', ':', ',', '!', '?', ')']);
        let word = if word.is_empty() { whole } else { word };
        let next = &rest[word.len()..];
        if let Some(name) = assigned_name(word) {
            self.out.push_str(name);
            self.out.push('=');
            self.wildcard();
        } else if self.is_kept_number(word, next) || !is_variable(word) {
            self.out.push_str(word);
        } else {
            self.wildcard();
        }
        word.len()
    }

    /// An HTTP status tells one failure from another; other numbers do not.
    fn is_kept_number(&self, word: &str, next: &str) -> bool {
        if word.len() != 3 || !word.starts_with(['4', '5']) {
            return false;
        }
        let lower = self.out.to_ascii_lowercase();
        let before = lower.trim_end_matches([' ', ':', '=', '(']);
        let named = [
            "http",
            "status",
            "status code",
            "http/<*>",
            "status_code",
            "error",
            "error code",
        ]
        .iter()
        .any(|word| before.ends_with(word));
        let reason = [
            "Not Found",
            "Forbidden",
            "Unauthorized",
            "Bad Request",
            "Too Many",
            "Internal",
            "Bad Gateway",
            "Service Unavailable",
            "Gateway",
            "Client Error",
            "Server Error",
            "Conflict",
        ];
        let next = next.trim_start_matches([' ', ':']);
        word.bytes().all(|byte| byte.is_ascii_digit())
            && (named || reason.iter().any(|reason| next.starts_with(reason)))
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(
            c,
            '_' | '-'
                | '.'
                | '/'
                | '\\'
                | ':'
                | '@'
                | '%'
                | '~'
                | '+'
                | '#'
                | '&'
                | '='
                | '?'
                | '$'
                | '*'
        )
}

/// The name in `name=value`, which stays.
fn assigned_name(word: &str) -> Option<&str> {
    let (name, value) = word.split_once('=')?;
    let is_name = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '.' | '-');
    let valid = !name.is_empty() && !value.is_empty() && name.chars().all(is_name);
    valid.then_some(name)
}

/// Whether a word is a value rather than part of the message.
fn is_variable(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '/' | '~' | '\\'));
    if bare.is_empty() || is_exception_name(bare) || is_error_code(bare) {
        return false;
    }
    bare.bytes().any(|byte| byte.is_ascii_digit())
        || bare.contains("://")
        || (bare.contains(['/', '\\']) && !is_alternative(bare))
        || bare.contains('@')
        || is_identifier(bare)
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

/// `E0308`, `TS2304`, `ENOENT`-like codes in the mouth of a compiler: one or two capitals and at
/// least three digits.
fn is_error_code(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.len() - letters;
    (1..=2).contains(&letters)
        && (3..=5).contains(&digits)
        && word.bytes().skip(letters).all(|byte| byte.is_ascii_digit())
}

/// `snake_case`, `a.dotted.name`, a file name: names that a caller chose. A dotted name that ends
/// with a capital is a class, and classes of errors tell them apart.
fn is_identifier(word: &str) -> bool {
    let snake = word.contains('_') && word.chars().any(char::is_lowercase);
    let dotted = word
        .rsplit_once('.')
        .is_some_and(|(left, right)| !left.is_empty() && right.starts_with(is_small));
    snake || dotted
}

fn is_small(c: char) -> bool {
    !c.is_uppercase()
}

/// Runs of wildcards say no more than one.
fn collapsed(text: &str) -> String {
    let mut text = text.trim().to_owned();
    for pair in ["<*> <*>", "<*>, <*>", "<*><*>", "<*>: <*>", "<*>/<*>"] {
        while text.contains(pair) {
            text = text.replace(pair, WILDCARD);
        }
    }
    text
}

/// The quote that ends a value: one that no word goes on after.
fn closing(inner: &str, close: char) -> Option<usize> {
    inner.match_indices(close).map(|(at, _)| at).find(|at| {
        let next = inner[at + close.len_utf8()..].chars().next();
        0 < *at && !next.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::mask_line;

    #[test]
    fn what_varies_is_masked_and_what_tells_failures_apart_stays() {
        for (line, expected) in [
            (
                "Error: flight HAT030 not available on date 2024-05-13",
                "Error: flight <*> not available on date <*>",
            ),
            (
                "Error: payment amount does not add up, total price is 305, but paid 255",
                "Error: payment amount does not add up, total price is <*>, but paid <*>",
            ),
            (
                "Error: gift card balance is not enough",
                "Error: gift card balance is not enough",
            ),
            (
                "No such function name: login_user",
                "No such function name: <*>",
            ),
            (
                "NameError: name 'x' is not defined",
                "NameError: name <*> is not defined",
            ),
            (
                "TypeError: 'NoneType' object is not iterable",
                "TypeError: 'NoneType' object is not iterable",
            ),
            (
                "AttributeError: 'NoneType' object has no attribute 'get_text'",
                "AttributeError: 'NoneType' object has no attribute <*>",
            ),
            (
                "Request failed with status code 404",
                "Request failed with status code 404",
            ),
            (
                "process exited with code 137",
                "process exited with code <*>",
            ),
            ("HTTP 404 http://a.b:80/api/tasks/9d67", "HTTP 404 <*>"),
            (
                "error[E0308]: mismatched types",
                "error[E0308]: mismatched types",
            ),
            ("assert 1 in [0.0]", "assert <*> in <*>"),
            ("assert 1 in []", "assert <*> in <*>"),
            (
                "cannot open /home/a/b.txt: Permission denied",
                "cannot open <*>: Permission denied",
            ),
            ("read/write failed", "read/write failed"),
            ("can't do it, don't", "can't do it, don't"),
            (
                "cannot identify image file <_io.BytesIO object at 0x7f4c96f54400>",
                "cannot identify image file <*>",
            ),
            ("connect [EXTERNAL_IP]:80 refused", "connect <*> refused"),
            (
                "geo.exc.Unavailable: no answer",
                "geo.exc.Unavailable: no answer",
            ),
            ("timeout=30 reached", "timeout=<*> reached"),
        ] {
            assert_eq!(mask_line(line), expected, "{line}");
        }
    }

    #[test]
    fn masking_a_template_changes_nothing() {
        for line in ["a 'b' c 12", "x=/tmp/y and [1,2]", "KeyError: 'z'"] {
            let once = mask_line(line);
            assert_eq!(mask_line(&once), once);
        }
    }
}
