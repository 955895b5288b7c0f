//! The header of one file: git's extended form or a plain `---`/`+++` pair.

use super::extended::Extended;
use super::hunk::parse_hunks;
use super::names::{self, Side};
use super::{Counting, stray};
use crate::fault::{Code, Fault, excerpt};
use crate::lines::{Lines, RawLine};
use crate::patch::{Change, FilePatch, Hunk};

/// Reads one file's header and hunks.
pub(super) fn parse_file(
    lines: &mut Lines<'_>,
    counting: Counting,
) -> Result<FilePatch, Box<Fault>> {
    let Some(first) = lines.peek() else {
        return Err(Fault::new(Code::Empty, "the diff changes no file"));
    };
    if let Some(rest) = first.text.strip_prefix(b"diff --git ") {
        let names = header_text(RawLine {
            text: rest,
            ..first
        })?;
        lines.skip();
        return parse_git_file(lines, first.number, names, counting);
    }
    if first.text.starts_with(b"diff --cc ") || first.text.starts_with(b"diff --combined ") {
        return Err(Fault::new(
            Code::Combined,
            "a diff of a merge cannot be applied; send a plain one",
        )
        .at_line(first.number));
    }
    skip_decoration(lines);
    match lines.peek() {
        Some(line) if line.text.starts_with(b"--- ") => parse_plain_file(lines, counting),
        _ => Err(stray(first)),
    }
}

/// `diff -ru a b`, `Index: name` and `=====`, which other tools write above `---`.
fn skip_decoration(lines: &mut Lines<'_>) {
    let is_decoration = |line: RawLine<'_>| {
        line.text.starts_with(b"diff -")
            || line.text.starts_with(b"Index: ")
            || (line.text.len() > 20 && line.text.iter().all(|byte| *byte == b'='))
    };
    let mut ahead = 0;
    while lines.peek_at(ahead).is_some_and(is_decoration) {
        ahead += 1;
    }
    if lines
        .peek_at(ahead)
        .is_some_and(|line| line.text.starts_with(b"--- "))
    {
        (0..ahead).for_each(|_| lines.skip());
    }
}

/// The `---` and `+++` lines: none stands for `/dev/null`.
struct Pair {
    old: Option<String>,
    new: Option<String>,
}

fn parse_plain_file(lines: &mut Lines<'_>, counting: Counting) -> Result<FilePatch, Box<Fault>> {
    let line = lines.number();
    let (pair, hunks) = parse_pair(lines, names::pair_name_with_time, counting)?;
    let change = match (&pair.old, &pair.new) {
        (Some(old), Some(new)) if old == new => Change::Modify,
        (None, Some(_)) => Change::Add,
        (Some(_), None) => Change::Delete,
        (Some(old), Some(new)) => {
            return Err(Fault::new(
                Code::BadHeader,
                "a plain diff must name one file on both sides",
            )
            .at_line(line)
            .expected(format!("+++ b/{old}"))
            .found(format!("+++ b/{new}")));
        }
        (None, None) => return Err(both_null(line)),
    };
    let file = FilePatch {
        change,
        old_path: pair.old,
        new_path: pair.new,
        old_mode: None,
        new_mode: None,
        index: None,
        hunks,
        line,
    };
    check_shape(&file)?;
    Ok(file)
}

fn both_null(line: usize) -> Box<Fault> {
    Fault::new(Code::BadHeader, "both sides are /dev/null").at_line(line)
}

type ReadName = fn(&str, Side) -> Result<Option<String>, names::NameError>;

/// Reads `---`, `+++` and the hunks, which must follow at once.
fn parse_pair(
    lines: &mut Lines<'_>,
    read_name: ReadName,
    counting: Counting,
) -> Result<(Pair, Vec<Hunk>), Box<Fault>> {
    let old = parse_pair_line(lines, "--- ", Side::Old, read_name)?;
    let new = parse_pair_line(lines, "+++ ", Side::New, read_name)?;
    let shown = new
        .as_deref()
        .or(old.as_deref())
        .unwrap_or_default()
        .to_owned();
    let line = lines.number();
    let hunks = parse_hunks(lines, counting).map_err(|fault| fault.in_file(&shown))?;
    if hunks.is_empty() {
        return Err(Fault::new(Code::BadHunk, "no hunk follows the file names")
            .in_file(&shown)
            .at_line(line)
            .expected("@@ -start,count +start,count @@"));
    }
    Ok((Pair { old, new }, hunks))
}

fn parse_pair_line(
    lines: &mut Lines<'_>,
    prefix: &str,
    side: Side,
    read_name: ReadName,
) -> Result<Option<String>, Box<Fault>> {
    let Some(line) = lines.take_prefixed(prefix) else {
        return Err(Fault::new(Code::BadHeader, "the header is incomplete")
            .at_line(lines.number())
            .expected(prefix)
            .found(
                lines
                    .peek()
                    .map(|line| excerpt(line.text))
                    .unwrap_or_default(),
            ));
    };
    let text = header_text(line)?;
    let name = text.get(prefix.len()..).unwrap_or_default();
    read_name(name, side).map_err(|error| bad_name(&error, line))
}

