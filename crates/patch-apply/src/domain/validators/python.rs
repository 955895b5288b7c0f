//! Python: the grammar, and what the compiler refuses beyond it.

use super::Flaw;

/// Checks that a module would compile.
pub fn check(text: &str) -> Result<(), Flaw> {
    let _ = rustpython_ruff_python_parser::parse_module(text)
        .map_err(|error| Flaw::new(None, error.to_string()))?;
    Ok(())
}
