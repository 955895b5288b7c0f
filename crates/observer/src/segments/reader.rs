//! Reading: in order, up to what is durable.

use std::{io, sync::Arc};

use super::{
    Durable, Position, Record,
    disk::{Disk, Segment},
    frame::{Found, decode},
};

/// How much is read from a file at once, unless a record is longer.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Why records cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The disk refuses.
    #[error("the segment log cannot be read")]
    Disk(#[from] io::Error),
    /// Something that is no record stands among the records.
    #[error("segment {} is damaged at byte {}", .0.segment, .0.offset)]
    Damaged(Position),
}

/// Follows the appender.
pub(crate) struct Reader {
    disk: Arc<dyn Disk>,
    durable: Durable,
    next: Position,
    open: Option<(u64, Box<dyn Segment>)>,
    buffer: Vec<u8>,
}

impl Reader {
    pub(super) fn new(disk: Arc<dyn Disk>, durable: Durable, next: Position) -> Self {
        Self {
            disk,
            durable,
            next,
            open: None,
            buffer: Vec::new(),
        }
    }

    /// Where the next record begins.
    pub(crate) fn position(&self) -> Position {
        self.next
    }

    /// Goes back to a place, to read from there again.
    pub(crate) fn rewind(&mut self, to: Position) {
        self.next = to;
    }

    /// The next records, at most `limit`; none when all that is durable has been read.
    pub(crate) fn read(&mut self, limit: usize) -> Result<Vec<Record>, ReadError> {
        let mut wanted = CHUNK_BYTES;
        while self.next < self.durable.end() {
            let available = self.end_of_segment()?.saturating_sub(self.next.offset);
            if available == 0 {
                self.go_on_to_next_segment()?;
                continue;
            }
            let available = usize::try_from(available).unwrap_or(usize::MAX);
            let (records, last) = self.read_chunk(wanted.min(available), limit)?;
            match last {
                _ if !records.is_empty() => return Ok(records),
                Last::Longer(bytes) if wanted < bytes && bytes <= available => wanted = bytes,
                // A segment that could not be cut to its length goes on with zeros.
                Last::Nothing if self.next.segment != self.durable.end().segment => {
                    self.go_on_to_next_segment()?;
                }
                _ => return Err(ReadError::Damaged(self.next)),
            }
        }
        Ok(Vec::new())
    }

    /// Leaves out what is left of a damaged segment, and puts its file aside.
    pub(crate) fn skip_damaged(&mut self) -> io::Result<()> {
        let damaged = self.next.segment;
        self.go_on_to_next_segment()?;
        if self.next.segment == damaged {
            // Records still go into it: only what was durable by now is left out.
            self.next = self.durable.end();
            return Ok(());
        }
        self.disk.put_aside(damaged)
    }

    /// Removes the segments whose records have all been read.
    pub(crate) fn remove_read(&mut self) -> io::Result<()> {
        for number in self.disk.segments()? {
            if number < self.next.segment {
                self.disk.remove(number)?;
            }
        }
        self.durable.forget_before(self.next.segment);
        Ok(())
    }

    /// Up to where the current segment holds durable records.
    fn end_of_segment(&mut self) -> io::Result<u64> {
        let number = self.next.segment;
        match self.durable.end_of(number) {
            Some(end) => Ok(end),
            None if self.disk.segments()?.contains(&number) => self.segment(number)?.size_bytes(),
            None => Ok(0),
        }
    }

    fn go_on_to_next_segment(&mut self) -> io::Result<()> {
        let segments = self.disk.segments()?;
        let next = segments.into_iter().find(|it| self.next.segment < *it);
        let last = self.durable.end().segment;
        if self.next.segment < last {
            self.next = Position::start_of(next.unwrap_or(last).min(last));
        }
        Ok(())
    }

    fn segment(&mut self, number: u64) -> io::Result<&dyn Segment> {
        let segment = match self.open.take() {
            Some((open, segment)) if open == number => segment,
            _ => self.disk.open(number)?,
        };
        Ok(self.open.insert((number, segment)).1.as_ref())
    }

    fn read_chunk(&mut self, bytes: usize, limit: usize) -> Result<(Vec<Record>, Last), ReadError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(bytes, 0);
        let Position { segment, offset } = self.next;
        let count = self.segment(segment)?.read(&mut buffer, offset)?;
        let (records, used, last) = take_frames(&buffer[..count], limit);
        self.buffer = buffer;
        self.next.offset += used as u64;
        Ok((records, last))
    }
}

/// Why no more frames were taken.
enum Last {
    /// There were enough.
    Enough,
    /// The next one is so long.
    Longer(usize),
    /// Nothing was written there.
    Nothing,
    /// What stands there is none.
    Damaged,
}

/// Takes whole frames from the start of `bytes`; how many bytes they are, and what comes next.
fn take_frames(bytes: &[u8], limit: usize) -> (Vec<Record>, usize, Last) {
    let (mut records, mut used) = (Vec::new(), 0);
    while records.len() < limit {
        match decode(&bytes[used..]) {
            Found::Frame(origin, text, size) => {
                let text = text.to_owned();
                records.push(Record { origin, text });
                used += size;
            }
            Found::Longer(size) => return (records, used, Last::Longer(size)),
            Found::End => return (records, used, Last::Nothing),
            Found::Damaged => return (records, used, Last::Damaged),
        }
    }
    (records, used, Last::Enough)
}

/// Where the whole frames of a segment end.
pub(super) fn end_of_whole_frames(segment: &dyn Segment) -> io::Result<u64> {
    let size_bytes = segment.size_bytes()?;
    let (mut end, mut wanted) = (0, CHUNK_BYTES);
    let mut buffer = Vec::new();
    loop {
        let available = usize::try_from(size_bytes - end).unwrap_or(usize::MAX);
        buffer.resize(wanted.min(available), 0);
        let count = segment.read(&mut buffer, end)?;
        let (_, used, last) = take_frames(&buffer[..count], usize::MAX);
        end += used as u64;
        match last {
            Last::Longer(bytes) if bytes <= available - used => wanted = bytes.max(CHUNK_BYTES),
            _ => return Ok(end),
        }
    }
}
