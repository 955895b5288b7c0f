//! What a command prints: tables for people, plain lines for pipes, JSON for programs.

use std::io::{self, IsTerminal, Write};

use comfy_table::presets;
use serde::Serialize;

use crate::failure::Failure;

/// Longer cells are cut on a terminal.
const MAX_CELL_CHARS: usize = 72;

/// Where and how a command prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// One JSON document instead of text.
    pub(crate) json: bool,
    /// Whether a person reads it.
    pub(crate) terminal: bool,
}

/// Rows under headings.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    header: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(header: &'static [&'static str]) -> Self {
        Self {
            header,
            rows: Vec::new(),
        }
    }

    /// Adds a row; one cell for each heading.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// As it is shown: aligned under its headings on a terminal, tab-separated otherwise.
    fn text(&self, terminal: bool) -> String {
        if terminal {
            return self.aligned();
        }
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| one_line(cell)).collect();
            text.push_str(&cells.join("\t"));
            text.push('\n');
        }
        text
    }

    fn aligned(&self) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        let headings = self.header.iter().map(|heading| heading.to_uppercase());
        table.set_header(headings.collect::<Vec<_>>());
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| shortened(&one_line(cell))));
        }
        format!("{}\n", table.trim_fmt())
    }
}

impl Output {
    /// For stdout.
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            terminal: io::stdout().is_terminal(),
        }
    }

    /// Prints text as it is, with what could mislead a reader made visible.
    pub(crate) fn text(self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(visible(text).as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// Prints what another program may read, to the byte; a person gets it as text.
    pub(crate) fn bytes(self, text: &str) -> Result<(), Failure> {
        if self.terminal {
            return self.text(text);
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// Prints a line.
    pub(crate) fn line(self, text: &str) -> Result<(), Failure> {
        self.text(&format!("{text}\n"))
    }

    /// Prints a value as JSON.
    pub(crate) fn json<T: Serialize>(self, value: &T) -> Result<(), Failure> {
        let text = if self.terminal {
            serde_json::to_string_pretty(value)
        } else {
            serde_json::to_string(value)
        };
        let text = text.map_err(|error| Failure::failed(error.to_string()))?;
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(())
    }

    /// Prints a table.
    pub(crate) fn table(self, table: &Table) -> Result<(), Failure> {
        self.text(&table.text(self.terminal))
    }

    /// Prints the value for programs or the text for people.
    pub(crate) fn show<T: Serialize>(
        self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.json {
            self.json(value)
        } else {
            self.text(&text())
        }
    }

    /// Prints the value for programs or the table for people; `nothing` where it has no rows.
    pub(crate) fn list<T: Serialize>(
        self,
        value: &T,
        nothing: &str,
        table: impl FnOnce() -> Table,
    ) -> Result<(), Failure> {
        if self.json {
            return self.json(value);
        }
        let table = table();
        if table.rows.is_empty() && self.terminal {
            return self.line(nothing);
        }
        self.table(&table)
    }
}

/// The text with control characters and marks that reorder text written out, so that what a
/// person reads is what is there.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let misleads = matches!(letter,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if misleads || (letter.is_control() && !matches!(letter, '\n' | '\t')) {
            out.extend(letter.escape_unicode());
        } else {
            out.push(letter);
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_CELL_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The first digits of an id, as people type them.
pub(crate) fn short_id(id: &impl ToString) -> String {
    id.to_string().chars().take(8).collect()
}

/// Lines of `name: value`, aligned; those without a value are left out.
pub(crate) fn facts(lines: &[(&str, Option<String>)]) -> String {
    let known: Vec<_> = lines
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_ref()?)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let width = known.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 1;
    known
        .iter()
        .map(|(name, value)| format!("{:<width$} {value}\n", format!("{name}:")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["id", "title"]);
        table.row(vec!["1".to_owned(), "two\nlines\tand a tab".to_owned()]);
        table.row(vec!["22".to_owned(), "x".repeat(100)]);
        table
    }

    #[test]
    fn a_pipe_gets_one_whole_line_for_each_row() {
        let text = table().text(false);
        let expected = format!("1\ttwo lines and a tab\n22\t{}\n", "x".repeat(100));
        assert_eq!(text, expected);
    }

    #[test]
    fn a_terminal_gets_headings_and_short_cells() {
        let text = table().text(true);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(
            lines[0].contains("ID") && lines[0].contains("TITLE"),
            "{text}"
        );
        assert!(lines[2].ends_with('…'), "{text}");
    }

    #[test]
    fn nothing_that_is_printed_can_move_the_cursor_or_the_letters() {
        assert_eq!(visible("a\tb\n"), "a\tb\n");
        assert_eq!(
            visible("\u{1b}[2J\u{202e}x\r"),
            "\\u{1b}[2J\\u{202e}x\\u{d}"
        );
    }

    #[test]
    fn facts_without_a_value_are_left_out() {
        let text = facts(&[
            ("id", Some("1".to_owned())),
            ("verdict", None),
            ("status", Some("open".to_owned())),
        ]);
        assert_eq!(text, "id:     1\nstatus: open\n");
    }
}
