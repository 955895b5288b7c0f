//! A script as words and operators.

use crate::domain::validators::Flaw;

/// One piece of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word as it is written, quotes included.
    Word(String),
    /// An operator.
    Operator(&'static str),
    /// The end of a line.
    Newline,
    /// The end of the script.
    End,
}

impl Token {
    /// The text of a word; empty for anything else.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::Word(text) => text,
            Self::Operator(_) | Self::Newline | Self::End => "",
        }
    }

    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(text) => format!("'{text}'"),
            Self::Operator(text) => format!("'{text}'"),
            Self::Newline => "the end of the line".to_owned(),
            Self::End => "the end of the script".to_owned(),
        }
    }
}

/// Longer ones before their beginnings.
const OPERATORS: [&str; 24] = [
    ";;&", "&>>", "<<<", "<<-", "&&", "||", ";;", ";&", "|&", "&>", "<<", ">>", ">|", ">&", "<&",
    "<>", "(", ")", ";", "&", "|", "<", ">", "\n",
];

/// A document that starts after the current line.
struct HereDocument {
    delimiter: String,
    strips_tabs: bool,
}

/// Reads a script piece by piece.
pub(super) struct Lexer<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) depth: usize,
    pending: Vec<HereDocument>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            depth: 0,
            pending: Vec::new(),
        }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    pub(super) fn starts(&self, prefix: &str) -> bool {
        self.rest().starts_with(prefix.as_bytes())
    }

    pub(super) fn flaw(&self, message: impl Into<String>) -> Flaw {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Flaw::new(Some(line), message)
    }

    /// The next piece; the bodies of here-documents are skipped with the end of their line.
    pub(super) fn next(&mut self) -> Result<Token, Flaw> {
        self.skip_blanks();
        if self.rest().is_empty() {
            return Ok(Token::End);
        }
        let is_substitution = self.starts("<(") || self.starts(">(");
        let operator = OPERATORS.iter().find(|operator| self.starts(operator));
        match operator.filter(|_| !is_substitution) {
            Some(&"\n") => {
                self.at += 1;
                self.skip_documents();
                Ok(Token::Newline)
            }
            Some(operator) => {
                self.at += operator.len();
                Ok(Token::Operator(operator))
            }
            None => self.read_word_or_redirection(),
        }
    }

    /// A number right before a redirection names its file, and so does `{name}`.
    fn read_word_or_redirection(&mut self) -> Result<Token, Flaw> {
        let token = self.read_word()?;
        let word = token.word();
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let names_file = is_number || (word.starts_with('{') && word.ends_with('}'));
        if names_file && matches!(self.byte(), Some(b'<' | b'>')) {
            return self.next();
        }
        Ok(token)
    }

    /// Blanks, continued lines and comments.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.rest() {
                [b' ' | b'\t', ..] => self.at += 1,
                [b'\\', b'\n', ..] => self.at += 2,
                [b'#', comment @ ..] => {
                    let length = comment.iter().position(|byte| *byte == b'\n');
                    self.at += 1 + length.unwrap_or(comment.len());
                }
                _ => return,
            }
        }
    }

    /// Notes a here-document whose body follows the current line.
    pub(super) fn expect_document(&mut self, word: &str, strips_tabs: bool) {
        let delimiter = word.replace(['\'', '"', '\\'], "");
        self.pending.push(HereDocument {
            delimiter,
            strips_tabs,
        });
    }

    /// Bash only warns of a document that the end of the script cuts off.
    fn skip_documents(&mut self) {
        for document in std::mem::take(&mut self.pending) {
            while !self.rest().is_empty() {
                let rest = self.rest();
                let length = rest
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .unwrap_or(rest.len());
                let line = rest.get(..length).unwrap_or_default();
                self.at = (self.at + length + 1).min(self.text.len());
                let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
                let start = if document.strips_tabs { tabs } else { 0 };
                if line.get(start..) == Some(document.delimiter.as_bytes()) {
                    break;
                }
            }
        }
    }
}
