//! An open file that is followed, and the reader that has come up to some place in it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use observer::{
    domain::formats::{Format, Origin, Parsed, Place, Reader},
    tail::{Bookmark, still_holds},
};
use types::Timestamp;

use crate::commands::logs::{PIECE_BYTES, assumed_start};

/// So many bytes before the place tell whether a file was cut off and has grown again.
const TAIL_BYTES: usize = 256;

/// An open file.
pub(super) struct Reading {
    file: File,
    reader: Reader,
    /// Events of earlier lines are known: they are read again for what they mean to later ones.
    known_before_line: u64,
    /// The last bytes that were read.
    tail: Vec<u8>,
}

/// What has become of opening a file where reading goes on.
pub(super) enum Opened {
    Reading(Format, Reading),
    UnknownFormat,
    /// The name is another file's by now, or the file was cut off.
    Changed,
}

/// What has become of reading on.
pub(super) enum Progress {
    /// This came.
    Piece(Piece),
    /// There is no more at present.
    Nothing,
    /// It was cut off, or its name is another file's: nothing that was read since counts.
    Changed,
}

/// What was read at once.
pub(super) struct Piece {
    pub(super) parsed: Vec<Parsed>,
    /// How far the file was read with it, if that is farther than before.
    pub(super) reached: Option<Bookmark>,
}

impl Reading {
    /// Opens a file where reading goes on.
    pub(super) fn open(
        path: &Path,
        format: Option<Format>,
        known: &Bookmark,
    ) -> io::Result<Opened> {
        let mut file = File::open(path)?;
        if !known.is_in(&file)? {
            return Ok(Opened::Changed);
        }
        let Some(format) = format.or(detected(path, &mut file)?) else {
            return Ok(Opened::UnknownFormat);
        };
        let from = match format.stands_alone() {
            true => known.place(),
            false => Place::START,
        };
        file.seek(SeekFrom::Start(from.offset))?;
        let origin = Origin {
            assumed_start: assumed_start(&file)?,
            generation: known.generation,
            place: from,
        };
        let reading = Self {
            file,
            reader: Reader::from(format, path, origin),
            known_before_line: known.line,
            tail: Vec::new(),
        };
        Ok(Opened::Reading(format, reading))
    }

    /// Reads a piece; what is in it without a time of its own happens at `now`, if that is given.
    pub(super) fn read(
        &mut self,
        known: &Bookmark,
        now: Option<Timestamp>,
    ) -> io::Result<Progress> {
        let mut bytes = vec![0; PIECE_BYTES];
        let count = self.file.read(&mut bytes)?;
        if count == 0 {
            return Ok(Progress::Nothing);
        }
        bytes.truncate(count);
        self.tail.extend_from_slice(&bytes);
        if let Some(now) = now {
            self.reader.happening(now);
        }
        self.advance(known, |reader, parsed| reader.feed(&bytes, parsed))
    }

    /// Takes what could go on as complete.
    pub(super) fn settle(&mut self, known: &Bookmark) -> io::Result<Progress> {
        self.advance(known, Reader::settle)
    }

    /// Takes the end as it is.
    pub(super) fn finish(&mut self, known: &Bookmark) -> io::Result<Progress> {
        self.advance(known, Reader::finish)
    }

    fn advance(
        &mut self,
        known: &Bookmark,
        read: impl FnOnce(&mut Reader, &mut Vec<Parsed>),
    ) -> io::Result<Progress> {
        let mut parsed = Vec::new();
        read(&mut self.reader, &mut parsed);
        parsed.retain(|one| self.known_before_line <= one.line);
        let reached = self.reached(known);
        // A file can be cut off and grow again at any time. Only while all of what was read is
        // still there does it belong together, and does the bookmark tell of the same.
        if !self.is_intact(known)? {
            return Ok(Progress::Changed);
        }
        let surplus = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..surplus);
        self.tail.shrink_to(TAIL_BYTES);
        let reached = reached?;
        Ok(Progress::Piece(Piece { parsed, reached }))
    }

    fn reached(&self, known: &Bookmark) -> io::Result<Option<Bookmark>> {
        let place = self.reader.place();
        // Reading again what was known says nothing new.
        (known.offset < place.offset)
            .then(|| Bookmark::at(&self.file, place, known.generation))
            .transpose()
    }

    /// Whether the file still holds what was read of it.
    pub(super) fn is_intact(&self, known: &Bookmark) -> io::Result<bool> {
        let start = self.reader.fed_bytes() - self.tail.len() as u64;
        Ok(still_holds(&self.file, start, &self.tail)? && known.holds(&self.file)?)
    }

    /// What could not be used, with the line of the first such record.
    pub(super) fn skipped(&self) -> impl Iterator<Item = (&'static str, u64, u64)> {
        let first = |reason| {
            self.reader
                .first_skipped()
                .get(reason)
                .copied()
                .unwrap_or(0)
        };
        let skipped = self.reader.skipped().iter();
        skipped.map(move |(reason, count)| (*reason, *count, first(reason)))
    }
}

fn detected(path: &Path, file: &mut File) -> io::Result<Option<Format>> {
    let mut head = Vec::new();
    file.take(Format::DETECTION_BYTES as u64)
        .read_to_end(&mut head)?;
    Ok(Format::detect(path, &head))
}
