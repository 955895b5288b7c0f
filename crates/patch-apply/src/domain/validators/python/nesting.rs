//! How deep a module nests, told from its tokens alone.

use super::{ruff_python_ast, ruff_python_parser};
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer::lex};

use crate::domain::validators::Flaw;

/// As many open brackets and blocks as CPython allows.
const BRACKETS: usize = 200;
const BLOCKS: usize = 100;

/// Tokens of one expression that may still be open, which bounds how deep a parser descends.
const CHAINED: usize = 4_000;

/// Refuses what would make a parser descend without end.
pub(super) fn check(text: &str) -> Result<(), Flaw> {
    let mut lexer = lex(text, Mode::Module);
    let mut blocks = 0_usize;
    let mut chains = vec![0_usize];
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return Ok(()),
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Newline => chains = vec![0],
            TokenKind::Comma => chains.last_mut().into_iter().for_each(|chain| *chain = 0),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => chains.push(1),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                chains.pop();
                lengthen(&mut chains);
            }
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::String => {}
            _ => lengthen(&mut chains),
        }
        if blocks > BLOCKS || chains.len() > BRACKETS || chains.iter().sum::<usize>() > CHAINED {
            return Err(Flaw::new(
                None,
                "the module nests too deep or chains too much in one expression",
            ));
        }
    }
}

fn lengthen(chains: &mut Vec<usize>) {
    match chains.last_mut() {
        Some(chain) => *chain += 1,
        None => chains.push(1),
    }
}
