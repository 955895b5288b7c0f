//! What may stand around a diff: the headers of a mail or of a commit, and a mail's signature.

use crate::fault::{Code, Fault, excerpt};
use crate::lines::Lines;

/// Skips what `git format-patch` or `git show` writes before the first file and tells whether
/// there was any. The text carries no change, so it may not look as if it did.
pub(super) fn skip(lines: &mut Lines<'_>) -> Result<bool, Box<Fault>> {
    let opens = lines.peek().is_some_and(|line| opens_preamble(line.text));
    if !opens {
        return Ok(false);
    }
    while let Some(line) = lines.peek() {
        if line.text.starts_with(b"diff --git ") {
            return Ok(true);
        }
        if looks_like_a_change(line.text) {
            return Err(Fault::new(
                Code::StrayText,
                "the text before the diff holds a piece of a diff; send the diff alone",
            )
            .at_line(line.number)
            .found(excerpt(line.text)));
        }
        lines.skip();
    }
    Ok(true)
}

fn opens_preamble(text: &[u8]) -> bool {
    let id_after = |prefix: &[u8]| {
        text.strip_prefix(prefix)
            .and_then(|rest| rest.get(..40))
            .is_some_and(is_hex)
    };
    id_after(b"From ") || id_after(b"commit ") || text.starts_with(b"From: ")
}

fn is_hex(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_hexdigit)
}

fn looks_like_a_change(text: &[u8]) -> bool {
    [
        &b"--- "[..],
        b"+++ ",
        b"@@ ",
        b"diff ",
        b"index ",
        b"rename ",
        b"copy ",
        b"GIT binary",
    ]
    .iter()
    .any(|prefix| text.starts_with(prefix))
}

/// Whether only a mail's signature is left: `-- `, a version, blank lines.
pub(super) fn is_signature(lines: &Lines<'_>) -> bool {
    let is_dashes = lines.peek().is_some_and(|line| line.text == b"-- ");
    let is_version = lines.peek_at(1).is_some_and(|line| {
        line.text.first().is_some_and(u8::is_ascii_digit)
            && line
                .text
                .iter()
                .all(|byte| byte.is_ascii_graphic() || *byte == b' ')
    });
    let mut after = (2..).map_while(|ahead| lines.peek_at(ahead));
    is_dashes && is_version && after.all(|line| line.text.is_empty())
}
