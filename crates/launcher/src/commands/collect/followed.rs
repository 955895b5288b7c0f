//! One file that is followed: what was read of it, and reading on.

use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use observer::{
    domain::formats::{Format, Parsed},
    tail::Bookmark,
};
use types::Timestamp;

use super::{memory::Remembered, reading::Reading};

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
    /// Nothing has its name any more; what is open of it is read to its end.
    pub(super) is_gone: bool,
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
            is_gone: false,
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

    pub(super) fn remembered(&self) -> Remembered {
        Remembered {
            path: self.path.to_path_buf(),
            format: self.format.map(|format| format.name().to_owned()),
            bookmark: self.bookmark.clone(),
            formerly: self.formerly.clone(),
        }
    }

    /// How far it was read.
    pub(super) fn known(&self) -> &Bookmark {
        self.reached.as_ref().unwrap_or(&self.bookmark)
    }

    /// Goes on under another name, which somebody asked for or not.
    pub(super) fn renamed(self, path: &Path, is_asked_for: bool) -> Self {
        let before = self
            .formerly
            .clone()
            .unwrap_or_else(|| self.path.to_path_buf());
        Self {
            formerly: (!is_asked_for).then_some(before),
            path: path.into(),
            seen: None,
            quiet_looks: 0,
            ..self
        }
    }

    /// Begins again at the start of what has its name now.
    pub(super) fn begin_anew(&mut self, inode: u64, generation: u64) {
        self.bookmark = seen(&self.path, inode, generation);
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
    }

    /// Looks at what has its name.
    pub(super) fn look(&mut self) -> Change {
        let about = match fs::metadata(&self.path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Change::Gone,
            // A share that is away for a moment comes back.
            Err(_) => return Change::Same,
        };
        if about.ino() != self.known().inode {
            return Change::Replaced;
        }
        if self.seen == Some(marks(&about)) {
            self.quiet_looks = self.quiet_looks.saturating_add(1);
            return Change::Same;
        }
        let holds = File::open(&self.path).and_then(|file| self.known().holds(&file));
        if !holds.unwrap_or(true) {
            return Change::BegunAnew;
        }
        self.quiet_looks = 0;
        // A half-written line that was cut off again is read again.
        let fed = self
            .reading
            .as_ref()
            .map_or(0, |reading| reading.fed_bytes());
        if about.len() < fed {
            self.reading = None;
        }
        self.seen = Some(marks(&about));
        Change::Same
    }

    /// Whether it grew since it was read last.
    pub(super) fn has_more(&self) -> bool {
        self.quiet_looks == 0
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
    pub(super) fn read(&mut self, now: Timestamp) -> io::Result<Option<Vec<Parsed>>> {
        if self.reading.is_none() && !self.open()? {
            return Ok(None);
        }
        let Some(reading) = &mut self.reading else {
            return Ok(None);
        };
        let parsed = reading.read(self.has_caught_up.then_some(now))?;
        self.has_caught_up |= parsed.is_none();
        Ok(parsed)
    }

    fn open(&mut self) -> io::Result<bool> {
        let opened = Reading::open(&self.path, self.format, self.known())?;
        let Some((format, reading)) = opened else {
            return Ok(false);
        };
        self.format = Some(format);
        self.has_caught_up |= self.known().offset != 0 && format.stands_alone();
        self.reading = Some(reading);
        Ok(true)
    }

    /// Takes what could go on as complete: nothing has come for a while.
    pub(super) fn settle(&mut self) -> Vec<Parsed> {
        self.reading
            .as_mut()
            .map(Reading::settle)
            .unwrap_or_default()
    }

    /// Takes the end as it is: nobody will write to it again.
    pub(super) fn finish(&mut self) -> Vec<Parsed> {
        self.reading
            .as_mut()
            .map(Reading::finish)
            .unwrap_or_default()
    }

    /// Notes how far it was read, once all events up to there are on their way.
    pub(super) fn note_reached(&mut self) -> io::Result<()> {
        // Reading again what was known says nothing new.
        if let Some(reading) = &self.reading
            && self.known().offset < reading.place().offset
        {
            self.reached = Some(reading.bookmark(self.bookmark.generation)?);
        }
        Ok(())
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

/// The start of a file that is there.
pub(super) fn seen(path: &Path, inode: u64, generation: u64) -> Bookmark {
    let seen = File::open(path).and_then(|file| Bookmark::seen(&file, generation));
    seen.unwrap_or_else(|_| Bookmark::start(inode, generation))
}

/// What changes when a file is written to.
fn marks(about: &Metadata) -> (u64, i64, i64) {
    (about.len(), about.mtime(), about.mtime_nsec())
}
