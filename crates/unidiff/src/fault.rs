//! Why a diff was refused.

use std::fmt;

/// Why a diff was refused, and where. Lines are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// A stable name for the kind of fault.
    pub code: Code,
    /// The file, where one is known.
    pub file: Option<String>,
    /// The hunk within the file, from 1.
    pub hunk: Option<usize>,
    /// The line of the diff.
    pub line: Option<usize>,
    /// What the rule wanted to see.
    pub expected: Option<String>,
    /// What was there.
    pub found: Option<String>,
    /// The fault in words, with what to do about it.
    pub message: String,
    /// A corrected diff that needs an approval of its own; see [`crate::suggest`].
    pub suggested_patch: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            code,
            file: None,
            hunk: None,
            line: None,
            expected: None,
            found: None,
            message: message.into(),
            suggested_patch: None,
        })
    }

    pub(crate) fn at_line(mut self: Box<Self>, line: usize) -> Box<Self> {
        self.line = Some(line);
        self
    }

    pub(crate) fn in_hunk(mut self: Box<Self>, hunk: usize) -> Box<Self> {
        self.hunk = Some(hunk);
        self
    }

    pub(crate) fn in_file(mut self: Box<Self>, file: &str) -> Box<Self> {
        if self.file.is_none() {
            self.file = Some(file.to_owned());
        }
        self
    }

    pub(crate) fn expected(mut self: Box<Self>, expected: impl Into<String>) -> Box<Self> {
        self.expected = Some(expected.into());
        self
    }

    pub(crate) fn found(mut self: Box<Self>, found: impl Into<String>) -> Box<Self> {
        self.found = Some(found.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(out, "line {line} of the diff: ")?;
        }
        if let Some(file) = &self.file {
            write!(out, "{file}: ")?;
        }
        if let Some(hunk) = self.hunk {
            write!(out, "hunk {hunk}: ")?;
        }
        out.write_str(&self.message)?;
        if let Some(expected) = &self.expected {
            write!(out, "; expected {expected:?}")?;
        }
        if let Some(found) = &self.found {
            write!(out, "; found {found:?}")?;
        }
        Ok(())
    }
}

/// Shows bytes of a line in a fault, shortened when they are many.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    const MOST: usize = 200;
    let text = String::from_utf8_lossy(bytes);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// The kinds of fault, each with a stable name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// More bytes than the limits allow.
    PatchTooLarge,
    /// More files than the limits allow.
    TooManyFiles,
    /// A line longer than the limits allow.
    LineTooLong,
    /// No file is changed at all.
    Empty,
    /// Text that belongs to no file's diff.
    StrayText,
    /// A header that breaks the format or contradicts itself.
    BadHeader,
    /// A file name that cannot be read.
    BadName,
    /// A mode that is not a plain file's.
    BadMode,
    /// A binary change.
    Binary,
    /// A diff of a merge, with more than one old side.
    Combined,
    /// A hunk whose `@@` line or body breaks the format.
    BadHunk,
    /// A hunk whose counts are not those of its body.
    WrongCount,
    /// One name is touched twice.
    NameTwice,
    /// A name that git would refuse.
    UnsafeName,
    /// The file to change is not in the base.
    FileMissing,
    /// The file to make is in the base already.
    FileExists,
    /// A file would need to be a folder as well.
    FolderConflict,
    /// The entry in the base is a link or a submodule.
    NotAFile,
    /// The stated mode is not that of the base.
    ModeMismatch,
    /// A full id of the `index` line is not that of the base or of the result.
    IdMismatch,
    /// The hunk does not match the base at the stated line.
    ContextMismatch,
    /// The stated line lies beyond the file, or hunks are out of order.
    OutOfPlace,
    /// A hunk without context at its end stops before the end of the file.
    NoTrailingContext,
    /// A deletion leaves contents behind.
    IncompleteDeletion,
    /// The diff changes nothing.
    NoChange,
    /// The base could not be read.
    Unreadable,
}

impl Code {
    /// The stable name, for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PatchTooLarge => "patch_too_large",
            Self::TooManyFiles => "too_many_files",
            Self::LineTooLong => "line_too_long",
            Self::Empty => "patch_empty",
            Self::StrayText => "stray_text",
            Self::BadHeader => "bad_header",
            Self::BadName => "bad_name",
            Self::BadMode => "bad_mode",
            Self::Binary => "binary",
            Self::Combined => "combined_diff",
            Self::BadHunk => "bad_hunk",
            Self::WrongCount => "wrong_count",
            Self::NameTwice => "name_twice",
            Self::UnsafeName => "unsafe_name",
            Self::FileMissing => "file_missing",
            Self::FileExists => "file_exists",
            Self::FolderConflict => "folder_conflict",
            Self::NotAFile => "not_a_file",
            Self::ModeMismatch => "mode_mismatch",
            Self::IdMismatch => "id_mismatch",
            Self::ContextMismatch => "context_mismatch",
            Self::OutOfPlace => "out_of_place",
            Self::NoTrailingContext => "no_trailing_context",
            Self::IncompleteDeletion => "incomplete_deletion",
            Self::NoChange => "no_change",
            Self::Unreadable => "base_unreadable",
        }
    }
}
