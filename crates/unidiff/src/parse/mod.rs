//! Bytes to [`Patch`].

mod extended;
mod header;
mod hunk;
mod names;
mod preamble;

use crate::fault::{Code, Fault, excerpt};
use crate::lines::Lines;
use crate::patch::Patch;

/// How much a diff may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole diff.
    pub patch_bytes: usize,
    /// Files in the diff.
    pub files: usize,
    /// Bytes of one line.
    pub line_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            patch_bytes: 65_536,
            files: 20,
            line_bytes: 8_192,
        }
    }
}

impl Limits {
    /// Room for anything, for diffs that come from a trusted tree.
    pub const UNBOUNDED: Self = Self {
        patch_bytes: usize::MAX,
        files: usize::MAX,
        line_bytes: usize::MAX,
    };
}

/// Whether a hunk's counts must be right or are counted from its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    Stated,
    FromBody,
}

/// Reads a diff, git's own form or plain `---`/`+++` pairs.
///
/// Names need the prefixes `a/` and `b/`. Text outside of the diff is refused, except what
/// `git format-patch` and `git show` write before it and `diff -r` between files.
pub fn parse(patch: &[u8], limits: &Limits) -> Result<Patch, Box<Fault>> {
    parse_counting(patch, limits, Counting::Stated)
}

pub(crate) fn parse_counting(
    patch: &[u8],
    limits: &Limits,
    counting: Counting,
) -> Result<Patch, Box<Fault>> {
    check_size(patch, limits)?;
    let mut lines = Lines::new(patch);
    check_line_sizes(&lines, limits)?;
    let from_mail = preamble::skip(&mut lines)?;
    let mut files = Vec::new();
    while let Some(line) = lines.peek() {
        if line.text.is_empty() {
            lines.skip();
        } else if from_mail && preamble::is_signature(&lines) {
            break;
        } else {
            let file = header::parse_file(&mut lines, counting)?;
            files.push(file);
            if files.len() > limits.files {
                return Err(too_many_files(limits).at_line(line.number));
            }
        }
    }
    if files.is_empty() {
        return Err(Fault::new(Code::Empty, "the diff changes no file"));
    }
    Ok(Patch { files })
}

fn check_size(patch: &[u8], limits: &Limits) -> Result<(), Box<Fault>> {
    if patch.len() <= limits.patch_bytes {
        return Ok(());
    }
    Err(Fault::new(
        Code::PatchTooLarge,
        "the diff is too large; split the change",
    )
    .expected(format!("at most {} bytes", limits.patch_bytes))
    .found(format!("{} bytes", patch.len())))
}

fn check_line_sizes(lines: &Lines<'_>, limits: &Limits) -> Result<(), Box<Fault>> {
    match lines
        .all()
        .iter()
        .find(|line| line.text.len() > limits.line_bytes)
    {
        None => Ok(()),
        Some(line) => Err(
            Fault::new(Code::LineTooLong, "the line is too long; break it up")
                .at_line(line.number)
                .expected(format!("at most {} bytes", limits.line_bytes))
                .found(format!("{} bytes", line.text.len())),
        ),
    }
}

fn too_many_files(limits: &Limits) -> Box<Fault> {
    Fault::new(
        Code::TooManyFiles,
        "the diff changes too many files; split the change",
    )
    .expected(format!("at most {} files", limits.files))
}

/// Text where a file's header or the end of the diff should be.
fn stray(line: crate::lines::RawLine<'_>) -> Box<Fault> {
    Fault::new(
        Code::StrayText,
        "this line belongs to no hunk and no header; are the counts of the hunk before it right?",
    )
    .at_line(line.number)
    .expected("a file header, '@@' or the end of the diff")
    .found(excerpt(line.text))
}
