//! One file followed by name: read on from where it stopped, also in the file that had its name
//! before.

use std::{
    fs::File,
    io,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use types::Timestamp;

use super::{Bookmark, find_continuation, still_holds};
use crate::domain::formats::{Format, Origin, Parsed, Reader};

const PIECE_BYTES: usize = 256 * 1024;

/// How far a file that is followed by its name was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pursuit {
    /// In the file that has the name.
    current: Option<Bookmark>,
    /// In the one that had it before: whoever writes may go on there for a while.
    former: Option<Bookmark>,
}

/// What was read, and how far one has come when it is kept.
#[derive(Debug)]
pub struct Pursued {
    /// The records, in their order.
    pub parsed: Vec<Parsed>,
    /// About how many bytes they took.
    pub bytes: usize,
    /// Where reading goes on once they are kept.
    pub then: Pursuit,
}

impl Pursuit {
    /// Nothing was read yet.
    pub const START: Self = Self {
        current: None,
        former: None,
    };

    /// Reads the next piece of the file at `path`; `None` when there is no more at present.
    ///
    /// # Errors
    /// A file cannot be read now.
    pub fn next(&self, path: &Path, format: Format, now: Timestamp) -> io::Result<Option<Pursued>> {
        if let Some(former) = &self.former
            && let Some(other) = beside(path, former)
            && let Some((read, reached)) = piece(&File::open(other)?, path, former, format, now)?
        {
            return Ok(Some(read.then(Self {
                former: Some(reached),
                ..self.clone()
            })));
        }
        let file = match File::open(path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let Some(current) = &self.current else {
            let Some(file) = file else { return Ok(None) };
            let start = Bookmark::start(file.metadata()?.ino(), 0);
            return self.read_current(&file, path, &start, format, now);
        };
        if let Some(file) = &file
            && current.is_in(file)?
        {
            return self.read_current(file, path, current, format, now);
        }
        self.after_rotation(path, file.as_ref(), current, format, now)
    }

    fn read_current(
        &self,
        file: &File,
        path: &Path,
        from: &Bookmark,
        format: Format,
        now: Timestamp,
    ) -> io::Result<Option<Pursued>> {
        let read = piece(file, path, from, format, now)?;
        Ok(read.map(|(read, reached)| {
            read.then(Self {
                current: Some(reached),
                former: self.former.clone(),
            })
        }))
    }

    /// Another file has the name, or the file was cut off: first the rest of what was there
    /// before, then what is there now from its start.
    fn after_rotation(
        &self,
        path: &Path,
        file: Option<&File>,
        before: &Bookmark,
        format: Format,
        now: Timestamp,
    ) -> io::Result<Option<Pursued>> {
        let rest = beside(path, before);
        if let Some(other) = &rest
            && let Some((read, reached)) = piece(&File::open(other)?, path, before, format, now)?
        {
            return Ok(Some(read.then(Self {
                current: Some(reached),
                former: self.former.clone(),
            })));
        }
        let Some(file) = file else { return Ok(None) };
        let inode = file.metadata()?.ino();
        let is_rewritten = rest.is_none() && !before.is_blank() && before.holds(file)?;
        let (current, former) = match is_rewritten {
            true => (before.clone().in_file(inode), self.former.clone()),
            false => (
                Bookmark::start(inode, before.generation + 1),
                rest.is_some().then(|| before.clone()),
            ),
        };
        let next = Self {
            current: Some(current.clone()),
            former,
        };
        let read = next.read_current(file, path, &current, format, now)?;
        Ok(Some(read.unwrap_or_else(|| Pursued {
            parsed: Vec::new(),
            bytes: 0,
            then: next,
        })))
    }
}

struct Piece {
    parsed: Vec<Parsed>,
    bytes: usize,
}

impl Piece {
    fn then(self, then: Pursuit) -> Pursued {
        Pursued {
            parsed: self.parsed,
            bytes: self.bytes,
            then,
        }
    }
}

fn beside(path: &Path, bookmark: &Bookmark) -> Option<PathBuf> {
    // A name without a folder is in the one where the service runs.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    find_continuation(folder, bookmark, path).ok().flatten()
}

/// Reads on in an open file until at least one record is complete; `None` when there is none, or
/// when the file was cut off meanwhile.
fn piece(
    file: &File,
    path: &Path,
    from: &Bookmark,
    format: Format,
    now: Timestamp,
) -> io::Result<Option<(Piece, Bookmark)>> {
    let origin = Origin {
        assumed_start: now,
        generation: from.generation,
        place: from.place(),
    };
    let mut reader = Reader::from(format, path, origin);
    let (mut parsed, mut read) = (Vec::new(), Vec::new());
    while reader.place() == from.place() {
        let known = read.len();
        read.resize(known + PIECE_BYTES, 0);
        let count = file.read_at(&mut read[known..], from.offset + known as u64)?;
        read.truncate(known + count);
        if count == 0 {
            return Ok(None);
        }
        reader.feed(&read[known..], &mut parsed);
    }
    let reached = Bookmark::at(file, reader.place(), from.generation);
    // A file may be cut off and grow again at any time: what was read counts while it is there.
    if !still_holds(file, from.offset, &read)? || !from.holds(file)? {
        return Ok(None);
    }
    let reached = reached?;
    let bytes = usize::try_from(reached.offset - from.offset).unwrap_or(PIECE_BYTES);
    Ok(Some((Piece { parsed, bytes }, reached)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io::Write};

    struct Site {
        folder: tempfile::TempDir,
        pursuit: Pursuit,
        seen: Vec<String>,
    }

    impl Site {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                pursuit: Pursuit::START,
                seen: Vec::new(),
            }
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn append(&self, name: &str, text: &str) {
            let file = fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(self.at(name));
            file.unwrap().write_all(text.as_bytes()).unwrap();
        }

        /// Everything that is new, by the advice of the correction.
        fn read(&mut self) -> Vec<String> {
            let mut new = Vec::new();
            let path = self.at("c.jsonl");
            let now = Timestamp::from_micros(0);
            while let Some(read) = self.pursuit.next(&path, Format::Corrections, now).unwrap() {
                let text = |one: Parsed| one.operation.output_summary.unwrap();
                new.extend(read.parsed.into_iter().map(text));
                // Across a restart only what was kept counts.
                let kept = serde_json::to_string(&read.then).unwrap();
                self.pursuit = serde_json::from_str(&kept).unwrap();
            }
            self.seen.extend(new.iter().cloned());
            new
        }
    }

    fn row(advice: &str) -> String {
        format!("{{\"correction\":\"{advice}\"}}\n")
    }

    #[test]
    fn half_a_row_waits_for_its_other_half() {
        let mut site = Site::new();
        assert!(site.read().is_empty(), "there is no file yet");
        site.append("c.jsonl", &format!("{}{{\"corre", row("a")));
        assert_eq!(site.read(), ["a"]);
        assert!(site.read().is_empty());
        site.append("c.jsonl", "ction\":\"b\"}\n");
        assert_eq!(site.read(), ["b"]);
    }

    #[test]
    fn after_a_rotation_the_rest_comes_first_and_late_rows_still_come() {
        let mut site = Site::new();
        site.append("c.jsonl", &row("a"));
        assert_eq!(site.read(), ["a"]);
        site.append("c.jsonl", &row("b"));
        fs::rename(site.at("c.jsonl"), site.at("c.jsonl.1")).unwrap();
        assert_eq!(site.read(), ["b"]);
        site.append("c.jsonl", &row("d"));
        assert_eq!(site.read(), ["d"]);
        site.append("c.jsonl.1", &row("c"));
        site.append("c.jsonl", &row("e"));
        assert_eq!(site.read(), ["c", "e"]);
    }

    #[test]
    fn a_file_that_is_cut_off_is_read_from_its_start_and_its_copy_to_the_end() {
        let mut site = Site::new();
        site.append("c.jsonl", &row("a"));
        assert_eq!(site.read(), ["a"]);
        site.append("c.jsonl", &row("b"));
        fs::copy(site.at("c.jsonl"), site.at("c.jsonl.1")).unwrap();
        fs::write(site.at("c.jsonl"), row("c")).unwrap();
        assert_eq!(site.read(), ["b", "c"]);
        fs::write(site.at("c.jsonl"), "").unwrap();
        assert!(site.read().is_empty());
        site.append("c.jsonl", &row("d"));
        assert_eq!(site.read(), ["d"]);
    }
}
