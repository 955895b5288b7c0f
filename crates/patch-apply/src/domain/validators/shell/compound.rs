//! Compound commands: `if`, loops, `case`, groups, tests and functions.

use super::command::Parser;
use super::lexer::Token;
use crate::domain::validators::Flaw;

impl Parser<'_, '_> {
    /// Reads a compound command with its redirections, if one starts here.
    pub(super) fn compound(&mut self) -> Result<bool, Flaw> {
        self.lexer.descend()?;
        let is_compound = self.read_compound();
        self.lexer.ascend();
        is_compound
    }

    fn read_compound(&mut self) -> Result<bool, Flaw> {
        match self.token.word() {
            "if" => self.branches()?,
            "while" | "until" => {
                self.advance()?;
                self.body()?;
                self.loop_body()?;
            }
            "for" | "select" => self.for_loop()?,
            "case" => self.case()?,
            "{" => {
                self.advance()?;
                self.body()?;
                self.expect_word("}")?;
            }
            "[[" => self.test()?,
            "function" => return self.function().map(|()| true),
            "coproc" => return self.coprocess().map(|()| true),
            _ if self.is_operator("(") => self.parentheses()?,
            _ => return Ok(false),
        }
        while self.redirection()? {}
        Ok(true)
    }

    fn branches(&mut self) -> Result<(), Flaw> {
        loop {
            self.advance()?;
            self.body()?;
            self.expect_word("then")?;
            self.body()?;
            if self.token.word() != "elif" {
                break;
            }
        }
        if self.token.word() == "else" {
            self.advance()?;
            self.body()?;
        }
        self.expect_word("fi")
    }

    fn loop_body(&mut self) -> Result<(), Flaw> {
        if self.token.word() == "{" {
            self.advance()?;
            self.body()?;
            return self.expect_word("}");
        }
        self.expect_word("do")?;
        self.body()?;
        self.expect_word("done")
    }

    fn for_loop(&mut self) -> Result<(), Flaw> {
        self.advance()?;
        if self.is_operator("(") && self.lexer.starts("(") {
            self.lexer.at += 1;
            if !self.lexer.skip_arithmetic()? {
                return Err(self.lexer.flaw("(( is never closed"));
            }
            self.advance()?;
            if self.is_operator(";") {
                self.advance()?;
            }
            self.skip_newlines()?;
            return self.loop_body();
        }
        let is_name = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if !is_name(self.token.word()) {
            return Err(self.unexpected());
        }
        self.advance()?;
        if self.is_operator(";") {
            self.advance()?;
        } else {
            self.skip_newlines()?;
            if self.token.word() == "in" {
                self.words_to_loop_over()?;
            }
        }
        self.skip_newlines()?;
        self.loop_body()
    }

    fn words_to_loop_over(&mut self) -> Result<(), Flaw> {
        self.advance()?;
        while matches!(self.token, Token::Word(_)) {
            self.advance()?;
        }
        match self.token {
            Token::Operator(";") | Token::Newline => self.advance(),
            _ => Err(self.unexpected()),
        }
    }

    fn case(&mut self) -> Result<(), Flaw> {
        self.advance()?;
        if !matches!(self.token, Token::Word(_)) {
            return Err(self.unexpected());
        }
        self.advance()?;
        self.skip_newlines()?;
        self.expect_word("in")?;
        self.skip_newlines()?;
        while self.token.word() != "esac" {
            self.patterns()?;
            self.list()?;
            if !matches!(self.token, Token::Operator(";;" | ";&" | ";;&")) {
                break;
            }
            self.advance()?;
            self.skip_newlines()?;
        }
        self.expect_word("esac")
    }

    /// `(one|two)`, whose first parenthesis may be missing.
    fn patterns(&mut self) -> Result<(), Flaw> {
        if self.is_operator("(") {
            self.advance()?;
        }
        loop {
            if !matches!(self.token, Token::Word(_)) {
                return Err(self.unexpected());
            }
            self.advance()?;
            if !self.is_operator("|") {
                break;
            }
            self.advance()?;
        }
        if self.is_operator(")") {
            self.advance()
        } else {
            Err(self.unexpected())
        }
    }

    /// `((…))` or `(…)`
    fn parentheses(&mut self) -> Result<(), Flaw> {
        if self.lexer.starts("(") {
            let start = self.lexer.at;
            self.lexer.at += 1;
            if self.lexer.skip_arithmetic()? {
                return self.advance();
            }
            self.lexer.at = start;
        }
        self.advance()?;
        self.body()?;
        if self.is_operator(")") {
            self.advance()
        } else {
            Err(self.unexpected())
        }
    }

    /// `[[ … ]]`, of which only quoting and the end matter here.
    fn test(&mut self) -> Result<(), Flaw> {
        let opened = self.lexer.flaw("[[ is never closed");
        let mut parts = 0;
        loop {
            while self
                .lexer
                .byte()
                .is_some_and(|byte| byte.is_ascii_whitespace())
            {
                self.lexer.at += 1;
            }
            let start = self.lexer.at;
            while self
                .lexer
                .byte()
                .is_some_and(|byte| !byte.is_ascii_whitespace())
            {
                let closes = self.lexer.at == start && self.lexer.starts("]]");
                if closes && self.ends_word_after(2) {
                    self.lexer.at += 2;
                    let unit = if parts == 0 {
                        Err(self.lexer.flaw("[[ ]] tests nothing"))
                    } else {
                        Ok(())
                    };
                    return unit.and_then(|()| self.advance());
                }
                self.lexer.skip_part()?;
            }
            if self.lexer.at == start {
                return Err(opened);
            }
            parts += 1;
        }
    }

    fn ends_word_after(&self, length: usize) -> bool {
        let next = self.lexer.rest().get(length);
        next.is_none_or(|byte| byte.is_ascii_whitespace() || b";&|)<>".contains(byte))
    }

    fn function(&mut self) -> Result<(), Flaw> {
        self.advance()?;
        if !matches!(self.token, Token::Word(_)) {
            return Err(self.unexpected());
        }
        self.advance()?;
        if self.is_operator("(") && self.lexer.starts(")") {
            self.advance()?;
            self.advance()?;
        }
        self.skip_newlines()?;
        if self.compound()? {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    /// `coproc [NAME] command`
    fn coprocess(&mut self) -> Result<(), Flaw> {
        self.advance()?;
        if self.compound()? {
            return Ok(());
        }
        if matches!(self.token, Token::Word(_)) {
            self.advance()?;
        }
        if self.compound()? {
            return Ok(());
        }
        while matches!(self.token, Token::Word(_)) || self.redirection()? {
            if matches!(self.token, Token::Word(_)) {
                self.advance()?;
            }
        }
        Ok(())
    }
}
