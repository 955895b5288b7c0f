//! Files of agents' logs: which there are, what is in them.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::Context;
use observer::domain::formats::{Format, Parsed, Reader, Skipped};
use types::Timestamp;

use crate::failure::Failure;

/// How much of a file is read at once.
pub(super) const PIECE_BYTES: usize = 256 * 1024;
/// No event takes fewer bytes than this, which bounds how many a file can hold.
const LEAST_EVENT_BYTES: u64 = 100;
const MICROS_PER_MINUTE: i64 = 60_000_000;

/// The format of that name, for the command line.
pub(super) fn format_named(name: &str) -> Result<Format, String> {
    Format::named(name).ok_or_else(|| {
        let known = Format::ALL.map(Format::name).join(", ");
        format!("expected one of {known}")
    })
}

/// The files that the paths name or contain, in order, each once.
pub(super) fn files_under(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        add_files(path, &mut files)?;
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    Ok(files)
}

fn add_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = || format!("{} cannot be read", path.display());
    if !fs::metadata(path).with_context(unreadable)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inner = Vec::new();
    for entry in fs::read_dir(path).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let kind = entry.file_type().with_context(unreadable)?;
        // A link may lead back up; whoever means its goal can name that.
        if kind.is_dir() || kind.is_file() {
            inner.push(entry.path());
        }
    }
    inner.sort();
    inner.iter().try_for_each(|path| add_files(path, files))
}

/// The files that the paths name or contain and that can be seen at present.
pub(super) fn files_at_present(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = std::collections::BTreeSet::new();
    let mut waiting = paths.to_vec();
    while let Some(path) = waiting.pop() {
        let Ok(about) = fs::metadata(&path) else {
            continue;
        };
        if !about.is_dir() {
            files.insert(path);
            continue;
        }
        let entries = fs::read_dir(&path).into_iter().flatten().flatten();
        waiting.extend(entries.filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            (kind.is_dir() || kind.is_file()).then(|| entry.path())
        }));
    }
    files.into_iter().collect()
}

/// One file, read piece by piece.
pub(super) struct LogFile {
    file: File,
    head: Vec<u8>,
    reader: Reader,
    ended: bool,
}

/// What one piece held.
pub(super) struct Piece {
    /// The events that it completed.
    pub(super) parsed: Vec<Parsed>,
    /// How long it was.
    pub(super) bytes: u64,
}

impl LogFile {
    /// Opens a file; `None` when it is of no known format.
    pub(super) fn open(path: &Path, format: Option<Format>) -> Result<Option<Self>, Failure> {
        let unreadable = || format!("{} cannot be read", path.display());
        let mut file = File::open(path).with_context(unreadable)?;
        let mut head = Vec::new();
        let first = file.by_ref().take(Format::DETECTION_BYTES as u64);
        { first }.read_to_end(&mut head).with_context(unreadable)?;
        let Some(format) = format.or_else(|| Format::detect(path, &head)) else {
            return Ok(None);
        };
        let start = assumed_start(&file).with_context(unreadable)?;
        Ok(Some(Self {
            file,
            head,
            reader: Reader::new(format, path, start),
            ended: false,
        }))
    }

    /// The next piece; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.head);
        if bytes.is_empty() {
            bytes.resize(PIECE_BYTES, 0);
            let read = self.file.read(&mut bytes)?;
            bytes.truncate(read);
        }
        let mut parsed = Vec::new();
        if bytes.is_empty() {
            self.reader.finish(&mut parsed);
            self.ended = true;
        } else {
            self.reader.feed(&bytes, &mut parsed);
        }
        Ok(Some(Piece {
            parsed,
            bytes: bytes.len() as u64,
        }))
    }

    /// What could not be used so far.
    pub(super) fn skipped(&self) -> &Skipped {
        self.reader.skipped()
    }

    /// The line of the first record that could not be used, by reason.
    pub(super) fn first_skipped(&self) -> &BTreeMap<&'static str, u64> {
        self.reader.first_skipped()
    }
}

/// When the events of a file without times are taken to have happened: the same at every reading,
/// a minute apart, and all before the file was last written.
pub(super) fn assumed_start(file: &File) -> std::io::Result<Timestamp> {
    let about = file.metadata()?;
    let written = about.modified()?.duration_since(UNIX_EPOCH);
    let written = i64::try_from(written.unwrap_or_default().as_micros()).unwrap_or(i64::MAX);
    let most_events = i64::try_from(about.len() / LEAST_EVENT_BYTES).unwrap_or(i64::MAX);
    let span = most_events.saturating_mul(MICROS_PER_MINUTE);
    Ok(Timestamp::from_micros(written.saturating_sub(span)))
}

/// Adds the reasons and counts of one file to those of others.
pub(super) fn add_skipped(all: &mut Skipped, more: &Skipped) {
    for (reason, count) in more {
        *all.entry(reason).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_order_and_links_are_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        fs::create_dir(root.join("b")).unwrap();
        for name in ["c.jsonl", "a.jsonl", "b/z.jsonl"] {
            fs::write(root.join(name), "").unwrap();
        }
        std::os::unix::fs::symlink(root, root.join("b/up")).unwrap();
        let files = files_under(&[root.to_owned(), root.join("a.jsonl")]).unwrap();
        let expected = ["a.jsonl", "b/z.jsonl", "c.jsonl"].map(|name| root.join(name));
        assert_eq!(files, expected);
        assert!(files_under(&[root.join("nothing")]).is_err());
    }

    #[test]
    fn a_file_larger_than_its_head_is_read_once_and_whole() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("events.jsonl");
        let line = r#"{"timestamp":"2026-01-10T14:32:00Z","event_type":"tool_call","agent":"a","tool":"t","success":true}"#;
        fs::write(&path, format!("{line}\n").repeat(5_000)).unwrap();
        let mut file = LogFile::open(&path, None).unwrap().unwrap();
        let (mut events, mut bytes) = (0, 0);
        while let Some(piece) = file.next().unwrap() {
            events += piece.parsed.len();
            bytes += piece.bytes;
        }
        assert_eq!(events, 5_000);
        assert_eq!(bytes, fs::metadata(&path).unwrap().len());
        assert!(file.skipped().is_empty());
    }

    #[test]
    fn a_file_of_no_known_format_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("notes.txt");
        fs::write(&path, "nothing of interest\n").unwrap();
        assert!(LogFile::open(&path, None).unwrap().is_none());
    }
}
