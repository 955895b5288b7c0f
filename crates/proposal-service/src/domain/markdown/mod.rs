//! The markdown that people read: a proposal, the index, the templates.

mod index;
mod proposal;
mod prose;
mod record;
mod template;

pub(crate) use index::{IndexLine, index};
pub(crate) use proposal::proposal;
pub(crate) use template::template;

/// A fence of backticks longer than any run of them in `text`.
fn fence(text: &str) -> String {
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    "`".repeat(3.max(longest + 1))
}

/// A fenced block.
fn block(language: &str, text: &str) -> String {
    let fence = fence(text);
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// Text within a line as code, whatever backticks it holds.
fn code(text: &str) -> String {
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    let pad = if longest == 0 { "" } else { " " };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}
