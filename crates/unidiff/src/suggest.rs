//! A corrected diff for one that almost fits.

use crate::apply::apply;
use crate::base::Base;
use crate::canonical::canonical;
use crate::fault::{Code, Fault};
use crate::lines::split_lines;
use crate::parse::{Counting, Limits, parse, parse_counting};
use crate::patch::{Hunk, Line, LineKind, Patch};
use crate::place::places;

/// Proposes what the author of a refused diff may have meant, as a canonical diff.
///
/// There is a proposal only where every hunk's body stands at exactly one place of the base. It
/// is never applied in place of the original: people approve a place, and this is another one.
pub fn suggest(patch: &[u8], limits: &Limits, base: &impl Base, fault: &Fault) -> Option<String> {
    let may_be_misplaced = matches!(
        fault.code,
        Code::WrongCount
            | Code::StrayText
            | Code::ContextMismatch
            | Code::OutOfPlace
            | Code::NoTrailingContext
    );
    if !may_be_misplaced {
        return None;
    }
    let mut patch = parse_counting(patch, limits, Counting::FromBody).ok()?;
    relocate(&mut patch, base)?;
    let changes = apply(&patch, base).ok()?;
    let text = canonical(&changes).ok()?;
    let again = parse(text.as_bytes(), &Limits::UNBOUNDED).ok()?;
    (apply(&again, base).ok()? == changes).then_some(text)
}

/// Moves every hunk to the one place where its body stands.
fn relocate(patch: &mut Patch, base: &impl Base) -> Option<()> {
    for file in &mut patch.files {
        let bytes = match &file.old_path {
            Some(path) => base.read(path).ok()??.bytes,
            None => Vec::new(),
        };
        let old = split_lines(&bytes);
        let (mut taken, mut made) = (0, 0);
        for hunk in &mut file.hunks {
            let place = only_place(&old, hunk, taken)?;
            end_in_context(&old, hunk, place);
            made += place - taken;
            hunk.old_start = if hunk.old_count == 0 {
                place
            } else {
                place + 1
            };
            hunk.new_start = if hunk.new_count == 0 { made } else { made + 1 };
            taken = place + hunk.old_count;
            made += hunk.new_count;
        }
        file.index = None;
    }
    Some(())
}

fn only_place(old: &[&[u8]], hunk: &Hunk, taken: usize) -> Option<usize> {
    if hunk.old_count == 0 {
        return (hunk.old_start >= taken && hunk.old_start <= old.len()).then_some(hunk.old_start);
    }
    let all = places(old, hunk, 0);
    match all.as_slice() {
        [place] if *place >= taken => Some(*place),
        _ => None,
    }
}

/// Adds the line below a hunk that ends in a change, so that its place is unmistakable.
fn end_in_context(old: &[&[u8]], hunk: &mut Hunk, place: usize) {
    if hunk.ends_in_context() {
        return;
    }
    if let Some(below) = old.get(place + hunk.old_count) {
        hunk.lines.push(Line {
            kind: LineKind::Context,
            bytes: below.to_vec(),
            line: hunk.line,
        });
        hunk.old_count += 1;
        hunk.new_count += 1;
    }
}
