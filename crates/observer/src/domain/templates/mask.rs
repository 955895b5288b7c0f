//! Masking: what differs between two occurrences of one failure becomes `<*>`.

use super::word::{assigned_name, is_date_word, is_variable, leader_end, unit_length};

/// Stands for a part that varies.
pub const WILDCARD: &str = "<*>";

/// A value in quotes may be this long; a search without an end would make long lines costly.
const MAX_QUOTED_BYTES: usize = 1000;

/// The line with its variable parts masked: quoted values, paths, addresses, numbers, ids.
pub fn mask_line(line: &str) -> String {
    mask(line, false)
}

/// The same for an error's text, where the status of an HTTP answer tells one failure from another.
pub fn mask_error(line: &str) -> String {
    mask(line, true)
}

fn mask(line: &str, keeps_status: bool) -> String {
    let mut masked = Masked {
        out: String::with_capacity(line.len()),
        keeps_status,
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
    keeps_status: bool,
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

    /// `<http.Client object at 0x7f>`, `<*>` itself, and `<1 sec`.
    fn angled(&mut self, rest: &str) -> usize {
        if rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            return 1;
        }
        let end = start_of(rest, 160).find('>').filter(|end| 1 < *end);
        match end {
            Some(end) if !rest[1..].starts_with(' ') => {
                self.wildcard();
                end + 1
            }
            _ => {
                self.out.push('<');
                1
            }
        }
    }

    /// A list of values or a marker of the redaction; a bracketed word stays.
    fn bracketed(&mut self, rest: &str) -> usize {
        let Some(end) = start_of(rest, 400).find(']') else {
            self.out.push('[');
            return 1;
        };
        let inner = &rest[1..end];
        let marker =
            inner.starts_with("REDACTED") || matches!(inner, "PATH" | "EMAIL" | "EXTERNAL_IP");
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
        if self.is_kept_number(word, next) {
            self.out.push_str(word);
            return word.len();
        }
        if let Some(end) = leader_end(word) {
            self.out.push_str(&word[..end]);
            if end < word.len() {
                self.wildcard();
            }
            return word.len();
        }
        if let Some(name) = assigned_name(word) {
            self.out.push_str(name);
            return name.len() + self.value(&rest[name.len()..], word.len() - name.len());
        }
        if is_date_word(word, next) || is_variable(word, &self.out, next) {
            self.wildcard();
            return word.len() + unit_length(word, next);
        }
        self.out.push_str(word);
        word.len()
    }

    /// The value after `name=` or `name:`, which may be any word.
    fn value(&mut self, rest: &str, length: usize) -> usize {
        let value = &rest[..length];
        if self.out.ends_with('=')
            || is_variable(value, &self.out, &rest[length..])
            || matches!(value, "null" | "none" | "None" | "nil")
        {
            self.wildcard();
        } else {
            self.out.push_str(value);
        }
        length
    }

    /// An HTTP status tells one failure from another; other numbers do not.
    fn is_kept_number(&self, word: &str, next: &str) -> bool {
        if !self.keeps_status || word.len() != 3 || !word.starts_with(['4', '5']) {
            return false;
        }
        let lower = end_of(&self.out, 24).to_ascii_lowercase();
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

/// At most so many bytes of the start of a text, up to a whole character.
fn start_of(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The same of its end.
fn end_of(text: &str, bytes: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..]
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

/// Runs of wildcards say no more than one.
fn collapsed(text: &str) -> String {
    let mut text = text.trim().to_owned();
    for pair in [
        "<*> <*>",
        "<*>, <*>",
        "<*><*>",
        "<*>: <*>",
        "<*>/<*>",
        "<*> - <*>",
        "<*>{<*>}",
        "<*> (<*>)",
        "<*> ()",
    ] {
        while text.contains(pair) {
            text = text.replace(pair, WILDCARD);
        }
    }
    text
}

/// The quote that ends a value: one that no word goes on after.
fn closing(inner: &str, close: char) -> Option<usize> {
    start_of(inner, MAX_QUOTED_BYTES)
        .match_indices(close)
        .map(|(at, _)| at)
        .find(|at| {
            let next = inner[at + close.len_utf8()..].chars().next();
            0 < *at && !next.is_some_and(char::is_alphanumeric)
        })
}

#[cfg(test)]
mod tests {
    use super::mask_error as mask_line;

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
            ("Error: order #W123 not found", "Error: order <*> not found"),
            (
                "a.ts(3,5): error TS2322: bad",
                "<*>(<*>,<*>): error TS2322: bad",
            ),
            ("cat: [PATH]: gone, ask [EMAIL]", "cat: <*>: gone, ask <*>"),
            ("prefetch depth........4", "prefetch depth........<*>"),
            ("at Fri Jun 17 07:07:00 2005", "at <*>"),
            ("waited 30 seconds (1.5 KB) in vain", "waited <*> in vain"),
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
