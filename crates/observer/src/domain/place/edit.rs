//! Writing a sentence into a YAML text, in the style that the text has.

use saphyr_parser::ScalarStyle;

use super::{find::Scalar, words};

impl Scalar {
    /// The file with `guidance` after the text, in the text's own style.
    pub(super) fn appended(&self, yaml: &str, guidance: &str) -> Option<String> {
        let (start, end) = self.bytes(yaml);
        let source = &yaml[start..end];
        match self.style {
            ScalarStyle::Plain => {
                let end = start + source.trim_end().len();
                Some(inserted(yaml, end, &format!(" {guidance}")))
            }
            ScalarStyle::SingleQuoted => {
                let close = start + source.rfind('\'')?;
                Some(inserted(
                    yaml,
                    close,
                    &format!(" {}", guidance.replace('\'', "''")),
                ))
            }
            ScalarStyle::DoubleQuoted => {
                let close = start + source.rfind('"')?;
                Some(inserted(yaml, close, &format!(" {}", escaped(guidance))))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.appended_to_block(yaml, guidance, start, end)
            }
        }
    }

    /// A block gets one more line, indented like its first, before any blank lines at its end.
    fn appended_to_block(
        &self,
        yaml: &str,
        guidance: &str,
        start: usize,
        end: usize,
    ) -> Option<String> {
        let line_end = if yaml.contains("\r\n") { "\r\n" } else { "\n" };
        // The span starts at the first word and may reach into the next key's indentation.
        // At the end of a file the span of an empty block is that of its header instead.
        let first_line = match yaml[start..end].strip_prefix(['|', '>']) {
            Some(_) if self.value.is_empty() => start + yaml[start..end].find('\n')? + 1,
            _ => yaml[..start].rfind('\n')? + 1,
        };
        let content = yaml[first_line..end.max(first_line)].trim_end();
        if content.is_empty() {
            let indent = " ".repeat(self.key_column + 2);
            return Some(inserted(
                yaml,
                first_line,
                &format!("{indent}{guidance}{line_end}"),
            ));
        }
        let indent = &yaml[first_line..start];
        let added = format!("{line_end}{indent}{guidance}");
        Some(inserted(yaml, first_line + content.len(), &added))
    }

    /// The file with the text written anew in double quotes: for a plain text that the guidance
    /// would turn into something else.
    pub(super) fn rewritten(&self, yaml: &str, value: &str) -> Option<String> {
        if self.style != ScalarStyle::Plain {
            return None;
        }
        let (start, end) = self.bytes(yaml);
        let end = start + yaml[start..end].trim_end().len();
        let quoted = format!("\"{}\"", escaped(&words(value)));
        Some(format!("{}{quoted}{}", &yaml[..start], &yaml[end..]))
    }

    pub(super) fn replaced(&self, yaml: &str, old: &str, new: &str) -> Option<String> {
        let (start, end) = self.bytes(yaml);
        let (old, new) = match self.style {
            ScalarStyle::SingleQuoted => (old.replace('\'', "''"), new.replace('\'', "''")),
            ScalarStyle::DoubleQuoted => (escaped(old), escaped(new)),
            _ => (old.to_owned(), new.to_owned()),
        };
        let at = start + yaml[start..end].find(&old)?;
        Some(format!("{}{new}{}", &yaml[..at], &yaml[at + old.len()..]))
    }

    /// The span in bytes; the parser counts characters.
    fn bytes(&self, yaml: &str) -> (usize, usize) {
        let byte = |characters: usize| {
            let place = yaml.char_indices().nth(characters);
            place.map_or(yaml.len(), |(at, _)| at)
        };
        (byte(self.span.start.index()), byte(self.span.end.index()))
    }
}

fn inserted(text: &str, at: usize, added: &str) -> String {
    format!("{}{added}{}", &text[..at], &text[at..])
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