pub(super) fn bad_name(error: &names::NameError, line: RawLine<'_>) -> Box<Fault> {
    Fault::new(Code::BadName, error.to_string())
        .at_line(line.number)
        .found(excerpt(line.text))
}

/// A header is one ended line of UTF-8 without control characters other than the tab.
pub(super) fn header_text(line: RawLine<'_>) -> Result<&str, Box<Fault>> {
    let text = std::str::from_utf8(line.text).ok().filter(|_| line.ended);
    let is_clean = |text: &&str| {
        !text
            .chars()
            .any(|letter| letter.is_control() && letter != '\t')
    };
    text.filter(is_clean).ok_or_else(|| {
        Fault::new(
            Code::BadHeader,
            "a header line must be UTF-8, end in a line feed and hold no control character",
        )
        .at_line(line.number)
        .found(excerpt(line.text))
    })
}

fn parse_git_file(
    lines: &mut Lines<'_>,
    start: usize,
    names: &str,
    counting: Counting,
) -> Result<FilePatch, Box<Fault>> {
    let mut extended = Extended::default();
    while let Some(line) = lines.peek() {
        if !extended.take(line)? {
            break;
        }
        lines.skip();
    }
    let next = lines.peek().map(|line| line.text).unwrap_or_default();
    if next.starts_with(b"GIT binary patch") || next.starts_with(b"Binary files ") {
        return Err(
            Fault::new(Code::Binary, "binary changes are not accepted").at_line(lines.number())
        );
    }
    let (pair, hunks) = if next.starts_with(b"--- ") {
        let (pair, hunks) = parse_pair(lines, names::pair_name, counting)?;
        (Some(pair), hunks)
    } else {
        (None, Vec::new())
    };
    let file = assemble(extended, names, pair, hunks, start)?;
    check_shape(&file)?;
    Ok(file)
}

/// Puts the pieces of a git header together, which must all tell the same story.
fn assemble(
    extended: Extended,
    names: &str,
    pair: Option<Pair>,
    hunks: Vec<Hunk>,
    line: usize,
) -> Result<FilePatch, Box<Fault>> {
    let contradiction = |message: &str| Fault::new(Code::BadHeader, message).at_line(line);
    let change = extended
        .change()
        .ok_or_else(|| contradiction("the header describes more than one kind of change"))?;
    let (old_mode, new_mode) = extended
        .modes()
        .ok_or_else(|| contradiction("the modes of the header do not agree"))?;
    let named = match change {
        Change::Rename => extended.rename_from.zip(extended.rename_to),
        Change::Copy => extended.copy_from.zip(extended.copy_to),
        _ => pair
            .as_ref()
            .and_then(|pair| pair.old.clone().or_else(|| pair.new.clone()))
            .or_else(|| names::same_name(names))
            .map(|name| (name.clone(), name)),
    };
    let (old, new) =
        named.ok_or_else(|| contradiction("the header does not say which file it is about"))?;
    if !names::header_names(names, &old, &new) {
        return Err(contradiction("the names in the header do not agree")
            .expected(format!("diff --git a/{old} b/{new}"))
            .found(excerpt(names.as_bytes())));
    }
    let old_path = (change != Change::Add).then_some(old);
    let new_path = (change != Change::Delete).then_some(new);
    if pair.is_some_and(|pair| pair.old != old_path || pair.new != new_path) {
        return Err(contradiction(
            "the '---' and '+++' lines do not fit the header; a new file needs 'new file mode', \
             a deleted one 'deleted file mode', and /dev/null on the side where it is not",
        ));
    }
    Ok(FilePatch {
        change,
        old_path,
        new_path,
        old_mode,
        new_mode,
        index: extended.index,
        hunks,
        line,
    })
}

/// What any header, plain or git's, must fulfil together with its hunks.
fn check_shape(file: &FilePatch) -> Result<(), Box<Fault>> {
    let wrong = |code, message: &str| {
        Err(Fault::new(code, message)
            .in_file(file.path())
            .at_line(file.line))
    };
    let empty_old = file
        .hunks
        .iter()
        .all(|hunk| hunk.old_count == 0 && hunk.old_start == 0);
    let empty_new = file
        .hunks
        .iter()
        .all(|hunk| hunk.new_count == 0 && hunk.new_start == 0);
    match file.change {
        Change::Add if !empty_old => wrong(Code::BadHunk, "a new file has no old lines: @@ -0,0"),
        Change::Delete if !empty_new => {
            wrong(Code::BadHunk, "a deleted file has no new lines: +0,0 @@")
        }
        Change::Add | Change::Delete if file.hunks.len() > 1 => {
            wrong(Code::BadHunk, "a new or deleted file has one hunk")
        }
        Change::Modify
            if file.hunks.is_empty() && file.old_mode == file.new_mode.or(file.old_mode) =>
        {
            wrong(
                Code::NoChange,
                "the header announces no change; leave the file out",
            )
        }
        Change::Rename | Change::Copy if file.old_path == file.new_path => wrong(
            Code::BadHeader,
            "a file cannot be renamed or copied to its own name",
        ),
        _ => Ok(()),
    }
}
