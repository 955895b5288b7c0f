//! What a parsed diff is made of.

/// A whole diff: the files it touches, in the order in which it names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// One entry per file header.
    pub files: Vec<FilePatch>,
}

impl Patch {
    /// Every name that the diff mentions, old and new, sorted and once each.
    pub fn paths(&self) -> Vec<String> {
        let names = self
            .files
            .iter()
            .flat_map(|file| [&file.old_path, &file.new_path]);
        let mut paths: Vec<String> = names.flatten().cloned().collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

/// The change to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePatch {
    /// What happens to the file.
    pub change: Change,
    /// The name before, without `a/`; none for a new file.
    pub old_path: Option<String>,
    /// The name after, without `b/`; none for a deleted file.
    pub new_path: Option<String>,
    /// The mode before, where the diff states it.
    pub old_mode: Option<Mode>,
    /// The mode after, where the diff states it.
    pub new_mode: Option<Mode>,
    /// The blob ids of the `index` line.
    pub index: Option<IndexLine>,
    /// The hunks, in order.
    pub hunks: Vec<Hunk>,
    /// The line of the diff where the file's header begins, from 1.
    pub line: usize,
}

impl FilePatch {
    /// The name to show for this file: the new one, or the old one of a deletion.
    pub fn path(&self) -> &str {
        self.new_path
            .as_deref()
            .or(self.old_path.as_deref())
            .unwrap_or_default()
    }

    /// The lines that this diff adds.
    pub fn added_lines(&self) -> impl Iterator<Item = &Line> {
        let lines = self.hunks.iter().flat_map(|hunk| &hunk.lines);
        lines.filter(|line| line.kind == LineKind::Added)
    }
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Contents or mode change under the same name.
    Modify,
    /// The file is new.
    Add,
    /// The file goes away.
    Delete,
    /// The file gets another name, perhaps with edits.
    Rename,
    /// A second file is made from the first, perhaps with edits.
    Copy,
}

/// The kind of a tree entry, as git writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// `100644`
    Regular,
    /// `100755`
    Executable,
    /// `120000`
    Symlink,
    /// `160000`, a submodule
    Gitlink,
}

impl Mode {
    /// Reads the six octal digits of a mode; nothing else is a mode.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "100644" => Some(Self::Regular),
            "100755" => Some(Self::Executable),
            "120000" => Some(Self::Symlink),
            "160000" => Some(Self::Gitlink),
            _ => None,
        }
    }

    /// The six octal digits.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
            Self::Gitlink => "160000",
        }
    }

    /// Whether this is a plain file, executable or not.
    pub fn is_file(self) -> bool {
        matches!(self, Self::Regular | Self::Executable)
    }
}

/// The blob ids of an `index` line; lower-case hex, perhaps abbreviated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexLine {
    /// The blob before; zeros for a new file.
    pub old: String,
    /// The blob after; zeros for a deleted file.
    pub new: String,
    /// The line of the diff, from 1.
    pub line: usize,
}

/// One hunk with the numbers of its `@@` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// First old line, from 1; the line before it when the old side is empty.
    pub old_start: usize,
    /// How many old lines.
    pub old_count: usize,
    /// First new line, from 1; the line before it when the new side is empty.
    pub new_start: usize,
    /// How many new lines.
    pub new_count: usize,
    /// The body.
    pub lines: Vec<Line>,
    /// The line of the diff that holds the `@@`, from 1.
    pub line: usize,
}

impl Hunk {
    /// The old side: context and removed lines.
    pub fn old_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines
            .iter()
            .filter(|line| line.kind != LineKind::Added)
    }

    /// The new side: context and added lines.
    pub fn new_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines
            .iter()
            .filter(|line| line.kind != LineKind::Removed)
    }

    /// Whether the body ends in context, so that it need not end the file.
    pub fn ends_in_context(&self) -> bool {
        self.lines
            .last()
            .is_some_and(|line| line.kind == LineKind::Context)
    }
}

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which sides the line is on.
    pub kind: LineKind,
    /// The exact bytes, line feed included unless the file ends without one.
    pub bytes: Vec<u8>,
    /// The line of the diff, from 1.
    pub line: usize,
}

/// Which sides of a hunk a line is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Both sides.
    Context,
    /// The old side.
    Removed,
    /// The new side.
    Added,
}
