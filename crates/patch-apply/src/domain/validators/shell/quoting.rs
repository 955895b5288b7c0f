//! Words: quotes, expansions and substitutions.

use super::command::Parser;
use super::lexer::{Lexer, Token};
use crate::domain::validators::Flaw;

/// Nesting that no honest script needs.
const DEEPEST: usize = 100;

impl Lexer<'_> {
    /// Reads a word up to the next blank or operator.
    pub(super) fn read_word(&mut self) -> Result<Token, Flaw> {
        let start = self.at;
        while let Some(byte) = self.byte() {
            let is_list = byte == b'(' && self.is_assigned(start);
            if is_list {
                self.at += 1;
                self.nested(Self::skip_list)?;
                continue;
            }
            let substitutes = self.starts("<(") || self.starts(">(");
            if b" \t\n;&|()".contains(&byte)
                || (b"<>".contains(&byte) && !(substitutes && self.at == start))
            {
                break;
            }
            self.skip_part()?;
        }
        let word = self.text.get(start..self.at).unwrap_or_default();
        Ok(Token::Word(String::from_utf8_lossy(word).into_owned()))
    }

    /// Whether `name=` or `name+=` stands right before.
    fn is_assigned(&self, start: usize) -> bool {
        let word = self.text.get(start..self.at).unwrap_or_default();
        let Some(name) = word.strip_suffix(b"=") else {
            return false;
        };
        let name = name.strip_suffix(b"+").unwrap_or(name);
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        name.first().is_some_and(|byte| !byte.is_ascii_digit()) && name.iter().all(is_name)
    }

    /// The words of an array, up to its closing parenthesis.
    fn skip_list(&mut self) -> Result<(), Flaw> {
        loop {
            match self.next()? {
                Token::Word(_) | Token::Newline => {}
                Token::Operator(")") => return Ok(()),
                other => {
                    return Err(
                        self.flaw(format!("an array is not closed before {}", other.shown()))
                    );
                }
            }
        }
    }

    /// One part of a word: a character, a quoted piece, an expansion.
    pub(super) fn skip_part(&mut self) -> Result<(), Flaw> {
        match self.rest() {
            [b'\\', _, ..] => self.at += 2,
            [b'\'', ..] => self.skip_until(1, b'\'', false)?,
            [b'$', b'\'', ..] => self.skip_until(2, b'\'', true)?,
            [b'`', ..] => self.skip_until(1, b'`', true)?,
            [b'"', ..] => self.skip_double_quotes(1)?,
            [b'$', b'"', ..] => self.skip_double_quotes(2)?,
            [b'$' | b'<' | b'>', b'(', ..] => self.skip_substitution()?,
            [b'$', b'{', ..] => self.skip_braces()?,
            _ => self.at += 1,
        }
        Ok(())
    }

    fn skip_until(&mut self, opening: usize, end: u8, escapes: bool) -> Result<(), Flaw> {
        let opened = self.flaw(format!("a quote {} is never closed", char::from(end)));
        self.at += opening;
        while let Some(byte) = self.byte() {
            self.at += if byte == b'\\' && escapes { 2 } else { 1 };
            if byte == end {
                return Ok(());
            }
        }
        Err(opened)
    }

    fn skip_double_quotes(&mut self, opening: usize) -> Result<(), Flaw> {
        let opened = self.flaw("a quote \" is never closed");
        self.at += opening;
        while let Some(byte) = self.byte() {
            match (byte, self.rest().get(1)) {
                (b'"', _) => {
                    self.at += 1;
                    return Ok(());
                }
                (b'\\', _) | (b'`', _) | (b'$', Some(b'(' | b'{')) => self.skip_part()?,
                _ => self.at += 1,
            }
        }
        Err(opened)
    }

    /// `${…}`, in which quotes and further expansions may stand.
    fn skip_braces(&mut self) -> Result<(), Flaw> {
        let opened = self.flaw("${ is never closed");
        self.at += 2;
        self.nested(|lexer| {
            while let Some(byte) = lexer.byte() {
                if byte == b'}' {
                    lexer.at += 1;
                    return Ok(());
                }
                lexer.skip_part()?;
            }
            Err(opened)
        })
    }

    /// `$((…))`, `$(…)`, `<(…)`, `>(…)`
    fn skip_substitution(&mut self) -> Result<(), Flaw> {
        if self.starts("$((") {
            let start = self.at;
            self.at += 3;
            if self.nested(Self::skip_arithmetic)? {
                return Ok(());
            }
            self.at = start;
        }
        self.at += 2;
        self.nested(Parser::substitution)
    }

    /// Whether `))` closes what `((` opened; a single parenthesis there means commands instead.
    pub(super) fn skip_arithmetic(&mut self) -> Result<bool, Flaw> {
        let mut open = 0_usize;
        while let Some(byte) = self.byte() {
            match byte {
                b'(' => {
                    open += 1;
                    self.at += 1;
                }
                b')' if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                b')' => {
                    let closes = self.starts("))");
                    self.at += if closes { 2 } else { 0 };
                    return Ok(closes);
                }
                _ => self.skip_part()?,
            }
        }
        Ok(false)
    }

    /// Runs one level deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Flaw>) -> Result<T, Flaw> {
        self.descend()?;
        let outcome = read(self);
        self.ascend();
        outcome
    }

    /// Goes one level deeper, which is refused past any honest depth.
    pub(super) fn descend(&mut self) -> Result<(), Flaw> {
        if self.depth >= DEEPEST {
            return Err(self.flaw(format!("the script is nested deeper than {DEEPEST}")));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }
}
