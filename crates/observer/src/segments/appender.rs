//! Writing: one group of records after the other.

use std::{io, sync::Arc};

use tracing::warn;

use super::{
    Durable, Position, SEGMENT_BYTES,
    disk::{Disk, Segment},
};

/// The only writer of the log.
pub(crate) struct Appender {
    disk: Arc<dyn Disk>,
    durable: Durable,
    /// The segment that is written now, and where its next record goes.
    current: Option<(Box<dyn Segment>, Position)>,
    /// The newest number that a segment has had.
    newest: u64,
}

impl Appender {
    pub(super) fn new(disk: Arc<dyn Disk>, durable: Durable, newest: u64) -> Self {
        Self {
            disk,
            durable,
            current: None,
            newest,
        }
    }

    /// Appends whole frames; they would survive a power cut when this returns.
    ///
    /// After an error none of them will be read: the segment ends before them, and the next group
    /// begins another.
    pub(crate) fn append(&mut self, frames: &[u8]) -> io::Result<()> {
        let (segment, position) = self.with_room_for(frames.len() as u64)?;
        let written = segment
            .write(frames, position.offset)
            .and_then(|()| segment.sync());
        if let Err(error) = written {
            self.seal(segment.as_ref(), position);
            return Err(error);
        }
        let end = Position {
            offset: position.offset + frames.len() as u64,
            ..position
        };
        self.durable.advance(end);
        self.current = Some((segment, end));
        Ok(())
    }

    /// The current segment if it has room, otherwise a new one.
    fn with_room_for(&mut self, bytes: u64) -> io::Result<(Box<dyn Segment>, Position)> {
        if let Some((segment, position)) = self.current.take() {
            if position.offset + bytes <= SEGMENT_BYTES {
                return Ok((segment, position));
            }
            self.seal(segment.as_ref(), position);
        }
        let number = self.newest + 1;
        let segment = self.disk.create(number, SEGMENT_BYTES.max(bytes))?;
        self.newest = number;
        Ok((segment, Position::start_of(number)))
    }

    /// Ends a segment. If its file cannot be cut, what is behind `end` is read only after a crash:
    /// as records of which nobody was told that they are on disk.
    fn seal(&self, segment: &dyn Segment, end: Position) {
        self.durable.seal(end);
        if let Err(error) = segment.cut(end.offset) {
            warn!(error = %error, "segment {} cannot be cut to its length: {error}", end.segment);
        }
    }
}
