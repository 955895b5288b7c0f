//! The segment log: records appended to files, on disk when their writer is told so.
//!
//! A segment is a file of frames, made at its full size so that appending changes no metadata. One
//! [`Appender`] writes; a [`Reader`] follows it up to what is durable, and reads the same files
//! again after a crash. A segment whose records are all indexed is removed.

mod appender;
mod disk;
mod frame;
mod reader;

pub(crate) use appender::Appender;
pub(crate) use disk::{Disk, Folder};
pub(crate) use frame::{Frames, Origin, Record};
pub(crate) use reader::{ReadError, Reader};

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How large a segment is made, in bytes.
const SEGMENT_BYTES: u64 = 32 * 1024 * 1024;

/// A place in the log: a segment's number, and how many of its bytes come before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// Segments are numbered from 1 in the order in which they were begun.
    pub(crate) segment: u64,
    /// In bytes.
    pub(crate) offset: u64,
}

impl Position {
    fn start_of(segment: u64) -> Self {
        Self { segment, offset: 0 }
    }
}

/// Up to where records are durable: the appender moves it, the reader stops there.
#[derive(Clone, Debug, Default)]
struct Durable(Arc<Mutex<Ends>>);

#[derive(Debug, Default)]
struct Ends {
    /// The end of the newest segment.
    newest: Position,
    /// The ends of older ones that were written by this process.
    sealed: BTreeMap<u64, u64>,
}

impl Durable {
    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The end of all.
    fn end(&self) -> Position {
        self.ends().newest
    }

    /// The end of one segment, where it is known without looking at the file.
    fn end_of(&self, segment: u64) -> Option<u64> {
        let ends = self.ends();
        match ends.newest.segment == segment {
            true => Some(ends.newest.offset),
            false => ends.sealed.get(&segment).copied(),
        }
    }

    fn advance(&self, end: Position) {
        self.ends().newest = end;
    }

    fn seal(&self, end: Position) {
        self.ends().sealed.insert(end.segment, end.offset);
    }

    fn forget_before(&self, segment: u64) {
        let mut ends = self.ends();
        ends.sealed = ends.sealed.split_off(&segment);
    }
}

/// Opens the log for one who has read up to `from`: what is torn at its end is cut off, everything
/// whole before that is durable. New records go into a segment of their own.
pub(crate) fn open(disk: Arc<dyn Disk>, from: Position) -> io::Result<(Appender, Reader)> {
    let segments = disk.segments()?;
    let mut end = from;
    if let Some(last) = segments
        .last()
        .copied()
        .filter(|last| from.segment <= *last)
    {
        let segment = disk.open(last)?;
        let whole = reader::end_of_whole_frames(segment.as_ref())?;
        segment.cut(whole)?;
        end = Position {
            segment: last,
            offset: whole,
        };
    }
    let durable = Durable::default();
    durable.advance(end);
    let appender = Appender::new(Arc::clone(&disk), durable.clone(), end.segment);
    Ok((appender, Reader::new(disk, durable, from)))
}

#[cfg(test)]
mod tests;
