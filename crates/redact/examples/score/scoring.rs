//! How many labelled secrets survive and how much ordinary text is harmed.

#[path = "../../tests/made_up/mod.rs"]
mod made_up;

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use redact::{Counts, Kind, Redactor};
use serde_json::Value;

pub(crate) type Failure = Box<dyn std::error::Error>;

/// One line of the table.
#[derive(Default)]
struct Group {
    rows: usize,
    missed: usize,
    missed_strictly: usize,
}

/// All lines of the table, and the rows that count against the redactor.
#[derive(Default)]
pub(crate) struct Table {
    groups: BTreeMap<String, Group>,
    misses: Vec<String>,
}

/// How many made-up rows there are for each context, and what they are drawn from.
const MADE_UP_ROWS: usize = 1000;
const MADE_UP_SEED: u64 = 7;

/// The share of rows, in percent, that may be missed in groups with this start.
const BARS: [(&str, f64); 11] = [
    ("made up", 0.1),
    ("core / secret", 0.0),
    ("core / ip", 0.0),
    ("core / path", 0.0),
    ("core / url", 0.0),
    ("core / pii", 0.0),
    ("hard / secret", 5.0),
    ("negative / core", 1.0),
    ("lines lost whole", 0.1),
    ("log lines / removed", 0.0),
    ("log lines / kept", 0.0),
];

impl Table {
    fn count(&mut self, group: String, id: &str, missed: bool, strictly: bool) {
        if missed {
            self.misses.push(format!("{group} {id}"));
        }
        let group = self.groups.entry(group).or_default();
        group.rows += 1;
        group.missed += usize::from(missed);
        group.missed_strictly += usize::from(missed || strictly);
    }

    /// The rows that count against the redactor, by group and id.
    pub(crate) fn misses(&self) -> &[String] {
        &self.misses
    }

    /// The bars that are missed, in words.
    pub(crate) fn missed_bars(&self) -> Vec<String> {
        BARS.iter()
            .filter_map(|(name, percent)| self.missed_bar(name, *percent))
            .collect()
    }

    fn missed_bar(&self, name: &str, percent: f64) -> Option<String> {
        let Some(group) = self.groups.get(name).filter(|group| 0 < group.rows) else {
            return Some(format!("{name}: no rows found"));
        };
        let share = 100.0 * group.missed as f64 / group.rows as f64;
        (percent < share).then(|| format!("{name}: {share:.2} % missed, {percent} % allowed"))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{:<24} {:>6} {:>8} {:>8}",
            "group", "rows", "missed", "strict"
        )?;
        for (name, group) in &self.groups {
            let Group {
                rows,
                missed,
                missed_strictly,
            } = group;
            writeln!(
                formatter,
                "{name:<24} {rows:>6} {missed:>8} {missed_strictly:>8}"
            )?;
        }
        Ok(())
    }
}

/// Whether a line went as a whole, which should be the rare way out.
fn lost_line(redactor: &Redactor, text: &str) -> bool {
    let mut counts = Counts::default();
    redactor.redact_counting(text, &mut counts);
    0 < counts.get(Kind::Field)
}

/// Runs the standard redactor over every labelled sample.
///
/// # Errors
///
/// When `ATTUNE_SHARED` is not set or a file is missing or broken.
pub(crate) fn score() -> Result<Table, Failure> {
    let data = shared()?.join("data");
    let redactor = Redactor::standard();
    let mut table = Table::default();
    for row in rows(&unpacked(&data.join("secrets/positives.jsonl.gz"))?)? {
        score_positive(&redactor, &row, &mut table);
    }
    for row in rows(&unpacked(&data.join("secrets/negatives.jsonl.gz"))?)? {
        score_negative(&redactor, &row, &mut table);
    }
    score_made_up(&redactor, &mut table);
    let lines = std::fs::read_to_string(data.join("telemetry/sanitise/lines.jsonl"))?;
    for row in rows(&lines)? {
        score_log_line(&redactor, &row, &mut table);
    }
    Ok(table)
}

