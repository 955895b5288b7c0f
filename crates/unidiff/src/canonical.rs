//! One text for one change: the diff recomputed from what was and what is.

use std::collections::BTreeMap;

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::apply::FileResult;
use crate::base::BaseFile;
use crate::digest::blob_id;
use crate::lines::split_lines;
use crate::name::quote;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// How the ids of `index` lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdLength {
    /// All forty digits, so that applying the diff proves both sides.
    Full,
    /// Seven digits, for reading.
    Short,
}

/// A file that is not UTF-8 has no diff that could be shown and approved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} is not UTF-8 text")]
pub struct NotText {
    /// The file.
    pub path: String,
}

/// The canonical diff: what an approval shows and what its digest covers.
///
/// It depends on the two file sets alone: sorted by path, three lines of context, full ids, a
/// file that moved unchanged as a rename.
pub fn canonical(changes: &[FileResult]) -> Result<String, NotText> {
    render(changes, IdLength::Full)
}

/// The canonical diff with ids of the length asked for.
pub fn render(changes: &[FileResult], ids: IdLength) -> Result<String, NotText> {
    let mut sorted: Vec<&FileResult> = changes
        .iter()
        .filter(|change| change.old != change.new)
        .collect();
    sorted.sort_by(|left, right| left.path.cmp(&right.path));
    let sources = pair_renames(&sorted);
    let mut text = String::new();
    for change in &sorted {
        let is_source = sources.values().any(|source| *source == change.path);
        match (sources.get(change.path.as_str()), is_source) {
            (Some(source), _) => render_rename(&mut text, source, &change.path),
            (None, true) => {}
            (None, false) => render_change(&mut text, change, ids)?,
        }
    }
    Ok(text)
}

/// New names whose file is, byte for byte, one that went away: new name to old name.
fn pair_renames<'a>(sorted: &[&'a FileResult]) -> BTreeMap<&'a str, &'a str> {
    let mut gone: Vec<&FileResult> = sorted
        .iter()
        .copied()
        .filter(|change| change.new.is_none())
        .collect();
    let mut pairs = BTreeMap::new();
    for made in sorted.iter().copied().filter(|change| change.old.is_none()) {
        if let Some(index) = gone.iter().position(|old| old.old == made.new) {
            pairs.insert(made.path.as_str(), gone.remove(index).path.as_str());
        }
    }
    pairs
}

fn render_rename(text: &mut String, old: &str, new: &str) {
    text.push_str(&format!(
        "diff --git {} {}\nsimilarity index 100%\nrename from {}\nrename to {}\n",
        quote(&format!("a/{old}")),
        quote(&format!("b/{new}")),
        quote(old),
        quote(new),
    ));
}

fn render_change(text: &mut String, change: &FileResult, ids: IdLength) -> Result<(), NotText> {
    let path = &change.path;
    let (a, b) = (quote(&format!("a/{path}")), quote(&format!("b/{path}")));
    text.push_str(&format!("diff --git {a} {b}\n"));
    let (old, new) = (change.old.as_ref(), change.new.as_ref());
    text.push_str(&mode_lines(old, new));
    let bytes = |file: Option<&BaseFile>| file.map(|file| file.bytes.clone()).unwrap_or_default();
    let (before, after) = (bytes(old), bytes(new));
    if old.is_some() != new.is_some() || before != after {
        text.push_str(&index_line(old, new, ids));
    }
    if before == after {
        return Ok(());
    }
    let side = |name: String, exists: bool| match exists {
        true if path.contains(' ') => format!("{name}\t"),
        true => name,
        false => "/dev/null".to_owned(),
    };
    text.push_str(&format!(
        "--- {}\n+++ {}\n",
        side(a, old.is_some()),
        side(b, new.is_some())
    ));
    let not_text = || NotText { path: path.clone() };
    let before = std::str::from_utf8(&before).map_err(|_| not_text())?;
    let after = std::str::from_utf8(&after).map_err(|_| not_text())?;
    text.push_str(&hunks(before, after));
    Ok(())
}

fn mode_lines(old: Option<&BaseFile>, new: Option<&BaseFile>) -> String {
    match (old, new) {
        (None, Some(new)) => format!("new file mode {}\n", new.mode.as_str()),
        (Some(old), None) => format!("deleted file mode {}\n", old.mode.as_str()),
        (Some(old), Some(new)) if old.mode != new.mode => {
            format!(
                "old mode {}\nnew mode {}\n",
                old.mode.as_str(),
                new.mode.as_str()
            )
        }
        _ => String::new(),
    }
}

fn index_line(old: Option<&BaseFile>, new: Option<&BaseFile>, ids: IdLength) -> String {
    let length = match ids {
        IdLength::Full => 40,
        IdLength::Short => 7,
    };
    let id = |file: Option<&BaseFile>| {
        let mut id = file.map_or_else(|| "0".repeat(40), |file| blob_id(&file.bytes));
        id.truncate(length);
        id
    };
    let mode = match (old, new) {
        (Some(old), Some(new)) if old.mode == new.mode => format!(" {}", old.mode.as_str()),
        _ => String::new(),
    };
    format!("index {}..{}{mode}\n", id(old), id(new))
}

/// A run of old lines that becomes a run of new lines.
struct Run {
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
}

fn hunks(before: &str, after: &str) -> String {
    let old: Vec<&[u8]> = split_lines(before.as_bytes());
    let new: Vec<&[u8]> = split_lines(after.as_bytes());
    let mut text = String::new();
    for group in group_runs(&runs(&old, &new)) {
        render_group(&mut text, &old, &new, group);
    }
    text
}

fn runs(old: &[&[u8]], new: &[&[u8]]) -> Vec<Run> {
    let mut input = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let range = |range: std::ops::Range<u32>| range.start as usize..range.end as usize;
    diff.hunks()
        .map(|hunk| Run {
            old: range(hunk.before),
            new: range(hunk.after),
        })
        .collect()
}

/// Runs whose contexts touch share a hunk.
fn group_runs(runs: &[Run]) -> Vec<&[Run]> {
    runs.chunk_by(|left, right| right.old.start - left.old.end <= 2 * CONTEXT)
        .collect()
}

fn render_group(text: &mut String, old: &[&[u8]], new: &[&[u8]], group: &[Run]) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return;
    };
    let lead = first.old.start.min(CONTEXT);
    let trail = (old.len() - last.old.end).min(CONTEXT);
    let (old_from, old_to) = (first.old.start - lead, last.old.end + trail);
    let (new_from, new_to) = (first.new.start - lead, last.new.end + trail);
    text.push_str(&format!(
        "@@ -{} +{} @@\n",
        range(old_from, old_to),
        range(new_from, new_to)
    ));
    let mut at = old_from;
    for run in group {
        push_lines(text, ' ', &old[at..run.old.start]);
        push_lines(text, '-', &old[run.old.clone()]);
        push_lines(text, '+', &new[run.new.clone()]);
        at = run.old.end;
    }
    push_lines(text, ' ', &old[at..old_to]);
}

fn range(from: usize, to: usize) -> String {
    match to - from {
        0 => format!("{from},0"),
        1 => format!("{}", from + 1),
        count => format!("{},{count}", from + 1),
    }
}

fn push_lines(text: &mut String, sign: char, lines: &[&[u8]]) {
    for line in lines {
        text.push(sign);
        text.push_str(&String::from_utf8_lossy(line));
        if !line.ends_with(b"\n") {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}
