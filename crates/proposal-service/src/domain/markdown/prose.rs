//! Prose of others inside our document.
//!
//! A proposal's sections are what people and programs read its state from, so that prose must not
//! be able to look like one. Lines that markdown could take for a heading, a rule, a field of
//! ours, HTML or an unclosed fence begin with a backslash, and lines that began so already get
//! one more: taking one away again gives the text back.

/// The prose with whatever could pass for structure escaped.
pub(super) fn escaped(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out = Vec::with_capacity(lines.len());
    let mut open: Option<Fence> = None;
    for (number, line) in lines.iter().enumerate() {
        if let Some(fence) = open {
            out.push((*line).to_owned());
            if fence.is_closed_by(line) {
                open = None;
            }
            continue;
        }
        let fence = Fence::opened_by(line).filter(|fence| {
            lines[number + 1..]
                .iter()
                .any(|later| fence.is_closed_by(later))
        });
        match fence {
            Some(fence) => {
                open = Some(fence);
                out.push((*line).to_owned());
            }
            None => out.push(escaped_line(line)),
        }
    }
    out.join("\n")
}

fn escaped_line(line: &str) -> String {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    if looks_like_structure(text.trim_start_matches('\\')) {
        format!("{indent}\\{text}")
    } else {
        line.to_owned()
    }
}

fn looks_like_structure(text: &str) -> bool {
    const STARTS: [&str; 8] = ["#", "---", "===", "***", "___", "**", "<", "~~~"];
    STARTS.iter().any(|start| text.starts_with(start))
        || text.starts_with("```")
        || is_underline(text)
}

/// One or two characters of `-` or `=` alone would turn the line above into a heading.
fn is_underline(text: &str) -> bool {
    let text = text.trim_end();
    !text.is_empty()
        && (text.bytes().all(|byte| byte == b'-') || text.bytes().all(|byte| byte == b'='))
}

/// A code fence that was opened.
#[derive(Clone, Copy, Debug)]
struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Self> {
        let text = unindented(line)?;
        let mark = text
            .chars()
            .next()
            .filter(|mark| matches!(mark, '`' | '~'))?;
        let length = text
            .chars()
            .take_while(|character| *character == mark)
            .count();
        let info = &text[length..];
        (3 <= length && !(mark == '`' && info.contains('`'))).then_some(Self { mark, length })
    }

    fn is_closed_by(self, line: &str) -> bool {
        let Some(text) = unindented(line).map(str::trim_end) else {
            return false;
        };
        self.length <= text.len() && text.chars().all(|character| character == self.mark)
    }
}

/// The line without its indent, unless that is deep enough to be code.
fn unindented(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    (line.len() - text.len() < 4).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Takes the escapes away again.
    fn restored(text: &str) -> String {
        let mut open: Option<Fence> = None;
        let restore = |line: &str| {
            let body = line.trim_start();
            let indent = &line[..line.len() - body.len()];
            match body.strip_prefix('\\') {
                Some(rest) if looks_like_structure(rest.trim_start_matches('\\')) => {
                    format!("{indent}{rest}")
                }
                _ => line.to_owned(),
            }
        };
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| match open {
                Some(fence) => {
                    if fence.is_closed_by(line) {
                        open = None;
                    }
                    line.to_owned()
                }
                None => {
                    open = Fence::opened_by(line);
                    restore(line)
                }
            })
            .collect();
        lines.join("\n")
    }

    #[test]
    fn prose_cannot_pass_for_structure() {
        for (text, expected) in [
            ("plain text", "plain text"),
            ("## Review", "\\## Review"),
            ("  # deep", "  \\# deep"),
            ("---", "\\---"),
            ("text\n=", "text\n\\="),
            ("**Decision**: approved", "\\**Decision**: approved"),
            ("<!-- hidden", "\\<!-- hidden"),
            ("```\nnever closed", "\\```\nnever closed"),
            ("```\n# code\n```", "```\n# code\n```"),
            ("\\# was escaped", "\\\\# was escaped"),
            ("- a list\n* another", "- a list\n* another"),
        ] {
            assert_eq!(escaped(text), expected);
            assert_eq!(restored(expected), text);
        }
    }

    proptest! {
        #[test]
        fn escapes_can_be_taken_away_again(
            lines in proptest::collection::vec("[ ]{0,5}[\\\\]{0,2}(`{0,5}|~{0,4}|#{0,3}|-{0,4}|={0,3})[a*<]{0,2}", 0..12)
        ) {
            let text = lines.join("\n");
            prop_assert_eq!(restored(&escaped(&text)), text);
        }
    }
}
