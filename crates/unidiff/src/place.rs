//! Hunks onto the bytes of one file.

use crate::fault::{Code, Fault, excerpt};
use crate::lines::split_lines;
use crate::patch::{Hunk, Line, LineKind};

/// Applies hunks at exactly the lines that they state.
pub(crate) fn apply_hunks(base: &[u8], hunks: &[Hunk]) -> Result<Vec<u8>, Box<Fault>> {
    let old = split_lines(base);
    let mut result = Vec::with_capacity(base.len());
    let mut taken = 0;
    let mut made = 0;
    for (index, hunk) in hunks.iter().enumerate() {
        let placed =
            check_place(&old, hunk, taken, made).map_err(|fault| fault.in_hunk(index + 1))?;
        let untouched = old.get(taken..placed).unwrap_or_default();
        result.extend(untouched.iter().copied().flatten());
        result.extend(hunk.new_lines().flat_map(|line| &line.bytes));
        made += untouched.len() + hunk.new_count;
        taken = placed + hunk.old_count;
    }
    let rest = old.get(taken..).unwrap_or_default();
    result.extend(rest.iter().copied().flatten());
    Ok(result)
}

/// The index of the first old line of the hunk, once everything about its place is right.
fn check_place(old: &[&[u8]], hunk: &Hunk, taken: usize, made: usize) -> Result<usize, Box<Fault>> {
    let place = if hunk.old_count == 0 {
        hunk.old_start
    } else {
        hunk.old_start - 1
    };
    if place < taken || place > old.len() {
        return Err(Fault::new(
            Code::OutOfPlace,
            "the hunk lies beyond the file or before the hunk above it",
        )
        .at_line(hunk.line)
        .expected(format!("a line from {} to {}", taken + 1, old.len() + 1))
        .found(format!("line {}", hunk.old_start)));
    }
    check_new_start(hunk, made + (place - taken))?;
    check_lines(old, hunk, place)?;
    let is_at_top = hunk.old_start > 1 || place == 0;
    let reaches_end = place + hunk.old_count == old.len();
    if !is_at_top || !(hunk.ends_in_context() || reaches_end) {
        return Err(Fault::new(
            Code::NoTrailingContext,
            "a hunk that does not end in context must reach the end of the file; add context lines",
        )
        .at_line(hunk.line)
        .expected(format!("the end of the file after line {}", old.len()))
        .found(format!("line {}", place + hunk.old_count)));
    }
    Ok(place)
}

fn check_new_start(hunk: &Hunk, place: usize) -> Result<(), Box<Fault>> {
    let expected = if hunk.new_count == 0 {
        place
    } else {
        place + 1
    };
    if hunk.new_start == expected {
        return Ok(());
    }
    Err(Fault::new(
        Code::OutOfPlace,
        "the hunk's new start does not follow from the hunks before it",
    )
    .at_line(hunk.line)
    .expected(format!("+{expected}"))
    .found(format!("+{}", hunk.new_start)))
}

fn check_lines(old: &[&[u8]], hunk: &Hunk, place: usize) -> Result<(), Box<Fault>> {
    for (offset, line) in hunk.old_lines().enumerate() {
        let number = place + offset + 1;
        match old.get(place + offset) {
            Some(found) if *found == line.bytes => {}
            Some(found) => return Err(mismatch(line, number).found(shown(found))),
            None => return Err(mismatch(line, number).found("the end of the file")),
        }
    }
    Ok(())
}

fn mismatch(line: &Line, number: usize) -> Box<Fault> {
    let role = match line.kind {
        LineKind::Removed => "removed",
        LineKind::Context | LineKind::Added => "context",
    };
    Fault::new(
        Code::ContextMismatch,
        format!("the {role} line is not what the base has as line {number}"),
    )
    .at_line(line.line)
    .expected(shown(&line.bytes))
}

/// A line without its line feed, unless that is missing, which is then the point.
fn shown(bytes: &[u8]) -> String {
    match bytes.strip_suffix(b"\n") {
        Some(text) => excerpt(text),
        None => format!("{} (without a line feed)", excerpt(bytes)),
    }
}

/// Every place at or after `from` where the old side of a hunk stands.
pub(crate) fn places(old: &[&[u8]], hunk: &Hunk, from: usize) -> Vec<usize> {
    let wanted: Vec<&[u8]> = hunk.old_lines().map(|line| line.bytes.as_slice()).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let last = old.len().saturating_sub(wanted.len());
    (from..=last)
        .filter(|&place| old.get(place..place + wanted.len()) == Some(&wanted[..]))
        .collect()
}