/// Runs the standard redactor over a further file of rows in the same format.
///
/// # Errors
///
/// When the file is missing or broken.
pub(crate) fn score_file(file: &str) -> Result<Table, Failure> {
    let redactor = Redactor::standard();
    let mut table = Table::default();
    for row in rows(&std::fs::read_to_string(file)?)? {
        if row["secrets"].is_array() {
            score_positive(&redactor, &row, &mut table);
        } else {
            score_negative(&redactor, &row, &mut table);
        }
    }
    Ok(table)
}

fn score_negative(redactor: &Redactor, row: &Value, table: &mut Table) {
    let output = redactor.redact(text_of(row, "text"));
    let harmed = texts(&row["must_survive"])
        .iter()
        .any(|part| !output.contains(part));
    let group = format!("negative / {}", text_of(row, "tier"));
    table.count(group, text_of(row, "id"), harmed, false);
}

fn score_positive(redactor: &Redactor, row: &Value, table: &mut Table) {
    let output = redactor.redact(text_of(row, "text"));
    let secrets = texts(&row["secrets"]);
    let lost = texts(&row["must_survive"])
        .iter()
        .any(|part| !output.contains(part));
    table.count(
        "lines lost whole".to_owned(),
        text_of(row, "id"),
        lost_line(redactor, text_of(row, "text")),
        false,
    );
    let leaks = secrets.iter().any(|secret| output.contains(secret));
    let strictly = secrets.iter().any(|secret| half_survives(secret, &output));
    let kind = text_of(row, "kind");
    let group = match kind.split('_').next() {
        Some("private" | "secret") => "secret",
        Some(other) => other,
        None => kind,
    };
    let group = format!("{} / {group}", text_of(row, "tier"));
    table.count(group, text_of(row, "id"), leaks || lost, strictly);
}

/// Adds secrets of vendors that do not exist, by context and together.
fn score_made_up(redactor: &Redactor, table: &mut Table) {
    for row in made_up::rows(MADE_UP_SEED, MADE_UP_ROWS) {
        let output = redactor.redact(&row.text);
        let leaks = output.contains(&row.secret);
        let strictly = half_survives(&row.secret, &output);
        for group in ["made up".to_owned(), format!("made up / {}", row.context)] {
            table.count(group, &row.text, leaks, strictly);
        }
    }
}

fn score_log_line(redactor: &Redactor, row: &Value, table: &mut Table) {
    let output = redactor.redact(text_of(row, "text"));
    let id = text_of(row, "id");
    for part in row["must_remove"].as_array().into_iter().flatten() {
        let text = text_of(part, "text");
        table.count(
            "log lines / removed".to_owned(),
            id,
            output.contains(text),
            false,
        );
    }
    for part in texts(&row["must_keep"]) {
        table.count(
            "log lines / kept".to_owned(),
            id,
            !output.contains(part),
            false,
        );
    }
}

/// Whether a run of at least six characters and half of `secret` is left.
fn half_survives(secret: &str, output: &str) -> bool {
    let characters: Vec<char> = secret.chars().collect();
    let length = 6.max(characters.len().div_ceil(2));
    characters
        .windows(length)
        .any(|run| output.contains(&run.iter().collect::<String>()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "samples stand outside of the repository"
)]
fn shared() -> Result<PathBuf, Failure> {
    let folder = std::env::var_os("ATTUNE_SHARED").ok_or("ATTUNE_SHARED is not set")?;
    Ok(PathBuf::from(folder))
}

fn unpacked(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(file)?).read_to_string(&mut text)?;
    Ok(text)
}

fn rows(lines: &str) -> Result<Vec<Value>, Failure> {
    Ok(lines
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?)
}

fn text_of<'r>(row: &'r Value, field: &str) -> &'r str {
    row[field].as_str().unwrap_or_default()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
