//! The lines between `diff --git` and `---`.

use super::header::{bad_name, header_text};
use super::names;
use crate::fault::{Code, Fault, excerpt};
use crate::lines::RawLine;
use crate::patch::{Change, IndexLine, Mode};

/// The extended header lines as they were found.
#[derive(Default)]
pub(super) struct Extended {
    old_mode: Option<Mode>,
    new_mode: Option<Mode>,
    added_mode: Option<Mode>,
    deleted_mode: Option<Mode>,
    pub(super) rename_from: Option<String>,
    pub(super) rename_to: Option<String>,
    pub(super) copy_from: Option<String>,
    pub(super) copy_to: Option<String>,
    similarity: Option<()>,
    dissimilarity: Option<()>,
    pub(super) index: Option<IndexLine>,
    index_mode: Option<Mode>,
}

impl Extended {
    /// Takes one extended header line; false where the line is something else.
    pub(super) fn take(&mut self, line: RawLine<'_>) -> Result<bool, Box<Fault>> {
        let take = |prefix: &str| line.text.strip_prefix(prefix.as_bytes());
        if take("old mode ").is_some() {
            once(&mut self.old_mode, mode(line, "old mode ")?, line)?;
        } else if take("new mode ").is_some() {
            once(&mut self.new_mode, mode(line, "new mode ")?, line)?;
        } else if take("new file mode ").is_some() {
            once(&mut self.added_mode, mode(line, "new file mode ")?, line)?;
        } else if take("deleted file mode ").is_some() {
            once(
                &mut self.deleted_mode,
                mode(line, "deleted file mode ")?,
                line,
            )?;
        } else if take("rename from ").is_some() {
            once(&mut self.rename_from, name(line, "rename from ")?, line)?;
        } else if take("rename to ").is_some() {
            once(&mut self.rename_to, name(line, "rename to ")?, line)?;
        } else if take("copy from ").is_some() {
            once(&mut self.copy_from, name(line, "copy from ")?, line)?;
        } else if take("copy to ").is_some() {
            once(&mut self.copy_to, name(line, "copy to ")?, line)?;
        } else if take("similarity index ").is_some() {
            once(
                &mut self.similarity,
                percentage(line, "similarity index ")?,
                line,
            )?;
        } else if take("dissimilarity index ").is_some() {
            once(
                &mut self.dissimilarity,
                percentage(line, "dissimilarity index ")?,
                line,
            )?;
        } else if take("index ").is_some() {
            let (index, mode) = index(line)?;
            once(&mut self.index, index, line)?;
            self.index_mode = mode;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// What kind of change the lines describe; a mixture is none.
    pub(super) fn change(&self) -> Option<Change> {
        let renames = self.rename_from.is_some() || self.rename_to.is_some();
        let copies = self.copy_from.is_some() || self.copy_to.is_some();
        let remodes = self.old_mode.is_some() || self.new_mode.is_some();
        match (
            self.added_mode.is_some(),
            self.deleted_mode.is_some(),
            renames,
            copies,
        ) {
            (true, false, false, false) if !remodes => Some(Change::Add),
            (false, true, false, false) if !remodes => Some(Change::Delete),
            (false, false, true, false) => Some(Change::Rename),
            (false, false, false, true) => Some(Change::Copy),
            (false, false, false, false) => Some(Change::Modify),
            _ => None,
        }
    }

    /// Modes before and after; none where the lines contradict one another.
    pub(super) fn modes(&self) -> Option<(Option<Mode>, Option<Mode>)> {
        let paired = self.old_mode.is_some() == self.new_mode.is_some();
        let old = self.old_mode.or(self.deleted_mode);
        let new = self.new_mode.or(self.added_mode);
        let agrees = |stated: Option<Mode>| {
            self.index_mode.is_none() || stated.is_none() || stated == self.index_mode
        };
        let consistent = paired && agrees(old) && agrees(new);
        let kept = if self.added_mode.is_none() {
            old.or(self.index_mode)
        } else {
            old
        };
        consistent.then_some((kept, new))
    }
}

fn once<T>(slot: &mut Option<T>, value: T, line: RawLine<'_>) -> Result<(), Box<Fault>> {
    if slot.replace(value).is_some() {
        return Err(malformed(line, "a header line that stands there once"));
    }
    Ok(())
}

fn malformed(line: RawLine<'_>, expected: &str) -> Box<Fault> {
    Fault::new(
        Code::BadHeader,
        "the header line is malformed or does not belong here",
    )
    .at_line(line.number)
    .expected(expected)
    .found(excerpt(line.text))
}

fn after<'a>(line: RawLine<'a>, prefix: &str) -> Result<&'a str, Box<Fault>> {
    Ok(header_text(line)?.get(prefix.len()..).unwrap_or_default())
}

fn mode(line: RawLine<'_>, prefix: &str) -> Result<Mode, Box<Fault>> {
    Mode::parse(after(line, prefix)?)
        .filter(|mode| mode.is_file())
        .ok_or_else(|| {
            Fault::new(
                Code::BadMode,
                "only plain files can be changed, no links and no submodules",
            )
            .at_line(line.number)
            .expected("100644 or 100755")
            .found(excerpt(line.text))
        })
}

fn name(line: RawLine<'_>, prefix: &str) -> Result<String, Box<Fault>> {
    names::bare_name(after(line, prefix)?).map_err(|error| bad_name(&error, line))
}

fn percentage(line: RawLine<'_>, prefix: &str) -> Result<(), Box<Fault>> {
    let digits = after(line, prefix)?.strip_suffix('%');
    let value: Option<u8> = digits.and_then(|digits| digits.parse().ok());
    match value {
        Some(0..=100) => Ok(()),
        _ => Err(malformed(line, "a percentage")),
    }
}

/// `index 1234567..89abcde 100644`
fn index(line: RawLine<'_>) -> Result<(IndexLine, Option<Mode>), Box<Fault>> {
    let text = after(line, "index ")?;
    let (ids, mode_text) = text
        .split_once(' ')
        .map_or((text, None), |(ids, mode)| (ids, Some(mode)));
    let is_id =
        |id: &str| (4..=40).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (old, new) = ids
        .split_once("..")
        .filter(|(old, new)| is_id(old) && is_id(new))
        .ok_or_else(|| malformed(line, "index <old id>..<new id> [mode]"))?;
    let index = IndexLine {
        old: old.to_ascii_lowercase(),
        new: new.to_ascii_lowercase(),
        line: line.number,
    };
    let mode = match mode_text {
        None => None,
        Some(_) => Some(mode(line, &format!("index {ids} "))?),
    };
    Ok((index, mode))
}
