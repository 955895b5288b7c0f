//! One file that is followed: what was read of it, and reading on.

use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use observer::{domain::formats::Format, tail::Bookmark};
use types::Timestamp;

use super::{
    memory::Remembered,
    reading::{Opened, Piece, Progress, Reading},
};

/// A file that was looked for so often in vain is gone.
const MISSING_LOOKS: u32 = 3;
/// After so many looks without growth, what could go on is complete.
pub(super) const SETTLED_LOOKS: u32 = 3;

/// One file.
pub(super) struct Followed {
    pub(super) path: Arc<Path>,
    pub(super) format: Option<Format>,
    /// Up to here everything is on the observer's disk.
    pub(super) bookmark: Bookmark,
    /// Up to here it was read; the events are on their way.
    pub(super) reached: Option<Bookmark>,
    /// For a file that was put aside under a name that nobody asked for: the name that it had.
    pub(super) formerly: Option<PathBuf>,
    /// How often it was looked for in vain since another file, or none, has its name.
    missing_looks: u32,
    /// How often it was looked at since it last grew.
    pub(super) quiet_looks: u32,
    seen: Option<(u64, i64, i64)>,
    reading: Option<Reading>,
    /// Everything there was had been read once, so that what comes happens now.
    has_caught_up: bool,
}

/// What has become of a file since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing, or there is more of it.
    Same,
    /// It was empty and is no longer.
    Filled,
    /// It was cut off or written anew.
    BegunAnew,
    /// Another file has its name.
    Replaced,
    /// Nothing has its name.
    Gone,
}

impl Followed {
    pub(super) fn new(path: &Path, format: Option<Format>, bookmark: Bookmark) -> Self {
        Self {
            path: path.into(),
            format,
            bookmark,
            reached: None,
            formerly: None,
            missing_looks: 0,
            quiet_looks: 0,
            seen: None,
            reading: None,
            has_caught_up: false,
        }
    }

    pub(super) fn recalled(file: Remembered) -> Self {
        let format = file.format.as_deref().and_then(Format::named);
        Self {
            formerly: file.formerly,
            ..Self::new(&file.path, format, file.bookmark)
        }
    }

    /// What is to be remembered of it, for finding it under that path.
    pub(super) fn remembered(&self, path: &Path) -> Remembered {
        let is_elsewhere = *path != *self.path;
        Remembered {
            path: path.to_path_buf(),
            format: self.format.map(|format| format.name().to_owned()),
            bookmark: self.bookmark.clone(),
            formerly: match is_elsewhere {
                true => Some(self.name().to_path_buf()),
                false => self.formerly.clone(),
            },
        }
    }

    /// How far it was read.
    pub(super) fn known(&self) -> &Bookmark {
        self.reached.as_ref().unwrap_or(&self.bookmark)
    }

    /// The name that its lines were written to.
    pub(super) fn name(&self) -> &Path {
        self.formerly.as_deref().unwrap_or(&self.path)
    }

    /// Goes on under another name, which somebody asked for or not.
    pub(super) fn renamed(self, path: &Path, is_asked_for: bool) -> Self {
        let before = self.name().to_path_buf();
        Self {
            formerly: (!is_asked_for).then_some(before),
            path: path.into(),
            seen: None,
            quiet_looks: 0,
            missing_looks: 0,
            ..self
        }
    }

    /// Notes that it was looked for in vain.
    pub(super) fn miss(&mut self) {
        self.missing_looks += 1;
    }

    /// Whether nobody knows at present where it is.
    pub(super) fn is_missing(&self) -> bool {
        self.missing_looks != 0
    }

    /// Whether it is looked for no longer; what is open of it is read to its end.
    pub(super) fn is_gone(&self) -> bool {
        MISSING_LOOKS <= self.missing_looks
    }

    /// Begins again at the start of what has its name now.
    pub(super) fn begin_anew(&mut self, generation: u64) {
        let inode = self.known().inode;
        let now = File::open(&self.path).and_then(|file| Bookmark::seen(&file, generation));
        self.bookmark = now.unwrap_or_else(|_| Bookmark::start(inode, generation));
        (self.reached, self.reading, self.seen) = (None, None, None);
        self.quiet_looks = 0;
    }

    /// Goes on in a file that holds the same.
    pub(super) fn adopt(&mut self, inode: u64) {
        if self.known().inode != inode {
            self.reading = None;
        }
        self.bookmark.inode = inode;
        if let Some(reached) = &mut self.reached {
            reached.inode = inode;
        }
        self.seen = None;
        self.missing_looks = 0;
    }

    /// Looks at what has its name.
    pub(super) fn look(&mut self) -> Change {
        if self.is_missing() {
            return Change::Gone;
        }
        match self.change() {
            Ok(change) => change,
            Err(error) if is_absent(&error) => Change::Gone,
            // A share that is away for a moment comes back.
            Err(_) => Change::Same,
        }
    }

