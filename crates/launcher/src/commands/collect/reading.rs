//! An open file that is followed, and the reader that has come up to some place in it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use observer::{
    domain::formats::{Format, Origin, Parsed, Place, Reader},
    tail::Bookmark,
};
use types::Timestamp;

use crate::commands::logs::{PIECE_BYTES, assumed_start};

/// An open file.
pub(super) struct Reading {
    file: File,
    reader: Reader,
    /// Events of earlier lines are known: they are read again for what they mean to later ones.
    known_before_line: u64,
}

impl Reading {
    /// Opens a file where reading goes on; `None` when its format is not known.
    pub(super) fn open(
        path: &Path,
        format: Option<Format>,
        known: &Bookmark,
    ) -> io::Result<Option<(Format, Self)>> {
        let mut file = File::open(path)?;
        let Some(format) = format.or(detected(path, &mut file)?) else {
            return Ok(None);
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
        };
        Ok(Some((format, reading)))
    }

    /// Reads a piece; what is in it without a time of its own happens at `now`, if that is given.
    /// `None` when there is no more at present.
    pub(super) fn read(&mut self, now: Option<Timestamp>) -> io::Result<Option<Vec<Parsed>>> {
        let mut bytes = vec![0; PIECE_BYTES];
        let count = self.file.read(&mut bytes)?;
        if count == 0 {
            return Ok(None);
        }
        if let Some(now) = now {
            self.reader.happening(now);
        }
        Ok(Some(self.new_events(|reader, parsed| {
            reader.feed(&bytes[..count], parsed);
        })))
    }

    pub(super) fn settle(&mut self) -> Vec<Parsed> {
        self.new_events(Reader::settle)
    }

    pub(super) fn finish(&mut self) -> Vec<Parsed> {
        self.new_events(Reader::finish)
    }

    fn new_events(&mut self, read: impl FnOnce(&mut Reader, &mut Vec<Parsed>)) -> Vec<Parsed> {
        let mut parsed = Vec::new();
        read(&mut self.reader, &mut parsed);
        parsed.retain(|one| self.known_before_line <= one.line);
        parsed
    }

    /// Up to where everything was given back.
    pub(super) fn place(&self) -> Place {
        self.reader.place()
    }

    /// That place, with what tells the file from others.
    pub(super) fn bookmark(&self, generation: u64) -> io::Result<Bookmark> {
        Bookmark::at(&self.file, self.place(), generation)
    }

    pub(super) fn fed_bytes(&self) -> u64 {
        self.reader.fed_bytes()
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
