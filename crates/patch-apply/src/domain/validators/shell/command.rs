//! Lists, pipelines and simple commands.

use super::lexer::{Lexer, Token};
use crate::domain::validators::Flaw;

/// Words that end a list wherever a command could start.
const CLOSING: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];

const REDIRECTIONS: [&str; 12] = [
    "<", ">", ">>", ">|", "<>", ">&", "<&", "&>", "&>>", "<<", "<<-", "<<<",
];

/// Reads commands, one token ahead.
pub(super) struct Parser<'l, 'a> {
    pub(super) lexer: &'l mut Lexer<'a>,
    pub(super) token: Token,
}

impl Parser<'_, '_> {
    /// Reads a whole script.
    pub(super) fn check(text: &str) -> Result<(), Flaw> {
        let mut lexer = Lexer::new(text);
        let mut parser = Parser::open(&mut lexer)?;
        parser.list()?;
        match parser.token {
            Token::End => Ok(()),
            _ => Err(parser.unexpected()),
        }
    }

    /// Reads the commands of a substitution up to its parenthesis.
    pub(super) fn substitution(lexer: &mut Lexer<'_>) -> Result<(), Flaw> {
        let opened = lexer.flaw("a substitution is never closed");
        let mut parser = Parser::open(lexer)?;
        parser.list()?;
        match parser.token {
            Token::Operator(")") => Ok(()),
            Token::End => Err(opened),
            _ => Err(parser.unexpected()),
        }
    }

    pub(super) fn advance(&mut self) -> Result<(), Flaw> {
        self.token = self.lexer.next()?;
        Ok(())
    }

    pub(super) fn unexpected(&self) -> Flaw {
        let flaw = self
            .lexer
            .flaw(format!("{} is out of place", self.token.shown()));
        // The lexer stands behind the token; the end of a line belongs to the line that it ends.
        let line = flaw
            .line
            .map(|line| line - usize::from(self.token == Token::Newline && line > 1));
        Flaw { line, ..flaw }
    }

    pub(super) fn is_operator(&self, operator: &str) -> bool {
        matches!(&self.token, Token::Operator(text) if *text == operator)
    }

    pub(super) fn skip_newlines(&mut self) -> Result<(), Flaw> {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    /// Takes a reserved word that has to stand here.
    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), Flaw> {
        if self.token.word() != word {
            let found = self.unexpected();
            return Err(Flaw {
                message: format!("{}; '{word}' is missing", found.message),
                ..found
            });
        }
        self.advance()
    }

    /// A list that must hold a command.
    pub(super) fn body(&mut self) -> Result<(), Flaw> {
        if self.list()? == 0 {
            Err(self.unexpected())
        } else {
            Ok(())
        }
    }

    /// Commands up to whatever cannot start one; how many there were.
    pub(super) fn list(&mut self) -> Result<usize, Flaw> {
        let mut commands = 0;
        loop {
            self.skip_newlines()?;
            if self.ends_list() {
                return Ok(commands);
            }
            self.and_or()?;
            commands += 1;
            match self.token {
                Token::Operator(";" | "&") => self.advance()?,
                Token::Newline => {}
                _ => return Ok(commands),
            }
        }
    }

    fn ends_list(&self) -> bool {
        match &self.token {
            Token::End => true,
            Token::Operator(operator) => matches!(*operator, ")" | ";;" | ";&" | ";;&"),
            Token::Word(word) => CLOSING.contains(&word.as_str()),
            Token::Newline => false,
        }
    }

    fn and_or(&mut self) -> Result<(), Flaw> {
        self.pipeline()?;
        while self.is_operator("&&") || self.is_operator("||") {
            self.advance()?;
            self.skip_newlines()?;
            self.pipeline()?;
        }
        Ok(())
    }

    fn pipeline(&mut self) -> Result<(), Flaw> {
        while matches!(self.token.word(), "!" | "time") {
            let times = self.token.word() == "time";
            self.advance()?;
            while times && matches!(self.token.word(), "-p" | "--") {
                self.advance()?;
            }
            if times
                && (self.ends_list()
                    || matches!(self.token, Token::Newline | Token::Operator(";" | "&")))
            {
                return Ok(());
            }
        }
        self.command()?;
        while self.is_operator("|") || self.is_operator("|&") {
            self.advance()?;
            self.skip_newlines()?;
            self.command()?;
        }
        Ok(())
    }

    /// One command, simple or compound.
    pub(super) fn command(&mut self) -> Result<(), Flaw> {
        if self.compound()? {
            return Ok(());
        }
        if CLOSING.contains(&self.token.word()) {
            return Err(self.unexpected());
        }
        self.simple()
    }

    fn simple(&mut self) -> Result<(), Flaw> {
        let (mut words, mut redirections) = (0, 0);
        loop {
            if matches!(self.token, Token::Word(_)) {
                words += 1;
                self.advance()?;
            } else if self.redirection()? {
                redirections += 1;
            } else if self.is_operator("(") && words == 1 && redirections == 0 {
                return self.function_body();
            } else if self.is_operator("(") || words + redirections == 0 {
                return Err(self.unexpected());
            } else {
                return Ok(());
            }
        }
    }

    /// `()` and the compound command that a function is made of.
    fn function_body(&mut self) -> Result<(), Flaw> {
        self.advance()?;
        if !self.is_operator(")") {
            return Err(self.unexpected());
        }
        self.advance()?;
        self.skip_newlines()?;
        if self.compound()? {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    /// Takes a redirection with its target, if one stands here.
    pub(super) fn redirection(&mut self) -> Result<bool, Flaw> {
        let Token::Operator(operator) = self.token else {
            return Ok(false);
        };
        if !REDIRECTIONS.contains(&operator) {
            return Ok(false);
        }
        self.advance()?;
        let Token::Word(target) = &self.token else {
            return Err(self.unexpected());
        };
        if operator == "<<" || operator == "<<-" {
            let target = target.clone();
            self.lexer.expect_document(&target, operator == "<<-");
        }
        self.advance()?;
        Ok(true)
    }
}

impl<'l, 'a> Parser<'l, 'a> {
    fn open(lexer: &'l mut Lexer<'a>) -> Result<Self, Flaw> {
        let token = lexer.next()?;
        Ok(Self { lexer, token })
    }
}