    fn change(&mut self) -> io::Result<Change> {
        let about = fs::metadata(&self.path)?;
        let looks_same = about.ino() == self.known().inode && self.seen == Some(marks(&about));
        // Clocks of file systems are coarse: what was written just now may be written anew and
        // look the same.
        if looks_same && SETTLED_LOOKS < self.quiet_looks {
            self.quiet_looks = self.quiet_looks.saturating_add(1);
            return Ok(Change::Same);
        }
        // The name may be handed on at any time: what counts is said of one open file.
        let file = File::open(&self.path)?;
        let about = file.metadata()?;
        if about.ino() != self.known().inode {
            return Ok(Change::Replaced);
        }
        if !self.known().holds(&file)? {
            return Ok(Change::BegunAnew);
        }
        self.drop_if_cut_off()?;
        self.note_marks(marks(&about));
        if self.known().is_blank() && about.len() != 0 {
            self.bookmark = Bookmark::seen(&file, self.bookmark.generation)?;
            return Ok(Change::Filled);
        }
        Ok(Change::Same)
    }

    fn note_marks(&mut self, marks: (u64, i64, i64)) {
        self.quiet_looks = match self.seen == Some(marks) {
            true => self.quiet_looks.saturating_add(1),
            false => 0,
        };
        self.seen = Some(marks);
    }

    /// A half-written line that was cut off again is read again.
    fn drop_if_cut_off(&mut self) -> io::Result<()> {
        let is_intact = match &self.reading {
            Some(reading) => reading.is_intact(self.known())?,
            None => true,
        };
        if !is_intact {
            self.look_again();
        }
        Ok(())
    }

    /// Whether it grew since it was read last. What an empty file comes to hold is looked at, and
    /// remembered, before it is read.
    pub(super) fn has_more(&self) -> bool {
        self.quiet_looks == 0 && !self.known().is_blank()
    }

    /// Whether its file is open.
    pub(super) fn is_open(&self) -> bool {
        self.reading.is_some()
    }

    /// Looks at it again as if it had grown.
    pub(super) fn look_again(&mut self) {
        (self.seen, self.reading) = (None, None);
    }

    /// Closes its file; what was half read will be read again.
    pub(super) fn close(&mut self) {
        self.reading = None;
    }

    /// How many bytes were seen that have not been read.
    pub(super) fn unread_bytes(&self) -> u64 {
        self.seen
            .map_or(0, |(length, ..)| length.saturating_sub(self.known().offset))
    }

    /// Reads a piece; `None` when there is no more at present, or the format is not known yet.
    pub(super) fn read(&mut self, now: Timestamp) -> io::Result<Option<Piece>> {
        if self.reading.is_none() && !self.open()? {
            return Ok(None);
        }
        let now = self.has_caught_up.then_some(now);
        let piece = self.advance(|reading, known| reading.read(known, now))?;
        self.has_caught_up |= piece.is_none();
        Ok(piece)
    }

    fn open(&mut self) -> io::Result<bool> {
        match Reading::open(&self.path, self.format, self.known())? {
            Opened::Reading(format, reading) => {
                self.format = Some(format);
                self.has_caught_up |= self.known().offset != 0 && format.stands_alone();
                self.reading = Some(reading);
                Ok(true)
            }
            Opened::UnknownFormat => Ok(false),
            Opened::Changed => {
                self.look_again();
                Ok(false)
            }
        }
    }

    /// Takes what could go on as complete: nothing has come for a while.
    pub(super) fn settle(&mut self) -> io::Result<Option<Piece>> {
        self.advance(Reading::settle)
    }

    /// Takes the end as it is: nobody will write to it again.
    pub(super) fn finish(&mut self) -> io::Result<Option<Piece>> {
        self.advance(Reading::finish)
    }

    fn advance(
        &mut self,
        advance: impl FnOnce(&mut Reading, &Bookmark) -> io::Result<Progress>,
    ) -> io::Result<Option<Piece>> {
        let known = self.reached.as_ref().unwrap_or(&self.bookmark);
        let Some(reading) = &mut self.reading else {
            return Ok(None);
        };
        match advance(reading, known)? {
            Progress::Piece(piece) => Ok(Some(piece)),
            Progress::Nothing => Ok(None),
            Progress::Changed => {
                // The next look tells what has become of it.
                self.look_again();
                Ok(None)
            }
        }
    }

    /// Notes how far it was read, once all events up to there are on their way.
    pub(super) fn note_reached(&mut self, reached: Option<Bookmark>) {
        if reached.is_some() {
            self.reached = reached;
        }
    }

    /// What was sent is on disk; whether that is news.
    pub(super) fn note_sent(&mut self) -> bool {
        let reached = self.reached.take();
        reached.map(|reached| self.bookmark = reached).is_some()
    }

    /// What could not be used, with the line of the first such record.
    pub(super) fn skipped(&self) -> impl Iterator<Item = (&'static str, u64, u64)> {
        self.reading.iter().flat_map(Reading::skipped)
    }
}

/// Whether nothing has a name.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// What changes when a file is written to.
fn marks(about: &Metadata) -> (u64, i64, i64) {
    (about.len(), about.mtime(), about.mtime_nsec())
}
