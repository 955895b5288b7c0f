//! Characters that a reviewer cannot see or that change the order in which text is shown.

use unidiff::FilePatch;

use super::verdict::Refusal;

/// Whether a character is invisible, reorders text, or is read as a line break by some.
pub(super) fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The first character of a text that may not be in it. Tabs and line ends may.
pub(super) fn first_in(text: &str) -> Option<char> {
    text.chars().find(|&letter| {
        is_hidden(letter) || (letter.is_control() && !matches!(letter, '\t' | '\n' | '\r'))
    })
}

/// Judges the lines that a file's diff adds.
pub(super) fn check(file: &FilePatch) -> Vec<Refusal> {
    let refuse = |line: &unidiff::Line, message: String| {
        Refusal::new("hidden_character", file.path(), message).at_line(line.line)
    };
    let judge = |line: &unidiff::Line| {
        let Ok(text) = std::str::from_utf8(&line.bytes) else {
            return Some(refuse(line, "the added line is not UTF-8 text".to_owned()));
        };
        let body = text
            .strip_suffix("\r\n")
            .or_else(|| text.strip_suffix('\n'))
            .unwrap_or(text);
        let letter = first_in(body).or_else(|| body.chars().find(|&letter| letter == '\r'))?;
        Some(refuse(
            line,
            format!(
                "the added line holds U+{:04X}, which reviewers cannot see or tools read differently; remove it",
                u32::from(letter)
            ),
        ))
    };
    file.added_lines().filter_map(judge).collect()
}
